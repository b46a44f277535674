"""A client's end of a named pipe of Windows, with a limit of time. No Qt in here.

Reading a pipe cannot be told to give up, so it is done in a thread of its own, which ends with the program.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import BinaryIO, Final

# ERROR_PIPE_BUSY: every end of the server is taken for the moment.
_PIPE_BUSY: Final = 231
_RETRY_S: Final = 0.05


def exchange(
    path: str,
    line: bytes,
    *,
    limit_bytes: int,
    timeout_s: float,
    open_pipe: Callable[[str], BinaryIO] | None = None,
) -> bytes:
    """Send a line and give the line that comes back.

    Raises FileNotFoundError when nobody listens, TimeoutError when a server is there and does not answer in time.
    """
    answers: list[bytes] = []
    errors: list[OSError] = []
    until_s = time.monotonic() + timeout_s

    def ask() -> None:
        try:
            with _opened(open_pipe or _open, path, until_s) as pipe:
                pipe.write(line)
                answers.append(pipe.readline(limit_bytes))
        except OSError as exc:
            errors.append(exc)

    thread = threading.Thread(target=ask, name="callwatch-pipe", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if errors:
        raise errors[0]
    if not answers:
        raise TimeoutError(f"{path} did not answer")
    return answers[0]


def _open(path: str) -> BinaryIO:
    return open(path, "r+b", buffering=0)


def _opened(open_pipe: Callable[[str], BinaryIO], path: str, until_s: float) -> BinaryIO:
    """The pipe, waited for as long as all its ends are taken."""
    while True:
        with contextlib.suppress(_BusyError):
            return _try(open_pipe, path)
        if time.monotonic() > until_s:
            raise TimeoutError(f"{path} is busy")
        time.sleep(_RETRY_S)


class _BusyError(Exception):
    """All ends of the pipe are taken."""


def _try(open_pipe: Callable[[str], BinaryIO], path: str) -> BinaryIO:
    try:
        return open_pipe(path)
    except OSError as exc:
        if getattr(exc, "winerror", None) == _PIPE_BUSY:
            raise _BusyError from exc
        raise
