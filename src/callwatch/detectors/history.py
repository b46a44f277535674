"""The last seconds of both sides' voice frames, addressed by the frame number of the call."""

from typing import Final

import numpy as np

from callwatch.core.arrays import BoolArray, FloatArray
from callwatch.core.audio import Samples
from callwatch.core.frames import VoiceFrames
from callwatch.voice.framing import FRAME

# Who held the floor is asked 15 s back from an onset of a few seconds ago; the newcomer's sound since
# its onset at most 3 s.
KEPT_FRAMES: Final = 2000
KEPT_SOUND: Final = 400


class VoiceHistory:
    """Keeps `speech` (of who is on the line), `level_dbfs`, `probability` (2, n) and `sound` (2, k * FRAME).

    `first` and `first_sound` are the frame numbers where they begin; `sound` is empty while the
    frames bring none.
    """

    def __init__(self) -> None:
        self.first = self.first_sound = 0
        self.speech: BoolArray = np.zeros((2, 0), np.bool_)
        self.level_dbfs: FloatArray = np.zeros((2, 0), np.float32)
        self.probability: FloatArray = np.zeros((2, 0), np.float32)
        self.sound: Samples = np.zeros((2, 0), np.int16)

    def append(self, frame: int, frames: VoiceFrames) -> None:
        """Add frames that begin at number `frame`, right behind the last; the oldest are dropped."""
        keep = slice(max(0, self.speech.shape[1] - KEPT_FRAMES), None)
        self.speech = np.concatenate((self.speech[:, keep], frames.in_front), axis=1)
        self.level_dbfs = np.concatenate((self.level_dbfs[:, keep], frames.cleaned_dbfs), axis=1)
        self.probability = np.concatenate((self.probability[:, keep], frames.probability), axis=1)
        self.first = frame + len(frames) - self.speech.shape[1]
        if frames.cleaned is not None:
            keep = slice(max(0, self.sound.shape[1] - KEPT_SOUND * FRAME), None)
            self.sound = np.concatenate((self.sound[:, keep], frames.cleaned), axis=1)
            self.first_sound = frame + len(frames) - self.sound.shape[1] // FRAME
