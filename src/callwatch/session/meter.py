"""The meter: once a second, talk time so far, loudness and effort of own speech.

What rises well above the own usual is reported at once: a raised voice is seen within a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from statistics import median

import numpy as np

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import EffortRose, MeterUpdated
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.voice.effort.estimator import EffortFrames

Fault = Callable[[Channel, int], str | None]
FRAMES_A_SECOND = round(1.0 / HOP_S)


@dataclass(frozen=True, slots=True)
class MeterConfig:
    """When a rise does not wait for the second to end."""

    # The median of a second is above this in one second of twenty of lively talk; of the shortest
    # steps, held for as long as below, twice in four minutes of it.
    rise_z: float = 2.4
    rise_steps: int = 3  # of 0.1 s: a single loud syllable is shorter
    again_s: float = 1.0  # by then the second that it lies in has been reported


class Meter:
    """Gathers frames and emits one MeterUpdated a full second of call time."""

    def __init__(self, config: MeterConfig | None = None) -> None:
        self._config = config or MeterConfig()
        self._run: dict[Channel, list[float]] = {channel: [] for channel in CHANNELS}
        self._rose_s = dict.fromkeys(CHANNELS, float("-inf"))
        self._talk_frames = dict.fromkeys(CHANNELS, 0)
        self._speech = np.zeros((2, 0), dtype=np.bool_)
        self._level_dbfs = np.zeros((2, 0), dtype=np.float32)
        self._start_s = 0.0
        # Steps that no second has taken yet: their end, and the effort z-score.
        self._effort: dict[Channel, list[tuple[float, float]]] = {
            channel: [] for channel in CHANNELS
        }

    def note_effort(self, effort: EffortFrames) -> list[EffortRose]:
        """Effort of the newest steps; those without a figure (NaN) do not count. Gives the rises.

        A step belongs to the second in which it ends before the second does: these steps are known
        by the time that the second is emitted, whatever the size of the blocks.
        """
        rises: list[EffortRose] = []
        for channel in CHANNELS:
            values = effort.effort[channel.index]
            for i in np.flatnonzero(np.isfinite(values)).tolist():
                end_s = effort.start_s + (i + 1) * effort.hop_s
                self._effort[channel].append((end_s, float(values[i])))
                if (rise := self._rise(channel, end_s, float(values[i]))) is not None:
                    rises.append(EffortRose(effort.decided_s(i), channel, rise))
        return rises

    def _rise(self, channel: Channel, end_s: float, value: float) -> float | None:
        """What was reached by enough steps in a row; None when it is no rise, or not the first."""
        config, run = self._config, self._run[channel]
        if value < config.rise_z:
            run.clear()
            return None
        run.append(value)
        if len(run) != config.rise_steps or end_s - self._rose_s[channel] < config.again_s:
            return None
        self._rose_s[channel] = end_s
        return round(min(run), 2)

    def process(self, frames: VoiceFrames, fault: Fault) -> list[MeterUpdated]:
        """Take frames; gives the seconds that they complete.

        `fault(channel, second)`: what was wrong with that side's sound then; None when nothing.
        """
        self._speech = np.concatenate([self._speech, frames.speech], axis=1)
        self._level_dbfs = np.concatenate([self._level_dbfs, frames.cleaned_dbfs], axis=1)
        out: list[MeterUpdated] = []
        while self._speech.shape[1] >= FRAMES_A_SECOND:
            out.append(self._second(frames.delay_s, fault))
            self._speech = self._speech[:, FRAMES_A_SECOND:]
            self._level_dbfs = self._level_dbfs[:, FRAMES_A_SECOND:]
        return out

    def _second(self, delay_s: float, fault: Fault) -> MeterUpdated:
        speech = self._speech[:, :FRAMES_A_SECOND]
        level_dbfs = self._level_dbfs[:, :FRAMES_A_SECOND]
        loudness: dict[Channel, float | None] = {}
        effort: dict[Channel, float | None] = {}
        for channel in CHANNELS:
            own = speech[channel.index]
            self._talk_frames[channel] += int(own.sum())
            power = np.mean(10 ** (level_dbfs[channel.index][own] / 10)) if own.any() else 0.0
            loudness[channel] = round(float(10 * np.log10(power)), 1) if power > 0 else None
            effort[channel] = self._take_effort(channel, self._start_s + 1.0)
        second = round(self._start_s)
        found = {channel: fault(channel, second) for channel in CHANNELS}
        ok = {channel: code is None for channel, code in found.items()}
        faults = {channel: code for channel, code in found.items() if code is not None}
        self._start_s += 1.0
        talk_s = {channel: round(n * HOP_S, 2) for channel, n in self._talk_frames.items()}
        return MeterUpdated(self._start_s + delay_s, talk_s, loudness, effort, ok, faults)

    def _take_effort(self, channel: Channel, end_s: float) -> float | None:
        """Median of the steps that ended before `end_s`; they are used up."""
        steps = self._effort[channel]
        values = [value for _, value in takewhile(lambda step: step[0] < end_s - 1e-6, steps)]
        del steps[: len(values)]
        return round(median(values), 2) if values else None
