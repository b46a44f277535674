"""A kept call on disk: two-channel FLAC, written as it comes, for its owner's eyes alone.

The file is made with mode 0600 under the name NAME.flac.part and is locked as long as its writer
lives. `publish` gives it its own name. What a crash leaves behind is a .part without a lock, which
`remove_unfinished` takes away: nothing else knows of it, so nothing else would ever delete it.
"""

import contextlib
import os
import sys
from collections.abc import Container
from pathlib import Path
from typing import Any, BinaryIO

from callwatch.audio.soundfiles import sound_library
from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.errors import OutputError
from callwatch.core.files import PART, SOUND_SUFFIX, open_private, rename
from callwatch.core.owner_only import make_private_folder

if sys.platform != "win32":
    import fcntl


class PartFile:
    """A file with an unfinished name, locked as long as it is written, and then given its own.

    Raises OutputError when the folder or the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = _part_of(path)
        try:
            make_private_folder(path.parent)
            number = open_private(self._part, os.O_CREAT | os.O_EXCL | os.O_RDWR)
        except OSError as exc:
            raise cannot_write(exc) from exc
        self.file = os.fdopen(number, "w+b", buffering=0)
        _lock(self.file)

    def sync(self) -> None:
        """All of it is on the disk."""
        try:
            os.fsync(self.file.fileno())
        except OSError as exc:
            raise cannot_write(exc) from exc

    def publish(self) -> Path:
        """Give the closed file its own name: from now on the history knows it."""
        try:
            if sys.platform == "win32":
                self.file.close()  # Windows renames no open file
            rename(self._part, self.path)
        except OSError as exc:
            raise cannot_write(exc) from exc
        finally:
            self.file.close()
        return self.path

    def leave(self) -> None:
        """Close it under its unfinished name, for the next start."""
        self.file.close()

    def discard(self) -> None:
        """Take the file away; harmless when it is gone."""
        self.file.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)


class KeptFile:
    """One FLAC file that grows. Raises OutputError when it cannot be made or written.

    One thread uses it. Memory does not grow with the length of the call.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        library = sound_library()
        self._errors = (library.SoundFileError, AssertionError)  # a short write is an assertion
        self._part = PartFile(path)
        self._raw = _RawFile(self._part.file)
        try:
            self._flac: Any = library.SoundFile(
                self._raw, "w", CALL_RATE_HZ, 2, "PCM_16", format="FLAC"
            )
        except self._errors as exc:
            self.discard()
            raise cannot_write(self._raw.error or OSError(str(exc))) from exc

    def write(self, samples: Samples) -> None:
        """int16 (2, n) at CALL_RATE_HZ."""
        try:
            self._flac.write(samples.T)
        except self._errors as exc:
            raise cannot_write(self._raw.error or OSError(str(exc))) from exc
        if self._raw.error is not None:
            raise cannot_write(self._raw.error)

    def close(self) -> None:
        """Write what is left; the file is whole then, but still goes by its unfinished name."""
        self._flac.close()
        if self._raw.error is not None:
            raise cannot_write(self._raw.error)
        self._part.sync()

    def publish(self) -> Path:
        """See PartFile."""
        return self._part.publish()

    def discard(self) -> None:
        """Take the file away; harmless when it is gone."""
        self._raw.closing = True
        if hasattr(self, "_flac"):
            with contextlib.suppress(*self._errors):
                self._flac.close()
        self._part.discard()


class _RawFile:
    """The file as libsndfile calls it. An error raised in a callback would be lost: it is kept."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.error: OSError | None = None
        self.closing = False

    def write(self, data: bytes) -> int:
        """How much was written; 0 after a failure."""
        if self.error is not None or self.closing:
            return 0
        try:
            written = self.file.write(data)
        except OSError as exc:
            self.error = exc
            return 0
        if written < len(data):
            self.error = OSError("No space left on device")
        return written

    def seek(self, offset: int, whence: int = 0) -> int:
        """See BinaryIO."""
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        """See BinaryIO."""
        return self.file.tell()

    def read(self, size: int = -1) -> bytes:
        """See BinaryIO."""
        return self.file.read(size)

    def flush(self) -> None:
        """Nothing waits: the file has no buffer."""


def finish_part(path: Path) -> bool:
    """Give what a kill left of `path` its name, when there is such a file and nobody writes it."""
    part = _part_of(path)
    with contextlib.suppress(OSError):
        with part.open("r+b") as file:
            if not _lock(file):
                return False
        rename(part, path)
        return True
    return False


def remove_unfinished(folder: Path, waiting: Container[str] = ()) -> int:
    """Delete the files below `folder` that no writer is writing; how many they were.

    `waiting`: calls whose files stay, by what their names begin with up to the first dot.
    """
    count = 0
    for part in folder.rglob(f"*{SOUND_SUFFIX}*{PART}") if folder.is_dir() else ():
        if part.name.partition(".")[0] in waiting:
            continue
        # On Windows a file that is being written cannot be deleted; elsewhere the lock shows it.
        with contextlib.suppress(OSError), part.open("r+b") as file:
            if _lock(file):
                if sys.platform == "win32":
                    file.close()
                part.unlink()
                count += 1
    return count


def _part_of(path: Path) -> Path:
    """What a file is called until it is whole."""
    return path.with_name(path.name + PART)


def _lock(file: BinaryIO) -> bool:
    """Whether nobody else is writing this file."""
    if sys.platform != "win32":
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def cannot_write(exc: OSError) -> OutputError:
    """What the disk refused, in its own words."""
    return OutputError(exc.strerror or str(exc))
