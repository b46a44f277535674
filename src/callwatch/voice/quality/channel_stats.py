"""What each channel has shown so far, summed up for the checks and the figures of the input."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.arrays import BoolArray
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.frames import HOP_S, Leak, VoiceFrames

SILENT_DBFS: Final = -120.0
# Sound of which the model is so sure that it is no speech is the noise of the line.
IDLE_PROBABILITY: Final = 0.1


@dataclass(slots=True)
class ChannelStats:
    """One channel; frames are 10 ms."""

    speech_power: float = 0.0
    speech_frames: int = 0
    last_speech_s: float = 0.0  # the end of own speech so far
    # Frames without speech at each level, from -120 dBFS on.
    noise: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(121, np.int64))
    dropped_s: float = 0.0
    drift_ppm: float | None = None
    leak: Leak = field(default_factory=Leak)

    @property
    def speech_s(self) -> float:
        """How long this side has spoken."""
        return self.speech_frames * HOP_S

    @property
    def speech_dbfs(self) -> float | None:
        """The mean power of own speech."""
        if not self.speech_frames or self.speech_power <= 0.0:
            return None
        return 10.0 * float(np.log10(self.speech_power / self.speech_frames))

    @property
    def noise_dbfs(self) -> float | None:
        """The median level of what is no speech: a ring tone or a cough is not the line's noise.

        None where the line carries nothing at all between the words.
        """
        total = int(self.noise.sum())
        if self.noise[0] * 2 >= total:
            return None
        return float(np.searchsorted(np.cumsum(self.noise), total / 2.0)) + SILENT_DBFS + 0.5

    def add_noise(self, levels_dbfs: npt.NDArray[np.float32]) -> None:
        """The levels of frames without speech."""
        steps = (levels_dbfs - SILENT_DBFS).astype(np.int64).clip(0, 120)
        self.noise += np.bincount(steps, minlength=121)


class CallStats(dict[Channel, ChannelStats]):
    """Both channels."""

    def __init__(self) -> None:
        super().__init__({channel: ChannelStats() for channel in CHANNELS})

    def process(self, frames: VoiceFrames, with_music: Collection[Channel] = ()) -> None:
        """Take the next frames; what sounds while music is on is not the noise of the line."""
        for channel, side in self.items():
            row = channel.index
            levels, speech = frames.cleaned_dbfs[row], frames.speech[row]
            side.speech_power += float((10.0 ** (levels[speech].astype(np.float64) / 10.0)).sum())
            side.speech_frames += int(speech.sum())
            if speech.any():
                last = int(np.flatnonzero(speech)[-1])
                side.last_speech_s = frames.start_s + (last + 1) * HOP_S
            side.leak = frames.leaks[row]
            if channel not in with_music:
                side.add_noise(levels[is_idle(frames, channel)])


def is_idle(frames: VoiceFrames, channel: Channel) -> BoolArray:
    """Frames in which this side surely does not speak."""
    row = channel.index
    idle: BoolArray = ~frames.speech[row] & (frames.probability[row] < IDLE_PROBABILITY)
    return idle
