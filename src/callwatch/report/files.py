"""Writing files that only their owner may read, whole or not at all."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from callwatch.core.errors import OutputError

# A transcript is nobody else's business.
PRIVATE_FILE = 0o600


def write_private(path: Path, data: str | bytes) -> Path:
    """Write `data` to `path` with mode 0600; see `write_private_set`."""
    write_private_set({path: data})
    return path


def write_private_set(contents: Mapping[Path, str | bytes]) -> None:
    """Write files that belong together, each with mode 0600 and whole.

    All are first written beside their places and then renamed, so a full disk or a forbidden
    folder leaves older files as they were and no part of a new one. Makes the folders. Raises
    OutputError with what to do.
    """
    staged: dict[Path, str] = {}
    path = next(iter(contents))
    try:
        for path, data in contents.items():
            staged[path] = ""
            path.parent.mkdir(parents=True, exist_ok=True)
            number, staged[path] = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            with os.fdopen(number, "wb") as file:
                file.write(data.encode("utf-8", "replace") if isinstance(data, str) else data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(staged[path], PRIVATE_FILE)
        for path in list(staged):
            os.replace(staged[path], path)
            del staged[path]
    except OSError as exc:
        raise output_error(path, exc) from exc
    finally:
        for temporary in filter(None, staged.values()):
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def copy_private(source: Path, target: Path) -> Path:
    """Copy a file of any size to `target`, mode 0600, whole or not at all; see above."""
    part = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        number, part = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(number, "wb") as file, source.open("rb") as whole:
            shutil.copyfileobj(whole, file)
        os.replace(part, target)
    except OSError as exc:
        if part:
            with contextlib.suppress(OSError):
                os.unlink(part)
        raise output_error(target, exc) from exc
    return target


def output_error(path: Path, exc: OSError) -> OutputError:
    """The sentence for a file that could not be written."""
    reason = exc.strerror or str(exc)
    return OutputError(
        f"{path} cannot be written ({reason}): choose another folder with --out, "
        "or make room and allow writing there"
    )
