"""Folders and addresses of an archive: what is in them, and a copy of it where it is measured.

This machine's folders, and everything that fsspec opens (`s3://BUCKET/FOLDER`). Who may read is
said by the environment or fsspec's own settings, on the machine of each worker.
"""

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from callwatch.app.archive.gather import Selection, gather
from callwatch.app.archive.recording import Recording
from callwatch.app.archive.walk import is_recording
from callwatch.core.errors import InputError, MissingPartError
from callwatch.core.files import path_text

_CHUNK: Final = 1 << 20


def is_address(source: str) -> bool:
    """Whether it is an address for fsspec, not a path."""
    return "://" in source


def list_recordings(
    sources: Sequence[str], manifests: Sequence[Path], selection: Selection
) -> Iterator[Recording | InputError]:
    """Every recording of the sources, and a fault for what could not be listed."""
    local = [Path(source) for source in sources if not is_address(source)]
    yield from gather(local, manifests, selection)
    for source in sources:
        if is_address(source):
            yield from _listed(source, selection)


def stamp_of(file: str) -> tuple[str, datetime | None]:
    """A text that changes when the file does, and when it was written; InputError when it is gone."""
    if not is_address(file):
        try:
            status = os.stat(file)
        except OSError as exc:
            raise InputError(f"{path_text(file)} does not exist: check the path") from exc
        written = datetime.fromtimestamp(status.st_mtime, UTC)
        return f"{status.st_size}-{status.st_mtime_ns}", written
    with _translated(file):
        system, path = _file_system(file)
        info = system.info(path)
        mark = info.get("ETag") or info.get("etag") or info.get("mtime") or info.get("LastModified")
        written = info.get("LastModified") or info.get("last_modified") or info.get("mtime")
        stamp = f"{info.get('size')}-{mark}"[:200]
        return stamp, written if isinstance(written, datetime) else None


@contextlib.contextmanager
def fetched(file: str, folder: Path) -> Iterator[tuple[Path, bytes]]:
    """The file on this machine with the SHA-256 of its bytes.

    What lies elsewhere is copied into `folder` and removed again.
    """
    if not is_address(file):
        path = Path(file)
        try:
            with path.open("rb") as sound:
                digest = hashlib.file_digest(sound, "sha256").digest()
        except OSError as exc:
            reason = exc.strerror or str(exc)
            raise InputError(f"{path_text(file)} cannot be read ({reason}): check it") from exc
        yield path, digest
        return
    copy = folder / file.rsplit("/", 1)[-1]
    try:
        with _translated(file):
            system, path_there = _file_system(file)
            with system.open(path_there, "rb") as there, copy.open("wb") as here:
                digest = _copied(there, here)
        yield copy, digest
    finally:
        copy.unlink(missing_ok=True)


def _copied(there: BinaryIO, here: BinaryIO) -> bytes:
    known = hashlib.sha256()
    while block := there.read(_CHUNK):
        known.update(block)
        here.write(block)
    return known.digest()


def _listed(source: str, selection: Selection) -> Iterator[Recording | InputError]:
    try:
        with _translated(source):
            system, top = _file_system(source)
            below = _below(system, top, source, selection.patterns)
            found = [source] if system.isfile(top) else list(below)
    except InputError as fault:
        yield fault
        return
    if not found:
        yield InputError(
            f"{source} holds no recording: check the address, or say with --pattern how they are called"
        )
    yield from selection.join(found)


def _below(system: Any, top: str, source: str, patterns: Sequence[str]) -> Iterator[str]:
    scheme = source.partition("://")[0]
    for folder, _, names in system.walk(top):
        for name in sorted(names):
            path = f"{folder}/{name}"
            if is_recording(name, path[len(top) :].lstrip("/"), patterns):
                yield f"{scheme}://{path.lstrip('/') if scheme != 'file' else path}"


def _file_system(address: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as exc:
        raise MissingPartError(
            f"{address} needs the library fsspec: pip install 'callwatch[batch]'"
        ) from exc
    system, path = url_to_fs(address)
    return system, str(path)


@contextlib.contextmanager
def _translated(address: str) -> Iterator[None]:
    """Every way in which a store can refuse, as one sentence."""
    try:
        yield
    except (MissingPartError, InputError):
        raise
    except ImportError as exc:
        raise InputError(
            f"{address} needs a library that is not installed ({exc}): install it on every worker"
        ) from exc
    except OSError as exc:
        if exc.errno == errno.ENOSPC:
            raise InputError(
                f"{address} could not be copied to be measured: make room in the folder for temporary "
                "files, or name another with TMPDIR"
            ) from exc
        raise InputError(
            f"{address} cannot be read ({exc.strerror or exc}): check the address and who may read it"
        ) from exc
    except ValueError as exc:
        raise InputError(f"{address} is no address that fsspec knows ({exc}): check it") from exc
    except Exception as exc:
        # Each store has errors of its own: boto's, for one, are nobody's children.
        raise InputError(
            f"{address} cannot be read ({type(exc).__name__}: {exc}): check the address and who may read it"
        ) from exc
