"""The little language between `callwatch call ...` and the running app: one JSON line each way.

Request `{"command": "start"}`, answer `{"ok": true, "state": "running", "message": "..."}`.
No Qt in here, so that the command line stays quick: `send` speaks to the socket with the
standard library alone. Only the user who runs the app can reach it.
"""

import getpass
import hashlib
import json
import os
import socket
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from callwatch.core.errors import CallwatchError
from callwatch_ui.native import windows_pipe

MAX_LINE_BYTES: Final = 4096
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


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answers; `message` is one plain sentence."""

    ok: bool
    state: AppState
    message: str

    def to_line(self) -> bytes:
        """One JSON line."""
        record = {"ok": self.ok, "state": self.state.value, "message": self.message}
        return json.dumps(record, ensure_ascii=False).encode() + b"\n"

    @staticmethod
    def from_line(line: bytes) -> "Answer":
        """Read an answer; raises ValueError when it is none."""
        record = json.loads(line)
        if not isinstance(record, dict):
            raise ValueError("an answer is a JSON object")
        return Answer(bool(record["ok"]), AppState(record["state"]), str(record["message"]))


def command_of(line: bytes) -> AppCommand:
    """Read a request; raises ValueError with a sentence when it is none."""
    try:
        record = json.loads(line)
    except ValueError as exc:
        raise ValueError("a request is one line of JSON") from exc
    name = record.get("command") if isinstance(record, dict) else None
    if name not in list(AppCommand):
        known = ", ".join(AppCommand)
        raise ValueError(f"no command {name!r}: use one of {known}")
    return AppCommand(name)


def socket_path() -> str:
    """Where the app listens: the user's run-time folder, else a name of their own in /tmp."""
    if sys.platform == "win32":
        return rf"\\.\pipe\callwatch-{_user_mark()}"
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    if folder and Path(folder).is_dir():
        return str(Path(folder) / "callwatch.sock")
    return str(Path("/tmp") / f"callwatch-{_user_mark()}.sock")


def send(command: AppCommand, path: str | None = None) -> Answer:
    """Tell the running app; raises AppNotRunningError without one, AppBusyError without answer."""
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
        link.sendall(line)
        with link.makefile("rb") as reader:
            return reader.readline(MAX_LINE_BYTES)


def _user_mark() -> str:
    return hashlib.sha256(getpass.getuser().encode()).hexdigest()[:12]
