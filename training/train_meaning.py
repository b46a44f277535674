"""Trains the head that judges meanings: all languages' sentences together.

Deterministic for the same sentences and the same embeddings. Needs numpy and the model `e5-small`; embedding
every sentence takes some minutes, so vectors are kept in a file when one is named.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from training.examples import Example, read_examples, sentence_files
from training.ordinary import checksum, ordinary_lines

from callwatch.core.arrays import FloatArray
from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.phrases.classifier import CATEGORIES
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.meaning import MEANING_WEIGHTS, Embeds, MeaningHead
from callwatch.phrases.pack import load_pack
from callwatch.phrases.text import spoken_words

# Sentence files written since the shipped head was trained, a quarter of an hour of CPU: take them off
# this list before the next training. The wording has learnt them.
NOT_LEARNT: Final = frozenset(
    {"oblique", "phoned", "read_out", "remarks", "roundabout", "said", "telephone"}
)


@dataclass(frozen=True, slots=True)
class MeaningConfig:
    """Chosen by cross-validation over the training sentences."""

    # With some twenty thousand sentences to learn from 512 and 1024 miss more; it costs 0.8 MB.
    hidden: int = 2048
    epochs: int = 24
    batch: int = 512
    learning_rate: float = 3e-3
    l2: float = 1e-4
    # Half of the hidden values are left out in each step: the network cannot learn lines by heart.
    drop: float = 0.5
    # Noise on the vectors, in their own standard deviations: like meanings, other words.
    noise: float = 0.5
    # Ordinary talk of each language, at this weight: the lines whose wording is most like a threat,
    # for these are asked for their meaning in a call, and a spread of the others.
    talk_likest: int = 3000
    talk_spread: int = 1500
    talk_words: int = 30
    talk_weight: float = 0.5
    seed: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class MeaningSample:
    """`vectors` float32 (n, 384), `targets` float32 (n, 8), `importance` float32 (n,)."""

    vectors: FloatArray
    targets: FloatArray
    importance: FloatArray


class VectorStore:
    """Vectors of sentences, kept in an npz file between trainings when `path` is given."""

    def __init__(self, embedder: Embeds, path: Path | None = None) -> None:
        self._embedder = embedder
        self._path = path
        self._known: dict[str, FloatArray] = {}
        if path is not None and path.exists():
            with np.load(path, allow_pickle=False) as data:
                self._known = dict(zip(data["keys"].tolist(), data["vectors"], strict=True))

    def vectors(self, texts: Iterable[str]) -> FloatArray:
        """float32 (n, 384)."""
        out = [self._vector(text) for text in texts]
        return np.array(out, dtype=np.float32)

    def _vector(self, text: str) -> FloatArray:
        key = hashlib.sha256(" ".join(spoken_words(text)).encode()).hexdigest()[:24]
        if key not in self._known:
            self._known[key] = self._embedder.embed(text).astype(np.float16)
        return self._known[key]

    def save(self) -> None:
        """Write what is known to the file."""
        if self._path is not None:
            keys, vectors = np.array(list(self._known)), np.array(list(self._known.values()))
            np.savez(self._path, keys=keys, vectors=vectors)


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence to learn from."""

    text: str
    labels: frozenset[ThreatCategory]
    importance: float


def meaning_sentences(examples: Iterable[tuple[Language, Example]]) -> list[Said]:
    """Every sentence that the lines stand for."""
    classes = {language: load_pack(language).classes for language in Language}
    out: list[Said] = []
    for language, example in examples:
        said = example.sentences(classes[language])
        out += [Said(text, example.labels, 1.0 / len(said) ** 0.5) for text in said]
    return out


def meaning_sample(sentences: list[Said], store: VectorStore) -> MeaningSample:
    """Vectors and targets of sentences."""
    targets = [[c in one.labels for c in CATEGORIES] for one in sentences]
    return MeaningSample(
        store.vectors(one.text for one in sentences),
        np.array(targets, dtype=np.float32),
        np.array([one.importance for one in sentences], dtype=np.float32),
    )


def fit_head(sample: MeaningSample, config: MeaningConfig) -> MeaningHead:
    """Two layers by Adam with drop-out; the scaling of the vectors is folded into the first."""
    chance = np.random.default_rng(config.seed)
    middle, spread = sample.vectors.mean(axis=0), sample.vectors.std(axis=0) + 1e-6
    scaled = (sample.vectors - middle) / spread
    count, classes = sample.targets.shape
    size = sample.vectors.shape[1]
    values: list[FloatArray] = [
        _start(chance, (size, config.hidden), (2.0 / size) ** 0.5),
        np.zeros(config.hidden, dtype=np.float32),
        _start(chance, (config.hidden, classes), 0.3 * (1.0 / config.hidden) ** 0.5),
        np.full(classes, -2.0, dtype=np.float32),
    ]
    first = [np.zeros_like(value) for value in values]
    second = [np.zeros_like(value) for value in values]
    batch = min(config.batch, count)
    total = config.epochs * (count // batch)
    for step in range(1, total + 1):
        place = (step - 1) % (count // batch)
        if place == 0:
            order = chance.permutation(count)
        some = order[place * batch : (place + 1) * batch]
        part = MeaningSample(scaled[some], sample.targets[some], sample.importance[some])
        slopes = _slopes(values, part, chance, config)
        rate = config.learning_rate * (1.0 - 0.95 * step / total)
        for i, slope in enumerate(slopes):
            first[i] = 0.9 * first[i] + 0.1 * slope
            second[i] = 0.99 * second[i] + 0.01 * slope**2
            move = first[i] / (1 - 0.9**step) / (np.sqrt(second[i] / (1 - 0.99**step)) + 1e-6)
            values[i] = values[i] - (rate * move).astype(np.float32)
    inner = (values[0] / spread[:, None]).astype(np.float32)
    bias = (values[1] - middle @ inner).astype(np.float32)
    return MeaningHead(inner, bias, values[2], values[3])


def _start(chance: np.random.Generator, shape: tuple[int, int], spread: float) -> FloatArray:
    return chance.normal(0.0, spread, shape).astype(np.float32)


def _slopes(
    values: list[FloatArray],
    batch: MeaningSample,
    chance: np.random.Generator,
    config: MeaningConfig,
) -> list[FloatArray]:
    """Gradients of the weighted log loss of one batch."""
    inner, inner_bias, outer, outer_bias = values
    noise = chance.standard_normal(batch.vectors.shape, dtype=np.float32)
    vectors = batch.vectors + config.noise * noise
    before = vectors @ inner + inner_bias
    kept = (chance.random(before.shape) > config.drop).astype(np.float32) / (1.0 - config.drop)
    hidden = np.maximum(before, 0.0) * kept
    logits = np.clip(hidden @ outer + outer_bias, -30.0, 30.0)
    share = batch.importance / batch.importance.sum()
    wrong = (1.0 / (1.0 + np.exp(-logits)) - batch.targets) * share[:, None]
    back = (wrong @ outer.T) * (before > 0.0) * kept
    return [
        vectors.T @ back + config.l2 * inner,
        back.sum(axis=0),
        hidden.T @ wrong + config.l2 * outer,
        wrong.sum(axis=0),
    ]


def meaning_examples() -> list[tuple[Language, Example]]:
    """The labelled lines of all languages that the head has learnt, those kept apart left out."""
    return [
        (language, example)
        for language in Language
        for path in sentence_files(language, held_out=False)
        if path.stem not in NOT_LEARNT
        for example in read_examples(path)
    ]


def meaning_built_from(sentences: list[Said]) -> str:
    """Checksum of the sentences that a head is trained on."""
    digest = hashlib.sha256()
    for one in sentences:
        digest.update(f"{one.text}\t{','.join(sorted(one.labels))}\n".encode())
    return digest.hexdigest()


def save_head(head: MeaningHead, built_from: str, path: Path = MEANING_WEIGHTS) -> int:
    """Writes the head as int8; gives the size of the file in bytes."""
    inner_scale = np.abs(head.inner).max(axis=0) / 127.0 + 1e-9
    outer_scale = np.abs(head.outer).max(axis=0) / 127.0 + 1e-9
    np.savez_compressed(
        path,
        inner=np.rint(head.inner / inner_scale).astype(np.int8),
        inner_scale=inner_scale.astype(np.float32),
        inner_bias=head.inner_bias,
        outer=np.rint(head.outer / outer_scale).astype(np.int8),
        outer_scale=outer_scale.astype(np.float32),
        outer_bias=head.outer_bias,
        built_from=np.array(built_from),
    )
    return path.stat().st_size


def ordinary_talk(folder: Path, config: MeaningConfig) -> list[Said]:
    """Harmless lines of all languages to learn from."""
    out: list[Said] = []
    for language in Language:
        lines = [
            line
            for line in ordinary_lines(folder, language)
            if len(line.split()) <= config.talk_words
        ]
        lines.sort(key=PhraseMatcher.for_language(language).likeness, reverse=True)
        others = sorted(lines[config.talk_likest :], key=checksum)
        some = lines[: config.talk_likest] + others[: config.talk_spread]
        out += [Said(line, frozenset(), config.talk_weight) for line in some]
    return out


def train_meaning(
    store: VectorStore, talk: list[Said] | None = None, config: MeaningConfig | None = None
) -> int:
    """Trains the head on all sentences, and on talk, and writes it; gives the size of the file in bytes."""
    sentences = meaning_sentences(meaning_examples())
    sample = meaning_sample([*sentences, *(talk or [])], store)
    store.save()
    head = fit_head(sample, config or MeaningConfig())
    return save_head(head, meaning_built_from(sentences))
