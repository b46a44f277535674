"""A packed model small enough to be made in a test, in the form that packed_model.py describes."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.phrases.encoder.packed_model import BLOCK, BLOCK_TYPE, dequantised

MARKS = ("<s>", "<pad>", "</s>", "<unk>")
PIECES = (
    "\u2581",
    "a",
    "b",
    "c",
    "ab",
    "\u2581ab",
    "abc",
    "\u2581c",
    "å",
    "bc",
    "query:",
    "\u2581query:",
)
SCORES = (-3.0, -2.0, -2.5, -2.6, -3.0, -3.5, -6.0, -2.0, -4.0, -9.0, -1.0, -1.0)
SPELLING = {ord("A"): "a", ord("\u00a0"): " ", ord("\u200b"): "", ord("½"): "ab c"}
WIDTH, LAYERS, HEADS, INNER, POSITIONS = 64, 2, 4, 96, 24


@dataclass
class TinyModel:
    """Its bytes, and its tensors as numbers."""

    tensors: dict[str, FloatArray] = field(default_factory=dict)
    body: bytes = b""

    def write(self, path: Path) -> Path:
        """The file."""
        path.write_bytes(self.body)
        return path


def tiny_model(seed: int = 1) -> TinyModel:
    """Random weights, and the pieces above."""
    rng = np.random.default_rng(seed)
    model = TinyModel()
    stored: list[tuple[str, int, int, bytes]] = []

    def matrix(name: str, rows: int, columns: int) -> None:
        blocks = np.zeros((rows, columns // BLOCK), dtype=BLOCK_TYPE)
        blocks["scale"] = rng.uniform(0.02, 0.05, blocks.shape)
        blocks["pairs"] = rng.integers(0, 256, (*blocks.shape, BLOCK // 2))
        model.tensors[name] = dequantised(blocks)
        stored.append((name, 1, rows * columns, blocks.tobytes()))

    def vector(name: str, size: int, middle: float = 0.0) -> None:
        model.tensors[name] = rng.normal(middle, 0.1, size).astype(np.float32)
        stored.append((name, 0, size, model.tensors[name].tobytes()))

    matrix("emb.word", len(MARKS) + len(PIECES), WIDTH)
    for name, size in (("pos", POSITIONS * WIDTH), ("type", 2 * WIDTH), ("ln.b", WIDTH)):
        vector(f"emb.{name}", size)
    vector("emb.ln.w", WIDTH, 1.0)
    for layer in range(LAYERS):
        for name in ("q", "k", "v", "ao"):
            matrix(f"l{layer}.{name}.w", WIDTH, WIDTH)
            vector(f"l{layer}.{name}.b", WIDTH)
        for name, rows, columns in (("fi", INNER, WIDTH), ("fo", WIDTH, INNER)):
            matrix(f"l{layer}.{name}.w", rows, columns)
            vector(f"l{layer}.{name}.b", rows)
        for name in ("aln", "oln"):
            vector(f"l{layer}.{name}.w", WIDTH, 1.0)
            vector(f"l{layer}.{name}.b", WIDTH)
    model.body = _file(stored)
    return model


def _file(stored: list[tuple[str, int, int, bytes]]) -> bytes:
    names = [piece.encode() for piece in MARKS + PIECES]
    sizes = (WIDTH, LAYERS, HEADS, INNER, len(names), POSITIONS, 2)
    head = struct.pack("<4sI7ifi", b"E5S1", 1, *sizes, 1e-12, BLOCK)
    head += struct.pack("<5iQ", len(names), 0, 2, 1, 3, len(b"".join(names)))
    head += np.cumsum([0, *map(len, names)]).astype("<u4").tobytes()
    head += np.array([0.0] * len(MARKS) + list(SCORES), dtype="<f4").tobytes() + b"".join(names)
    spelling = b"".join(
        struct.pack("<IB", code, len(text)) + text.encode("utf-32-le")
        for code, text in sorted(SPELLING.items())
    )
    head += struct.pack("<iI", len(SPELLING), len(spelling)) + spelling
    directory = 4 + sum(2 + len(name) + 21 for name, _, _, _ in stored)
    at, entries, bodies = len(head) + directory, b"", b""
    for name, kind, count, body in stored:
        entries += struct.pack("<H", len(name)) + name.encode()
        entries += struct.pack("<BIQQ", kind, count, at + len(bodies), len(body))
        bodies += body
    return head + struct.pack("<i", len(stored)) + entries + bodies
