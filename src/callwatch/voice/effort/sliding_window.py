"""The recent voice of one side, measured against what is usual for it.

    voice   ...|--|-|---|--|-|---|     pauses are left out
    long            |------------|     up to 1.5 s of voice
    short                  |-----|     the last 0.6 s

No threads.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from callwatch.core.arrays import DoubleArray
from callwatch.voice.effort.baseline import EffortBaseline
from callwatch.voice.effort.norms import BALANCE, LEVEL, PITCH
from callwatch.voice.quantiles import median

# A moment of voice: (pitch in semitones above 100 Hz, balance in dB, level in dBFS), each 20 ms.
MOMENT_HOP_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Measure:
    """How far a window lies above the usual: `z` of all features, and each one's own distance."""

    z: float
    pitch_st: float
    balance_db: float
    level_db: float


class VoicedWindow:
    """Voiced windows of the utterance that goes on, oldest first; a long pause empties it."""

    def __init__(self, most_s: float, pause_steps: int) -> None:
        self._most = round(most_s / MOMENT_HOP_S)
        self._pause_steps = pause_steps
        self._parts: deque[tuple[int, DoubleArray]] = deque()
        self._count = 0
        self._spoke_at = 0

    def add(self, step: int, moments: DoubleArray, speaks: bool) -> None:
        """The voiced windows (m, 3) of this step; what is too old leaves.

        Speech without voice (`speaks`: hoarse, a row of hard consonants) is no pause at first.
        """
        pause = self._pause_steps
        if self._parts and (step - self._spoke_at >= pause or self.age(step) >= 2 * pause):
            self._parts.clear()
            self._count = 0
        if speaks or len(moments):
            self._spoke_at = step
        if len(moments):
            self._parts.append((step, moments))
            self._count += len(moments)
        while self._parts and self._count - len(self._parts[0][1]) >= self._most:
            self._count -= len(self._parts.popleft()[1])

    def age(self, step: int) -> int:
        """Steps since the newest voice."""
        return step - self._parts[-1][0] if self._parts else step

    @property
    def voiced_s(self) -> float:
        """Seconds of voice that are remembered."""
        return self._count * MOMENT_HOP_S

    def last(self, voiced_s: float) -> DoubleArray:
        """The newest windows, (m, 3), at most so many seconds of voice."""
        joined = np.concatenate([part for _, part in self._parts])
        return joined[-round(voiced_s / MOMENT_HOP_S) :]


def measure(moments: DoubleArray, usual: EffortBaseline) -> Measure:
    """Effort of voiced windows (m, 3): each feature in its own spread, weighted by what it tells.

    The weights are those of the best linear test between two normal distributions that are
    `shift` apart; z has spread 1 in usual speech. Level may only support the other two: a line
    that levels everything out must not count against a raised voice.
    """
    voiced_s = len(moments) * MOMENT_HOP_S
    deltas: list[float] = (median(moments) - usual.means).tolist()
    told, weight, best = 0.0, 0.0, -math.inf
    spreads = (usual.pitch_sd, usual.balance_sd, usual.level_sd)
    for norm, delta, unsure in zip((PITCH, BALANCE, LEVEL), deltas, spreads, strict=True):
        spread = ((usual.liveliness * norm.spread(voiced_s)) ** 2 + unsure**2) ** 0.5
        told += norm.shift / spread * min(max(delta / spread, -norm.cap), norm.cap)
        weight += (norm.shift / spread) ** 2
        if norm is not PITCH:
            best = max(best, told / weight**0.5)
    return Measure(best, *deltas)
