"""Loud sound that goes on and is no speech: music on hold, announcements' jingles, ringback."""

import math
from dataclasses import dataclass

from callwatch.core.audio import CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.voice.quality.channel_stats import is_idle
from callwatch.voice.quality.checks import QualityCheck, about


@dataclass(frozen=True, slots=True)
class HoldMusicConfig:
    """When sound without speech is reported."""

    # Shorter sounds are door bells, typing and ringback.
    min_s: float = 6.0
    # It must stand so far above the noise of the line, and above what any line may carry.
    above_noise_db: float = 15.0
    min_dbfs: float = -55.0
    # The noise follows the quietest sound at once, but not below this, and rises so slowly (0.2 dB
    # a second) that music with pauses is never taken for it.
    least_noise_dbfs: float = -80.0
    noise_rise_db: float = 0.002  # a frame
    # Speech ends it this much faster than a pause in the music.
    speech_weight: float = 4.0


class HoldMusic:
    """Follows one channel frame by frame."""

    def __init__(self, config: HoldMusicConfig) -> None:
        self._config = config
        self._needed = config.min_s / HOP_S
        self._noise_dbfs = math.inf  # not known before the first frame
        self._run = 0.0
        self.is_on = False
        self.frames = 0
        self._music = 0
        self._unsure = 0  # frames of a run that may become music

    @property
    def total_s(self) -> float:
        """How much loud sound without speech there was, ring tones and coughs with it."""
        return self.frames * HOP_S

    @property
    def music_s(self) -> float:
        """How much of it went on for long enough to be reported."""
        return self._music * HOP_S

    def process(self, level_dbfs: list[float], idle: list[bool]) -> list[tuple[int, bool]]:
        """The frame and the new state of each change from off to on or back.

        `idle`: whether a frame is no speech.
        """
        config, run, noise = self._config, self._run, self._noise_dbfs
        changes: list[tuple[int, bool]] = []
        for i, (level, no_speech) in enumerate(zip(level_dbfs, idle, strict=True)):
            fell = level < noise
            noise = max(level, config.least_noise_dbfs) if fell else noise + config.noise_rise_db
            if no_speech and level > noise + config.above_noise_db and level > config.min_dbfs:
                self.frames += 1
                self._unsure += 1
                run = min(run + 1.0, self._needed)
            else:
                run = max(0.0, run - (1.0 if no_speech else config.speech_weight))
            if run >= self._needed or self.is_on:
                self._music, self._unsure = self._music + self._unsure, 0
            elif run <= 0.0:
                self._unsure = 0
            if run >= self._needed if not self.is_on else run <= 0.0:
                self.is_on = not self.is_on
                changes.append((i, self.is_on))
        self._noise_dbfs, self._run = noise, run
        return changes


class HoldMusicCheck(QualityCheck):
    """Both channels."""

    def __init__(self, config: HoldMusicConfig) -> None:
        super().__init__()
        self._config = config
        self._music = {channel: HoldMusic(config) for channel in CHANNELS}

    @property
    def playing(self) -> tuple[Channel, ...]:
        """The channels in which it is on."""
        return tuple(channel for channel, music in self._music.items() if music.is_on)

    def total_s(self, channel: Channel) -> float:
        """How much loud sound without speech there was."""
        return self._music[channel].total_s

    def process(self, _block: CallBlock, frames: VoiceFrames) -> list[InputWarning]:
        """A note when it begins, and when it ends."""
        notes = []
        for channel, music in self._music.items():
            levels = frames.cleaned_dbfs[channel.index].tolist()
            for i, is_on in music.process(levels, is_idle(frames, channel).tolist()):
                fact = about(channel, "hold_music" if is_on else "hold_music_ended")
                notes.append(InputWarning(frames.decided_s(i), channel, fact))
        return notes

    def warnings(self, duration_s: float) -> list[Fact]:
        """For how much of the call it was on."""
        return [
            about(channel, "music_share", share=min(1.0, music.music_s / duration_s))
            for channel, music in self._music.items()
            if music.music_s > self._config.min_s
        ]
