"""Input quality: what is wrong with the sound, noted during the call and summed up after it.

Codes are stable; the sentences are in texts/. Called by the analysis thread. One check a fault:

    dropout           no_sound  sound_back  never_heard  gap  gaps  no_speech
    sound_checks      clipping  dc_offset  too_quiet  dropped  drift
    hold_music        hold_music  hold_music_ended  music_share
    separation        same_audio  not_separable  bleed
    late_side         late_side
    background        voice_behind

What lasts is also known second by second (`fault`), for the light on the overlay. `swapped_channels`
comes from swapped_channels.py, which listens to words.
"""

from dataclasses import dataclass, field
from typing import Final

from callwatch.core.audio import CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import InputWarning
from callwatch.core.frames import VoiceFrames
from callwatch.core.summary import ChannelQuality, InputQuality
from callwatch.voice.quality.background import BackgroundCheck
from callwatch.voice.quality.channel_stats import CallStats
from callwatch.voice.quality.checks import QualityCheck
from callwatch.voice.quality.dropout import SignalLossCheck, SignalLossConfig
from callwatch.voice.quality.faults import FaultConfig, InputFaults
from callwatch.voice.quality.hold_music import HoldMusicCheck, HoldMusicConfig
from callwatch.voice.quality.late_side import LateSideCheck, LateSideConfig
from callwatch.voice.quality.separation import SeparationCheck, SeparationConfig
from callwatch.voice.quality.sound_checks import (
    ClippingCheck,
    DeviceCheck,
    QuietCheck,
    QuietConfig,
)

# A warning that another one explains is left out: where the channels cannot be told apart, it is of no
# use to hear that one leaks, or that the other carries music.
_SUPERSEDED_BY: Final = {
    "bleed": ("not_separable", "same_audio"),
    "not_separable": ("same_audio",),
    "late_side": ("not_separable", "same_audio"),
    "voice_behind": ("not_separable", "same_audio", "late_side"),
    "music_share": ("not_separable", "same_audio"),
}


@dataclass(frozen=True, slots=True)
class QualityConfig:
    """When something about the input is worth a note."""

    # Two clocks further apart than this drift audibly apart within a call.
    drift_ppm: float = 50.0
    quiet: QuietConfig = field(default_factory=QuietConfig)
    lost: SignalLossConfig = field(default_factory=SignalLossConfig)
    faults: FaultConfig = field(default_factory=FaultConfig)
    hold_music: HoldMusicConfig = field(default_factory=HoldMusicConfig)
    separation: SeparationConfig = field(default_factory=SeparationConfig)
    late_side: LateSideConfig = field(default_factory=LateSideConfig)
    # A voice behind the speaker is worth a note once so much of it was heard: in the liveliest talk 6 s
    # of somebody's soft speech pass for it.
    voice_behind_s: float = 8.0


class QualityMonitor:
    """Blocks and their voice frames in; notes during the call, a summary after it."""

    def __init__(self, config: QualityConfig | None = None) -> None:
        config = config or QualityConfig()
        self._stats = stats = CallStats()
        self._faults = faults = InputFaults(config.faults)
        self._music = HoldMusicCheck(config.hold_music)
        self._lost = SignalLossCheck(config.lost, stats, faults)
        self._separation = SeparationCheck(config.separation, stats, faults)
        self._late = LateSideCheck(config.late_side, faults)
        self._checks: tuple[QualityCheck, ...] = (
            self._music,
            ClippingCheck(config.faults, faults),
            QuietCheck(config.quiet, stats, faults),
            DeviceCheck(config.drift_ppm, stats, faults),
            self._lost,
            self._separation,
            self._late,
            BackgroundCheck(config.voice_behind_s),
        )

    @property
    def separable(self) -> bool:
        """Whether it is known who speaks when; if not, no talk figure means anything."""
        return self._separation.is_possible and not self._late.is_late

    def fault(self, channel: Channel, second: int) -> str | None:
        """What was wrong with this side's sound in this second (0 is the first); None if nothing."""
        return self._faults.fault(channel, second)

    def process(self, block: CallBlock, frames: VoiceFrames) -> list[InputWarning]:
        """What there is to say after this block."""
        self._stats.process(frames, self._music.playing)
        return [note for check in self._checks for note in check.process(block, frames)]

    def note_drift(self, channel: Channel, ppm: float) -> None:
        """How much faster (positive) or slower this device's clock runs than the call clock."""
        self._stats[channel].drift_ppm = round(ppm, 1)

    def result(self, duration_s: float) -> InputQuality:
        """Both sides summed up, and what the checks say of the whole call.

        `duration_s` may lie before the end of what was heard: the rest is no part of the call.
        """
        found = [fact for check in self._checks for fact in check.warnings(duration_s)]
        codes = {fact.code for fact in found}
        kept = [fact for fact in found if not codes.intersection(_SUPERSEDED_BY.get(fact.code, ()))]
        qualities = {channel: self._quality(channel, duration_s) for channel in CHANNELS}
        return InputQuality(qualities, tuple(dict.fromkeys(kept)))

    def _quality(self, channel: Channel, duration_s: float) -> ChannelQuality:
        side = self._stats[channel]
        return ChannelQuality(
            speech_level_dbfs=_rounded(side.speech_dbfs),
            noise_level_dbfs=_rounded(side.noise_dbfs),
            clipped_share=_rounded(self._faults.clipped_share(channel), 6),
            bleed_db=_rounded(self._separation.bleed_db(channel)),
            drift_ppm=side.drift_ppm,
            dropped_s=round(side.dropped_s, 3),
            silent_s=round(self._lost.silent_s(channel, duration_s), 2),
            non_speech_sound_s=round(self._music.total_s(channel), 2),
        )


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)
