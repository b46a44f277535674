"""Small tree models over the features of an overlap: is it a grab for the floor, or listening?

The weights are made by training/train_turns.py; a file of some 25 kB. Missing values go right.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.arrays import FloatArray
from callwatch.detectors.overlap_features import NAMES, OverlapFeatures

WEIGHTS: Final = "overlap_model.npz"


@dataclass(frozen=True, eq=False, slots=True)
class TreeModel:
    """`feature` and `threshold` (t, 7), `value` (t, 8): trees of depth 3, breadth first."""

    feature: npt.NDArray[np.int64]
    threshold: FloatArray
    value: FloatArray
    bias: float

    def probability(self, features: OverlapFeatures) -> float:
        """0..1."""
        return float(1 / (1 + np.exp(-self.score(features.vector()))))

    def score(self, vector: FloatArray) -> float:
        """Log odds for a feature vector (n,)."""
        trees = np.arange(len(self.feature))
        node = np.zeros(len(trees), np.int64)
        for _ in range(3):
            left = vector[self.feature[trees, node]] <= self.threshold[trees, node]
            node = 2 * node + 2 - left
        return self.bias + float(self.value[trees, node - 7].sum())


@cache
def overlap_model(question: str) -> TreeModel:
    """The model that answers `question`: "interruption" or "backchannel"."""
    with as_file(files("callwatch.detectors").joinpath(WEIGHTS)) as path, np.load(path) as data:
        if tuple(data["names"]) != NAMES:
            raise ValueError(
                f"{WEIGHTS} was made for other features: run python -m training.train_turns"
            )
        return TreeModel(
            data[f"{question}_feature"].astype(np.int64),
            data[f"{question}_threshold"],
            data[f"{question}_value"],
            float(data[f"{question}_bias"]),
        )
