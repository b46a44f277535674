"""A voice behind the speaker: a television, somebody else in the room.

    other   |=========|     |======|       |=====|
    own     ...tv..tv.|=====|.tv...|=======|..tv.|    who waits for their turn is silent here

People take turns: a side is silent for most of what the other says, and who talks over the other does
so at one level. What goes on through it and is clearly weaker than the side's own strong voice is not
the person on the line (nor is an echo).
No threads.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from callwatch.core.arrays import BoolArray, DoubleArray, FloatArray
from callwatch.core.frames import HOP_S

# One decision every 0.1 s.
STEP_S: Final = 0.1
_STEP: Final = round(STEP_S / HOP_S)
_BOTTOM_DBFS: Final = -100


@dataclass(frozen=True, slots=True)
class BackgroundConfig:
    """When there is a voice behind, and which sound is that voice."""

    # The other's speech counts from here on: a listening word inside an own turn is no turn.
    turn_s: float = 0.8
    # Through more than this share of the other's turns there is sound: usual talk stays below, lively
    # talk may reach it (and has one level then), televisions two thirds.
    least_share: float = 0.3
    # What is usual counts like so many seconds of the other's turns.
    prior_s: float = 2.0
    prior_share: float = 0.15
    # The other's turns remembered: a television that is turned off is forgotten.
    memory_s: float = 60.0
    # Levels are those of the last second of sound: syllables differ by more than voices do.
    span_s: float = 1.2
    # Sound belongs to the nearer of two levels. In front: this part of all that the side sends lies
    # below; who says little beside a television is still the strongest.
    front_part: float = 0.95
    # Behind: this part of what goes on through the other's turns lies below; some of it is the speaker,
    # who listens or talks over the other.
    behind_part: float = 0.6
    # Levels less far apart are one voice: 95 of 100 speakers have 5 dB between these parts.
    apart_db: float = 6.0
    # The levels of the last minutes are remembered.
    levels_s: float = 300.0


class _Levels:
    """The levels of the last minutes, in whole dB."""

    def __init__(self, memory_s: float) -> None:
        self._keep = 1 - STEP_S / memory_s
        self._counts: DoubleArray = np.zeros(-_BOTTOM_DBFS + 1)

    def add(self, dbfs: float) -> None:
        self._counts *= self._keep
        self._counts[min(-_BOTTOM_DBFS, max(0, round(-dbfs)))] += 1

    def quantile(self, part: float) -> float:
        """The level below which this part lies; after the first `add`."""
        counts = np.cumsum(self._counts)
        return -float(np.searchsorted(counts, (1 - part) * counts[-1]))


class BackgroundVoice:
    """One side's level and the other's turns in; whether the sound is somebody behind."""

    def __init__(self, config: BackgroundConfig) -> None:
        self._config = config
        self._all, self._through = (_Levels(config.levels_s) for _ in range(2))
        self._powers: deque[float] = deque(maxlen=round(config.span_s / STEP_S))
        self._newest_dbfs = 0.0
        self._turn_steps = 0
        self._turns_s = config.prior_s
        self._both_s = config.prior_s * config.prior_share

    def hear(self, power: float | None, other_speaks: bool) -> None:
        """One step of mean power (full scale = 1); None while the side is silent."""
        config = self._config
        self._turn_steps = self._turn_steps + 1 if other_speaks else 0
        if self._turn_steps * STEP_S > config.turn_s:
            keep = 1 - STEP_S / config.memory_s
            self._turns_s = self._turns_s * keep + STEP_S
            self._both_s = self._both_s * keep + STEP_S * (power is not None)
        if power is None:
            return
        self._powers.append(power)
        self._newest_dbfs = 10 * math.log10(sum(self._powers) / len(self._powers) + 1e-12)
        self._all.add(self._newest_dbfs)
        if self._turn_steps * STEP_S > config.turn_s:
            self._through.add(self._newest_dbfs)

    @property
    def is_found(self) -> bool:
        """Whether somebody speaks through the other's turns."""
        return self._both_s > self._config.least_share * self._turns_s

    @property
    def is_behind(self) -> bool:
        """Whether the newest sound is that voice."""
        if not self.is_found or not self._powers:
            return False
        config = self._config
        front = self._all.quantile(config.front_part)
        behind = self._through.quantile(config.behind_part)
        is_apart = front - behind >= config.apart_db
        return is_apart and self._newest_dbfs < (front + behind) / 2


class BackgroundVoices:
    """Both sides: frames in, whose sound is behind out; the block size does not change the result."""

    def __init__(self, config: BackgroundConfig = BackgroundConfig()) -> None:
        self._sides = (BackgroundVoice(config), BackgroundVoice(config))
        self._is_behind = np.zeros(2, np.bool_)
        # Of the step that is not complete yet: frames, speech in them, its power.
        self._frames = 0
        self._count, self._power = np.zeros(2), np.zeros(2)

    def process(self, speech: BoolArray, level_dbfs: FloatArray) -> BoolArray:
        """Both (2, n); which frames of speech are somebody behind, as known when they came."""
        behind = np.zeros_like(speech)
        power = np.where(speech, 10.0 ** (level_dbfs.astype(np.float64) / 10.0), 0.0)
        start, total = 0, speech.shape[1]
        while start < total:
            end = min(total, start + _STEP - self._frames)
            self._count += speech[:, start:end].sum(axis=1)
            self._power += power[:, start:end].sum(axis=1)
            self._frames += end - start
            behind[:, start:end] = speech[:, start:end] & self._is_behind[:, None]
            if self._frames == _STEP:
                self._step()
            start = end
        return behind

    def _step(self) -> None:
        means = [p / n if n else None for p, n in zip(self._power, self._count, strict=True)]
        in_front = [mean is not None for mean in means] & ~self._is_behind
        for row, side in enumerate(self._sides):
            side.hear(means[row], bool(in_front[1 - row]))
        self._is_behind = np.array([side.is_behind for side in self._sides])
        self._frames = 0
        self._count, self._power = np.zeros(2), np.zeros(2)
