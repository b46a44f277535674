"""The file of multilingual-e5-small with 4 bits a weight: vocabulary, spelling map and tensors.

    "E5S1", version | width, layers, heads, inner width, rows, positions, types, epsilon, block
    vocabulary      | pieces, marks, offsets, scores, UTF-8 text of all pieces
    spelling map    | code point -> the code points that it is read as
    directory       | name, kind, elements, place and bytes of each tensor
    tensors         | float32, or blocks of 32 weights: a float16 scale and 32 numbers of 4 bits

A number q of a block stands for (q - 8) * scale; byte j holds weight j in its low half and weight
j + 16 in its high half. All numbers are little-endian. Nothing but the rows of a sentence's pieces
is read after loading, so the 54 MB of word vectors are never in memory.
"""

import os
import struct
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from callwatch.core.arrays import FloatArray
from callwatch.core.errors import ModelError

BLOCK: Final = 32
Blocks = npt.NDArray[np.void]
BLOCK_TYPE: Final = np.dtype([("scale", "<f2"), ("pairs", "u1", (BLOCK // 2,))])
_MAGIC: Final = b"E5S1"
_HEADER: Final = struct.Struct("<4sI7ifi")
_MARKS: Final = struct.Struct("<5iQ")
_PLACE: Final = struct.Struct("<BIQQ")
_FLOATS, _BLOCKS = 0, 1


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float


@dataclass(frozen=True, eq=False, slots=True)
class Vocabulary:
    """Piece i is `text[starts[i] : starts[i + 1]]` (code points), of log probability `scores[i]`."""

    text: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    scores: FloatArray
    begin: int
    end: int
    unknown: int
    spelling: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Place:
    kind: int
    offset: int
    size: int


class PackedModel:
    """The tensors of an open model file."""

    def __init__(self, path: Path, shape: Shape, places: dict[str, _Place]) -> None:
        self.shape = shape
        self._path, self._places = path, places
        # Neither mapped (each page that is touched would bring fifteen along) nor buffered.
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self.close = weakref.finalize(self, os.close, self._file)
        self._row_bytes = shape.width // BLOCK * BLOCK_TYPE.itemsize

    def floats(self, name: str) -> FloatArray:
        """A tensor that is stored as float32, flat."""
        return np.frombuffer(self._bytes(name, _FLOATS), dtype="<f4").astype(np.float32)

    def blocks(self, name: str, inputs: int) -> Blocks:
        """A matrix as it is stored: blocks (outputs, inputs / 32)."""
        found = np.frombuffer(self._bytes(name, _BLOCKS), dtype=BLOCK_TYPE)
        return found.reshape(-1, inputs // BLOCK)

    def word_vectors(self, pieces: Sequence[int]) -> FloatArray:
        """The vectors of these pieces, float32 (pieces, width)."""
        at = self._places["emb.word"].offset
        raw = bytearray()
        for piece in pieces:
            raw += self._read(at + piece * self._row_bytes, self._row_bytes)
        rows = np.frombuffer(bytes(raw), dtype=BLOCK_TYPE)
        return dequantised(rows.reshape(len(pieces), -1))

    def _bytes(self, name: str, kind: int) -> bytes:
        place = self._places.get(name)
        if place is None or place.kind != kind:
            raise damaged(self._path)
        return self._read(place.offset, place.size)

    def _read(self, offset: int, size: int) -> bytes:
        os.lseek(self._file, offset, os.SEEK_SET)
        return os.read(self._file, size)


def open_model(path: Path) -> tuple[PackedModel, Vocabulary]:
    """The model in a file. Raises ModelError when it is not one, or is cut short."""
    try:
        with path.open("rb") as head:
            shape, rows = _read_shape(head)
            vocabulary = _read_vocabulary(head)
            places = _read_directory(head)
        words, size = places["emb.word"], path.stat().st_size
        row_bytes = shape.width // BLOCK * BLOCK_TYPE.itemsize
        if words.kind != _BLOCKS or words.size != rows * row_bytes or rows < len(vocabulary.scores):
            raise ValueError("another format")
        if any(place.offset + place.size > size for place in places.values()):
            raise ValueError("cut short")
        return PackedModel(path, shape, places), vocabulary
    except OSError as exc:
        raise ModelError(f"{path} cannot be read ({exc.strerror or exc}).") from exc
    except (ValueError, KeyError, IndexError, struct.error) as exc:
        raise damaged(path) from exc


def damaged(path: Path) -> ModelError:
    """What is said of a file that is no such model."""
    return ModelError(f"{path} is damaged: `callwatch models list` says what to install again.")


def dequantised(blocks: Blocks) -> FloatArray:
    """Blocks (rows, n) as numbers, float32 (rows, 32 n)."""
    pairs = blocks["pairs"]
    numbers = np.concatenate([pairs & 15, pairs >> 4], axis=-1).astype(np.float32)
    numbers = (numbers - 8.0) * blocks["scale"].astype(np.float32)[..., None]
    return numbers.reshape(len(blocks), -1)


def _read_shape(head: BinaryIO) -> tuple[Shape, int]:
    """The sizes, and how many word vectors there are."""
    sizes = _HEADER.unpack(head.read(_HEADER.size))
    magic, _, width, layers, heads, inner, rows, positions, _, epsilon, block = sizes
    if magic != _MAGIC or block != BLOCK or min(width, layers, heads, inner, positions - 2) <= 0:
        raise ValueError("another format")
    if width % BLOCK or inner % BLOCK or width % heads:
        raise ValueError("another format")
    return Shape(width, layers, heads, inner, positions, epsilon), rows


def _read_vocabulary(head: BinaryIO) -> Vocabulary:
    count, begin, end, _, unknown, length = _MARKS.unpack(head.read(_MARKS.size))
    offsets = np.frombuffer(head.read(4 * (count + 1)), dtype="<u4").astype(np.int64)
    scores = np.frombuffer(head.read(4 * count), dtype="<f4").astype(np.float32)
    raw = head.read(length)
    if len(offsets) != count + 1 or len(scores) != count or len(raw) != length:
        raise ValueError("cut short")
    text = np.frombuffer(raw.decode("utf-8").encode("utf-32-le"), dtype="<u4")
    # Places in bytes become places in code points: every byte but 10xxxxxx begins one.
    begins = (np.frombuffer(raw, dtype=np.uint8) & 0xC0) != 0x80
    starts = np.concatenate([[0], np.cumsum(begins)])[offsets]
    return Vocabulary(text, starts, scores, begin, end, unknown, _read_spelling(head))


def _read_spelling(head: BinaryIO) -> dict[int, str]:
    count, size = struct.unpack("<iI", head.read(8))
    raw, at = head.read(size), 0
    spelling = {}
    for _ in range(count):
        code, length = struct.unpack_from("<IB", raw, at)
        spelling[code] = raw[at + 5 : at + 5 + 4 * length].decode("utf-32-le")
        at += 5 + 4 * length
    return spelling


def _read_directory(head: BinaryIO) -> dict[str, _Place]:
    places = {}
    (count,) = struct.unpack("<i", head.read(4))
    for _ in range(count):
        (length,) = struct.unpack("<H", head.read(2))
        name = head.read(length).decode("ascii")
        kind, _, offset, size = _PLACE.unpack(head.read(_PLACE.size))
        places[name] = _Place(kind, offset, size)
    return places
