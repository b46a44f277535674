"""The same sound on both channels: their levels move together all the time."""

from dataclasses import dataclass

import numpy as np

from callwatch.core.frames import HOP_S, VoiceFrames


@dataclass(frozen=True, slots=True)
class DuplicateChannelConfig:
    """When two channels are one."""

    # Spread of the level difference while anybody speaks: 1.9 dB in one recording spread over two
    # channels, over 25 dB in calls.
    max_spread_db: float = 3.0
    # Further apart than this it may be a leak that came before the near side ever spoke.
    max_distance_db: float = 5.0
    # Speech needed for an opinion, of frames that are rather speech than not.
    min_s: float = 1.5
    min_probability: float = 0.5
    least_dbfs: float = -80.0  # weaker is silence, however weak


class DuplicateChannelDetector:
    """Gathers the level difference of both channels."""

    def __init__(self, config: DuplicateChannelConfig) -> None:
        self._config = config
        # Frames in which somebody speaks: number, sum and sum of squares of the difference in dB.
        self._sums = np.zeros(3)

    def process(self, frames: VoiceFrames) -> None:
        """Take the next frames."""
        config = self._config
        speaking = (frames.speech | (frames.probability > config.min_probability)).any(axis=0)
        first, second = np.maximum(frames.level_dbfs[:, speaking], config.least_dbfs)
        apart = (first - second).astype(np.float64)
        self._sums += (len(apart), apart.sum(), (apart**2).sum())

    @property
    def is_same(self) -> bool:
        """Whether both channels carry the same sound, as far as is known."""
        count, total, squares = self._sums
        if count * HOP_S < self._config.min_s:
            return False
        mean = total / count
        spread = np.sqrt(max(0.0, squares / count - mean * mean))
        close = abs(mean) <= self._config.max_distance_db
        return bool(close and spread <= self._config.max_spread_db)
