"""A constant offset of the sound card, taken away before anything is measured.

An offset is the same on both channels all the time: left in, it would look like the same sound on
both, and like a leak of one into the other.
"""

from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.voice.framing import CHUNK

MEMORY: Final = 256  # chunks: 8 s; an offset belongs to the hardware and does not move
MIN_KNOWN: Final = 16  # chunks before it is believed: half a second of speech averages out
MIN_OFFSET: Final = 0.0015  # -56 dBFS; a smaller one does no harm, and rumble makes as much


class DcRemover:
    """Follows the mean of both channels chunk by chunk; a call without an offset is not touched."""

    def __init__(self) -> None:
        self._mean = [0.0, 0.0]
        self._chunks = 0

    def process(self, sound: FloatArray) -> FloatArray:
        """`sound` (2, k * CHUNK), samples in -1..1, without its offset; never looks ahead."""
        chunks = sound.reshape(2, -1, CHUNK)
        out = chunks
        for k, means in enumerate(chunks.mean(axis=2).T.tolist()):
            self._chunks += 1
            known = min(self._chunks, MEMORY)
            for row, mean in enumerate(means):
                self._mean[row] += (mean - self._mean[row]) / known
                if self._chunks >= MIN_KNOWN and abs(self._mean[row]) >= MIN_OFFSET:
                    if out is chunks:
                        out = chunks.copy()
                    out[row, k] -= np.float32(self._mean[row])
        return out.reshape(sound.shape)
