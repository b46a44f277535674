"""The recent voice of one side, measured against what is usual for it.

    voice   ...|--|-|---|--|-|---|     pauses are left out
    flux         |---------------|     the last second of voice
    others               |-------|     the last 0.6 s

No threads.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from callwatch.core.arrays import DoubleArray
from callwatch.voice.effort.baseline import EffortBaseline
from callwatch.voice.effort.norms import BALANCE, FLUX, PITCH
from callwatch.voice.quantiles import median

# A moment of voice: pitch in semitones above 100 Hz, balance in dB, level in dBFS and flux in dB;
# one every 20 ms.
MOMENT_HOP_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class MeasureConfig:
    """How the features are weighed together."""

    # Voice in which pitch, balance and level are taken: some three syllables, the least that tells
    # effort from stress.
    short_s: float = 0.6
    # Voice in which flux is taken: it needs more.
    flux_s: float = 1.0
    # How many standard deviations pitch and balance may each speak for effort.
    most_z: tuple[float, float] = (4.0, 3.0)
    # What is not yet known of the speaker counts against a raised voice, so many standard deviations.
    doubt_sd: float = 0.5
    # A flat speaker's few semitones are much: the pitch of a loud voice is sought as much lower as
    # the own usual pitch moves less than that of others, down to this part.
    flat_part: float = 0.7
    # Of pitch and balance the lesser counts, but for this part, in which their mean does: what a
    # speaker or a line holds back of one of them, the other makes up for in part.
    mean_part: float = 0.25
    # Beyond one and a half times a loud voice, more says no more: laughter goes far beyond.
    most_shift: float = 2.0
    # Part of flux in the raised measure; pitch and balance have the rest together.
    flux_part: float = 1 / 3
    # A still spectrum counts against a raised voice, but no more than this, and a moving one speaks
    # for it, but no more than that.
    least_flux: float = -0.2
    most_flux: float = 1.5


@dataclass(frozen=True, slots=True)
class Measure:
    """How far a window lies above the usual.

    `z` in standard deviations of usual voice; `raised` in shares of what a loud voice gains, 1 and
    more when it is loud; then each feature's own distance.
    """

    z: float
    raised: float
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
        """The voiced windows (m, 4) of this step; what is too old leaves.

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

    def last(self) -> DoubleArray:
        """What is remembered, (m, 4), at most `most_s` of voice."""
        return np.concatenate([part for _, part in self._parts])[-self._most :]


def measure(moments: DoubleArray, usual: EffortBaseline, config: MeasureConfig) -> Measure:
    """Effort of voiced windows (m, 4), m >= 1.

    z: pitch and balance, each in its own spread, weighted as the best linear test between two normal
    distributions that are `shift` apart; it has spread 1 in usual speech.

    raised: a raised voice is higher, for this speaker, and brighter, so the lesser of both counts
    most, and its spectrum moves. A lively voice, or another person who takes the phone, is only
    higher; a cry is both, but stands still.
    """
    short = moments[-round(config.short_s / MOMENT_HOP_S) :]
    pitch_st, balance_db, level_db, _ = median(short).tolist()
    pitch_st, balance_db = pitch_st - usual.pitch_st, balance_db - usual.balance_db
    level_db -= usual.level_dbfs
    flux = (float(median(moments[:, 3])) - usual.flux_db) / FLUX.shift
    doubt = config.doubt_sd
    liveliness = min(max(usual.pitch_spread_st / PITCH.spread, config.flat_part), 1.0)
    higher = (pitch_st - doubt * usual.pitch_sd) / (PITCH.shift * liveliness)
    brighter = (balance_db - doubt * usual.balance_sd) / BALANCE.shift
    lesser, mean = min(higher, brighter), (higher + brighter) / 2
    most = config.most_shift
    both = min(lesser, most) + config.mean_part * (min(mean, most) - min(lesser, most))
    part = config.flux_part
    raised = (1 - part) * both + part * min(max(flux, config.least_flux), config.most_flux)
    z = _z(pitch_st, balance_db, usual, config.most_z)
    return Measure(z, raised, pitch_st, balance_db, level_db)


def _z(
    pitch_st: float, balance_db: float, usual: EffortBaseline, most: tuple[float, float]
) -> float:
    """Both features as one, in standard deviations of usual voice."""
    spreads = (
        math.hypot(usual.pitch_spread_st, usual.pitch_sd),
        math.hypot(usual.balance_spread_db, usual.balance_sd),
    )
    pitch, balance = PITCH.shift / spreads[0], BALANCE.shift / spreads[1]
    alone = (
        min(max(pitch_st / spreads[0], -most[0]), most[0]),
        min(max(balance_db / spreads[1], -most[1]), most[1]),
    )
    return (alone[0] * pitch + alone[1] * balance) / math.hypot(pitch, balance)
