"""Unpacks a model's zip without trusting it: no way out of the directory, no links, no bombs."""

import errno
import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from callwatch.core.errors import ModelError
from callwatch.core.terminal import printable

_BLOCK: Final = 1 << 20
# What the library raises for archives that are no archive, cut, encrypted, or of a kind that it does not know.
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, struct.error,
    ValueError, OverflowError, IndexError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnpackConfig:
    """What a model's archive may be. Each default with its reason."""

    max_entries: int = 2_000  # the largest Vosk model has about forty
    max_growth: float = 12.0  # models are weights: they hardly shrink; a bomb grows a thousandfold
    slack_bytes: int = 20_000_000  # small archives of text may grow more
    max_name_bytes: int = 200  # file systems take 255, and callwatch adds to some names
    max_depth: int = 8  # a Vosk model has two


def unpack(
    archive: Path, into: Path, config: UnpackConfig | None = None, only: str | None = None
) -> None:
    """Unpacks the zip `archive` into the new directory `into`.

    One directory that holds everything is stripped. `only`: nothing but this entry comes out, and
    without its directories. Raises ModelError, with nothing left in `into`, when the archive is
    damaged or tries anything.
    """
    config = config or UnpackConfig()
    into.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as pack:
            entries = _checked(archive, pack, config)
            if only is not None:
                entries = [
                    (entry, PurePosixPath(path.name))
                    for entry, path in entries
                    if entry.filename == only
                ]
                if not entries:
                    raise _refused(archive, f"it has no {only}")
            budget = int(archive.stat().st_size * config.max_growth) + config.slack_bytes
            for entry, path in entries:
                budget -= _extract(archive, pack, entry, into / path, budget)
    except _DAMAGED as exc:
        shutil.rmtree(into, ignore_errors=True)
        raise ModelError(
            f"{archive.name} is damaged ({_line(exc)}): download it again, or from another mirror."
        ) from exc
    except OSError as exc:
        shutil.rmtree(into, ignore_errors=True)
        if exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO):
            raise  # this machine's fault, not the archive's
        raise _refused(archive, f"its files cannot be made here ({exc.strerror or exc})") from exc
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise


def _checked(
    archive: Path, pack: zipfile.ZipFile, config: UnpackConfig
) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """The files of the archive and where they go."""
    entries = [entry for entry in pack.infolist() if not entry.is_dir()]
    if not entries:
        raise _refused(archive, "it is empty")
    if len(entries) > config.max_entries:
        raise _refused(archive, f"it holds more than {config.max_entries} files")
    paths = [_path(archive, entry) for entry in pack.infolist()]
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise _refused(archive, f"{entry.filename} is a link or a device")
    files = [_path(archive, entry) for entry in entries]
    folded = {str(path).casefold() for path in files}
    if len(folded) != len(files):
        raise _refused(archive, "a file is in it twice")
    parents = {str(parent).casefold() for path in files for parent in path.parents}
    if folded & parents:
        raise _refused(archive, "a file in it is a directory as well")
    if any(
        len(part.encode("utf-8", "replace")) > config.max_name_bytes
        for p in files
        for part in p.parts
    ):
        raise _refused(archive, "a name in it is too long")
    if any(len(path.parts) > config.max_depth for path in files):
        raise _refused(archive, "its directories are too deep")
    top = {path.parts[0] for path in paths}
    strip = len(top) == 1 and all(len(path.parts) > 1 for path in files)
    if strip:
        files = [PurePosixPath(*path.parts[1:]) for path in files]
    return list(zip(entries, files, strict=True))


def _path(archive: Path, entry: zipfile.ZipInfo) -> PurePosixPath:
    name = entry.filename
    path = PurePosixPath(name)
    unsafe = path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name
    if unsafe or not path.parts:
        raise _refused(archive, f"{name!r} would leave its directory")
    return path


def _extract(
    archive: Path, pack: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, budget: int
) -> int:
    """Writes one file; counts what really comes out, because the header may lie."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with pack.open(entry) as source, target.open("xb") as file:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > budget:
                raise _refused(archive, "it grows without measure when it is unpacked")
            file.write(block)
    return written


def _line(exc: BaseException) -> str:
    return printable(" ".join(str(exc).split()))[:120] or type(exc).__name__


def _refused(archive: Path, why: str) -> ModelError:
    return ModelError(
        f"{archive.name} was refused because {why}: nothing was installed. Download it from its "
        "publisher."
    )
