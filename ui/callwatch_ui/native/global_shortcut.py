"""Global hot-keys: start or stop, close the card, "not useful". One small class a platform.

X11 is here, Windows in windows_hotkeys.py. On macOS and Wayland there is none: use `callwatch call start`,
`dismiss` and `notuseful` in the desktop's own keyboard settings (docs/overlay.md says how).
"""

import ctypes
import ctypes.util
import sys
from collections.abc import Sequence
from itertools import product
from typing import ClassVar, Final

from PyQt6.QtCore import QObject, QSocketNotifier, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.sip import voidptr

from callwatch_ui.native.windows_hotkeys import WindowsHotKey

# With Ctrl+Alt: free on Windows, GNOME, KDE and Xfce by default.
TOGGLE: Final = "w"
CLOSE_CARD: Final = "x"
JUDGE_CARD: Final = "n"
KEYS: Final = (TOGGLE, CLOSE_CARD, JUDGE_CARD)
CONTROL_MASK: Final = 1 << 2
ALT_MASK: Final = 1 << 3
# Caps lock and num lock count as modifiers on X11: grab the key with and without them.
LOCK_MASKS: Final = (0, 1 << 1, 1 << 4, (1 << 1) | (1 << 4))
KEY_PRESS: Final = 2
GRAB_ASYNC: Final = 1


class KeyEvent(ctypes.Structure):
    """XKeyEvent of Xlib.h, with room for any other event."""

    _fields_: ClassVar = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("root", ctypes.c_ulong),
        ("subwindow", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("x_root", ctypes.c_int),
        ("y_root", ctypes.c_int),
        ("state", ctypes.c_uint),
        ("keycode", ctypes.c_uint),
        ("same_screen", ctypes.c_int),
        ("room", ctypes.c_long * 24),
    ]


class X11HotKey(QObject):
    """Ctrl+Alt and each of the keys, by a passive grab on a connection of its own."""

    pressed = pyqtSignal(str)
    refused: tuple[str, ...] = ()  # the X server does not say

    def __init__(self, library: ctypes.CDLL, display: int, keys: Sequence[str] = KEYS) -> None:
        super().__init__()
        self._x11 = library
        self._display = ctypes.c_void_p(display)
        root = self._x11.XDefaultRootWindow(self._display)
        self._keys = {
            int(self._x11.XKeysymToKeycode(self._display, ctypes.c_ulong(ord(key)))): key
            for key in keys
        }
        window = ctypes.c_ulong(root)
        for code, locks in product(self._keys, LOCK_MASKS):
            mask = CONTROL_MASK | ALT_MASK | locks
            self._x11.XGrabKey(self._display, code, mask, window, 0, GRAB_ASYNC, GRAB_ASYNC)
        self._x11.XFlush(self._display)
        number = self._x11.XConnectionNumber(self._display)
        self._notifier = QSocketNotifier(voidptr(number), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._read)

    def close(self) -> None:
        """Give the key back."""
        if self._display:
            self._notifier.setEnabled(False)
            self._x11.XCloseDisplay(self._display)
            self._display = ctypes.c_void_p()

    def _read(self) -> None:
        event = KeyEvent()
        while self._x11.XPending(self._display):
            self._x11.XNextEvent(self._display, ctypes.byref(event))
            key = self._keys.get(event.keycode)
            if event.type == KEY_PRESS and key is not None:
                self.pressed.emit(key)


def global_hotkey(keys: Sequence[str] = KEYS) -> X11HotKey | WindowsHotKey | None:
    """The hot-keys of this desktop, or None where there can be none."""
    if sys.platform == "win32":
        return WindowsHotKey(keys)
    found = ctypes.util.find_library("X11")
    if QGuiApplication.platformName() != "xcb" or found is None:
        return None
    library = ctypes.CDLL(found)
    library.XOpenDisplay.restype = ctypes.c_void_p
    library.XDefaultRootWindow.restype = ctypes.c_ulong
    library.XKeysymToKeycode.restype = ctypes.c_ubyte
    display = library.XOpenDisplay(None)
    return X11HotKey(library, display, keys) if display else None
