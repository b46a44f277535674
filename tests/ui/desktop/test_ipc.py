import contextlib
import gc
import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from callwatch.core.errors import InputError, OutputError
from callwatch_ui.desktop import ipc as commands
from callwatch_ui.desktop import private_socket
from callwatch_ui.desktop.ipc import (
    MAX_LINE_BYTES,
    Answer,
    AppBusyError,
    AppCommand,
    AppNotRunningError,
    AppState,
    ForeignSocketError,
    command_of,
    send,
)
from callwatch_ui.desktop.ipc_server import CLIENTS, CommandServer

CLIENT = """
import sys
from callwatch_ui.desktop.ipc import AppCommand, send
answer = send(AppCommand(sys.argv[2]), sys.argv[1])
assert not any(name.startswith("PyQt6") for name in sys.modules)
print(answer.ok, answer.state, answer.message)
"""


class App:
    def __init__(self) -> None:
        self.state = AppState.IDLE
        self.heard: list[AppCommand] = []

    def handle(self, command: AppCommand) -> Answer:
        self.heard.append(command)
        if command is AppCommand.START:
            self.state = AppState.RUNNING
        return Answer(True, self.state, "Lyssnar.")


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "app.sock")


def client(qtbot: QtBot, place: str, command: str) -> str:
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENT, place, command],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=60_000)
    assert process.stdout is not None
    with process.stdout as out:
        return out.read().strip()


def test_a_quick_client_without_qt_is_answered(qtbot: QtBot, place: str) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    assert client(qtbot, place, "start") == "True running Lyssnar."
    assert app.heard == [AppCommand.START]
    assert stat.S_IMODE(os.stat(place).st_mode) & 0o077 == 0
    server.close()
    assert not Path(place).exists()


def test_nonsense_is_answered_with_a_sentence(qtbot: QtBot, place: str) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.connect(place)
        link.setblocking(False)
        link.sendall(b'not json\n{"command": "explode"}\n[]\n{"command": "status"}\n')
        got = bytearray()

        def read() -> bool:
            with contextlib.suppress(BlockingIOError):
                got.extend(link.recv(65536))
            return got.count(b"\n") == 4

        qtbot.waitUntil(read)
    answers = [json.loads(line) for line in got.splitlines()]
    assert [a["ok"] for a in answers] == [False, False, False, True]
    assert "explode" in answers[1]["message"]
    assert app.heard == [AppCommand.STATUS]
    server.close()


HOSTILE = [
    b"[" * 2000,
    b'{"command":' * 300,
    b"[" * 4000,
    b"x" * 5000,
    b"[" * 100_000,
    b"\x00" * 50,
    b"\xff\xfe" * 40,
    "[".encode("utf-32-be") * 900,
    b'{"command": ["start"]}',
    b'{"command": {"start": 1}}',
    b'{"command": "' + b"s" * 4000 + b'"}',
    b'{"command": "\\ud800"}',
    b'{"command": "\\u001b[2J"}',
    b"1" * 4090,
    b"1e" + b"9" * 400,
    b"NaN",
    b"",
]


def asked(qtbot: QtBot, place: str, sent: bytes) -> bytes:
    """What the app answers until it hangs up or has answered every line."""
    got = bytearray()
    lines = sent.count(b"\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.connect(place)
        link.sendall(sent)
        link.setblocking(False)

        def is_over() -> bool:
            try:
                piece = link.recv(65536)
            except BlockingIOError:
                return 0 < lines <= got.count(b"\n")
            except ConnectionResetError:
                return True
            got.extend(piece)
            return not piece

        qtbot.waitUntil(is_over)
    return bytes(got)


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_sent_is_refused_in_a_sentence_and_the_app_lives(
    qtbot: QtBot, place: str, line: bytes
) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    answers = asked(qtbot, place, line + b"\n").splitlines()
    if len(line) <= 2 * MAX_LINE_BYTES:  # a longer one is cut off while it is sent
        told = Answer.from_line(answers[0])
        assert not told.ok
        assert len(answers[0]) < 400
        assert "\n" not in told.message
        assert "\x1b" not in told.message
    assert Answer.from_line(asked(qtbot, place, b'{"command": "status"}\n').splitlines()[0]).ok
    assert app.heard == [AppCommand.STATUS]
    server.close()


@pytest.mark.parametrize(
    ("length", "is_read"), [(MAX_LINE_BYTES, True), (MAX_LINE_BYTES + 1, False)]
)
def test_a_line_may_be_so_long(qtbot: QtBot, place: str, length: int, is_read: bool) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    line = b'{"command": "status"}'
    told = asked(qtbot, place, line + b" " * (length - len(line) - 1) + b"\n")
    assert Answer.from_line(told.splitlines()[0]).ok is is_read
    assert app.heard == [AppCommand.STATUS] * is_read
    server.close()


@pytest.mark.parametrize("length", [MAX_LINE_BYTES + 1, 20_000])
def test_a_flood_without_end_of_line_is_refused_and_cut_off(
    qtbot: QtBot, place: str, length: int
) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    asked(qtbot, place, b"x" * length)
    qtbot.waitUntil(lambda: server.clients == 0)
    server.close()


def test_a_client_that_never_reads_is_cut_off(qtbot: QtBot, place: str) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.connect(place)
        link.setblocking(False)
        qtbot.waitUntil(lambda: server.clients == 1)

        def is_cut() -> bool:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                link.send(b"nonsense\n" * 2000)
            return server.clients == 0

        qtbot.waitUntil(is_cut)
    server.close()


def test_silent_clients_keep_no_hook_out(qtbot: QtBot, place: str) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    with contextlib.ExitStack() as links:
        for _ in range(CLIENTS * 3):
            link = links.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            link.connect(place)
            qtbot.wait(0)
        qtbot.waitUntil(lambda: server.clients == CLIENTS)
        assert Answer.from_line(asked(qtbot, place, b'{"command": "status"}\n')).ok
    server.close()


def test_another_users_program_is_neither_heard_nor_told(
    qtbot: QtBot, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    assert peer_uid_of(place) == os.getuid()
    monkeypatch.setattr(private_socket, "peer_uid", lambda _: os.getuid() + 1)
    assert asked(qtbot, place, b'{"command": "start"}\n') == b""
    with pytest.raises(ForeignSocketError, match="another user"):
        send(AppCommand.START, place)
    with pytest.raises(ForeignSocketError):
        CommandServer(app.handle, lambda: app.state).listen(place)
    monkeypatch.setattr(private_socket, "peer_uid", lambda _: None)
    assert asked(qtbot, place, b'{"command": "start"}\n') == b""
    assert app.heard == []
    server.close()


def peer_uid_of(place: str) -> int | None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.connect(place)
        return private_socket.peer_uid(link)


def test_an_app_that_answers_nonsense_is_told_in_a_sentence(place: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        other.bind(place)
        other.listen()

        def answer() -> None:
            for line in HOSTILE:
                link, _ = other.accept()
                with link, contextlib.suppress(OSError):
                    link.recv(100)
                    link.sendall(line + b"\n")

        thread = threading.Thread(target=answer)
        thread.start()
        for _ in HOSTILE:
            with pytest.raises(AppNotRunningError, match="start it first"):
                send(AppCommand.STATUS, place)
        thread.join(60)


def test_a_place_where_nothing_can_be_made_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    with pytest.raises(OutputError, match="cannot listen"):
        server.listen(str(tmp_path / "nowhere" / "app.sock"))


def test_a_socket_left_by_a_dead_app_is_taken_over(qtbot: QtBot, place: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(place)
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    assert client(qtbot, place, "status").startswith("True idle")
    server.close()


def test_an_app_that_hangs_is_busy_and_keeps_its_socket(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "ANSWER_S", 0.05)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as hanging:
        hanging.bind(place)
        hanging.listen()
        with pytest.raises(AppBusyError, match="try again"):
            send(AppCommand.STATUS, place)
        app = App()
        assert not CommandServer(app.handle, lambda: app.state).listen(place)
    assert Path(place).exists()


def test_no_app_is_told_in_a_sentence(place: str) -> None:
    with pytest.raises(AppNotRunningError, match="start it first"):
        send(AppCommand.STOP, place)


def test_answers_survive_the_round_trip() -> None:
    answer = Answer(False, AppState.PAUSED, "Pausat – inget skrivs ner.")
    assert Answer.from_line(answer.to_line()) == answer
    for command in AppCommand:
        assert command_of(json.dumps({"command": command}).encode()) is command


def test_a_command_that_fails_is_answered_all_the_same(qtbot: QtBot, place: str) -> None:
    def fail(_: AppCommand) -> Answer:
        raise InputError("Too many requests: wait a second.")

    server = CommandServer(fail, lambda: AppState.RUNNING)
    assert server.listen(place)
    assert client(qtbot, place, "resume") == "False running Too many requests: wait a second."
    server.close()


@pytest.fixture
def collecting() -> Iterator[None]:
    """The garbage collector runs all the time."""
    before = gc.get_threshold()
    gc.freeze()  # what was there before need not be looked through each time
    gc.set_threshold(1, 1, 1)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def test_a_client_that_waits_before_it_asks_outlives_the_garbage_collector(
    qtbot: QtBot, place: str
) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.connect(place)
        qtbot.waitUntil(lambda: server.clients == 1)
        gc.collect()
        link.sendall(b'{"command": "status"}\n')
        qtbot.waitUntil(lambda: app.heard == [AppCommand.STATUS])
    qtbot.waitUntil(lambda: server.clients == 0)
    server.close()


@pytest.mark.usefixtures("collecting")
def test_hundreds_of_hooks_back_to_back_are_all_answered(qtbot: QtBot, place: str) -> None:
    app = App()
    server = CommandServer(app.handle, lambda: app.state)
    assert server.listen(place)
    commands_told = [AppCommand.START, AppCommand.HOLD, AppCommand.RESUME, AppCommand.STOP] * 75
    answers: list[bool] = []
    hooks = threading.Thread(
        target=lambda: answers.extend(send(command, place).ok for command in commands_told)
    )
    hooks.start()
    qtbot.waitUntil(lambda: not hooks.is_alive(), timeout=60_000)
    assert answers == [True] * 300
    assert app.heard == commands_told
    qtbot.waitUntil(lambda: server.clients == 0)
    server.close()
