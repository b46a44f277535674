from pathlib import Path

import numpy as np
import pytest
from tests.phrases.encoder.tiny_model import HEADS, LAYERS, POSITIONS, WIDTH, TinyModel, tiny_model

from callwatch.core.arrays import DoubleArray
from callwatch.core.errors import ModelError
from callwatch.phrases.encoder.encoder import SentenceEncoder
from callwatch.phrases.encoder.packed_model import BLOCK_TYPE, dequantised, open_model
from callwatch.phrases.encoder.tokenizer import UnigramTokenizer


def normed(rows: DoubleArray, weight: DoubleArray, bias: DoubleArray) -> DoubleArray:
    centred = rows - rows.mean(axis=1, keepdims=True)
    out: DoubleArray = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12)
    return out * weight + bias


def gelu(values: DoubleArray) -> DoubleArray:
    from math import erf

    out: DoubleArray = values * np.vectorize(lambda x: 0.5 * (1.0 + erf(x / 2**0.5)))(values)
    return out


def by_the_book(model: TinyModel, pieces: list[int]) -> DoubleArray:
    """BERT in float64, a head after the other."""
    tensors = {name: values.astype(np.float64) for name, values in model.tensors.items()}

    def product(rows: DoubleArray, name: str) -> DoubleArray:
        out: DoubleArray = rows @ tensors[f"{name}.w"].T + tensors[f"{name}.b"]
        return out

    positions = tensors["emb.pos"].reshape(POSITIONS, WIDTH)[: len(pieces)]
    rows = tensors["emb.word"][pieces] + positions + tensors["emb.type"][:WIDTH]
    rows = normed(rows, tensors["emb.ln.w"], tensors["emb.ln.b"])
    size = WIDTH // HEADS
    for layer in range(LAYERS):
        query, key, value = (product(rows, f"l{layer}.{name}") for name in "qkv")
        heads = []
        for head in (slice(at, at + size) for at in range(0, WIDTH, size)):
            likeness = np.exp(query[:, head] @ key[:, head].T / np.sqrt(size))
            heads.append(likeness / likeness.sum(axis=1, keepdims=True) @ value[:, head])
        attended = product(np.concatenate(heads, axis=1), f"l{layer}.ao")
        norms = [(tensors[f"l{layer}.{n}.w"], tensors[f"l{layer}.{n}.b"]) for n in ("aln", "oln")]
        rows = normed(rows + attended, *norms[0])
        inner = product(gelu(product(rows, f"l{layer}.fi")), f"l{layer}.fo")
        rows = normed(rows + inner, *norms[1])
    mean = rows.mean(axis=0)
    out: DoubleArray = mean / np.linalg.norm(mean)
    return out


@pytest.mark.parametrize("text", ["", "ab", "abc ab bc å", "a b c a b c a b c"])
def test_vectors_are_those_of_the_network(tmp_path: Path, text: str) -> None:
    tiny = tiny_model()
    path = tiny.write(tmp_path / "model")
    packed, vocabulary = open_model(path)
    pieces = UnigramTokenizer(vocabulary).pieces("query: " + text)[: POSITIONS - 2]
    packed.close()
    expected = by_the_book(tiny, [vocabulary.begin, *pieces, vocabulary.end])
    found = SentenceEncoder(path).encode(text)
    assert found.shape == (WIDTH,)
    assert found.dtype == np.float32
    assert abs(float(np.linalg.norm(found)) - 1.0) < 1e-4
    # Activations are rounded to 8 bits.
    assert float(found @ expected) > 0.999
    # The likeness of another sentence's vector says what that is worth.
    other = by_the_book(tiny, [vocabulary.begin, 5, vocabulary.end])
    assert float(found @ other) < float(found @ expected) - 0.01


def test_a_text_longer_than_the_network_is_cut(tmp_path: Path) -> None:
    encoder = SentenceEncoder(tiny_model().write(tmp_path / "model"))
    np.testing.assert_allclose(
        encoder.encode("c" * 200), encoder.encode("c" * 300), rtol=0, atol=1e-4
    )


def test_blocks_hold_the_low_halves_first() -> None:
    block = np.zeros((1, 1), dtype=BLOCK_TYPE)
    block["scale"] = 0.5
    block["pairs"][0, 0, 0] = 0x2F  # weight 0 is 15, weight 16 is 2; all others are 0
    numbers = dequantised(block)
    assert numbers.shape == (1, 32)
    assert (numbers[0, 0], numbers[0, 16], numbers[0, 1]) == (3.5, -3.0, -4.0)


@pytest.mark.parametrize("keep", [0, 3, 40, 60, 200, 600, -1])
def test_a_file_that_is_cut_short_is_one_sentence(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "model"
    path.write_bytes(tiny_model().body[:keep])
    with pytest.raises(ModelError, match="damaged"):
        SentenceEncoder(path)


@pytest.mark.parametrize(("at", "byte"), [(0, b"X"), (8, b"\x21"), (16, b"\x05"), (40, b"\x40")])
def test_another_format_is_one_sentence(tmp_path: Path, at: int, byte: bytes) -> None:
    body = bytearray(tiny_model().body)
    body[at : at + 1] = byte
    path = tmp_path / "model"
    path.write_bytes(body)
    with pytest.raises(ModelError, match="damaged"):
        SentenceEncoder(path)


def test_a_tensor_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(tiny_model().body.replace(b"l1.fo.b", b"l1.xx.b", 1))
    with pytest.raises(ModelError, match="damaged"):
        SentenceEncoder(path)


def test_no_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        SentenceEncoder(tmp_path / "model")
