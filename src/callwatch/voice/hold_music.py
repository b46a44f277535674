"""Loud sound that goes on and is no speech: music on hold, announcements' jingles, ringback."""

from dataclasses import dataclass

from callwatch.core.frames import HOP_S


@dataclass(frozen=True, slots=True)
class HoldMusicConfig:
    """When sound without speech is told."""

    # Shorter sounds are door bells, typing and ringback.
    min_s: float = 6.0
    # It must stand so far above the noise of the line, and above what any line may carry.
    above_noise_db: float = 15.0
    min_dbfs: float = -55.0
    # Speech ends it this much faster than a pause in the music.
    speech_weight: float = 4.0


class HoldMusic:
    """Follows one channel frame by frame."""

    def __init__(self, config: HoldMusicConfig) -> None:
        self._config = config
        self._needed = config.min_s / HOP_S
        self._noise_dbfs: float | None = None
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
        """How much of it went on for long enough to be told."""
        return self._music * HOP_S

    def process(self, level_dbfs: float, is_idle: bool) -> bool | None:
        """Take a frame that is (`is_idle`) no speech; True: it began, False: it ended."""
        config, noise = self._config, self._noise_dbfs
        if noise is None or level_dbfs < noise:
            noise = max(level_dbfs, -80.0)
        else:
            noise += 0.002
        self._noise_dbfs = noise
        if is_idle and level_dbfs > max(noise + config.above_noise_db, config.min_dbfs):
            self.frames += 1
            self._run = min(self._run + 1.0, self._needed)
            self._unsure += 1
        else:
            self._run = max(0.0, self._run - (1.0 if is_idle else config.speech_weight))
        if self._run <= 0.0 and not self.is_on:
            self._unsure = 0
        elif self.is_on or self._run >= self._needed:
            self._music, self._unsure = self._music + self._unsure, 0
        if not self.is_on and self._run >= self._needed:
            self.is_on = True
            return True
        if self.is_on and self._run <= 0.0:
            self.is_on = False
            return False
        return None
