"""The little language between `callwatch call ...` and the running app: one JSON line each way.

Request `{"command": "start"}`, answer `{"ok": true, "state": "running", "message": "..."}`.
No Qt in here, so that the command line stays quick: `send` speaks to the socket with the
standard library alone. Only the user who runs the app can reach it (private_socket.py).
"""

import json
import socket
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from callwatch.core.errors import CallwatchError
from callwatch_ui.desktop.private_socket import is_own_peer, socket_path
from callwatch_ui.native import windows_pipe

MAX_LINE_BYTES: Final = 4096
# Requests and answers are one flat object with perhaps a bracket in its text: more only costs the parser its stack.
MAX_BRACKETS: Final = 64
TOO_LONG: Final = f"a request is one line of JSON of at most {MAX_LINE_BYTES} bytes"
# What of a wrong command is repeated in the answer.
_QUOTED_CHARACTERS: Final = 40
ANSWER_S: Final = 5.0


class AppCommand(StrEnum):
    """What the running app can be told."""

    START = "start"
    STOP = "stop"
    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    STATUS = "status"
    PAUSE = "pause"
    DISMISS = "dismiss"
    NOT_USEFUL = "notuseful"
    SHOW = "show"


class AppState(StrEnum):
    """What the app is doing."""

    IDLE = "idle"
    RUNNING = "running"
    HELD = "held"
    PAUSED = "paused"


class AppNotRunningError(CallwatchError):
    """No callwatch app runs for this user."""


class AppBusyError(CallwatchError):
    """The app runs, and did not answer in time."""


class ForeignSocketError(CallwatchError):
    """A program of another user has the place of the socket."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answers; `message` is one plain sentence."""

    ok: bool
    state: AppState
    message: str

    def to_line(self) -> bytes:
        """One JSON line."""
        record = {"ok": self.ok, "state": self.state.value, "message": self.message}
        return json.dumps(record, ensure_ascii=False).encode(errors="replace") + b"\n"

    @staticmethod
    def from_line(line: bytes) -> "Answer":
        """Read an answer; raises ValueError when it is none."""
        record = _parsed(line)
        if not isinstance(record, dict):
            raise ValueError("an answer is a JSON object")
        return Answer(bool(record["ok"]), AppState(record["state"]), str(record["message"]))


def command_of(line: bytes) -> AppCommand:
    """Read a request; raises ValueError with a sentence when it is none, whatever the bytes are."""
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(TOO_LONG)
    try:
        record = _parsed(line)
    except ValueError as exc:
        raise ValueError("a request is one line of JSON") from exc
    name = record.get("command") if isinstance(record, dict) else None
    if not isinstance(name, str) or name not in list(AppCommand):
        known = ", ".join(AppCommand)
        raise ValueError(f"no command {repr(name)[:_QUOTED_CHARACTERS]}: use one of {known}")
    return AppCommand(name)


def _parsed(line: bytes) -> Any:
    """The value of a line of JSON; raises ValueError also for one that nests too deeply."""
    if line.count(b"[") + line.count(b"{") > MAX_BRACKETS:
        raise ValueError("the line nests too deeply")
    return json.loads(line)


def send(command: AppCommand, path: str | None = None) -> Answer:
    """Tell the running app; raises AppNotRunningError without one, AppBusyError without answer.

    A socket of another user gets nothing: ForeignSocketError, or SocketPlaceError for the folder.
    """
    line = json.dumps({"command": command.value}).encode() + b"\n"
    try:
        answer = _exchange(path or socket_path(), line)
        return Answer.from_line(answer)
    except TimeoutError as exc:
        raise AppBusyError("The callwatch app is busy: try again in a moment.") from exc
    except (OSError, ValueError, KeyError) as exc:
        raise AppNotRunningError("The callwatch app does not answer: start it first.") from exc


def _exchange(path: str, line: bytes) -> bytes:
    if sys.platform == "win32":
        return windows_pipe.exchange(path, line, limit_bytes=MAX_LINE_BYTES, timeout_s=ANSWER_S)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(ANSWER_S)
        link.connect(path)
        if not is_own_peer(link):
            raise ForeignSocketError(
                f"A program of another user listens at {path}: nothing was sent to it; delete that file."
            )
        link.sendall(line)
        with link.makefile("rb") as reader:
            return reader.readline(MAX_LINE_BYTES)
