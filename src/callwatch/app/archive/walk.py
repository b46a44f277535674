"""The recordings below a folder. File names are bytes: one that is no UTF-8 is as good as another."""

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from callwatch.core.errors import InputError
from callwatch.core.files import path_text

# How the recordings end that call archives hold; the last line needs the extra `av`.
SUFFIXES: Final = frozenset(
    (
        *(".wav", ".wave", ".w64", ".rf64", ".flac", ".ogg", ".oga", ".opus", ".mp3"),
        *(".aif", ".aiff", ".au", ".snd", ".caf"),
        *(".m4a", ".mp4", ".aac", ".amr", ".awb", ".3gp", ".webm", ".mka", ".wma"),
    )
)


def is_recording(name: str, relative: str, patterns: Sequence[str]) -> bool:
    """Whether a file belongs to the archive: by its ending, or by patterns such as `*-2026*.wav`.

    A pattern with a slash is held against the path below the folder. Case makes no difference.
    """
    if name.startswith("."):
        return False
    if not patterns:
        return os.path.splitext(name)[1].lower() in SUFFIXES
    return any(
        fnmatch((relative if "/" in pattern else name).lower(), pattern.lower())
        for pattern in patterns
    )


def walk(folder: Path, patterns: Sequence[str] = ()) -> Iterator[Path | InputError]:
    """Every recording below `folder`, in the order of names, and a fault for what cannot be read.

    Links to folders are followed; a folder that was seen before is not entered again, so that a
    loop of links ends.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(here) as scan:
                entries = sorted(scan, key=lambda entry: os.fsencode(entry.name))
        except OSError as exc:
            yield InputError(
                f"the folder {path_text(str(here))} cannot be read ({exc.strerror}): "
                "change its permissions, or leave it out"
            )
            continue
        below = []
        for entry in entries:
            path = here / entry.name
            if _is_folder(entry):
                if not entry.name.startswith("."):
                    below.append(path)
            elif is_recording(entry.name, path.relative_to(folder).as_posix(), patterns):
                yield path
        waiting.extend(reversed(below))


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: the file is refused when it is opened
        return False
