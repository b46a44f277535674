"""The engine around a model and a tokenizer that answer what a test says."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from callwatch.core.channels import Language
from callwatch.speech.whisper_engine import Decoded, DecodeRequest, WhisperEngine

SPECIAL = ["<|startoftranscript|>", "<|endoftext|>", "<|notimestamps|>"]
END = 1001


class FakeTokenizer:
    """Knows the pieces that it was made with; "Ġ" is the space before a word."""

    def __init__(self, pieces: list[str]) -> None:
        self.pieces = pieces

    def token_to_id(self, text: str) -> int | None:
        return 1000 + SPECIAL.index(text) if text in SPECIAL else None

    def id_to_token(self, number: int) -> str:
        return self.pieces[number]

    def decode(self, numbers: list[int]) -> str:
        return "".join(self.pieces[number] for number in numbers).replace("Ġ", " ")


class FakeModel:
    """Writes all pieces, each at its step, and remembers what it was asked."""

    n_mels = 80
    is_multilingual = False

    def __init__(self, steps: list[int]) -> None:
        self.steps = steps
        self.frames: list[int] = []
        self.max_length: list[int] = []
        self.together: list[int] = []

    def encode(self, features: Any) -> Any:
        self.frames.append(features.shape[2])
        return features

    def generate(self, encoded: Any, prompts: list[list[int]], **how: Any) -> list[Any]:
        self.max_length.append(how["max_length"])
        self.together.append(len(encoded))
        assert len(prompts) == len(encoded)
        tokens = [*range(len(self.steps)), END]
        result = SimpleNamespace(sequences_ids=[tokens], scores=[-0.2], no_speech_prob=0.1)
        return [result] * len(encoded)

    def align(
        self, _encoded: Any, _start: list[int], texts: list[list[int]], _frames: int
    ) -> list[Any]:
        probabilities = [0.5] * len(texts[0])
        return [
            SimpleNamespace(alignments=list(enumerate(self.steps)), text_token_probs=probabilities)
        ]


class Loaded:
    """The engine over the fakes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
        self.model = FakeModel([])
        self.tokenizer = FakeTokenizer([])
        storage = SimpleNamespace(from_array=lambda features: features)
        models = SimpleNamespace(Whisper=lambda _path, **_how: self.model)
        fake = SimpleNamespace(StorageView=storage, models=models)
        monkeypatch.setitem(sys.modules, "ctranslate2", fake)
        reader = SimpleNamespace(from_file=lambda _path: self.tokenizer)
        monkeypatch.setitem(sys.modules, "tokenizers", SimpleNamespace(Tokenizer=reader))
        (path / "config.json").write_text("{}", encoding="utf-8")
        self._engine = WhisperEngine(path, Language.EN, 1)

    def decode(
        self, said: list[tuple[str, int]], duration_s: float, window_s: float = 0.0
    ) -> Decoded:
        """What comes of these pieces and their steps in silence of this length."""
        self.tokenizer.pieces = [piece for piece, _ in said]
        self.model.steps = [step for _, step in said]
        samples = np.zeros(round(16_000 * duration_s), dtype=np.int16)
        [decoded] = self._engine.decode([DecodeRequest(samples, window_s, 0.0, 1)])
        return decoded

    def decode_all(self, said: list[tuple[str, int]], durations_s: list[float]) -> list[Decoded]:
        """What comes of them asked for at once, each with these pieces."""
        self.tokenizer.pieces = [piece for piece, _ in said]
        self.model.steps = [step for _, step in said]
        sounds = [np.zeros(round(16_000 * length_s), np.int16) for length_s in durations_s]
        return self._engine.decode([DecodeRequest(sound, 10.0, 0.0, 1) for sound in sounds])


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Loaded:
    """An engine whose model has nothing to say yet."""
    return Loaded(monkeypatch, tmp_path)


def spans(decoded: Decoded) -> list[tuple[str, float, float]]:
    return [(w.text, round(w.start_s, 6), round(w.end_s, 6)) for w in decoded.words]


@pytest.mark.parametrize(
    ("duration_s", "length"), [(0.1, 16), (1.0, 30), (2.0, 44), (30.0, 436), (31.0, 440)]
)
def test_seven_tokens_a_second_and_eight_are_allowed(
    duration_s: float, length: int, loaded: Loaded
) -> None:
    """The model generates half as many as it is told; 220 are the most."""
    loaded.decode([], duration_s)
    assert loaded.model.max_length == [length]


@pytest.mark.parametrize(("tokens", "broke_off"), [(14, False), (15, True)])
def test_who_needs_all_tokens_broke_off(tokens: int, *, broke_off: bool, loaded: Loaded) -> None:
    said = [("Ġa", k) for k in range(tokens)]
    assert loaded.decode(said, 1.0).broke_off is broke_off


@pytest.mark.parametrize(
    ("duration_s", "window_s", "frames"),
    [
        (2.0, 10.0, 1000),
        (10.0, 10.0, 1000),
        (10.1, 10.0, 1250),
        (12.5, 10.0, 1250),
        (12.6, 10.0, 1500),
        (2.0, 29.9, 2990),
        (2.0, 40.0, 3000),
        (28.0, 10.0, 3000),
    ],
)
def test_windows_are_as_long_as_asked_or_of_few_lengths(
    duration_s: float, window_s: float, frames: int, loaded: Loaded
) -> None:
    loaded.decode([], duration_s, window_s)
    assert loaded.model.frames == [frames]


def test_a_step_of_the_alignment_is_a_fiftieth_of_a_second(loaded: Loaded) -> None:
    decoded = loaded.decode([("ĠI", 25), ("Ġwi", 50), ("ll", 60), ("Ġgo", 75)], 2.0)
    assert spans(decoded) == [("I", 0.5, 1.0), ("will", 1.0, 1.5), ("go", 1.5, 2.0)]
    assert [word.probability for word in decoded.words] == [0.5, 0.5, 0.5]


@pytest.mark.parametrize(("first", "start_s"), [(3, 0.06), (2, 0.04), (0, 0.04)])
def test_the_first_word_begins_a_second_before_its_end_at_most(
    first: int, start_s: float, loaded: Loaded
) -> None:
    decoded = loaded.decode([("ĠI", first), ("Ġgo", 52)], 1.5)
    assert decoded.words[0].end_s == pytest.approx(1.04)
    assert decoded.words[0].start_s == pytest.approx(start_s)


@pytest.mark.parametrize(("third", "end_s"), [(99, 1.98), (100, 2.0), (103, 2.0)])
def test_a_later_word_ends_a_second_after_its_begin_at_most(
    third: int, end_s: float, loaded: Loaded
) -> None:
    decoded = loaded.decode([("ĠI", 25), ("Ġwill", 50), ("Ġgo", third)], 4.0)
    assert decoded.words[1].start_s == pytest.approx(1.0)
    assert decoded.words[1].end_s == pytest.approx(end_s)


def test_requests_of_one_window_are_decoded_together_and_answered_in_their_order(
    loaded: Loaded,
) -> None:
    """12 s needs another window; most tokens are those of the longest, who broke off is asked of each."""
    said = [("Ġa", k) for k in range(20)]
    decoded = loaded.decode_all(said, [1.0, 12.0, 9.0, 2.0])
    assert loaded.model.together == [3, 1]
    assert loaded.model.max_length == [2 * (9 * 7 + 8), 2 * (12 * 7 + 8)]
    assert [one.broke_off for one in decoded] == [True, False, False, False]
    assert [round(one.words[-1].end_s, 6) for one in decoded] == [1.0, 1.38, 1.38, 1.38]
