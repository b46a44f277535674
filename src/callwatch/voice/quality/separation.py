"""Whether the two channels can be told apart: one sound on both, or a voice that leaks too strongly.

same_audio     both channels carry one sound, level by level
not_separable  nothing but the other's sound (copy), or a leak as loud as own speech (leak)
bleed          a leak that is taken away, but worth a headset
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from callwatch.core.audio import CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.voice.quality.channel_stats import CallStats
from callwatch.voice.quality.checks import QualityCheck, about
from callwatch.voice.quality.duplicate_channels import (
    DuplicateChannelConfig,
    DuplicateChannelDetector,
)
from callwatch.voice.quality.faults import InputFaults


@dataclass(frozen=True, slots=True)
class SeparationConfig:
    """When a leak is worth a note, and when it is too much."""

    # The channels cannot be told apart when the leak is stronger than this (-6 dB, and half a dB of
    # doubt) beside the far voice and beside own speech, or what is left of it beside own speech.
    max_bleed_db: float = -5.5
    # A side that has said nothing (less than this share of the other's speech) after so long, or in
    # the whole call, holds the other's sound alone. A leak so strong would be that of a loudspeaker
    # into a listener's microphone for a while, but hardly for so long.
    min_own_share: float = 0.05
    alone_s: float = 30.0
    max_alone_db: float = -20.0
    # A weaker leak than this harms nothing.
    min_bleed_db: float = -26.0
    # ... nor one that was there for less than this.
    min_leak_s: float = 3.0
    # One that comes later than sound crosses a room, and a device takes, comes from elsewhere.
    min_echo_s: float = 0.1
    # Speech that is heard before a leak is judged.
    min_speech_s: float = 5.0
    same_audio: DuplicateChannelConfig = field(default_factory=DuplicateChannelConfig)


class SeparationCheck(QualityCheck):
    """Follows the leaks into both channels, and how far the levels move together."""

    def __init__(self, config: SeparationConfig, stats: CallStats, faults: InputFaults) -> None:
        super().__init__()
        self._config, self._stats, self._faults = config, stats, faults
        self._same_audio = DuplicateChannelDetector(config.same_audio)
        self._too_strong: set[Channel] = set()
        self._leak_frames = dict.fromkeys(CHANNELS, 0)  # in which a leak was known that does harm

    @property
    def is_possible(self) -> bool:
        """Whether the channels can be told apart, as far as is known."""
        return not (self._same_audio.is_same or self._too_strong)

    def bleed_db(self, channel: Channel) -> float | None:
        """The leak into this channel beside its own speech (beside the far voice until then)."""
        near, far = self._stats[channel], self._stats[channel.other]
        if near.leak.gain_db is None:
            return None
        own, other = near.speech_dbfs, far.speech_dbfs
        is_known = min(near.speech_s, far.speech_s) >= self._config.min_speech_s
        if not is_known or own is None or other is None:
            return near.leak.gain_db
        return near.leak.gain_db + other - own

    def process(self, _block: CallBlock, frames: VoiceFrames) -> list[InputWarning]:
        """A note on each kind, once."""
        now_s = frames.end_s + frames.delay_s
        self._same_audio.process(frames)
        self._judge(self._config.alone_s)
        for channel in CHANNELS:
            bleed_db = self.bleed_db(channel)
            if bleed_db is not None and bleed_db > self._config.min_bleed_db:
                self._leak_frames[channel] += len(frames)
        notes = []
        for side, fact in self._facts():
            for channel in CHANNELS if side is None else (side,):
                if fact.code != "bleed":
                    self._faults.mark_frames(channel, fact.code, frames)
            notes += self._once(now_s, side, fact)
        return notes

    def warnings(self, _duration_s: float) -> list[Fact]:
        """As it is at the end: a side that never spoke has nothing of its own."""
        self._judge(self._config.min_speech_s)
        bled = [fact for fact in self._noted.values() if fact.code == "bleed"]
        return [*(fact for _, fact in self._facts() if fact.code != "bleed"), *bled]

    def _judge(self, alone_s: float) -> None:
        self._too_strong = {
            channel for channel in CHANNELS if self._is_too_strong(channel, alone_s)
        }

    def _facts(self) -> Iterator[tuple[Channel | None, Fact]]:
        """What is wrong now."""
        if self._same_audio.is_same:
            yield None, Fact("same_audio")
            return
        for channel in CHANNELS:
            other = channel.other.value
            heard_s = min(self._leak_frames[channel] * HOP_S, self._stats[channel.other].speech_s)
            if channel in self._too_strong:
                what = "copy" if self._has_nothing_own(channel) else "leak"
                yield channel, about(channel, "not_separable", other=other, what=what)
            elif heard_s >= self._config.min_leak_s:
                yield channel, self._leak(channel)

    def _leak(self, channel: Channel) -> Fact:
        """A leak of this side's own room, or an echo of the line or of the other end."""
        other, delay_s = channel.other.value, self._stats[channel].leak.delay_s
        if delay_s < self._config.min_echo_s:
            return about(channel, "bleed", other=other, what="leak")
        return about(channel, "bleed", other=other, what="echo", delay_s=delay_s)

    def _is_too_strong(self, channel: Channel, alone_s: float) -> bool:
        """Whether the leak into this channel cannot be taken away, or is all there is."""
        config, near, far = self._config, self._stats[channel], self._stats[channel.other]
        gain_db, bleed_db = near.leak.gain_db, self.bleed_db(channel)
        if gain_db is None or bleed_db is None or far.speech_s < config.min_speech_s:
            return False
        if self._has_nothing_own(channel) and far.speech_s >= alone_s:
            return gain_db > config.max_alone_db
        if near.speech_s < config.min_speech_s:
            return gain_db > config.max_bleed_db
        strongest_db = max(min(gain_db, bleed_db), bleed_db + near.leak.residual_db)
        return strongest_db > config.max_bleed_db

    def _has_nothing_own(self, channel: Channel) -> bool:
        """Whether this side has said next to nothing beside the other."""
        near, far = self._stats[channel], self._stats[channel.other]
        return near.speech_frames < self._config.min_own_share * far.speech_frames
