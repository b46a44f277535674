"""Reports and exports on disk: private, whole or not at all, with a sentence when it fails."""

from collections.abc import Mapping
from pathlib import Path

from callwatch.core.errors import OutputError
from callwatch.core.files import PRIVATE, copy_file, is_held, replace_files


def write_private(path: Path, data: str | bytes) -> Path:
    """Write `data` to `path` with mode 0600; see `write_private_set`."""
    write_private_set({path: data})
    return path


def write_private_set(contents: Mapping[Path, str | bytes]) -> None:
    """Write files that belong together, each with mode 0600; see core/files.py.

    Raises OutputError with what to do.
    """
    try:
        replace_files(contents, PRIVATE)
    except OSError as exc:
        raise output_error(Path(exc.filename), exc) from exc


def copy_private(source: Path, target: Path) -> Path:
    """Copy a file of any size to `target` with mode 0600. Raises OutputError."""
    try:
        copy_file(source, target, PRIVATE)
    except OSError as exc:
        raise output_error(target, exc) from exc
    return target


def output_error(path: Path, exc: OSError) -> OutputError:
    """The sentence for a file that could not be written."""
    if is_held(exc):
        return OutputError(
            f"{path} cannot be written: it is open in another program, or Windows does not allow it; "
            "close it there, or choose another folder or file name"
        )
    reason = exc.strerror or str(exc)
    return OutputError(
        f"{path} cannot be written ({reason}): choose another folder or file name, "
        "or make room and allow writing there"
    )
