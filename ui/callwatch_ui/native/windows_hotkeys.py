"""Global hot-keys of Windows: Ctrl+Alt and a letter, through RegisterHotKey. GUI thread."""

import ctypes
import sys
from collections.abc import Sequence
from typing import Any, Final

from PyQt6.QtCore import QObject, pyqtSignal

from callwatch_ui.native.windows_messages import WM_HOTKEY, MessageFilter

MOD_ALT_CONTROL: Final = 0x0001 | 0x0002
MOD_NOREPEAT: Final = 0x4000  # a key that is held down is pressed once
FIRST: Final = 0x0C11


class WindowsHotKey(QObject):
    """`refused`: the keys that another program has. `user32` is Windows' own unless given."""

    pressed = pyqtSignal(str)

    def __init__(self, keys: Sequence[str], user32: Any = None) -> None:
        super().__init__()
        if user32 is None and sys.platform == "win32":
            user32 = ctypes.windll.user32
        self._user32 = user32
        wanted = {FIRST + i: key for i, key in enumerate(keys)}
        self._keys = {
            identity: key
            for identity, key in wanted.items()
            if user32.RegisterHotKey(
                None, identity, MOD_ALT_CONTROL | MOD_NOREPEAT, ord(key.upper())
            )
        }
        self.refused = tuple(key for key in keys if key not in self._keys.values())
        self._filter = MessageFilter({WM_HOTKEY: self._received})
        self._filter.install()

    def close(self) -> None:
        """Give the keys back."""
        self._filter.remove()
        for identity in self._keys:
            self._user32.UnregisterHotKey(None, identity)
        self._keys = {}

    def _received(self, identity: int) -> None:
        if identity in self._keys:
            self.pressed.emit(self._keys[identity])
