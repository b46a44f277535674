"""Stretches in which a channel carries no sound at all, not even noise.

    sound  |=====|............................|====|
                 |<- needed ->| told live     | told to be back
                 |<-------- a gap ----------->| told in the report

Headsets and lines that gate their noise are without sound in every pause, which is why short gaps count for nothing.
Frames are 10 ms. Called by the analysis thread.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.frames import HOP_S
from callwatch.core.spans import TimeSpan

# A recording that is silent but for a click is no more heard than one without it.
WHOLE_SHARE: Final = 0.99


@dataclass(frozen=True, slots=True)
class SignalLossConfig:
    """When missing sound is told."""

    # Weaker than the noise of any live line.
    below_dbfs: float = -75.0
    # A live line always carries some noise and, sooner or later, a voice.
    customer_s: float = 10.0
    # A headset that gates its microphone is mute while its wearer listens, as they should.
    agent_s: float = 30.0
    # A gap that ended is worth a sentence in the report when it was this long, on either side.
    gap_s: float = 30.0


class SignalEvent(Enum):
    """What a run of frames has shown."""

    LOST = "lost"
    RESTORED = "back"


@dataclass(slots=True)
class SignalLossDetector:
    """Follows the level of one channel; `needed_s` without sound is told."""

    config: SignalLossConfig
    needed_s: float
    frames: int = 0  # without sound, in the whole call
    gaps: list[TimeSpan] = field(default_factory=list)
    _heard: int = 0
    _run: int = 0

    def process(
        self, levels_dbfs: npt.NDArray[np.float32]
    ) -> tuple[list[tuple[SignalEvent, int]], list[tuple[int, int]]]:
        """What was found and in which frame, and the stretches (first, end) in which sound is lost."""
        silent = levels_dbfs < self.config.below_dbfs
        self.frames += int(silent.sum())
        needed = round(self.needed_s / HOP_S)
        found: list[tuple[SignalEvent, int]] = []
        lost: list[tuple[int, int]] = []
        for end, is_silent, length in _runs(silent):
            before = self._run
            if not is_silent:
                if before >= needed:
                    found.append((SignalEvent.RESTORED, end - length))
                self._end_gap(self._heard + end - length)
                continue
            self._run += length
            if before < needed <= self._run:
                found.append((SignalEvent.LOST, end - self._run + needed - 1))
            if self._run >= needed:
                lost.append((max(end - length, end - self._run + needed - 1), end))
        self._heard += len(levels_dbfs)
        return found, lost

    @property
    def heard_s(self) -> float:
        """Seconds of this channel so far."""
        return self._heard * HOP_S

    def silent_until(self, end_s: float) -> float:
        """Seconds without sound up to `end_s`, which may lie before the end of what was heard."""
        after_s = min(self._run * HOP_S, max(0.0, self.heard_s - end_s))
        return self.frames * HOP_S - after_s

    def gaps_until(self, end_s: float) -> list[TimeSpan]:
        """All that the report tells: long gaps, and the one that lasts to the end of the call."""
        open_s = end_s - self._run * HOP_S
        is_told = self._run * HOP_S >= min(self.needed_s, self.config.gap_s)
        return [*self.gaps, *([TimeSpan(max(0.0, open_s), end_s)] if is_told else [])]

    def is_whole(self, duration_s: float) -> bool:
        """Whether the channel carried nothing in the whole call."""
        return 0 < self._heard * WHOLE_SHARE <= self.frames and duration_s > 0

    def _end_gap(self, at: int) -> None:
        if self._run * HOP_S >= self.config.gap_s:
            self.gaps.append(TimeSpan((at - self._run) * HOP_S, at * HOP_S))
        self._run = 0


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, bool, int]]:
    """(index after the run, value, length) of each run of equal flags."""
    if not len(flags):
        return []
    ends = np.append(np.flatnonzero(flags[1:] != flags[:-1]) + 1, len(flags)).tolist()
    starts = [0, *ends[:-1]]
    return [(end, bool(flags[start]), end - start) for start, end in zip(starts, ends, strict=True)]
