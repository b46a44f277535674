"""A second opinion: what a sentence means, judged by a small network on its embedding.

One head for all four languages: sentences of like meaning lie close together whatever the
language, so each learns from the others. `weights/meaning.npz` holds `inner` int8 (384, n) with
`inner_scale` float32 (n,) and `inner_bias` float32 (n,), `outer` int8 (n, 8) with `outer_scale`
float32 (8,) and `outer_bias` float32 (8,), and `built_from`, the checksum of the sentences.
"""

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.errors import ConfigError
from callwatch.phrases.classifier import WEIGHT_DIR
from callwatch.phrases.embeddings import SentenceEmbedder

MEANING_WEIGHTS: Final = WEIGHT_DIR / "meaning.npz"
# The same sentences come again: alone, and joined with what was said before.
_REMEMBERED: Final = 512


class Embeds(Protocol):
    """What turns a sentence into a vector; `SentenceEmbedder` does."""

    def embed(self, text: str) -> FloatArray: ...  # noqa: D102


@dataclass(frozen=True, eq=False, slots=True)
class MeaningHead:
    """Two layers: `inner` (384, n), `inner_bias` (n,), `outer` (n, 8), `outer_bias` (8,)."""

    inner: FloatArray
    inner_bias: FloatArray
    outer: FloatArray
    outer_bias: FloatArray

    def logits(self, vectors: FloatArray) -> FloatArray:
        """Log odds of each category, float32 (..., 8), for vectors float32 (..., 384)."""
        hidden = np.maximum(vectors @ self.inner + self.inner_bias, 0.0)
        out: FloatArray = (hidden @ self.outer + self.outer_bias).astype(np.float32)
        return out


class MeaningReader:
    """Sentences in, log odds out. One thread at a time."""

    def __init__(self, head: MeaningHead, embedder: Embeds) -> None:
        self._head = head
        self._embedder = embedder
        self.logits = lru_cache(maxsize=_REMEMBERED)(self._logits)

    def _logits(self, text: str) -> FloatArray:
        """Log odds of each category, float32 (8,)."""
        return self._head.logits(self._embedder.embed(text))


def load_head() -> MeaningHead:
    """The shipped head; ConfigError when its file is damaged."""
    try:
        with np.load(MEANING_WEIGHTS, allow_pickle=False) as data:
            inner = data["inner"].astype(np.float32) * data["inner_scale"].astype(np.float32)
            outer = data["outer"].astype(np.float32) * data["outer_scale"].astype(np.float32)
            return MeaningHead(
                inner,
                data["inner_bias"].astype(np.float32),
                outer,
                data["outer_bias"].astype(np.float32),
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as exc:
        raise ConfigError(
            f"The phrase weights {MEANING_WEIGHTS} are damaged: install callwatch again."
        ) from exc


def load_meaning() -> MeaningReader:
    """Reads meanings with the shipped head.

    Raises MissingPartError when this machine has no embeddings (`why_no_embeddings` says why).
    """
    return MeaningReader(load_head(), SentenceEmbedder())
