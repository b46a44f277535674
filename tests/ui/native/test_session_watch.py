"""Log-off, sleep and the lock screen, as Windows and Linux report them."""

import ctypes

import pytest
from PyQt6.QtDBus import QDBusMessage
from PyQt6.QtGui import QGuiApplication
from PyQt6.sip import voidptr
from pytestqt.qtbot import QtBot

from callwatch_ui.native.session_watch import (
    LOCKED,
    RESUMED,
    SUSPENDED,
    UNLOCKED,
    Absence,
    SessionWatch,
)
from callwatch_ui.native.windows_messages import (
    WM_POWERBROADCAST,
    WM_WTSSESSION_CHANGE,
    Message,
)


class Session:
    def __init__(self) -> None:
        self.now_s = 100.0
        self.ended = 0
        self.aways: list[tuple[Absence, float]] = []
        self.watch = SessionWatch(self.end, lambda: self.now_s)
        self.watch.away.connect(lambda absence, s: self.aways.append((absence, s)))

    def end(self) -> None:
        self.ended += 1

    def windows_says(self, number: int, wparam: int) -> None:
        message = Message(None, number, wparam, 0)
        self.watch._filter.nativeEventFilter(
            b"windows_generic_MSG", voidptr(ctypes.addressof(message))
        )

    def dbus_says(self, name: str, *, begins: bool) -> None:
        message = QDBusMessage.createSignal("/", "org.freedesktop.test", name)
        message.setArguments([begins])
        getattr(self.watch, name)(message)


@pytest.mark.parametrize(
    ("number", "begins", "ends", "absence"),
    [
        (WM_POWERBROADCAST, SUSPENDED, RESUMED[0], Absence.SLEPT),
        (WM_POWERBROADCAST, SUSPENDED, RESUMED[1], Absence.SLEPT),
        (WM_WTSSESSION_CHANGE, LOCKED, UNLOCKED, Absence.LOCKED),
    ],
)
def test_windows_reports_sleep_and_lock(
    qtbot: QtBot, number: int, begins: int, ends: int, absence: Absence
) -> None:
    session = Session()
    session.windows_says(number, 0x77)  # something else
    session.windows_says(number, begins)
    session.now_s += 40.0
    assert session.aways == []
    session.windows_says(number, ends)
    session.windows_says(number, ends)  # a second word for the same end
    assert session.aways == [(absence, 40.0)]


@pytest.mark.parametrize(
    ("name", "absence"),
    [("prepare_for_sleep", Absence.SLEPT), ("screen_saver", Absence.LOCKED)],
)
def test_linux_reports_sleep_and_lock(qtbot: QtBot, name: str, absence: Absence) -> None:
    session = Session()
    session.dbus_says(name, begins=True)
    session.now_s += 7.5
    session.dbus_says(name, begins=False)
    assert session.aways == [(absence, 7.5)]


def test_log_off_is_answered_before_it_goes_on(qtbot: QtBot) -> None:
    session = Session()
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.commitDataRequest.connect(session.watch.log_off)
    # What Qt emits when Windows or a session manager asks; it waits for the slots.
    application.commitDataRequest.emit(None)
    application.commitDataRequest.disconnect(session.watch.log_off)
    assert session.ended == 1
