"""Which calls have begun and are not finished: a small file for each, wherever its journal lies.

The file is made before the journal and goes when report and history are written. As long as its process lives
it is locked, so one without a lock is a call that something cut short (app/recovery.py). No threads.
"""

import contextlib
import json
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final, Self

from callwatch.app.folders import data_folder
from callwatch.core.files import open_private
from callwatch.core.log import logged, logger_of
from callwatch.core.owner_only import make_private_folder

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_log: Final = logger_of(__name__)

UNFINISHED: Final = "unfinished"
# Windows lets nobody read what is locked: this byte lies behind every mark.
_LOCKED_BYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class UnfinishedCall:
    """What finishing a call needs to know.

    `is_live`: its journal is all that there is; otherwise its recording can be analysed again.
    """

    call_id: str
    folder: str
    journal: str
    is_live: bool
    own_folder: bool
    in_history: bool
    pid: int = 0

    def __post_init__(self) -> None:
        kinds = (str, str, str, bool, bool, bool, int)
        for value, kind in zip(asdict(self).values(), kinds, strict=True):
            if not isinstance(value, kind):
                raise TypeError(f"{value!r} is no {kind.__name__}")


class UnfinishedMark:
    """The mark of one call; None for a call of which nothing is kept. Where the data folder cannot be
    written the call goes on without it.
    """

    def __init__(self, call: UnfinishedCall | None) -> None:
        self._path = marks_folder() / f"{secrets.token_hex(8)}.json"
        self._file: BinaryIO | None = None
        if call is None:
            return
        with logged(_log, "an unfinished call cannot be marked", OSError):
            make_private_folder(self._path.parent)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            self._file = os.fdopen(open_private(self._path, flags), "wb")
            _try_lock(self._file)
            self._file.write(json.dumps(asdict(call) | {"pid": os.getpid()}).encode())
            self._file.flush()
            os.fsync(self._file.fileno())

    def done(self) -> None:
        """The call is finished."""
        self.release()
        with logged(_log, "the mark of a finished call stays", OSError):
            self._path.unlink(missing_ok=True)

    def release(self) -> None:
        """Nobody works on the call any more: whoever looks next may finish it."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None


class FoundMark:
    """The mark of a call that was cut short; held as long as it is being finished."""

    def __init__(self, path: Path, call: UnfinishedCall | None, file: BinaryIO) -> None:
        self.call = call  # None: the mark itself was cut short
        self._path, self._file = path, file

    def done(self) -> None:
        """The call is finished."""
        if sys.platform == "win32":  # which deletes no file that is open
            self._file.close()
        with logged(_log, "the mark of a finished call stays", OSError):
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def cut_short() -> Iterator[FoundMark]:
    """The marks that no living process holds, the oldest first; use each in a `with`."""
    folder = marks_folder()
    try:
        paths = sorted(folder.glob("*.json"), key=lambda path: path.lstat().st_mtime)
    except OSError:
        return
    for path in paths:
        with contextlib.suppress(OSError):
            file = path.open("r+b")
            try:
                call = _read(file)
                is_free = _try_lock(file)
            except OSError:
                is_free = False
            if is_free and path.exists():
                yield FoundMark(path, call, file)
            file.close()


def marked_calls() -> list[UnfinishedCall]:
    """All calls that are marked, whoever works on them."""
    found = []
    for path in marks_folder().glob("*.json"):
        with contextlib.suppress(OSError), path.open("rb") as file:
            call = _read(file)
            found += [] if call is None else [call]
    return found


def any_cut_short() -> bool:
    """Whether there is anything to look at: quick, for the start of every command."""
    with contextlib.suppress(OSError), os.scandir(marks_folder()) as found:
        return any(True for _ in found)
    return False


def marks_folder() -> Path:
    """Where the marks lie."""
    return data_folder() / UNFINISHED


def _read(file: IO[bytes]) -> UnfinishedCall | None:
    try:
        return UnfinishedCall(**json.loads(file.read(1 << 16)))
    except (ValueError, TypeError, RecursionError):
        return None


def _try_lock(file: BinaryIO) -> bool:
    """Whether nobody else holds the file; from now on this process does."""
    try:
        _lock(file.fileno())
    except OSError:
        return False
    return True


def _lock(number: int) -> None:
    if sys.platform == "win32":
        place = os.lseek(number, 0, os.SEEK_CUR)
        os.lseek(number, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(number, place, os.SEEK_SET)
    else:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
