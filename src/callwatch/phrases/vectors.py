"""The meaning of a sentence as the mean of its words' vectors: numpy only, the same on every machine.

`weights/vectors.npz` holds `words` (one text, a word a line), `vectors` int8 (n, 128) and `scale`
float32 (n,). A vector is that of multilingual-e5-small (MIT) for the word alone, on its principal
components, rare words for more. A word that is not there is taken apart: compounds are the sum of
their parts.
"""

import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.errors import ConfigError
from callwatch.phrases.classifier import WEIGHT_DIR
from callwatch.phrases.text import normal_word, spoken_words

VECTOR_FILE: Final = WEIGHT_DIR / "vectors.npz"
# The parts of a compound are words of at least so many letters.
_PART: Final = 4
_WORD_MEMORY: Final = 20_000


class WordVectors:
    """Sentences in, vectors out. Keeps no state between sentences."""

    def __init__(self, words: list[str], vectors: FloatArray) -> None:
        """`vectors` float32 (n, d), one for each word."""
        self._rows = {word: row for row, word in enumerate(words)}
        self._vectors = vectors
        self.dimensions = vectors.shape[1]
        self._rows_of = lru_cache(maxsize=_WORD_MEMORY)(self._find)

    def embed(self, text: str) -> FloatArray:
        """The meaning of `text`, float32 (d,); zeros when no word is known."""
        rows = [row for word in spoken_words(text) for row in self._rows_of(normal_word(word))]
        if not rows:
            return np.zeros(self.dimensions, dtype=np.float32)
        mean: FloatArray = self._vectors[rows].mean(axis=0)
        return mean

    def _find(self, word: str) -> tuple[int, ...]:
        """The rows of a word, or of the longest beginning that is a word, and of what follows."""
        if word in self._rows:
            return (self._rows[word],)
        for cut in range(len(word) - 1, _PART - 1, -1):
            if word[:cut] in self._rows:
                rest = self._rows.get(word[cut:].removeprefix("s"))
                return (self._rows[word[:cut]], *(() if rest is None else (rest,)))
        return ()


def load_vectors(path: Path = VECTOR_FILE) -> WordVectors:
    """The shipped vectors; ConfigError when the file is damaged."""
    try:
        with np.load(path, allow_pickle=False) as data:
            words = str(data["words"]).split("\n")
            vectors = data["vectors"].astype(np.float32) * data["scale"][:, None]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as exc:
        raise ConfigError(f"The word vectors {path} are damaged: install callwatch again.") from exc
    return WordVectors(words, vectors)
