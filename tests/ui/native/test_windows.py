"""What is Windows' own, with its functions in fakes: the messages, the keys, the pipe, the mutex."""

import ctypes
import io
import sys
import threading

import pytest
from PyQt6.sip import voidptr
from pytestqt.qtbot import QtBot
from tests.access import windows_error

from callwatch_ui.native import platforms
from callwatch_ui.native.single_instance import ERROR_ALREADY_EXISTS, SingleInstance
from callwatch_ui.native.windows_hotkeys import FIRST, WindowsHotKey
from callwatch_ui.native.windows_messages import WM_HOTKEY, Message, MessageFilter
from callwatch_ui.native.windows_notifications import shows_notifications
from callwatch_ui.native.windows_pipe import exchange


class User32:
    """RegisterHotKey that refuses the keys that another program has."""

    def __init__(self, taken: str = "") -> None:
        self.taken = [ord(key) for key in taken]
        self.registered: dict[int, int] = {}

    def RegisterHotKey(self, _window: None, identity: int, _modifiers: int, key: int) -> bool:  # noqa: N802
        if key in self.taken:
            return False
        self.registered[identity] = key
        return True

    def UnregisterHotKey(self, _window: None, identity: int) -> bool:  # noqa: N802
        del self.registered[identity]
        return True


def arrives(hotkeys: WindowsHotKey, number: int, wparam: int) -> tuple[bool, object]:
    message = Message(None, number, wparam, 0)
    return hotkeys._filter.nativeEventFilter(
        b"windows_generic_MSG", voidptr(ctypes.addressof(message))
    )


def test_a_key_is_taken_from_the_message_before_qt_has_it(qtbot: QtBot) -> None:
    user32 = User32()
    hotkeys = WindowsHotKey("wx", user32)
    pressed: list[str] = []
    hotkeys.pressed.connect(pressed.append)
    assert not arrives(hotkeys, WM_HOTKEY, FIRST + 1)[0]
    arrives(hotkeys, WM_HOTKEY, FIRST + 7)  # another program part's
    arrives(hotkeys, WM_HOTKEY + 1, FIRST)  # another message
    assert pressed == ["x"]
    hotkeys.close()
    assert user32.registered == {}


def test_other_events_than_windows_messages_are_left_alone() -> None:
    heard: list[int] = []
    filter_ = MessageFilter({WM_HOTKEY: heard.append})
    message = Message(None, WM_HOTKEY, 1, 0)
    where = voidptr(ctypes.addressof(message))
    assert not filter_.nativeEventFilter(b"xcb_generic_event_t", where)[0]
    assert not filter_.nativeEventFilter(b"windows_generic_MSG", None)[0]
    assert heard == []


def test_a_key_that_another_program_has_is_named(qtbot: QtBot) -> None:
    hotkeys = WindowsHotKey("wxn", User32(taken="XN"))
    assert hotkeys.refused == ("x", "n")
    hotkeys.close()


class Kernel32:
    """The mutexes of one machine."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.error = 0

    def CreateMutexW(self, _security: None, _owned: bool, name: str) -> int:  # noqa: N802
        self.error = ERROR_ALREADY_EXISTS if name in self.names else 0
        self.names.append(name)
        return len(self.names)

    def GetLastError(self) -> int:  # noqa: N802
        return self.error

    def CloseHandle(self, _handle: int) -> bool:  # noqa: N802
        self.names.pop()
        return True


@pytest.mark.posix
def test_the_mutex_belongs_to_one_app_in_all_sessions() -> None:
    kernel32 = Kernel32()
    first = SingleInstance(r"\\.\pipe\callwatch-12ab", kernel32)
    assert first.acquire()
    assert kernel32.names == [r"Global\callwatch-12ab"]
    assert not SingleInstance(r"\\.\pipe\callwatch-12ab", kernel32).acquire()
    first.release()
    first.release()
    assert SingleInstance(r"\\.\pipe\callwatch-12ab", kernel32).acquire()


def test_offscreen_is_no_display_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert not platforms.has_display()
    monkeypatch.delenv("QT_QPA_PLATFORM")
    assert platforms.has_display()


class Pipe(io.BytesIO):
    """A pipe whose other end answers with a line, or never."""

    def __init__(self, answer: bytes | None) -> None:
        super().__init__()
        self.answer = answer
        self.never = threading.Event()

    def readline(self, size: int | None = -1, /) -> bytes:
        if self.answer is None:
            self.never.wait()
            return b""
        return self.answer[:size]


def asked(pipe: Pipe | OSError, timeout_s: float = 60.0) -> bytes:
    def open_pipe(path: str) -> io.BytesIO:
        if isinstance(pipe, OSError):
            raise pipe
        return pipe

    return exchange("pipe", b"question\n", limit_bytes=4, timeout_s=timeout_s, open_pipe=open_pipe)


def test_a_pipe_answers() -> None:
    assert asked(Pipe(b"answer\n")) == b"answ"


def test_a_server_that_does_not_answer_is_not_waited_for_without_end() -> None:
    silent = Pipe(None)
    with pytest.raises(TimeoutError):
        asked(silent, timeout_s=0.05)
    silent.never.set()


def test_a_busy_pipe_is_not_the_same_as_none() -> None:
    busy = windows_error(231, "All pipe instances are busy")
    with pytest.raises(TimeoutError):
        asked(busy, timeout_s=0.0)
    with pytest.raises(FileNotFoundError):
        asked(FileNotFoundError(2, "no such pipe"))


class Shell32:
    """SHQueryUserNotificationState with one answer."""

    def __init__(self, state: int, result: int = 0) -> None:
        self._state, self._result = state, result

    def SHQueryUserNotificationState(self, state: object) -> int:  # noqa: N802
        state._obj.value = self._state  # type: ignore[attr-defined]
        return self._result


@pytest.mark.parametrize(
    ("state", "result", "is_on", "shown"),
    [
        (5, 0, True, True),
        (5, 0, False, False),
        (2, 0, True, False),  # a program fills the screen
        (4, 0, True, False),  # a presentation
        (6, 0, True, False),  # the quiet first hour
        (6, -1, True, True),  # Windows does not say
    ],
)
def test_a_notification_that_nobody_would_see_is_known(
    state: int, result: int, is_on: bool, shown: bool
) -> None:
    assert shows_notifications(Shell32(state, result), lambda: is_on) is shown


class Affinity:
    """SetWindowDisplayAffinity of a Windows that knows it, or of an older one."""

    def __init__(self, known: bool) -> None:
        self.known = known
        self.asked: list[tuple[int, int]] = []

    def SetWindowDisplayAffinity(self, window: int, affinity: int) -> bool:  # noqa: N802
        self.asked.append((window, affinity))
        return self.known


@pytest.mark.parametrize("known", [True, False])
def test_the_overlay_is_left_out_of_captures_and_put_back(known: bool) -> None:
    user32 = Affinity(known)
    assert platforms.hide_from_sharing(7, hidden=True, user32=user32) is known
    assert platforms.hide_from_sharing(7, hidden=False, user32=user32) is known
    assert user32.asked == [(7, 0x11), (7, 0)]
