"""Gradient-boosted trees of depth 3 for one question (logistic loss), in numpy alone.

Features are cut into bins once; a split is the best of all bins of all features (Friedman 2001;
the histogram method of LightGBM). Missing values (NaN) go right. Deterministic.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.arrays import DoubleArray, FloatArray

DEPTH: Final = 3
BINS: Final = 48


@dataclass(frozen=True, slots=True)
class BoostConfig:
    """How much is learnt, and how carefully."""

    trees: int = 80
    rate: float = 0.12
    l2: float = 4.0
    # Hessian mass of a leaf: fewer samples than some dozens say more about themselves.
    least: float = 8.0
    # Features that a tree may look at: spreads what is learnt over features that say the same.
    share: float = 0.5


@dataclass(frozen=True, eq=False, slots=True)
class Trees:
    """`feature` int (t, 7), `threshold` (t, 7), `value` (t, 8), `bias`; breadth first."""

    feature: npt.NDArray[np.int64]
    threshold: FloatArray
    value: FloatArray
    bias: float


def boost(
    features: FloatArray,
    targets: DoubleArray,
    weights: DoubleArray,
    config: BoostConfig,
    seed: int = 1,
) -> Trees:
    """Learn from `features` (n, f), `targets` 0 or 1 (n,), `weights` (n,)."""
    rng = np.random.default_rng(seed)
    edges = [_edges(column) for column in features.T]
    binned = np.stack(
        [np.searchsorted(e, c, side="left") for e, c in zip(edges, features.T, strict=True)]
    )
    binned = np.where(np.isnan(features.T), BINS, binned).astype(np.int64)
    mean = float(np.clip(np.average(targets, weights=weights), 1e-3, 1 - 1e-3))
    bias = float(np.log(mean / (1 - mean)))
    score = np.full(len(targets), bias)
    nodes = 2**DEPTH - 1
    feature = np.zeros((config.trees, nodes), np.int64)
    threshold = np.full((config.trees, nodes), np.inf, np.float32)
    value = np.zeros((config.trees, nodes + 1), np.float32)
    for tree in range(config.trees):
        odds = 1 / (1 + np.exp(-score))
        slope, bend = weights * (targets - odds), weights * odds * (1 - odds)
        some = rng.permutation(len(edges))[: max(1, round(config.share * len(edges)))]
        place = np.zeros(len(targets), np.int64)
        for depth in range(DEPTH):
            first = 2**depth - 1
            split = _best_splits(binned[some], place, 2**depth, slope, bend, config=config)
            for node, (column, cut) in enumerate(split):
                if column < 0:
                    continue
                feature[tree, first + node] = some[column]
                known = edges[some[column]]
                # Behind the last edge only missing values go right.
                top = np.finfo(np.float32).max
                threshold[tree, first + node] = known[cut] if cut < len(known) else top
            at = first + place
            chosen = binned[feature[tree, at], np.arange(len(targets))]
            cuts = np.array([c if f >= 0 else BINS + 1 for f, c in split])
            place = 2 * place + (chosen > cuts[place])
        up = np.bincount(place, slope, nodes + 1)
        down = np.bincount(place, bend, nodes + 1) + config.l2
        value[tree] = config.rate * up / down
        score += value[tree][place]
    return Trees(feature, threshold, value, bias)


def _edges(column: FloatArray) -> DoubleArray:
    """Upper edges of the bins, (<= BINS - 1,)."""
    known = column[~np.isnan(column)]
    if not len(known):
        return np.zeros(1)
    return np.unique(np.quantile(known, np.linspace(0, 1, BINS)[1:-1]))


def _best_splits(
    binned: npt.NDArray[np.int64],
    place: npt.NDArray[np.int64],
    nodes: int,
    slope: DoubleArray,
    bend: DoubleArray,
    *,
    config: BoostConfig,
) -> list[tuple[int, int]]:
    """For each node (feature, bin up to which samples go left), or (-1, 0) for none."""
    width = BINS + 1
    best: list[tuple[float, int, int]] = [(1e-6, -1, 0)] * nodes
    for column, bins in enumerate(binned):
        at = place * width + bins
        up = np.bincount(at, slope, nodes * width).reshape(nodes, width).cumsum(axis=1)
        down = np.bincount(at, bend, nodes * width).reshape(nodes, width).cumsum(axis=1)
        left_up, left_down = up[:, :-1], down[:, :-1]
        all_up, all_down = up[:, -1:], down[:, -1:]
        right_up, right_down = all_up - left_up, all_down - left_down
        gain = left_up**2 / (left_down + config.l2) + right_up**2 / (right_down + config.l2)
        gain -= all_up**2 / (all_down + config.l2)
        gain[(left_down < config.least) | (right_down < config.least)] = 0.0
        cut = np.argmax(gain, axis=1)
        for node in range(nodes):
            if gain[node, cut[node]] > best[node][0]:
                best[node] = (float(gain[node, cut[node]]), column, int(cut[node]))
    return [(column, cut) for _, column, cut in best]
