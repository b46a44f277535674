"""Teaches the shipped head of meanings more: `python -m training.fit_further FOLDER [--new oblique read_out]`.

It is fitted further, in small steps, to the ordinary lines whose wording is most like a threat, to the
sentences of files that are new to it, and to some of those that it has learnt, so that it forgets
none. A few thousand lines do; `python -m training.train meaning` learns everything from the start, which takes
ten times as long.
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
    talk: int = 8000
    likest: int = 700
    every: int = 24
    longest: int = 30
    seed: int = 5


def chosen(language: Language, folder: Path, new: list[str], config: FurtherConfig) -> list[Said]:
    """Sentences of the new files, some of the known ones of one language, and ordinary talk."""
    chance = random.Random(config.seed)
    files = sentence_files(language, held_out=False)
    known, out = (
        meaning_sentences(
            (language, one)
            for path in files
            if (path.stem in new) is is_new
            for one in read_examples(path)
        )
        for is_new in (False, True)
    )
    for category in CATEGORIES:
        some = [one for one in known if category in one.labels]
        out += chance.sample(some, min(len(some), config.per_category))
    out += chance.sample([one for one in known if not one.labels], config.harmless)
    matcher = PhraseMatcher.for_language(language)
    talk = sorted(ordinary_lines(folder, language))
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
    parser.add_argument("--new", nargs="*", default=[], help="names of sentence files")
    parser.add_argument("--vectors", type=Path, help="npz file that keeps the sentences' vectors")
    given = parser.parse_args()
    said = [
        one
        for language in Language
        for one in chosen(language, given.ordinary, given.new, FurtherConfig())
    ]
    store = VectorStore(SentenceEmbedder(), given.vectors)
    sample: MeaningSample = meaning_sample(said, store)
    store.save()
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
