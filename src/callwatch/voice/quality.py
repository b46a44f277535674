"""Input quality: what is wrong with the sound, told during the call and summed up after it.

Codes are stable, messages are for people. Called by the analysis thread.

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
from callwatch.core.events import InputNoted
from callwatch.core.frames import HOP_S, Leak, VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import ChannelQuality, InputQuality
from callwatch.voice.faults import CLIPPED, FaultConfig, InputFaults
from callwatch.voice.hold_music import HoldMusic, HoldMusicConfig
from callwatch.voice.same_audio import SameAudio, SameAudioConfig

SILENT_DBFS: Final = -120.0


@dataclass(frozen=True, slots=True)
class QualityConfig:
    """When something about the input is worth telling."""

    # A live line always carries some noise and, sooner or later, a voice.
    no_sound_s: float = 10.0
    # A headset that gates its microphone is mute while its wearer listens, as they should.
    agent_no_sound_s: float = 30.0
    # Weaker than the noise of any live line.
    no_sound_dbfs: float = -75.0
    # Own speech below this loses detail in the recogniser.
    too_quiet_dbfs: float = -42.0
    # The channels cannot be told apart when the leak is stronger than this (-6 dB, and half a dB of
    # doubt) beside the far voice and beside own speech, or what is left of it beside own speech.
    max_bleed_db: float = -5.5
    # A weaker leak than this harms nothing.
    told_bleed_db: float = -26.0
    # Speech that is heard before a level or a leak is judged.
    min_speech_s: float = 5.0
    # Two clocks further apart than this drift audibly apart within a call.
    drift_ppm: float = 50.0
    faults: FaultConfig = field(default_factory=FaultConfig)
    hold_music: HoldMusicConfig = field(default_factory=HoldMusicConfig)
    same_audio: SameAudioConfig = field(default_factory=SameAudioConfig)


@dataclass(slots=True)
class _Side:
    """What one channel has shown so far; frames are 10 ms."""

    samples: int = 0
    clipped: int = 0
    offset_sum: float = 0.0
    speech_power: float = 0.0
    speech_frames: int = 0
    noise_power: float = 0.0
    noise_frames: int = 0
    silent_frames: int = 0
    silent_run: int = 0
    is_bled: bool = False
    dropped_s: float = 0.0
    drift_ppm: float | None = None
    leak: Leak = field(default_factory=Leak)

    @property
    def speech_dbfs(self) -> float | None:
        return _dbfs(self.speech_power, self.speech_frames)


class QualityMonitor:
    """Blocks and their voice frames in; notes during the call, a summary after it."""

    def __init__(self, config: QualityConfig | None = None) -> None:
        self._config = config or QualityConfig()
        self._sides = {channel: _Side() for channel in CHANNELS}
        self._told: dict[tuple[str, Channel | None], str] = {}
        self._music = {channel: HoldMusic(self._config.hold_music) for channel in CHANNELS}
        self._same_audio = SameAudio(self._config.same_audio)
        self._faults = InputFaults(self._config.faults)
        self._quiet: set[Channel] = set()  # told during the call that they are

    @property
    def separable(self) -> bool:
        """Whether the two channels can be told apart; if not, no talk figure means anything."""
        return not (self._same_audio.is_same or any(s.is_bled for s in self._sides.values()))

    def fault(self, channel: Channel, second: int) -> str | None:
        """What was wrong with this side's sound in this second (0 is the first); None if nothing."""
        return self._faults.fault(channel, second)

    def process(self, block: CallBlock, frames: VoiceFrames) -> list[InputNoted]:
        """What there is to tell after this block."""
        notes: list[InputNoted] = []
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
            self._told["drift", channel] = (
                f"The {channel.value}'s device runs {abs(ppm):.0f} ppm too "
                f"{'fast' if ppm > 0 else 'slow'}; callwatch corrects for it."
            )

    def result(self, duration_s: float) -> InputQuality:
        """Both sides summed up, and everything that was told."""
        told = self._told
        if self._same_audio.is_same:
            told = {key: text for key, text in told.items() if key[0] != "bleed"}
        warnings = list(told.values())
        for channel, side in self._sides.items():
            heard_s = side.speech_frames * HOP_S
            level = side.speech_dbfs
            if heard_s >= 1.0 and level is not None and level < self._config.too_quiet_dbfs:
                warnings.append(_QUIET.format(who=channel.value, level=level))
            if not heard_s and duration_s > 0:
                warnings.append(f"No speech was heard from the {channel.value}.")
            music_s = self._music[channel].total_s
            if music_s > self._config.hold_music.min_s and self.separable:
                warnings.append(_HELD.format(who=channel.value, share=music_s / duration_s))
        qualities = {c: self._quality(c, side) for c, side in self._sides.items()}
        return InputQuality(qualities, tuple(dict.fromkeys(warnings)))

    def _quality(self, channel: Channel, side: _Side) -> ChannelQuality:
        return ChannelQuality(
            speech_level_dbfs=_rounded(side.speech_dbfs),
            noise_level_dbfs=_rounded(_dbfs(side.noise_power, side.noise_frames)),
            clipped_share=round(side.clipped / side.samples, 6) if side.samples else None,
            bleed_db=_rounded(self._bleed_db(channel)),
            drift_ppm=side.drift_ppm,
            dropped_s=round(side.dropped_s, 3),
            silent_s=round(side.silent_frames * HOP_S, 2),
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
        notes: list[InputNoted],
    ) -> None:
        side, config = self._sides[channel], self._config
        clipped = int(np.count_nonzero((samples >= CLIPPED) | (samples <= -CLIPPED)))
        side.samples += len(samples)
        side.clipped += clipped
        side.offset_sum += float(samples.sum(dtype=np.int64))
        self._faults.hear(channel, samples)
        if self._faults.clipped_seconds(channel) >= config.faults.clipped_seconds:
            self._tell(notes, now_s, "clipping", channel, _CLIPPING)
        offset = side.offset_sum / max(1, side.samples) / 32768.0
        if side.samples >= 16_000 and abs(offset) > config.faults.dc_share:
            self._tell(notes, now_s, "dc_offset", channel, _DC_OFFSET)

    def _hear_frames(self, channel: Channel, frames: VoiceFrames, notes: list[InputNoted]) -> None:
        side, row = self._sides[channel], channel.index
        levels, speech = frames.own_dbfs[row], frames.speech[row]
        power = 10.0 ** (levels.astype(np.float64) / 10.0)
        side.speech_power += float(power[speech].sum())
        side.speech_frames += int(speech.sum())
        self._follow_silence(channel, frames, notes)
        self._judge_level(channel, frames, notes)
        idle = ~speech & (frames.probability[row] < 0.1) & (levels > SILENT_DBFS)
        self._follow_music(channel, frames, idle, notes)
        if not self._music[channel].is_on:
            side.noise_power += float(power[idle].sum())
            side.noise_frames += int(idle.sum())

    def _follow_silence(
        self, channel: Channel, frames: VoiceFrames, notes: list[InputNoted]
    ) -> None:
        side, config = self._sides[channel], self._config
        silent = frames.level_dbfs[channel.index] < config.no_sound_dbfs
        side.silent_frames += int(silent.sum())
        is_agent = channel is Channel.AGENT
        needed_s = config.agent_no_sound_s if is_agent else config.no_sound_s
        needed = round(needed_s / HOP_S)
        for run_end, is_silent, length in _runs(silent):
            if is_silent and side.silent_run + length >= needed:
                first = max(run_end - length, run_end - (side.silent_run + length - needed) - 1)
                self._mark(channel, "no_sound", frames, first, run_end)
            if not is_silent:
                if side.silent_run >= needed:
                    at_s = frames.decided_s(run_end - length)
                    message = f"Sound from the {channel.value} is back."
                    self._told.pop(("no_sound", channel), None)
                    notes.append(InputNoted(at_s, channel, "sound_back", message))
                side.silent_run = 0
                continue
            before = side.silent_run
            side.silent_run += length
            if before < needed <= side.silent_run:
                index = run_end - length + needed - before - 1
                at_s = frames.decided_s(index)
                self._told["no_sound", channel] = message = _NO_SOUND.format(
                    who=channel.value, seconds=needed_s
                )
                span = TimeSpan(max(0.0, at_s - frames.delay_s - needed_s), at_s)
                notes.append(InputNoted(at_s, channel, "no_sound", message, span))

    def _follow_music(
        self,
        channel: Channel,
        frames: VoiceFrames,
        idle: npt.NDArray[np.bool_],
        notes: list[InputNoted],
    ) -> None:
        levels = frames.own_dbfs[channel.index].tolist()
        for i, is_on in self._music[channel].process(levels, idle.tolist()):
            code, text = ("hold_music", _MUSIC) if is_on else ("hold_music_ended", _NO_MUSIC)
            message = text.format(who=channel.value)
            notes.append(InputNoted(frames.decided_s(i), channel, code, message))

    def _note_dropped(
        self, channel: Channel, span: TimeSpan, now_s: float, notes: list[InputNoted]
    ) -> None:
        side = self._sides[channel]
        side.dropped_s += span.duration_s
        self._faults.mark_dropped(channel, span)
        message = (
            f"The {channel.value}'s device delivered nothing for {span.duration_s:.1f} s; "
            "what was said then is missing."
        )
        notes.append(InputNoted(now_s, channel, "dropped", message, span))
        self._told["dropped", channel] = (
            f"The {channel.value}'s device delivered nothing for {side.dropped_s:.1f} s of the "
            "call; what was said then is missing."
        )

    def _judge_leaks(self, frames: VoiceFrames, notes: list[InputNoted]) -> None:
        config, now_s = self._config, frames.end_s + frames.delay_s
        self._same_audio.process(frames)
        if self._same_audio.is_same:
            self._tell(notes, now_s, "same_audio", None, _SAME_AUDIO)
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
                self._tell(notes, now_s, "not_separable", channel, _NOT_SEPARABLE)
            elif bleed_db is not None and bleed_db > config.told_bleed_db:
                self._tell(notes, now_s, "bleed", channel, _BLEED)

    def _is_bled(self, channel: Channel, bleed_db: float) -> bool:
        """Whether a leak, `bleed_db` beside own speech, is too strong to be taken away.

        A channel in which nobody speaks may be nothing but the other one.
        """
        config, near, far = self._config, self._sides[channel], self._sides[channel.other]
        gain_db = near.leak.gain_db if near.leak.gain_db is not None else bleed_db
        if far.speech_frames * HOP_S < config.min_speech_s:
            return False
        if near.speech_frames * HOP_S < config.min_speech_s:
            return gain_db > config.max_bleed_db
        strongest_db = max(min(gain_db, bleed_db), bleed_db + near.leak.rest_db)
        return strongest_db > config.max_bleed_db

    def _judge_level(self, channel: Channel, frames: VoiceFrames, notes: list[InputNoted]) -> None:
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
            message = _QUIET.format(who=channel.value, level=level_dbfs)
            notes.append(InputNoted(frames.end_s + frames.delay_s, channel, "too_quiet", message))

    def _mark(self, channel: Channel, code: str, frames: VoiceFrames, first: int, end: int) -> None:
        """This was wrong in these frames."""
        start_s = frames.start_s + first * HOP_S
        self._faults.mark(channel, code, TimeSpan(start_s, frames.start_s + end * HOP_S))

    def _tell(
        self, notes: list[InputNoted], now_s: float, code: str, channel: Channel | None, text: str
    ) -> None:
        """Tell once."""
        if (code, channel) in self._told:
            return
        who, other = (channel.value, channel.other.value) if channel else ("", "")
        message = text.format(who=who, other=other)
        self._told[code, channel] = message
        notes.append(InputNoted(now_s, channel, code, message))


_MUSIC = "Music or another sound that is no speech fills the {who}'s line."
_NO_MUSIC = "The sound on the {who}'s line that was no speech has ended."
_NO_SOUND = "No sound from the {who} for {seconds:.0f} s: check the device and the cable."
_CLIPPING = "The {who}'s sound is clipped: turn the recording level down."
_DC_OFFSET = "The {who}'s sound has a constant offset: check the sound card or the cable."
_QUIET = "The {who} is very quiet ({level:.0f} dBFS): turn the recording level up."
_HELD = (
    "For {share:.0%} of the call the {who}'s channel carried sound that is no speech, such as "
    "music on hold."
)
_BLEED = "The {other}'s voice leaks into the {who}'s channel: use a headset."
_SAME_AUDIO = (
    "Both channels carry the same sound, so nobody can be told apart: "
    "record the agent and the customer on a channel each."
)
_NOT_SEPARABLE = (
    "The {other}'s voice is nearly as loud in the {who}'s channel as the {who}'s own, so the two "
    "cannot be told apart: use a headset."
)


def _dbfs(power: float, frames: int) -> float | None:
    return 10.0 * float(np.log10(power / frames)) if frames and power > 0 else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, bool, int]]:
    """(index after the run, value, length) of each run of equal flags."""
    if not len(flags):
        return []
    ends = np.append(np.flatnonzero(flags[1:] != flags[:-1]) + 1, len(flags)).tolist()
    starts = [0, *ends[:-1]]
    return [(end, bool(flags[start]), end - start) for start, end in zip(starts, ends, strict=True)]
