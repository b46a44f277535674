"""Stretches in which a channel carries no sound at all, not even noise.

    sound  |=====|............................|====|
                 |<- needed ->| noted         | noted as back
                 |<-------- a gap ----------->| a warning of the report

Headsets and lines that gate their noise are without sound in every pause, which is why short gaps count for nothing.
Frames are 10 ms. Called by the analysis thread.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.audio import CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.core.spans import TimeSpan, intersection
from callwatch.voice.quality.channel_stats import CallStats
from callwatch.voice.quality.checks import QualityCheck, about
from callwatch.voice.quality.faults import InputFaults

# A recording that is silent but for a click is no more heard than one without it.
WHOLE_SHARE: Final = 0.99


@dataclass(frozen=True, slots=True)
class SignalLossConfig:
    """When missing sound is reported."""

    # Weaker than the noise of any live line.
    below_dbfs: float = -75.0
    # A live line always carries some noise and, sooner or later, a voice.
    customer_s: float = 10.0
    # A headset that gates its microphone is mute while its wearer listens, as they should.
    agent_s: float = 30.0
    # A gap that ended is worth a sentence in the report when it was this long, on either side.
    gap_s: float = 30.0
    # A side that is silent at the end of the call is missed when the other went on for longer than
    # this; a farewell into a line that was hung up is shorter.
    missed_s: float = 3.0


class SignalEvent(Enum):
    """What a run of frames has shown."""

    LOST = "lost"
    RESTORED = "back"


@dataclass(slots=True)
class SignalLossDetector:
    """Follows the level of one channel; `needed_s` without sound are reported."""

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
        """What the report names: long gaps, and the one that lasts to the end of the call."""
        open_s = end_s - self._run * HOP_S
        is_long = self._run * HOP_S >= min(self.needed_s, self.config.gap_s)
        return [*self.gaps, *([TimeSpan(max(0.0, open_s), end_s)] if is_long else [])]

    def is_whole(self, duration_s: float) -> bool:
        """Whether the channel carried nothing in the whole call."""
        return 0 < self._heard * WHOLE_SHARE <= self.frames and duration_s > 0

    def _end_gap(self, at: int) -> None:
        if self._run * HOP_S >= self.config.gap_s:
            self.gaps.append(TimeSpan((at - self._run) * HOP_S, at * HOP_S))
        self._run = 0


class SignalLossCheck(QualityCheck):
    """Both channels, and whether anybody spoke in them at all."""

    def __init__(self, config: SignalLossConfig, stats: CallStats, faults: InputFaults) -> None:
        super().__init__()
        self._config, self._stats, self._faults = config, stats, faults
        needed = {Channel.AGENT: config.agent_s, Channel.CUSTOMER: config.customer_s}
        self._detectors = {c: SignalLossDetector(config, needed[c]) for c in CHANNELS}

    def silent_s(self, channel: Channel, duration_s: float) -> float:
        """Seconds without any sound in a call of this length."""
        return self._detectors[channel].silent_until(duration_s)

    def process(self, _block: CallBlock, frames: VoiceFrames) -> list[InputWarning]:
        """A note when the sound is lost, and when it is back."""
        notes = []
        for channel, detector in self._detectors.items():
            found, lost = detector.process(frames.level_dbfs[channel.index])
            for what, index in found:
                at_s = frames.decided_s(index)
                if what is SignalEvent.RESTORED:
                    notes.append(InputWarning(at_s, channel, about(channel, "sound_back")))
                    continue
                fact = about(channel, "no_sound", silent_s=detector.needed_s)
                span = TimeSpan(max(0.0, at_s - frames.delay_s - detector.needed_s), at_s)
                notes.append(InputWarning(at_s, channel, fact, span))
            for first, end in lost:
                self._faults.mark_frames(channel, "no_sound", frames, first, end)
        return notes

    def warnings(self, duration_s: float) -> list[Fact]:
        """Where there was no sound; and who never spoke."""
        out = []
        for channel, detector in self._detectors.items():
            if detector.is_whole(duration_s):
                out.append(about(channel, "never_heard"))
            elif duration_s > 0:
                out += _gap_warning(channel, self._gaps(channel, duration_s))
                if not self._stats[channel].speech_frames:
                    out.append(about(channel, "no_speech"))
        return out

    def _gaps(self, channel: Channel, duration_s: float) -> list[TimeSpan]:
        """The stretches without sound; after hang-up digital silence is no broken cable."""
        detector, other = self._detectors[channel], self._stats[channel.other]
        gaps = detector.gaps_until(detector.heard_s)
        if gaps and gaps[-1].end_s >= min(duration_s, detector.heard_s) - HOP_S:
            missed_s = other.last_speech_s - gaps[-1].start_s
            gaps = gaps if missed_s > self._config.missed_s else gaps[:-1]
        return intersection(gaps, [TimeSpan(0.0, duration_s)])


def _gap_warning(channel: Channel, gaps: list[TimeSpan]) -> list[Fact]:
    """One fact on the stretches without sound; none when there were none."""
    if not gaps:
        return []
    longest = max(gaps, key=lambda gap: gap.duration_s)
    times = {"start_s": longest.start_s, "end_s": longest.end_s}
    if len(gaps) == 1:
        return [about(channel, "gap", **times)]
    total_s = sum(gap.duration_s for gap in gaps)
    return [about(channel, "gaps", total_s=total_s, count=len(gaps), **times)]


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, bool, int]]:
    """(index after the run, value, length) of each run of equal flags."""
    if not len(flags):
        return []
    ends = np.append(np.flatnonzero(flags[1:] != flags[:-1]) + 1, len(flags)).tolist()
    starts = [0, *ends[:-1]]
    return [(end, bool(flags[start]), end - start) for start, end in zip(starts, ends, strict=True)]
