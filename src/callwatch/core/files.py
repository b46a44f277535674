"""Writing files whole or not at all: the one place where callwatch replaces a small file.

A file is written beside its place as `.NAME.PROCESS-RANDOM.part`, flushed to the disk and then renamed. A full disk, a
crash or a forbidden folder leaves the older file as it was. No state, no threads.
"""

import contextlib
import glob
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from callwatch.core.owner_only import FILE_MODE, make_private_folder, restrict_to_owner

# What is not whole yet ends in this.
PART: Final = ".part"
# How the file with a call's kept sound ends, in clear or encrypted.
SOUND_SUFFIX: Final = ".flac"
SEALED_SUFFIX: Final = ".flac.sealed"
SOUND_SUFFIXES: Final = (SOUND_SUFFIX, SEALED_SUFFIX)
# Readable for its owner alone: a transcript is nobody else's business.
PRIVATE: Final = FILE_MODE
# An antivirus or an indexer on Windows holds a new file for some 100 ms; a program that has it open, for good.
RETRY_AFTER_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
# ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_USER_MAPPED_FILE.
_HELD: Final = (5, 32, 33, 1224)

# Where nobody can ask whether a process lives: nothing small is written for so long.
_STALE_S: Final = 600.0
_BINARY: Final = getattr(os, "O_BINARY", 0)


def is_held(error: OSError) -> bool:
    """Whether Windows refused because a program has the file open."""
    return getattr(error, "winerror", None) in _HELD


def rename(source: Path, target: Path, pause: Callable[[float], None] = time.sleep) -> None:
    """`os.replace`, tried again for a while when Windows says that somebody has the file open.

    Raises OSError as `os.replace` does.
    """
    for wait_s in RETRY_AFTER_S:
        try:
            os.replace(source, target)
        except OSError as exc:
            if not is_held(exc):
                raise
            pause(wait_s)
        else:
            return
    os.replace(source, target)


def open_private(path: Path | str, flags: int) -> int:
    """`os.open` of a file that is, or becomes, its owner's alone."""
    number = os.open(path, flags | _BINARY, PRIVATE)
    try:
        restrict_to_owner(Path(path))
    except OSError:
        os.close(number)
        raise
    return number


def path_text(path: str | Path) -> str:
    """A path as text for people: bytes of its name that are no UTF-8 are shown as \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def replace_file(path: Path, data: str | bytes, mode: int | None = None) -> None:
    """Write `data` to `path` in one step; see `replace_files`."""
    replace_files({path: data}, mode)


def replace_files(contents: Mapping[Path, str | bytes], mode: int | None = None) -> None:
    """Write files that belong together: all are on the disk before the first is renamed.

    Text is written as UTF-8. `mode`: permission bits; without it a file keeps those it had, and a new one gets
    what the umask allows. Makes the folders, follows symbolic links. Raises OSError with the file's name.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, data in contents.items():
            with _named(path):
                target = path.resolve()
                staged[target], file = _stage(target, mode)
                with file:
                    file.write(data.encode("utf-8", "replace") if isinstance(data, str) else data)
                    _flush(file)
        for target in list(staged):
            with _named(target):
                rename(staged[target], target)
            del staged[target]
    finally:
        _discard(staged)


def file_stem(name: str) -> str:
    """A file name that any system takes, made from a call's id: it names nothing elsewhere."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._")[:100] or "call"


def copy_file(source: Path, target: Path, mode: int | None = None) -> None:
    """Copy a file of any size to `target` in one step; see `replace_files`."""
    staged: dict[Path, Path] = {}
    try:
        with _named(target):
            whole = target.resolve()
            staged[whole], file = _stage(whole, mode)
            with file, source.open("rb") as read:
                shutil.copyfileobj(read, file)
                _flush(file)
            rename(staged.pop(whole), whole)
    finally:
        _discard(staged)


def remove_stale_parts(target: Path, *, may_be_written: bool = True) -> None:
    """Delete what a process that was killed had begun to write for `target`.

    `may_be_written`: another process may be writing it now, so that its writer is asked for.
    """
    name = glob.escape(target.name)
    parts = [*target.parent.glob(f".{name}.*{PART}"), target.with_name(f".{target.name}{PART}")]
    for part in parts:
        writer = part.name.removesuffix(PART).rsplit(".", 1)[-1].partition("-")[0]
        with contextlib.suppress(OSError):
            if not (may_be_written and _may_be_written(writer, part.stat().st_mtime)):
                part.unlink()


def _may_be_written(writer: str, written_s: float) -> bool:
    """Whether the process of that number, hexadecimal, still lives; where that cannot be asked, by age."""
    try:
        number = int(writer, 16)
    except ValueError:
        return True  # not one of ours
    if sys.platform != "win32":
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return False
        except OSError:  # somebody else's
            return True
        return True
    return time.time() - written_s < _STALE_S


def _stage(target: Path, mode: int | None) -> tuple[Path, BinaryIO]:
    """A new file beside `target`, open for writing."""
    if mode == PRIVATE:
        make_private_folder(target.parent)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        mode = target.stat().st_mode & 0o777 if mode is None else mode
    remove_stale_parts(target)
    part = target.with_name(f".{target.name}.{os.getpid():x}-{secrets.token_hex(4)}{PART}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
    file = os.fdopen(os.open(part, flags, 0o666 if mode is None else mode), "wb")
    if mode is not None:
        os.chmod(part, mode)  # what the umask took away
    if mode == PRIVATE:
        restrict_to_owner(part)
    return part, file


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _discard(staged: Mapping[Path, Path]) -> None:
    for part in staged.values():
        with contextlib.suppress(OSError):
            part.unlink()


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """An OSError from here on names the file that a person knows."""
    try:
        yield
    except OSError as exc:
        exc.filename = str(path)
        raise
