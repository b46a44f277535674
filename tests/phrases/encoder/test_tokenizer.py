from pathlib import Path

import numpy as np
import pytest
from tests.phrases.encoder.tiny_model import MARKS, PIECES, tiny_model

from callwatch.phrases.encoder.packed_model import Vocabulary, open_model
from callwatch.phrases.encoder.tokenizer import UnigramTokenizer


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    model, vocabulary = open_model(tiny_model().write(tmp_path / "model"))
    model.close()
    return vocabulary


def split(vocabulary: Vocabulary, text: str) -> list[str]:
    names = MARKS + PIECES
    return [names[number] for number in UnigramTokenizer(vocabulary).pieces(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("ab", ["\u2581ab"]),
        ("abab", ["\u2581ab", "ab"]),
        ("abc", ["\u2581ab", "c"]),  # -6.1, and "abc" with a space of its own is -9.0
        ("c bc", ["\u2581c", "\u2581", "b", "c"]),  # "bc" is rarer than both letters together
        ("ab  ab", ["\u2581ab", "\u2581ab"]),
        (" ab", ["\u2581ab"]),
        ("ab ", ["\u2581ab", "\u2581"]),
        ("A\u00a0c", ["\u2581", "a", "\u2581c"]),
        ("a\u200bb", ["\u2581ab"]),
        ("½", ["\u2581ab", "\u2581c"]),
        ("å", ["\u2581", "å"]),
        ("", ["\u2581"]),
    ],
)
def test_the_likeliest_pieces(vocabulary: Vocabulary, text: str, pieces: list[str]) -> None:
    assert split(vocabulary, text) == pieces


@pytest.mark.parametrize("text", ["z", "😀", "\ud800", "\x00"])
def test_a_letter_that_no_piece_has_is_unknown(vocabulary: Vocabulary, text: str) -> None:
    assert split(vocabulary, text) == ["\u2581", "<unk>"]


def test_marks_are_never_read_from_text(vocabulary: Vocabulary) -> None:
    assert not {"<s>", "</s>", "<pad>"} & set(split(vocabulary, "<s></s><pad>"))


def test_a_piece_at_the_end_of_the_text_is_not_read_beyond_it(vocabulary: Vocabulary) -> None:
    assert split(vocabulary, "ca") == ["\u2581c", "a"]


def test_random_letters_are_split_as_by_trying_every_split(vocabulary: Vocabulary) -> None:
    scores = [float(score) for score in vocabulary.scores[len(MARKS) :]]
    known = dict(zip(PIECES, scores, strict=True))

    def best(text: str) -> float:
        if not text:
            return 0.0
        return max(
            known[text[:size]] + best(text[size:])
            for size in range(1, len(text) + 1)
            if text[:size] in known
        )

    rng = np.random.default_rng(3)
    for _ in range(50):
        text = "".join(rng.choice(list("abc"), 8))
        pieces = split(vocabulary, text)
        assert "".join(pieces) == "\u2581" + text
        assert sum(known[piece] for piece in pieces) == pytest.approx(
            best("\u2581" + text), abs=1e-4
        )
