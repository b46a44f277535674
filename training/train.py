"""Trains what judges phrases: `python -m training.train [en sv da nb meaning] --ordinary FOLDER`.

Deterministic: the same sentences, packs and ordinary talk give the same weights. The classifiers need numpy only;
`meaning`, the head over embeddings, needs the model `e5-small` as well, and `--vectors FILE` keeps the vectors
of the sentences for the next time.
"""

import argparse
import hashlib
import json
import random
import sys
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
from training.examples import (
    SISTER_WORDS,
    Example,
    read_examples,
    sentence_files,
    sister_words,
    translate,
)
from training.ordinary import ordinary_lines
from training.train_meaning import MeaningConfig, VectorStore, ordinary_talk, train_meaning

from callwatch.core.arrays import FloatArray, IntArray
from callwatch.core.channels import Language
from callwatch.core.errors import MissingPartError
from callwatch.phrases.classifier import CATEGORIES, WEIGHT_DIR, Classifier
from callwatch.phrases.embeddings import SentenceEmbedder
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import PACK_DIR, Pack, load_pack
from callwatch.phrases.text import normalise

MEANING: Final = "meaning"
# Text, labels, weight.
Row = tuple[str, frozenset[str], float]

# Danish and Norwegian share most written words: each learns from the other, at less weight.
SISTER: Final = {Language.DA: Language.NB, Language.NB: Language.DA}


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Chosen by cross-validation over the training sentences."""

    l2: float = 5e-4
    steps: int = 90
    learning_rate: float = 0.08
    # A feature seen in one sentence only says more about that sentence than about language.
    min_sentences: int = 2
    # Sentences among harmless ones: people explain before they threaten.
    joined_share: float = 0.5
    # How many harmless ones: a recogniser that waits for a pause gives three or four at once.
    joined_with: tuple[int, ...] = (1, 1, 2, 3)
    # The sister's lines are often the same thought: cross-validation flatters a high weight, lines
    # written apart do not.
    sister_weight: float = 0.35
    # Ordinary talk: so many lines, at this weight. It is what a call is made of, and cheap; more
    # weight takes the nerve from the judge of the threats that are told obliquely.
    ordinary_spread: int = 7000
    ordinary_weight: float = 0.3
    # And, of so many others, those that a first, shorter training finds most like threats: they teach
    # more than ten times as many that nobody would take for one.
    searched: int = 12000
    hardest: int = 4000
    first_steps: int = 25
    # Weights below this share of the greatest change no decision and are left out of the file.
    prune: float = 0.01


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """Sparse training data: sentence i has the features codes[offsets[i]:offsets[i + 1]]."""

    codes: IntArray
    offsets: IntArray
    targets: FloatArray
    importance: FloatArray

    def joined(self, other: "Sample") -> "Sample":
        """The sentences of both."""
        return Sample(
            np.concatenate([self.codes, other.codes]),
            np.concatenate([self.offsets, other.offsets[1:] + self.offsets[-1]]),
            np.concatenate([self.targets, other.targets]),
            np.concatenate([self.importance, other.importance]),
        )

    def rows(self, chosen: IntArray) -> "Sample":
        """Some of the sentences."""
        parts = [self.codes[self.offsets[i] : self.offsets[i + 1]] for i in chosen]
        offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        return Sample(
            np.concatenate([*parts, self.codes[:0]]),
            offsets.astype(np.int64),
            self.targets[chosen],
            self.importance[chosen],
        )


def examples_of(language: Language, *, held_out: bool = False) -> list[Example]:
    """All labelled lines of a language."""
    return [e for path in sentence_files(language, held_out=held_out) for e in read_examples(path)]


def build_sample(
    language: Language, examples: list[Example], pack: Pack, config: TrainConfig
) -> Sample:
    """Features and targets of `examples`, of joined ones, and of the sister language's."""
    rows: list[Row] = []
    for example in examples:
        said = example.sentences(pack.classes)
        rows += [(text, frozenset(example.labels), 1.0 / len(said) ** 0.5) for text in said]
    chance = random.Random(7)
    harmless = [text for text, labels, _ in rows if not labels]
    joined: list[Row] = []
    for text, labels, weight in rows:
        if harmless and chance.random() < config.joined_share:
            said = [text, *chance.choices(harmless, k=chance.choice(config.joined_with))]
            chance.shuffle(said)
            joined.append((chance.choice((" ", ". ", ", ")).join(said), labels, weight * 0.7))
    rows += joined
    if language in SISTER:
        sister = SISTER[language]
        classes = load_pack(sister).classes
        words = sister_words(language)
        for example in examples_of(sister):
            rows += [
                (translate(t, words), frozenset(example.labels), config.sister_weight)
                for t in example.sentences(classes, 1)
            ]
    return sample_of(rows, pack)


def sample_of(rows: list[Row], pack: Pack) -> Sample:
    """Features and targets of labelled, weighted sentences."""
    matcher = PhraseMatcher(pack, None)
    codes: list[int] = []
    offsets = [0]
    for text, _, _ in rows:
        # 0 stands for "there is a sentence": no sentence is without features.
        found = {0, *(code for code, _, _ in matcher.features(normalise(text, pack.rewrites)))}
        codes += sorted(found)
        offsets.append(len(codes))
    targets = np.array(
        [[c in labels for c in CATEGORIES] for _, labels, _ in rows], dtype=np.float32
    )
    importance = np.array([weight for _, _, weight in rows], dtype=np.float32)
    return Sample(
        np.array(codes, dtype=np.int64),
        np.array(offsets, dtype=np.int64),
        targets.reshape(len(rows), len(CATEGORIES)),
        importance,
    )


def with_talk(sample: Sample, ordinary: list[str], pack: Pack, config: TrainConfig) -> Sample:
    """The sample, a spread of ordinary talk, and of the rest what looks most like threats."""
    lines = sorted(ordinary, key=lambda line: crc32(line.encode()))
    others = lines[config.ordinary_spread :][: config.searched]
    spread, rest = (
        sample_of([(line, frozenset(), config.ordinary_weight) for line in some], pack)
        for some in (lines[: config.ordinary_spread], others)
    )
    sample = sample.joined(spread)
    if len(others) > config.hardest:
        features, weights, bias = fit(sample, replace(config, steps=config.first_steps))
        likeness = _logits(rest, features, weights, bias).max(axis=1)
        rest = rest.rows(np.sort(np.argsort(-likeness, kind="stable")[: config.hardest]))
    return sample.joined(rest)


def _logits(
    sample: Sample, features: IntArray, weights: FloatArray, bias: FloatArray
) -> FloatArray:
    """Log odds (n, 8) of the sentences of a sample."""
    place = np.minimum(np.searchsorted(features, sample.codes), len(features) - 1)
    known = (features[place] == sample.codes)[:, None]
    out: FloatArray = np.add.reduceat(weights[place] * known, sample.offsets[:-1], axis=0) + bias
    return out


def fit(sample: Sample, config: TrainConfig) -> tuple[IntArray, FloatArray, FloatArray]:
    """Logistic regression, one for each category, by Adam on all sentences at once.

    Gives the features (n,), the weights (n, 8) and the bias (8,).
    """
    kept, columns, counts = np.unique(sample.codes, return_inverse=True, return_counts=True)
    often = counts >= config.min_sentences
    place = np.cumsum(often) - 1
    mask = often[columns]
    sentence_of = np.repeat(np.arange(len(sample.offsets) - 1), np.diff(sample.offsets))[mask]
    columns, features = place[columns][mask], kept[often]
    count, classes = len(features), sample.targets.shape[1]
    starts = np.searchsorted(sentence_of, np.arange(len(sample.offsets) - 1))
    order = np.argsort(columns, kind="stable")
    sentence_by_feature = sentence_of[order]
    feature_starts = np.searchsorted(columns[order], np.arange(count))
    weights = np.zeros((count, classes), dtype=np.float32)
    bias = np.full(classes, -3.0, dtype=np.float32)
    total = float(sample.importance.sum())
    first, second = np.zeros((2, count + 1, classes), dtype=np.float32)
    for step in range(1, config.steps + 1):
        logits = np.add.reduceat(weights[columns], starts, axis=0) + bias
        np.clip(logits, -30.0, 30.0, out=logits)
        wrong = (
            (1.0 / (1.0 + np.exp(-logits)) - sample.targets) * sample.importance[:, None] / total
        )
        gradient = np.empty((count + 1, classes), dtype=np.float32)
        gradient[:count] = np.add.reduceat(wrong[sentence_by_feature], feature_starts, axis=0)
        gradient[:count] += config.l2 * weights
        gradient[count] = wrong.sum(axis=0)
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        rate = config.learning_rate * (1.0 - 0.9 * step / config.steps)
        move = rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-6)
        weights -= move[:count].astype(np.float32)
        bias -= move[count].astype(np.float32)
    return features, weights, bias


def train(
    language: Language,
    examples: list[Example],
    config: TrainConfig | None = None,
    ordinary: list[str] | None = None,
) -> Classifier:
    """A classifier of these sentences, unrounded."""
    config = config or TrainConfig()
    pack = load_pack(language)
    sample = build_sample(language, examples, pack, config)
    if ordinary:
        sample = with_talk(sample, ordinary, pack, config)
    features, weights, bias = fit(sample, config)
    return Classifier({int(code): row for row, code in enumerate(features)}, weights, bias)


def built_from(language: Language) -> str:
    """Checksum of what weights are trained on: the pack without the steps of the method, and the sentences."""
    digest = hashlib.sha256()
    languages = [language, *([SISTER[language]] if language in SISTER else [])]
    for one in languages:
        pack = tomllib.loads((PACK_DIR / f"{one}.toml").read_text(encoding="utf-8"))
        pack.pop("steps")
        digest.update(json.dumps(pack, sort_keys=True).encode())
        extra = [SISTER_WORDS] if len(languages) > 1 else []
        for path in [*sentence_files(one, held_out=False), *extra]:
            digest.update(path.name.encode())
            digest.update(path.read_text(encoding="utf-8").encode())
    return digest.hexdigest()


def save(language: Language, classifier: Classifier, config: TrainConfig) -> int:
    """Writes the weights as int8; gives the size of the file in bytes."""
    codes = np.array(list(classifier.rows), dtype=np.uint32)
    scale = np.abs(classifier.weights).max(axis=0) / 127.0 + 1e-9
    rounded = np.rint(classifier.weights / scale).astype(np.int8)
    kept = np.abs(rounded).max(axis=1) >= config.prune * 127
    WEIGHT_DIR.mkdir(exist_ok=True)
    path = WEIGHT_DIR / f"{language}.npz"
    np.savez_compressed(
        path,
        features=codes[kept],
        weights=rounded[kept],
        scale=scale.astype(np.float32),
        bias=classifier.bias.astype(np.float32),
        built_from=np.array(built_from(language)),
    )
    return path.stat().st_size


def main(arguments: list[str]) -> int:
    """Trains what is named, or all."""
    parser = argparse.ArgumentParser(prog="python -m training.train")
    parser.add_argument("parts", nargs="*", choices=[*Language, MEANING], default=None)
    parser.add_argument("--vectors", type=Path, help="npz file that keeps the sentences' vectors")
    parser.add_argument(
        "--ordinary", type=Path, help="folder of ordinary talk (training/gather_ordinary.py)"
    )
    options = parser.parse_args(arguments)
    parts = options.parts or [*Language, MEANING]
    if options.ordinary is None:
        sys.stderr.write("Without --ordinary the weights will raise many more false alarms.\n")
    for language in (one for one in Language if one in parts):
        examples = examples_of(language)
        config = TrainConfig()
        ordinary = ordinary_lines(options.ordinary, language) if options.ordinary else []
        size = save(language, train(language, examples, config, ordinary), config)
        sys.stdout.write(
            f"{language}: {len(examples)} lines, {len(ordinary)} of talk -> {size / 1000:.0f} kB\n"
        )
    if MEANING in parts:
        try:
            talk = ordinary_talk(options.ordinary, MeaningConfig()) if options.ordinary else []
            size = train_meaning(VectorStore(SentenceEmbedder(), options.vectors), talk)
        except MissingPartError as exc:
            sys.stderr.write(f"{MEANING}: not trained. {exc}\n")
            return 1
        sys.stdout.write(f"{MEANING}: {size / 1000:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
