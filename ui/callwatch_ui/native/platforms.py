"""What differs between desktops. Only the X11 part has been run (see docs/overlay.md)."""

import ctypes
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from PyQt6.QtCore import Qt

from callwatch.core.build import interpreter

# A desktop that does not answer within this time is as good as none.
PROBE_S: Final = 15.0
# SetWindowDisplayAffinity: the window is left out of captures (Windows 10 2004 and later).
WDA_NONE: Final = 0x00
WDA_EXCLUDEFROMCAPTURE: Final = 0x11
_PROBE: Final = "from PyQt6.QtGui import QGuiApplication; QGuiApplication([])"


def has_display() -> bool:
    """Whether a window can be shown here: an answer, never an abort.

    Qt ends the process when it cannot open a display. So on X11 its plug-in and the display are
    tried by hand first; elsewhere a second process tries.
    """
    if os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal", "vnc"):
        return False
    if sys.platform == "win32":
        return True
    if sys.platform != "darwin" and not (_wayland_answers() or _x11_answers()):
        return False
    if _will_use_x11():
        return _x11_plugin_loads() and _x11_opens()
    try:
        done = subprocess.run(
            [interpreter(), "-c", _PROBE],
            env=os.environ | preferred_platform(),
            capture_output=True,
            timeout=PROBE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def preferred_platform() -> dict[str, str]:
    """Environment for Qt: X11 where both are there, as Wayland lets no window stay on top."""
    env = os.environ
    if env.get("QT_QPA_PLATFORM") or not env.get("WAYLAND_DISPLAY") or not env.get("DISPLAY"):
        return {}
    return {"QT_QPA_PLATFORM": "xcb"} if _x11_answers() else {}


def _x11_answers() -> bool:
    display = os.environ.get("DISPLAY", "")
    host, _, rest = display.rpartition(":")
    number = rest.split(".")[0]
    if not number.isdigit():
        return False
    if host in ("", "unix") or host.startswith("/"):
        path = f"/tmp/.X11-unix/X{number}" if not host.startswith("/") else f"{host}:{rest}"
        return _connects(path) or _connects("\0" + path)
    try:
        with socket.create_connection((host, 6000 + int(number)), timeout=2):
            return True
    except OSError:
        return False


def _will_use_x11() -> bool:
    """Whether Qt will take X11 here, whatever else there is."""
    named = os.environ.get("QT_QPA_PLATFORM") or preferred_platform().get("QT_QPA_PLATFORM", "")
    if sys.platform in ("win32", "darwin"):
        return False
    return named == "xcb" or (not named and not os.environ.get("WAYLAND_DISPLAY"))


def _x11_plugin_loads() -> bool:
    """Whether all libraries are there that Qt needs for X11."""
    from PyQt6.QtCore import QLibraryInfo

    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
    try:
        ctypes.CDLL(str(folder / "libqxcb.so"))
    except OSError:
        return False
    return True


def _x11_opens() -> bool:
    """Whether the display lets this user in."""
    x11 = _x11()
    display = x11.XOpenDisplay(None) if x11 is not None else None
    if x11 is None or not display:
        return False
    x11.XCloseDisplay(ctypes.c_void_p(display))
    return True


def _x11() -> ctypes.CDLL | None:
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    x11.XOpenDisplay.restype = ctypes.c_void_p
    return x11


def _wayland_answers() -> bool:
    name, folder = os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(name) and _connects(str(Path(folder) / name))


def _connects(path: str) -> bool:
    if not hasattr(socket, "AF_UNIX"):
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(2)
            link.connect(path)
            return True
    except OSError:
        return False


def draws_see_through(platform: str, screen: int = 0) -> bool:
    """Whether windows may have see-through corners: on X11 that takes a compositor."""
    if platform != "xcb":
        return True
    x11 = _x11()
    if x11 is None:
        return False
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XGetSelectionOwner.restype = ctypes.c_ulong
    display = x11.XOpenDisplay(None)
    if not display:
        return False
    try:
        handle = ctypes.c_void_p(display)
        atom = x11.XInternAtom(handle, f"_NET_WM_CM_S{screen}".encode(), 0)
        return bool(x11.XGetSelectionOwner(handle, ctypes.c_ulong(atom)))
    finally:
        x11.XCloseDisplay(ctypes.c_void_p(display))


def on_top_of_full_screen(platform: str) -> Qt.WindowType:
    """What keeps a window above those that fill the screen.

    X11's window managers put a window in full screen above all others that they manage; one that
    they do not manage stays above it.
    """
    return Qt.WindowType.X11BypassWindowManagerHint if platform == "xcb" else Qt.WindowType(0)


def settings_without_effect(platform: str) -> frozenset[str]:
    """Settings that do nothing on this desktop; nobody should be offered them."""
    out = set()
    if sys.platform != "win32":
        out.add("overlay.hide_from_sharing")
    if platform == "wayland" or not draws_see_through(platform):
        out.add("overlay.opacity")  # a window without a compositor is never see-through
    if platform == "wayland":
        out.add("overlay.click_through")
    return frozenset(out)


def hide_from_sharing(window_id: int, *, hidden: bool, user32: Any = None) -> bool:
    """Leave a window out of screen sharing, or no longer; False where the platform has no such thing."""
    if user32 is None:
        if sys.platform != "win32":
            return False
        user32 = ctypes.windll.user32
    affinity = WDA_EXCLUDEFROMCAPTURE if hidden else WDA_NONE
    return bool(user32.SetWindowDisplayAffinity(window_id, affinity))
