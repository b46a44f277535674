"""Input quality: what is wrong with the sound, told during the call and summed up after it.

Codes are stable; the sentences are in texts/. Called by the analysis thread.

    no_sound  sound_back  clipping  dc_offset  same_audio  bleed  not_separable  hold_music
    hold_music_ended  too_quiet  dropped

What lasts is also known second by second (`fault`), for the light on the overlay.

`swapped_channels` comes from swapped.py, which listens to words.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.audio import CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import ChannelQuality, InputQuality
from callwatch.voice.quality.channel_stats import ChannelStats
from callwatch.voice.quality.dropout import SignalEvent, SignalLossConfig, SignalLossDetector
from callwatch.voice.quality.duplicate_channels import (
    DuplicateChannelConfig,
    DuplicateChannelDetector,
)
from callwatch.voice.quality.faults import FaultConfig, InputFaults
from callwatch.voice.quality.hold_music import HoldMusic, HoldMusicConfig

# Codes that another one explains: where channels cannot be told apart, it is of no use to be told
# that one leaks, or that both do what the other does.
_WORSE: Final = {"bleed": ("not_separable", "same_audio"), "not_separable": ("same_audio",)}


@dataclass(frozen=True, slots=True)
class QualityConfig:
    """When something about the input is worth telling."""

    # Own speech below this loses detail in the recogniser.
    too_quiet_dbfs: float = -42.0
    # The channels cannot be told apart when the leak is stronger than this (-6 dB, and half a dB of
    # doubt) beside the far voice and beside own speech, or what is left of it beside own speech.
    max_bleed_db: float = -5.5
    # A side that has said nothing (less than this share of the other's speech) after so long holds
    # the other's sound alone. A leak so strong would be that of a loudspeaker into a listener's
    # microphone for a while, but hardly for so long.
    own_share: float = 0.05
    alone_s: float = 60.0
    max_alone_db: float = -20.0
    # A weaker leak than this harms nothing.
    told_bleed_db: float = -26.0
    # ... and tones that both sides hear look like one for a moment.
    leak_s: float = 3.0
    # Speech that is heard before a level or a leak is judged.
    min_speech_s: float = 5.0
    # Frames that are surely no speech: what the noise of a line and music on hold are heard in.
    max_idle_probability: float = 0.1
    # Two clocks further apart than this drift audibly apart within a call.
    drift_ppm: float = 50.0
    lost: SignalLossConfig = field(default_factory=SignalLossConfig)
    faults: FaultConfig = field(default_factory=FaultConfig)
    hold_music: HoldMusicConfig = field(default_factory=HoldMusicConfig)
    same_audio: DuplicateChannelConfig = field(default_factory=DuplicateChannelConfig)


class QualityMonitor:
    """Blocks and their voice frames in; notes during the call, a summary after it."""

    def __init__(self, config: QualityConfig | None = None) -> None:
        self._config = config = config or QualityConfig()
        needed = {Channel.AGENT: config.lost.agent_s, Channel.CUSTOMER: config.lost.customer_s}
        self._sides = {
            c: ChannelStats(SignalLossDetector(config.lost, needed[c])) for c in CHANNELS
        }
        self._told: dict[tuple[str, Channel | None], Fact] = {}
        self._music = {channel: HoldMusic(self._config.hold_music) for channel in CHANNELS}
        self._same_audio = DuplicateChannelDetector(self._config.same_audio)
        self._faults = InputFaults(self._config.faults)
        self._quiet: set[Channel] = set()  # told during the call that they are

    @property
    def separable(self) -> bool:
        """Whether the two channels can be told apart; if not, no talk figure means anything."""
        return not (self._same_audio.is_same or any(s.is_bled for s in self._sides.values()))

    def fault(self, channel: Channel, second: int) -> str | None:
        """What was wrong with this side's sound in this second (0 is the first); None if nothing."""
        return self._faults.fault(channel, second)

    def process(self, block: CallBlock, frames: VoiceFrames) -> list[InputWarning]:
        """What there is to tell after this block."""
        notes: list[InputWarning] = []
        for channel in CHANNELS:
            self._hear_samples(channel, block.samples[channel.index], block.end_s, notes)
            self._hear_frames(channel, frames, notes)
        for channel, span in block.dropped:
            self._note_dropped(channel, span, block.end_s, notes)
        self._judge_leaks(frames, notes)
        return notes

    def note_drift(self, channel: Channel, ppm: float) -> None:
        """How much faster (positive) or slower this device's clock runs than the call clock."""
        self._sides[channel].drift_ppm = round(ppm, 1)
        if abs(ppm) > self._config.drift_ppm:
            pace = "fast" if ppm > 0 else "slow"
            params = {"channel": channel.value, "ppm": abs(ppm), "pace": pace}
            self._told["drift", channel] = Fact("drift", params)

    def result(self, duration_s: float) -> InputQuality:
        """Both sides summed up, and everything that was told."""
        warnings = [self._told[key] for key in self._told if not self._is_explained(*key)]
        for channel, side in self._sides.items():
            heard_s = side.speech_frames * HOP_S
            level = side.speech_dbfs
            if heard_s >= 1.0 and level is not None and level < self._config.too_quiet_dbfs:
                warnings.append(_about(channel, "too_quiet", level_dbfs=level))
            if side.lost.is_whole(duration_s):
                warnings.append(_about(channel, "never_heard"))
            elif duration_s > 0:
                warnings += _gap_warning(channel, side.lost.gaps_until(duration_s))
                if not heard_s:
                    warnings.append(_about(channel, "no_speech"))
            music_s = self._music[channel].music_s
            if music_s > self._config.hold_music.min_s and self.separable:
                warnings.append(_about(channel, "music_share", share=music_s / duration_s))
        qualities = {c: self._quality(c, side) for c, side in self._sides.items()}
        return InputQuality(qualities, tuple(dict.fromkeys(warnings)))

    def _is_explained(self, code: str, channel: Channel | None) -> bool:
        """Whether a worse fault of the whole call says it all, or this one has gone."""
        if channel is not None and code == "not_separable" and not self._sides[channel].is_bled:
            return True
        worse = _WORSE.get(code, ())
        is_same = "same_audio" in worse and self._same_audio.is_same
        is_bled = "not_separable" in worse and any(s.is_bled for s in self._sides.values())
        return is_same or is_bled

    def _quality(self, channel: Channel, side: ChannelStats) -> ChannelQuality:
        return ChannelQuality(
            speech_level_dbfs=_rounded(side.speech_dbfs),
            noise_level_dbfs=_rounded(side.noise_dbfs),
            clipped_share=_rounded(self._faults.clipped_share(channel), 6),
            bleed_db=_rounded(self._bleed_db(channel)),
            drift_ppm=side.drift_ppm,
            dropped_s=round(side.dropped_s, 3),
            silent_s=round(side.lost.frames * HOP_S, 2),
            non_speech_sound_s=round(self._music[channel].total_s, 2),
        )

    def _bleed_db(self, channel: Channel) -> float | None:
        """The leak into this channel beside its own speech (beside the far voice until then)."""
        near, far = self._sides[channel], self._sides[channel.other]
        if near.leak.gain_db is None:
            return None
        own, other = near.speech_dbfs, far.speech_dbfs
        enough = min(near.speech_frames, far.speech_frames) * HOP_S >= self._config.min_speech_s
        if not enough or own is None or other is None:
            return near.leak.gain_db
        return near.leak.gain_db + other - own

    def _hear_samples(
        self,
        channel: Channel,
        samples: npt.NDArray[np.int16],
        now_s: float,
        notes: list[InputWarning],
    ) -> None:
        side, config = self._sides[channel], self._config
        side.samples += len(samples)
        side.offset_sum += float(samples.sum(dtype=np.int64))
        self._faults.hear(channel, samples)
        if self._faults.clipped_seconds(channel) >= config.faults.clipped_seconds:
            self._tell(notes, now_s, channel, _about(channel, "clipping"))
        offset = side.offset_sum / max(1, side.samples) / 32768.0
        if side.samples >= 16_000 and abs(offset) > config.faults.dc_share:
            self._tell(notes, now_s, channel, _about(channel, "dc_offset"))

    def _hear_frames(
        self, channel: Channel, frames: VoiceFrames, notes: list[InputWarning]
    ) -> None:
        side, row = self._sides[channel], channel.index
        levels, speech = frames.cleaned_dbfs[row], frames.speech[row]
        side.speech_power += float((10.0 ** (levels[speech].astype(np.float64) / 10.0)).sum())
        side.speech_frames += int(speech.sum())
        self._follow_silence(channel, frames, notes)
        self._judge_level(channel, frames, notes)
        idle = ~speech & (frames.probability[row] < self._config.max_idle_probability)
        self._follow_music(channel, frames, idle, notes)
        if not self._music[channel].is_on:
            side.hear_noise(levels[idle])

    def _follow_silence(
        self, channel: Channel, frames: VoiceFrames, notes: list[InputWarning]
    ) -> None:
        lost = self._sides[channel].lost
        found, spans = lost.process(frames.level_dbfs[channel.index])
        for what, index in found:
            at_s = frames.decided_s(index)
            if what is SignalEvent.RESTORED:
                notes.append(InputWarning(at_s, channel, _about(channel, "sound_back")))
                continue
            fact = _about(channel, "no_sound", silent_s=lost.needed_s)
            span = TimeSpan(max(0.0, at_s - frames.delay_s - lost.needed_s), at_s)
            notes.append(InputWarning(at_s, channel, fact, span))
        for first, end in spans:
            self._mark(channel, "no_sound", frames, first, end)

    def _follow_music(
        self,
        channel: Channel,
        frames: VoiceFrames,
        idle: npt.NDArray[np.bool_],
        notes: list[InputWarning],
    ) -> None:
        levels = frames.cleaned_dbfs[channel.index].tolist()
        for i, is_on in self._music[channel].process(levels, idle.tolist()):
            fact = _about(channel, "hold_music" if is_on else "hold_music_ended")
            notes.append(InputWarning(frames.decided_s(i), channel, fact))

    def _note_dropped(
        self, channel: Channel, span: TimeSpan, now_s: float, notes: list[InputWarning]
    ) -> None:
        side = self._sides[channel]
        side.dropped_s += span.duration_s
        self._faults.mark_dropped(channel, span)
        once = _about(channel, "dropped", what="once", dropped_s=span.duration_s)
        notes.append(InputWarning(now_s, channel, once, span))
        in_all = _about(channel, "dropped", what="in_all", dropped_s=side.dropped_s)
        self._told["dropped", channel] = in_all

    def _judge_leaks(self, frames: VoiceFrames, notes: list[InputWarning]) -> None:
        config, now_s = self._config, frames.end_s + frames.delay_s
        self._same_audio.process(frames)
        if self._same_audio.is_same:
            self._tell(notes, now_s, None, Fact("same_audio"))
            for channel in CHANNELS:
                self._mark(channel, "same_audio", frames, 0, len(frames))
            return
        self._told.pop(("same_audio", None), None)
        for channel, side in self._sides.items():
            side.leak = frames.leaks[channel.index]
            bleed_db = self._bleed_db(channel)
            side.is_bled = bleed_db is not None and self._is_bled(channel, bleed_db)
            if side.is_bled:
                self._mark(channel, "not_separable", frames, 0, len(frames))
                what = "copy" if self._is_silent_beside(channel) else "leak"
                self._tell(notes, now_s, channel, _leak(channel, "not_separable", what=what))
            elif bleed_db is not None and bleed_db > config.told_bleed_db:
                side.leak_frames += len(frames)
            if self._is_leaking(channel):
                self._tell(notes, now_s, channel, _leak(channel, "bleed"))

    def _is_bled(self, channel: Channel, bleed_db: float) -> bool:
        """Whether a leak, `bleed_db` beside own speech, is too strong to be taken away.

        A channel in which nobody speaks may be nothing but the other one.
        """
        config, near, far = self._config, self._sides[channel], self._sides[channel.other]
        gain_db = near.leak.gain_db if near.leak.gain_db is not None else bleed_db
        if far.speech_frames * HOP_S < config.min_speech_s:
            return False
        if self._is_silent_beside(channel) and far.speech_frames * HOP_S >= config.alone_s:
            return gain_db > config.max_alone_db
        if near.speech_frames * HOP_S < config.min_speech_s:
            return gain_db > config.max_bleed_db
        strongest_db = max(min(gain_db, bleed_db), bleed_db + near.leak.rest_db)
        return strongest_db > config.max_bleed_db

    def _is_leaking(self, channel: Channel) -> bool:
        """Whether a voice was heard to leak for so long that it is no chance."""
        side, far = self._sides[channel], self._sides[channel.other]
        heard_s = min(side.leak_frames, far.speech_frames) * HOP_S
        return not side.is_bled and heard_s >= self._config.leak_s

    def _is_silent_beside(self, channel: Channel) -> bool:
        """Whether this side has said next to nothing, and the other a lot."""
        near, far = self._sides[channel], self._sides[channel.other]
        return near.speech_frames < self._config.own_share * far.speech_frames

    def _judge_level(
        self, channel: Channel, frames: VoiceFrames, notes: list[InputWarning]
    ) -> None:
        """Own speech that is too quiet all in all, once enough of it was heard."""
        side, level_dbfs = self._sides[channel], self._sides[channel].speech_dbfs
        heard_s = side.speech_frames * HOP_S
        if level_dbfs is None or heard_s < self._config.min_speech_s:
            return
        if level_dbfs >= self._config.too_quiet_dbfs:
            return
        self._mark(channel, "too_quiet", frames, 0, len(frames))
        if channel not in self._quiet:
            self._quiet.add(channel)
            fact = _about(channel, "too_quiet", level_dbfs=level_dbfs)
            notes.append(InputWarning(frames.end_s + frames.delay_s, channel, fact))

    def _mark(self, channel: Channel, code: str, frames: VoiceFrames, first: int, end: int) -> None:
        """This was wrong in these frames."""
        start_s = frames.start_s + first * HOP_S
        self._faults.mark(channel, code, TimeSpan(start_s, frames.start_s + end * HOP_S))

    def _tell(
        self, notes: list[InputWarning], now_s: float, channel: Channel | None, fact: Fact
    ) -> None:
        """Tell once."""
        if (fact.code, channel) in self._told:
            return
        self._told[fact.code, channel] = fact
        notes.append(InputWarning(now_s, channel, fact))


def _about(channel: Channel, code: str, **params: str | float) -> Fact:
    """A fact about one side."""
    return Fact(code, {"channel": channel.value, **params})


def _leak(channel: Channel, code: str, **params: str | float) -> Fact:
    """A fact about the other side's voice in this channel."""
    return _about(channel, code, other=channel.other.value, **params)


def _gap_warning(channel: Channel, gaps: list[TimeSpan]) -> list[Fact]:
    """One fact on the stretches without sound; none when there were none."""
    if not gaps:
        return []
    longest = max(gaps, key=lambda gap: gap.duration_s)
    times = {"start_s": longest.start_s, "end_s": longest.end_s}
    if len(gaps) == 1:
        return [_about(channel, "gap", **times)]
    total_s = sum(gap.duration_s for gap in gaps)
    return [_about(channel, "gaps", total_s=total_s, count=len(gaps), **times)]


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)
