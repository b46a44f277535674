"""Teaches the head of meanings what ordinary talk is: `python -m training.fit_further FOLDER`.

The shipped head is fitted further, in small steps, to the ordinary lines whose wording is most like a
threat, and to some of the sentences that it has learnt, so that it forgets none. A few thousand
lines do: reading a meaning is slow. Needs the model `e5-small`.
"""

import argparse
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from training.examples import read_examples, sentence_files
from training.ordinary import ordinary_lines
from training.train_meaning import (
    MeaningConfig,
    MeaningSample,
    Said,
    VectorStore,
    further,
    meaning_built_from,
    meaning_examples,
    meaning_sample,
    meaning_sentences,
    save_head,
)

from callwatch.core.channels import Language
from callwatch.phrases.classifier import CATEGORIES
from callwatch.phrases.embeddings import SentenceEmbedder
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.meaning import load_head


@dataclass(frozen=True, slots=True)
class FurtherConfig:
    """How many lines of each language, and how far the head moves."""

    per_category: int = 55
    harmless: int = 350
    # Of so many lines of talk the ones most like a threat, and a spread of the others.
    talk: int = 4000
    likest: int = 500
    every: int = 14
    longest: int = 30
    seed: int = 5


def chosen(language: Language, folder: Path, config: FurtherConfig) -> list[Said]:
    """Known sentences of one language, and ordinary talk."""
    chance = random.Random(config.seed)
    files = sentence_files(language, held_out=False)
    known = meaning_sentences((language, one) for path in files for one in read_examples(path))
    out: list[Said] = []
    for category in CATEGORIES:
        some = [one for one in known if category in one.labels]
        out += chance.sample(some, min(len(some), config.per_category))
    out += chance.sample([one for one in known if not one.labels], config.harmless)
    matcher = PhraseMatcher.for_language(language)
    talk = ordinary_lines(folder, language, 6000)
    chance.shuffle(talk)
    short = [line for line in talk if len(line.split()) < config.longest][: config.talk]
    ranked = sorted(short, key=matcher.likeness, reverse=True)
    picked = ranked[: config.likest] + ranked[config.likest :: config.every]
    return [Said(one.text, one.labels, 1.0) for one in out] + [
        Said(line, frozenset(), 1.0) for line in picked
    ]


def main() -> int:
    """Writes the head anew over the shipped one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ordinary", type=Path, help="folder of training.gather_ordinary")
    given = parser.parse_args()
    said = [
        one for language in Language for one in chosen(language, given.ordinary, FurtherConfig())
    ]
    sample: MeaningSample = meaning_sample(said, VectorStore(SentenceEmbedder()))
    config = MeaningConfig(noise=0.02, drop=0.3, l2=0.0, learning_rate=3e-4, batch=256)
    head = further(load_head(), sample, config, steps=400)
    if not all(np.isfinite(value).all() for value in (head.inner, head.outer)):
        sys.stderr.write("The head did not converge; nothing was written.\n")
        return 1
    save_head(head, meaning_built_from(meaning_sentences(meaning_examples())))
    sys.stdout.write(f"{len(said)} lines\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
