"""Automatic gain before the decision: quiet channels are heard as well as hot ones.

Only the ears of the voice activity stage get the gain; levels in reports are those of the input.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GainConfig:
    """How the gain follows the level."""

    # Silero hears equally well between -15 and -35 dBFS; below that it loses soft sounds.
    target_dbfs: float = -25.0
    # -50 dBFS comes up to -20; more would lift the hiss of an idle line to speech level.
    max_gain_db: float = 30.0
    # Reaches a new level in about 0.1 s, so that a first word is not lost.
    attack: float = 0.3
    # Slower than any pause between turns: silence is not lifted to speech level.
    release_db_per_chunk: float = 0.02


class AutoGain:
    """Follows the loud parts of one channel; chunk by chunk, never ahead."""

    def __init__(self, config: GainConfig) -> None:
        self._config = config
        self._level_dbfs = -100.0

    def process(self, chunk_dbfs: Floats) -> Floats:
        """Gain factors, shape (n,), for chunks of these levels, shape (n,)."""
        config, level = self._config, self._level_dbfs
        gains_db = np.empty(len(chunk_dbfs), dtype=np.float32)
        for i, heard in enumerate(chunk_dbfs.tolist()):
            if heard > level:
                level += config.attack * (heard - level)
            else:
                level -= min(config.release_db_per_chunk, level - heard)
            gains_db[i] = min(max(config.target_dbfs - level, 0.0), config.max_gain_db)
        self._level_dbfs = level
        gains: Floats = (10.0 ** (gains_db / 20.0)).astype(np.float32)
        return gains
