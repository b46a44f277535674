"""A linear classifier: one weight a feature and category, a few thousand of them, in a data file.

`weights/<language>.npz` holds `features` uint32 (n,), `weights` int8 (n, 8), `scale` float32 (8,),
`bias` float32 (8,) and `built_from`, the checksum of what it was trained on.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.errors import ConfigError
from callwatch.phrases.features import Feature

WEIGHT_DIR: Final = Path(__file__).parent / "weights"
CATEGORIES: Final = tuple(ThreatCategory)


@dataclass(frozen=True, eq=False, slots=True)
class Classifier:
    """Weights of one language. `weights` float32 (n, 8), `rows` feature -> row."""

    rows: dict[int, int]
    weights: FloatArray
    bias: FloatArray

    def logits(self, features: list[Feature]) -> FloatArray:
        """Log odds of each category, float32 (8,). A feature counts once however often it comes."""
        rows = self.rows
        known = {rows[code] for code, _, _ in features if code in rows}
        if not known:
            return self.bias
        total: FloatArray = self.bias + self.weights[list(known)].sum(axis=0)
        return total

    def carriers(self, features: list[Feature], category: int, words: int) -> FloatArray:
        """What each word adds to the log odds of one category, float32 (words,)."""
        out = np.zeros(words, dtype=np.float32)
        seen: set[int] = set()
        for code, first, last in features:
            row = self.rows.get(code)
            if row is None or code in seen:
                continue
            seen.add(code)
            end = min(last, words)
            if end > first:
                out[first:end] += self.weights[row, category] / (end - first)
        return out


def load_classifier(language: Language) -> Classifier | None:
    """The shipped weights, or None for a language that has none."""
    path = WEIGHT_DIR / f"{language}.npz"
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as data:
            features, weights = data["features"], data["weights"].astype(np.float32)
            scale, bias = data["scale"].astype(np.float32), data["bias"].astype(np.float32)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as exc:
        raise ConfigError(
            f"The phrase weights {path} are damaged: install callwatch again."
        ) from exc
    return Classifier({int(code): row for row, code in enumerate(features)}, weights * scale, bias)
