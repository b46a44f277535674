"""Which recordings are meant: files, folders and lists, in one order, each once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from callwatch.app.archive.manifest import read_manifest
from callwatch.app.archive.names import NamePattern
from callwatch.app.archive.pairs import PairPattern
from callwatch.app.archive.recording import Recording
from callwatch.app.archive.walk import walk
from callwatch.core.errors import InputError
from callwatch.core.files import path_text


@dataclass(frozen=True, slots=True)
class Selection:
    """How to find recordings below a folder and what to read out of their names."""

    patterns: tuple[str, ...] = ()
    pairs: PairPattern | None = None
    names: NamePattern = field(default_factory=NamePattern)

    def join(self, files: Iterable[str]) -> Iterator[Recording | InputError]:
        """Files as recordings: pairs joined, names read."""
        joined = self.pairs.join(files) if self.pairs else (Recording((file,)) for file in files)
        for item in joined:
            yield item if isinstance(item, InputError) else self.named(item)

    def named(self, recording: Recording) -> Recording:
        """The recording with what its name says, where nothing else says it."""
        name = recording.files[0].rsplit("/", 1)[-1]
        return recording.with_details(recording.details.or_else(self.names.details(name)))


def gather(
    paths: Sequence[Path], manifests: Sequence[Path], selection: Selection
) -> Iterator[Recording | InputError]:
    """The recordings of this machine that are meant, and the faults met while looking.

    A folder without a recording is a fault, so that a slip of the pen is seen. Raises InputError
    for a list that cannot be read.
    """
    seen: set[tuple[str, ...]] = set()
    for item in _all(paths, manifests, selection):
        if isinstance(item, InputError):
            yield item
        elif item.files not in seen:
            seen.add(item.files)
            yield item


def _all(
    paths: Sequence[Path], manifests: Sequence[Path], selection: Selection
) -> Iterator[Recording | InputError]:
    for path in paths:
        if not path.is_dir():
            yield selection.named(Recording((path.as_posix(),)))
            continue
        found = list(walk(path, selection.patterns))
        faults = [item for item in found if isinstance(item, InputError)]
        yield from faults
        if len(faults) == len(found):
            yield InputError(
                f"the folder {path_text(path)} holds no recording: check the path, or say with "
                "--pattern how they are called"
            )
        yield from selection.join(item.as_posix() for item in found if isinstance(item, Path))
    for path in manifests:
        for line in read_manifest(path):
            yield line if isinstance(line, InputError) else selection.named(line)
