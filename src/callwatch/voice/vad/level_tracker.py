"""How loud the noise and the voice of one channel are, and what stands out of the one beside the other."""

from dataclasses import dataclass
from typing import Final

_UNKNOWN_DBFS: Final = -120.0
_FIRST_NOISE_DBFS: Final = -90.0
# Of the distance to the level of a frame: the noise falls within 50 ms and rises within a third of a
# second of pause; the voice is the mean of some 2 s of speech.
_NOISE_FALLS: Final = 0.2
_NOISE_RISES: Final = 0.03
_VOICE_FOLLOWS: Final = 0.005


@dataclass(frozen=True, slots=True)
class LevelConfig:
    """When a frame is sound, and not the noise of the line or of the room."""

    # Sound stands so far above the noise ...
    above_noise_db: float = 6.0
    # (at most this share of the distance between voice and noise, on a noisy line) ...
    distance_share: float = 0.3
    # (where they are nearer than this, everything is sound: the model alone decides) ...
    min_distance_db: float = 8.0
    # (until a voice was heard a little must do) ...
    unknown_voice_db: float = 3.0
    # ... and no further below the usual level of the voice (room tails, far talkers).
    below_voice_db: float = 30.0


class LevelTracker:
    """Follows one channel frame by frame; frames are 10 ms."""

    def __init__(self, config: LevelConfig) -> None:
        self._config = config
        self.noise_dbfs = _FIRST_NOISE_DBFS
        self.voice_dbfs = _UNKNOWN_DBFS
        self.voice_frames = 0  # of confirmed speech, from which the level of the voice is known

    @property
    def distance_db(self) -> float:
        """The voice above the noise; negative until a voice was heard."""
        return self.voice_dbfs - self.noise_dbfs

    def is_sound(self, level_dbfs: float, *, is_speech: bool, is_confirmed: bool) -> bool:
        """Whether the next frame stands out; voice and noise are followed on the way."""
        if level_dbfs < self.noise_dbfs:
            self.noise_dbfs += _NOISE_FALLS * (level_dbfs - self.noise_dbfs)
        elif not is_speech:
            self.noise_dbfs += _NOISE_RISES * (level_dbfs - self.noise_dbfs)
        if level_dbfs <= max(self._least_dbfs(), self.voice_dbfs - self._config.below_voice_db):
            return False
        if is_speech and self.voice_dbfs == _UNKNOWN_DBFS:
            self.voice_dbfs = level_dbfs
        elif is_speech:
            self.voice_frames += is_confirmed
            self.voice_dbfs += _VOICE_FOLLOWS * (level_dbfs - self.voice_dbfs)
        return True

    def _least_dbfs(self) -> float:
        config, distance_db = self._config, self.distance_db
        if self.voice_dbfs == _UNKNOWN_DBFS:
            return self.noise_dbfs + config.unknown_voice_db
        if distance_db < config.min_distance_db:
            return _UNKNOWN_DBFS
        return self.noise_dbfs + min(config.above_noise_db, config.distance_share * distance_db)
