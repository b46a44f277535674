"""What happens to the person's session during a call: log-off, sleep, the lock screen. GUI thread.

Log-off is Qt's own (WM_QUERYENDSESSION on Windows, the session manager on X11). Sleep and lock are messages of
Windows, and on Linux signals of logind and of the screen saver on D-Bus; elsewhere they go unnoticed.
"""

import ctypes
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from PyQt6.QtCore import QObject, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtDBus import QDBusConnection, QDBusMessage
from PyQt6.QtGui import QGuiApplication, QSessionManager

from callwatch_ui.native.windows_messages import (
    WM_POWERBROADCAST,
    WM_WTSSESSION_CHANGE,
    MessageFilter,
)

# winuser.h and wtsapi32.h.
SUSPENDED: Final = 0x4
RESUMED: Final = (0x7, 0x12)  # by a person, and by itself
LOCKED: Final = 0x7
UNLOCKED: Final = 0x8
_THIS_SESSION: Final = 0

_LOGIND: Final = (
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
)
_SCREEN_SAVER: Final = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"),
)


class Absence(StrEnum):
    """How the person was away from a call that went on."""

    SLEPT = "slept"
    LOCKED = "locked"


class SessionWatch(QObject):
    """`away(absence, seconds)` after it is over. `on_log_off` returns when all is written down.

    `clock` gives seconds and goes on while the machine sleeps.
    """

    away = pyqtSignal(object, float)

    def __init__(
        self, on_log_off: Callable[[], None], clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__()
        self._on_log_off, self._clock = on_log_off, clock
        self._since_s: dict[Absence, float] = {}
        self._filter = MessageFilter(
            {WM_POWERBROADCAST: self._power, WM_WTSSESSION_CHANGE: self._session}
        )

    def start(self, window: int) -> None:
        """Watch from now on; `window` is one of the app's, to which Windows reports the lock screen."""
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        # Directly: Windows ends the app as soon as it has answered.
        application.commitDataRequest.connect(
            self.log_off,
            type=Qt.ConnectionType.DirectConnection,  # type: ignore[call-arg]
        )
        if sys.platform == "win32":
            self._filter.install()
            ctypes.windll.wtsapi32.WTSRegisterSessionNotification(window, _THIS_SESSION)
        elif sys.platform == "linux":
            system, session = QDBusConnection.systemBus(), QDBusConnection.sessionBus()
            system.connect(*_LOGIND, "PrepareForSleep", self.prepare_for_sleep)
            for place in _SCREEN_SAVER:
                session.connect(*place, "ActiveChanged", self.screen_saver)

    def stop(self) -> None:
        """Watch no more."""
        if sys.platform == "win32":
            self._filter.remove()

    def log_off(self, _manager: QSessionManager | None = None) -> None:
        """The session ends, or would like to."""
        self._on_log_off()

    @pyqtSlot(QDBusMessage)
    def prepare_for_sleep(self, message: QDBusMessage) -> None:
        """Logind: the machine falls asleep (True) or is awake again."""
        self._note(Absence.SLEPT, _is_true(message))

    @pyqtSlot(QDBusMessage)
    def screen_saver(self, message: QDBusMessage) -> None:
        """The screen is locked (True) or open again."""
        self._note(Absence.LOCKED, _is_true(message))

    def _power(self, event: int) -> None:
        if event == SUSPENDED or event in RESUMED:
            self._note(Absence.SLEPT, event == SUSPENDED)

    def _session(self, event: int) -> None:
        if event in (LOCKED, UNLOCKED):
            self._note(Absence.LOCKED, event == LOCKED)

    def _note(self, absence: Absence, begins: bool) -> None:
        if begins:
            self._since_s.setdefault(absence, self._clock())
        elif absence in self._since_s:
            self.away.emit(absence, self._clock() - self._since_s.pop(absence))


def _is_true(message: QDBusMessage) -> bool:
    return message.arguments()[:1] == [True]
