"""What one channel has shown so far, summed up for the figures of the input. Frames are 10 ms."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.frames import Leak
from callwatch.voice.quality.dropout import SignalLossDetector

SILENT_DBFS: Final = -120.0


@dataclass(slots=True)
class ChannelStats:
    """What one channel has shown so far; frames are 10 ms."""

    lost: SignalLossDetector
    samples: int = 0
    offset_sum: float = 0.0
    speech_power: float = 0.0
    speech_frames: int = 0
    last_speech_s: float = 0.0  # the end of own speech so far
    # Frames without speech at each level, from -120 dBFS on.
    noise: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(121, np.int64))
    is_bled: bool = False
    leak_frames: int = 0  # in which a leak was known that does harm
    dropped_s: float = 0.0
    drift_ppm: float | None = None
    leak: Leak = field(default_factory=Leak)

    def hear_noise(self, levels_dbfs: npt.NDArray[np.float32]) -> None:
        """The levels of frames without speech."""
        steps = (levels_dbfs - SILENT_DBFS).astype(np.int64).clip(0, 120)
        self.noise += np.bincount(steps, minlength=121)

    @property
    def speech_dbfs(self) -> float | None:
        """The mean power of own speech."""
        if not self.speech_frames or self.speech_power <= 0.0:
            return None
        return 10.0 * float(np.log10(self.speech_power / self.speech_frames))

    @property
    def noise_dbfs(self) -> float | None:
        """The middle level of what is no speech: a ring tone or a cough is not the line's noise.

        None where the line carries nothing at all between the words.
        """
        total = int(self.noise.sum())
        if self.noise[0] * 2 >= total:
            return None
        return float(np.searchsorted(np.cumsum(self.noise), total / 2.0)) + SILENT_DBFS + 0.5
