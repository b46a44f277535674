"""A global hot-key that starts or stops watching. One small class a platform.

X11 has been run. Windows (RegisterHotKey) has not; on macOS and Wayland there is none: use
`callwatch call start` in the desktop's own keyboard settings (docs/overlay.md says how).
"""

import ctypes
import ctypes.util
import sys
from typing import Final

from PyQt6.QtCore import QObject, QSocketNotifier, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.sip import voidptr

# Ctrl+Alt+W: free on Windows, GNOME, KDE and Xfce by default.
KEY: Final = "w"
CONTROL_MASK: Final = 1 << 2
ALT_MASK: Final = 1 << 3
# Caps lock and num lock count as modifiers on X11: grab the key with and without them.
LOCK_MASKS: Final = (0, 1 << 1, 1 << 4, (1 << 1) | (1 << 4))
KEY_PRESS: Final = 2
GRAB_ASYNC: Final = 1
WM_HOTKEY: Final = 0x0312
MOD_ALT_CONTROL: Final = 0x0001 | 0x0002


class X11HotKey(QObject):
    """Ctrl+Alt+W through a passive grab on a connection of its own."""

    pressed = pyqtSignal()

    def __init__(self, library: ctypes.CDLL, display: int) -> None:
        super().__init__()
        self._x11 = library
        self._display = ctypes.c_void_p(display)
        root = self._x11.XDefaultRootWindow(self._display)
        code = self._x11.XKeysymToKeycode(self._display, ctypes.c_ulong(ord(KEY)))
        for locks in LOCK_MASKS:
            mask = CONTROL_MASK | ALT_MASK | locks
            window = ctypes.c_ulong(root)
            self._x11.XGrabKey(self._display, int(code), mask, window, 0, GRAB_ASYNC, GRAB_ASYNC)
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
        event = (ctypes.c_long * 24)()
        while self._x11.XPending(self._display):
            self._x11.XNextEvent(self._display, ctypes.byref(event))
            if event[0] & 0xFFFFFFFF == KEY_PRESS:
                self.pressed.emit()


class WindowsHotKey(QObject):
    """Ctrl+Alt+W through RegisterHotKey; asks its thread's message queue four times a second."""

    pressed = pyqtSignal()
    IDENTITY: Final = 0x0C11

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        if sys.platform == "win32":
            user32 = ctypes.windll.user32
            if user32.RegisterHotKey(None, self.IDENTITY, MOD_ALT_CONTROL, ord(KEY.upper())):
                self._timer.timeout.connect(self._poll)
                self._timer.start(250)

    def close(self) -> None:
        """Give the key back."""
        self._timer.stop()
        if sys.platform == "win32":
            ctypes.windll.user32.UnregisterHotKey(None, self.IDENTITY)

    def _poll(self) -> None:
        if sys.platform == "win32":
            from ctypes import wintypes

            message = wintypes.MSG()
            peek = ctypes.windll.user32.PeekMessageW
            while peek(ctypes.byref(message), None, WM_HOTKEY, WM_HOTKEY, 1):
                self.pressed.emit()


def global_hotkey() -> X11HotKey | WindowsHotKey | None:
    """The hot-key of this desktop, or None where there can be none."""
    if sys.platform == "win32":
        return WindowsHotKey()
    found = ctypes.util.find_library("X11")
    if QGuiApplication.platformName() != "xcb" or found is None:
        return None
    library = ctypes.CDLL(found)
    library.XOpenDisplay.restype = ctypes.c_void_p
    library.XDefaultRootWindow.restype = ctypes.c_ulong
    library.XKeysymToKeycode.restype = ctypes.c_ubyte
    display = library.XOpenDisplay(None)
    return X11HotKey(library, display) if display else None
