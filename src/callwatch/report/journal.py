"""events.jsonl: every event of a call, one JSON object a line, written as it happens.

    {"time_s":1.5,"type":"voice_started",...,"crc":"5d41402a"}

The report can be recomputed from it. The file only grows; each line ends with the CRC-32 of what stands before
it, and once a second everything is on the disk. A line that a crash or a power failure left torn is known by its
sum and left out. Journals of older versions have no sums and still open.

Threads: `JournalWriter` is called by one thread; one of its own syncs, and tries again what could not be written.
"""

import contextlib
import json
import os
import re
import stat
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from callwatch.core.closing import ClosedByWith
from callwatch.core.errors import InputError
from callwatch.core.events import Event, InputWarning
from callwatch.core.facts import Fact
from callwatch.core.files import open_private
from callwatch.core.log import logger_of
from callwatch.core.owner_only import make_private_folder
from callwatch.report.event_codec import event_from_document, event_to_document
from callwatch.report.files import output_error
from callwatch.report.journal_words import SEALED

_log: Final = logger_of(__name__)

JOURNAL_NAME: Final = "events.jsonl"
# What a power failure may cost at most.
SYNC_EVERY_S: Final = 1.0
# A disk that does not answer must not hold up the report.
CLOSE_S: Final = 1.0

_SUM: Final = re.compile(rb',"crc":"([0-9a-f]{8})"}')
_BEGINS: Final = b'{"time_s":'
_SUM_BYTES: Final = len(b',"crc":"00000000"}')
_CLOSED: Final = -1
Unseal = Callable[[Mapping[str, Any]], Event | None]
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)


def encode_line(document: Mapping[str, Any]) -> bytes:
    """The line of a document with its sum, without the line's end."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    body = text.encode("utf-8", "replace")[:-1]
    return body + b',"crc":"%08x"}' % zlib.crc32(body)


def decode_line(line: bytes) -> dict[str, Any] | None:
    """The document of a line, without its sum; None for a line that is damaged or no object."""
    found = _SUM.fullmatch(line, len(line) - _SUM_BYTES) if len(line) > _SUM_BYTES else None
    if found is not None and int(found[1], 16) != zlib.crc32(line[: found.start()]):
        return None
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    document.pop("crc", None)
    return document


class JournalWriter(ClosedByWith):
    """Writes each event as one line, at once, into a file that only its owner may read.

    Call it with events, close it when the call is over. A disk that takes nothing costs no event: lines wait in
    memory and are tried again every second; `fault` says why. A file that somebody deleted is written again.
    Raises OutputError only when it cannot be made.
    """

    def __init__(self, path: Path, sync_every_s: float = SYNC_EVERY_S) -> None:
        self.path = path
        self.fault: OSError | None = None
        self._waiting = bytearray()
        self._is_synced = True
        self._is_over = False
        self._lock = threading.Lock()
        self._closing = threading.Event()
        # The sentences of facts are read from files: now, because in the call none may be left to open.
        event_to_document(InputWarning(0.0, None, Fact("stage_failed", {"stage": "output"})))
        try:
            self._file = _new_file(path)
        except OSError as exc:
            raise output_error(path, exc) from exc
        self._thread = threading.Thread(
            target=self._keep, args=(sync_every_s,), name="callwatch-journal", daemon=True
        )
        self._thread.start()

    def __call__(self, event: Event) -> None:
        """Write one event, or keep it until the disk takes it."""
        self.put(event_to_document(event))

    def put(self, document: Mapping[str, Any]) -> None:
        """Write the document of one line, or keep it until the disk takes it."""
        line = encode_line(document) + b"\n"
        with self._lock:
            self._waiting += line
            if self.fault is None:  # else the other thread tries again: one try a second is enough
                self._write()

    @property
    def is_whole(self) -> bool:
        """Whether the disk has all that was written so far."""
        return self.fault is None and not self._waiting

    def close(self) -> None:
        """Write and sync the rest, as far as the disk takes it in time; may be repeated."""
        self._closing.set()
        self._thread.join(CLOSE_S)
        self._is_over = True
        # Elsewhere it stays open, for `content` after somebody deleted it. Windows lets nobody delete, or rename, a
        # file that is open.
        if sys.platform == "win32":
            self.release()

    def content(self) -> bytes:
        """All lines: those of the file as far as it can be read, and those that wait."""
        with self._lock, contextlib.suppress(OSError):
            held = self.path.read_bytes() if self._file == _CLOSED else _read_all(self._file)
            return held + bytes(self._waiting)
        return bytes(self._waiting)

    def __del__(self) -> None:
        """The file stays open for `content` until nobody has the writer any more."""
        if hasattr(self, "_thread"):
            self.release()

    def release(self) -> None:
        """Close the file for good once the writer is closed: its content stands where it belongs."""
        if self._thread.is_alive():
            return
        file, self._file = self._file, _CLOSED
        if file != _CLOSED:
            with contextlib.suppress(OSError):
                os.close(file)

    def _keep(self, every_s: float) -> None:
        """The thread: sync, and try again."""
        while not self._closing.wait(every_s):
            self._sync()
        self._sync()

    def _sync(self) -> None:
        with self._lock:
            is_due = bool(self._waiting) or not self._is_synced or self.fault is not None
            is_written = False
            try:
                self._restore_if_gone()
            except OSError as exc:
                self._failed(exc)
            else:
                is_written = self._write()
            self._is_synced = True
        if is_due and is_written:
            try:
                os.fsync(self._file)  # outside the lock: a slow disk holds nobody up
            except OSError as exc:
                self._is_synced = False
                self._failed(exc)
            else:
                self.fault = None

    def _write(self) -> bool:
        """Append what waits; whether all of it was. After a short write the rest follows: lines stay whole."""
        try:
            while self._waiting:
                written = os.write(self._file, self._waiting)
                del self._waiting[:written]
                self._is_synced = False
        except OSError as exc:
            self._failed(exc)
        return not self._waiting

    def _failed(self, fault: OSError) -> None:
        if self.fault is None:
            _log.warning("the journal cannot be written", exc_info=fault)
        self.fault = fault

    def _restore_if_gone(self) -> None:
        """Somebody deleted the file or its folder: what it held is written anew at its place."""
        # Once it is closed, whoever replaces it may have taken words out of it.
        if sys.platform == "win32" or self._is_over or os.fstat(self._file).st_nlink:
            return
        held = _read_all(self._file)
        file = _new_file(self.path)
        os.close(self._file)
        self._file = file
        self._waiting[:0] = held


def read_journal(path: Path, unseal: Unseal | None = None) -> Iterator[Event]:
    """The events of a journal in their order, without lines that are torn.

    Where damaged lines are followed by whole ones the last event is an InputWarning that says how many. Sealed
    lines (journal_words.py) are left out without `unseal`; that it opens none of them, or not all, is told likewise.
    Raises InputError when the file cannot be read, when its first line is damaged, and for a damaged line before the
    last of an older journal, whose lines have no sums.
    """
    lines = _read_file(path).split(b"\n")
    has_sums = _SUM.search(lines[0]) is not None
    damaged, skipped, locked, opened, last_s = 0, 0, 0, 0, 0.0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        document = decode_line(line)
        if document is None and number > 1 and (has_sums or number == len(lines)):
            damaged += 1
            continue
        if document is None and number == len(lines):
            return
        if document is None:
            raise InputError(
                f"line {number} of {path} is broken: restore the file, or cut it before that line"
            )
        event = _event(document, unseal)
        if event is None:
            locked += 1
            continue
        opened += document.get("type") == SEALED
        skipped, last_s = damaged, event.time_s
        yield event
    if locked and unseal is not None:
        yield InputWarning(last_s, None, Fact("words_damaged" if opened else "words_locked"))
    if skipped:
        yield InputWarning(last_s, None, Fact("journal_damaged", {"count": skipped}))


def _event(document: Mapping[str, Any], unseal: Unseal | None) -> Event | None:
    """The event of a line; None for a sealed one that stays so."""
    if document.get("type") != SEALED:
        return event_from_document(document)
    return None if unseal is None else unseal(document)


def holds_nothing(path: Path) -> bool:
    """Whether not even the first line, that of the call's start, was written to its end."""
    with contextlib.suppress(OSError):
        content = path.read_bytes()
        length = min(len(content), len(_BEGINS))
        return (
            content[:length] == _BEGINS[:length]
            and decode_line(content) is None
            and b"\n" not in content
        )
    return False


def _new_file(path: Path) -> int:
    """A new file at that place, open for appending: never through a link, never into an older one."""
    make_private_folder(path.parent)
    path.unlink(missing_ok=True)
    file = open_private(path, _FLAGS)
    _sync_folder(path.parent)
    return file


def _sync_folder(folder: Path) -> None:
    """Make a new name last; where folders cannot be synced (Windows) the system does it."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _read_all(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)  # writing appends wherever it stands
    with open(os.dup(file), "rb") as copy:
        return copy.read()


def _read_file(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            raise InputError(f"{path} is no file: name an events.jsonl")
        return path.read_bytes()
    except OSError as exc:
        raise InputError(
            f"the journal {path} cannot be read ({exc.strerror}): name an events.jsonl"
        ) from exc
