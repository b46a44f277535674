"""Turns good inputs into hostile ones: cut, flipped, repeated, spliced, nested, with numbers at their bounds."""

import random
from collections.abc import Callable, Sequence
from typing import Final

_NUMBERS: Final = (
    b"0", b"-1", b"1e999", b"-1e999", b"NaN", b"Infinity", b"1e-400", b"9" * 30, b"9" * 5000, b"0.1", b"null",
    b"true", b'"x"', b"[]", b"{}", b"2147483648", b"-9223372036854775809", b'"\\ud800"', b"0x10", b"1_000",
)  # fmt: skip
_BYTES: Final = (
    b"\x00", b"\xff", b"\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n", b"\x1b[2J", b"\xe2\x80\xae", b"'", b'"',
    b"\\", b"[", b"{", b"]", b"}", b",", b"=", b"#", b"\n", b"../../evil", b"%s%n", b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff", b"\x00\x00\x00\x80",
)  # fmt: skip
_DEEP: Final = 3_000
_LONGEST: Final = 200_000


def mutated(seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """One of the seeds after one to four changes; now and then left as it is, or made of nothing."""
    data = rng.choice(seeds)
    if rng.random() < 0.02:
        return rng.randbytes(rng.choice((0, 1, 7, 64, 4096)))
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        data = rng.choice(_CHANGES)(data, seeds, rng)[:_LONGEST]
    return data


Change = Callable[[bytes, Sequence[bytes], random.Random], bytes]


def _place(data: bytes, rng: random.Random) -> int:
    """Anywhere; half of the time near the beginning, where headers are."""
    end = min(len(data), 64) if rng.random() < 0.5 else len(data)
    return rng.randint(0, max(0, end))


def _flip(data: bytes, _: Sequence[bytes], rng: random.Random) -> bytes:
    out = bytearray(data)
    for _i in range(rng.choice((1, 1, 2, 8))):
        if out:
            out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _insert(data: bytes, _: Sequence[bytes], rng: random.Random) -> bytes:
    at = _place(data, rng)
    return data[:at] + rng.choice(_BYTES) * rng.choice((1, 1, 1, 2, 100)) + data[at:]


def _overwrite(data: bytes, _: Sequence[bytes], rng: random.Random) -> bytes:
    at, piece = _place(data, rng), rng.choice(_BYTES)
    return data[:at] + piece + data[at + len(piece) :]


def _cut(data: bytes, _: Sequence[bytes], rng: random.Random) -> bytes:
    return data[: _place(data, rng)]


def _drop(data: bytes, _: Sequence[bytes], rng: random.Random) -> bytes:
    at = _place(data, rng)
    return data[:at] + data[at + rng.choice((1, 2, 4, 16, 300)) :]


def _repeat(data: bytes, _: Sequence[bytes], rng: random.Random) -> bytes:
    at = _place(data, rng)
    piece = data[at : at + rng.choice((1, 8, 60, 1000))]
    return data[:at] + piece * rng.choice((2, 3, 50)) + data[at:]


def _splice(data: bytes, seeds: Sequence[bytes], rng: random.Random) -> bytes:
    other = rng.choice(seeds)
    return data[: _place(data, rng)] + other[_place(other, rng) :]


def _renumber(data: bytes, _: Sequence[bytes], rng: random.Random) -> bytes:
    """Another value in the place of a number."""
    places = [i for i, byte in enumerate(data) if byte in b"0123456789"]
    if not places:
        return data
    start = end = rng.choice(places)
    while end < len(data) and data[end] in b"0123456789.eE+-":
        end += 1
    return data[:start] + rng.choice(_NUMBERS) + data[end:]


def _nest(data: bytes, _: Sequence[bytes], rng: random.Random) -> bytes:
    at = _place(data, rng)
    return (
        data[:at]
        + rng.choice((b"[", b"{", b'{"a":', b"(", b"[[")) * rng.choice((10, _DEEP))
        + data[at:]
    )


def _swap_lines(data: bytes, _: Sequence[bytes], rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    rng.shuffle(lines)
    return b"\n".join(lines)


_CHANGES: Final[tuple[Change, ...]] = (
    _flip, _flip, _insert, _insert, _overwrite, _cut, _drop, _repeat, _splice, _renumber, _renumber, _nest, _swap_lines,
)  # fmt: skip
