"""Small helpers on the 10 ms grid."""

from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray

FRAME: Final = 160  # samples of a 10 ms frame at the call rate
CHUNK: Final = 512  # samples that Silero takes at a time at the call rate: 32 ms


def level_dbfs(pieces: FloatArray) -> FloatArray:
    """Level of each piece along the last axis; samples in -1..1, -120 for digital silence."""
    power = np.einsum("...i,...i->...", pieces, pieces) / pieces.shape[-1]
    level: FloatArray = (10.0 * np.log10(np.maximum(power, 1e-12))).astype(np.float32)
    return level


class Framer:
    """Cuts streams that run side by side, shape (rows, n), into 10 ms frames; keeps the rest."""

    def __init__(self, rows: int) -> None:
        self._rest = np.zeros((rows, 0), dtype=np.float32)

    def process(self, sound: FloatArray) -> FloatArray:
        """All frames that are whole now, shape (rows, count, FRAME)."""
        heard = np.concatenate((self._rest, sound), axis=1)
        count = heard.shape[1] // FRAME
        self._rest = heard[:, count * FRAME :]
        return heard[:, : count * FRAME].reshape(len(heard), count, FRAME)
