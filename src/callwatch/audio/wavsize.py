"""What a WAV file says of its own length and time, beside what is really there.

A recorder that writes to a pipe, or that was cut off, cannot go back to fill in the length.
"""

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

# Lengths that a recorder leaves which never learnt the true one. 0 is taken so only when sound follows.
_UNKNOWN_LENGTHS: Final = frozenset(
    (
        *(0, 0x7FFFFFFF, 0x7FFFF000, 0x7FFFFFD3, 0x7FFFFFDB, 0x80000000, 0xFFFFF000),
        *(0xFFFFFFFF - less for less in (0, 1, 36, 38, 44, 46, 58)),
    )
)
_BEXT_DATE, _BEXT_LENGTH = 320, 18  # where bext has YYYY-MM-DD and HH-MM-SS


@dataclass(frozen=True, slots=True)
class WavLength:
    """Bytes of sample data: where they start, how many the header announces (None: it does not
    know), and how many there are.
    """

    start: int
    announced: int | None
    present: int

    @property
    def missing_share(self) -> float:
        """Share 0..1 of the announced data that is not there."""
        if not self.announced:
            return 0.0
        return max(0.0, 1 - self.present / self.announced)


def wav_length(path: Path) -> WavLength | None:
    """The sample data of a WAV file; None for another format, or without a `data` chunk."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        for name, at, length in riff_chunks(file):
            if name == b"data":
                present = size - at
                unknown = length in _UNKNOWN_LENGTHS and length != present
                return WavLength(at, None if unknown else length, present)
    return None


def riff_chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """(name, position of its bytes, announced length) of each chunk; nothing for another format."""
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return
    at = 12
    while len(chunk := _read_at(file, at, 8)) == 8:
        name, length = struct.unpack("<4sI", chunk)
        yield name, at + 8, length
        at += 8 + length + length % 2


def broadcast_date(path: Path) -> str | None:
    """`YYYY-MM-DDTHH:MM:SS` of a Broadcast Wave file's own chunk; None without one."""
    with path.open("rb") as file:
        for name, at, _ in riff_chunks(file):
            if name == b"bext":
                raw = _read_at(file, at + _BEXT_DATE, _BEXT_LENGTH)
                text = raw.decode("ascii", "replace").strip("\0 ")
                return f"{text[:10]}T{text[10:].replace('-', ':')}" if text else None
            if name == b"data":
                return None
    return None


def with_length(path: Path, wav: WavLength) -> io.RawIOBase:
    """The file, open, with a header that announces what is there."""
    return _Repaired(path, wav)


def _read_at(file: BinaryIO, at: int, count: int) -> bytes:
    file.seek(at)
    return file.read(count)


class _Repaired(io.RawIOBase):
    """A file of which the lengths in the header read otherwise; for libraries that only read."""

    def __init__(self, path: Path, wav: WavLength) -> None:
        self._file = path.open("rb")
        size = wav.start + wav.present
        self._patches = {
            4: struct.pack("<I", min(size - 8, 0xFFFFFFFF)),
            wav.start - 4: struct.pack("<I", min(wav.present, 0xFFFFFFFF)),
        }

    def readinto(self, buffer: "Buffer", /) -> int:
        at = self._file.tell()
        view = memoryview(buffer).cast("B")
        count = self._file.readinto(view)
        for start, patch in self._patches.items():
            for index, byte in enumerate(patch, start=start - at):
                if 0 <= index < count:
                    view[index] = byte
        return count

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()
