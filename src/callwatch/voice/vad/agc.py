"""Automatic gain before the decision: quiet channels are heard as well as hot ones.

Only Silero gets the gain; levels in reports are those of the input. It follows the level of what
Silero took for speech, never that of noise: lifted noise disturbs its memory of the voice.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GainConfig:
    """How the gain follows the level."""

    # Silero hears equally well down to -35 dBFS and loses soft sounds below; noisy lines are
    # better left alone.
    target_dbfs: float = -36.0
    # -60 dBFS comes up to -36; more would lift the hiss of an idle line to speech level.
    max_gain_db: float = 25.0
    # A new level is reached within some 20 chunks (0.6 s) of speech.
    pace: float = 0.05
    # So sure must Silero be that a chunk is speech.
    min_probability: float = 0.6


class AutomaticGainControl:
    """Follows the speech of one channel, chunk by chunk, never ahead."""

    def __init__(self, config: GainConfig) -> None:
        self._config = config
        self._level_dbfs = config.target_dbfs
        self.factor = 1.0

    def update(self, probability: float, chunk_dbfs: float) -> None:
        """Take what Silero found in a chunk; `factor` is then the gain for the next one."""
        config = self._config
        if probability < config.min_probability:
            return
        self._level_dbfs += config.pace * (chunk_dbfs - self._level_dbfs)
        gain_db = min(max(config.target_dbfs - self._level_dbfs, 0.0), config.max_gain_db)
        self.factor = 10.0 ** (gain_db / 20.0)
