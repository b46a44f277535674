"""Messages of Windows to this program: hot-keys, sleep and the lock screen. GUI thread.

Qt takes every message from the thread's queue, so one that is looked for there is never found: a native event
filter sees it first. The numbers are those of winuser.h and wtsapi32.h.
"""

import ctypes
from collections.abc import Callable
from typing import ClassVar, Final

from PyQt6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication
from PyQt6.sip import voidptr

WM_POWERBROADCAST: Final = 0x0218
WM_WTSSESSION_CHANGE: Final = 0x02B1
WM_HOTKEY: Final = 0x0312

_NO_RESULT: Final = voidptr(0)


class Message(ctypes.Structure):
    """MSG, as far as it is read."""

    _fields_: ClassVar = [
        ("window", ctypes.c_void_p),
        ("message", ctypes.c_uint),
        ("wparam", ctypes.c_size_t),
        ("lparam", ctypes.c_ssize_t),
    ]


class MessageFilter(QAbstractNativeEventFilter):
    """Calls `received(wparam)` of a message's number; Qt goes on with the message as ever."""

    def __init__(self, receivers: dict[int, Callable[[int], None]]) -> None:
        super().__init__()
        self._receivers = receivers

    def nativeEventFilter(  # noqa: N802
        self, event_type: QByteArray | bytes | bytearray | memoryview, message: voidptr | None
    ) -> tuple[bool, voidptr]:
        """See QAbstractNativeEventFilter."""
        if message is not None and QByteArray(event_type) == b"windows_generic_MSG":
            read = Message.from_address(int(message))
            receive = self._receivers.get(read.message)
            if receive is not None:
                receive(read.wparam)
        return False, _NO_RESULT

    def install(self) -> None:
        """See every message from now on."""
        application = QCoreApplication.instance()
        assert application is not None
        application.installNativeEventFilter(self)

    def remove(self) -> None:
        """See none any more."""
        application = QCoreApplication.instance()
        if application is not None:
            application.removeNativeEventFilter(self)
