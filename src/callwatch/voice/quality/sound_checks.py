"""Checks of the sound itself and of the devices: clipped, offset, too quiet, dropped, drifting."""

from dataclasses import dataclass

from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.core.frames import VoiceFrames
from callwatch.voice.quality.channel_stats import CallStats
from callwatch.voice.quality.checks import QualityCheck, about
from callwatch.voice.quality.faults import FaultConfig, InputFaults


class ClippingCheck(QualityCheck):
    """Clipped sound and a constant offset, once in a call."""

    def __init__(self, config: FaultConfig, faults: InputFaults) -> None:
        super().__init__()
        self._config, self._faults = config, faults
        self._samples = 0
        self._sums = dict.fromkeys(CHANNELS, 0.0)

    def process(self, block: CallBlock, _frames: VoiceFrames) -> list[InputWarning]:
        """Takes the samples for the signs of each second, too."""
        notes = []
        self._samples += block.samples.shape[1]
        for channel in CHANNELS:
            samples = block.samples[channel.index]
            self._faults.hear(channel, samples)
            if self._faults.clipped_seconds(channel) >= self._config.clipped_seconds:
                notes += self._once(block.end_s, channel, about(channel, "clipping"))
            self._sums[channel] += float(samples.sum(dtype="int64"))
            offset = self._sums[channel] / max(1, self._samples) / 32768.0
            if self._samples >= CALL_RATE_HZ and abs(offset) > self._config.dc_share:
                notes += self._once(block.end_s, channel, about(channel, "dc_offset"))
        return notes


@dataclass(frozen=True, slots=True)
class QuietConfig:
    """When a voice is too quiet."""

    # Own speech below this loses detail in the recogniser.
    below_dbfs: float = -42.0
    # Speech that is heard before it is said during the call, and in the report.
    live_s: float = 5.0
    report_s: float = 1.0


class QuietCheck(QualityCheck):
    """Own speech that is too quiet all in all."""

    def __init__(self, config: QuietConfig, stats: CallStats, faults: InputFaults) -> None:
        super().__init__()
        self._config, self._stats, self._faults = config, stats, faults

    def process(self, _block: CallBlock, frames: VoiceFrames) -> list[InputWarning]:
        """A note once enough was heard."""
        notes = []
        for channel in CHANNELS:
            fact = self._fact(channel, self._config.live_s)
            if fact is not None:
                self._faults.mark_frames(channel, "too_quiet", frames)
                notes += self._once(frames.end_s + frames.delay_s, channel, fact)
        return notes

    def warnings(self, _duration_s: float) -> list[Fact]:
        """As it is at the end."""
        facts = (self._fact(channel, self._config.report_s) for channel in CHANNELS)
        return [fact for fact in facts if fact is not None]

    def _fact(self, channel: Channel, needed_s: float) -> Fact | None:
        side = self._stats[channel]
        level_dbfs = side.speech_dbfs
        if level_dbfs is None or side.speech_s < needed_s or level_dbfs >= self._config.below_dbfs:
            return None
        return about(channel, "too_quiet", level_dbfs=level_dbfs)


class DeviceCheck(QualityCheck):
    """What a device did not deliver, and a clock that is off by more than `drift_ppm`."""

    def __init__(self, drift_ppm: float, stats: CallStats, faults: InputFaults) -> None:
        super().__init__()
        self._drift_ppm, self._stats, self._faults = drift_ppm, stats, faults

    def process(self, block: CallBlock, _frames: VoiceFrames) -> list[InputWarning]:
        """A note for each gap."""
        notes = []
        for channel, span in block.dropped:
            self._stats[channel].dropped_s += span.duration_s
            self._faults.mark_dropped(channel, span)
            fact = about(channel, "dropped", what="once", dropped_s=span.duration_s)
            notes.append(InputWarning(block.end_s, channel, fact, span))
        return notes

    def warnings(self, _duration_s: float) -> list[Fact]:
        """All gaps in one, and the drift."""
        out = []
        for channel, side in self._stats.items():
            if side.dropped_s:
                out.append(about(channel, "dropped", what="in_all", dropped_s=side.dropped_s))
            if side.drift_ppm is not None and abs(side.drift_ppm) > self._drift_ppm:
                pace = "fast" if side.drift_ppm > 0 else "slow"
                out.append(about(channel, "drift", ppm=abs(side.drift_ppm), pace=pace))
        return out
