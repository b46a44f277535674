"""What the windows of a stretch hold, whoever speaks and whatever is usual for them.

    step     |---- 0.1 s ----|---- 0.1 s ----|
    windows  --45 ms--  20 ms apart, reaching out of their step on either side

Many windows go through one transform, which costs a third of as many transforms: those in which the
side surely speaks, as soon as the stretch comes. The others are looked at when they are asked for.

No threads.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.arrays import BoolArray, FloatArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.frames import HOP_S
from callwatch.voice.effort.f0 import WINDOW_SAMPLES, F0Estimator, F0Frames, power_spectra
from callwatch.voice.effort.sliding_window import MOMENT_HOP_S
from callwatch.voice.effort.spectral_balance import BANDS, band_powers

STEP_S: Final = 0.1
STEP: Final = round(STEP_S * CALL_RATE_HZ)
FLAGS: Final = round(STEP_S / HOP_S)
# A window every 20 ms: pitch does not change faster, and half the cost of 10 ms.
_WINDOW_HOP: Final = round(MOMENT_HOP_S * CALL_RATE_HZ)
PER_STEP: Final = STEP // _WINDOW_HOP
# Samples that the windows of a step reach out of it, on either side.
MARGIN: Final = (WINDOW_SAMPLES - _WINDOW_HOP) // 2
_GRID: Final = np.arange(PER_STEP)[:, None] * _WINDOW_HOP + np.arange(WINDOW_SAMPLES)


class FrameFeatures:
    """Some steps of one side. `powers` float32 (steps, PER_STEP): mean square of each window."""

    def __init__(self, sound: FloatArray, speaks: BoolArray, finder: F0Estimator) -> None:
        """`sound` (steps, STEP + 2 * MARGIN), samples in -1..1; `speaks` (steps, PER_STEP)."""
        self._windows = sound[:, _GRID]
        self._finder = finder
        self.powers: FloatArray = (
            np.einsum("swi,swi->sw", self._windows, self._windows) / WINDOW_SAMPLES
        )
        self._known = np.zeros_like(speaks)
        self._f0_hz, self._strength = np.zeros((2, *speaks.shape), np.float32)
        self._bands = np.zeros((*speaks.shape, BANDS), np.float32)
        self._look(*np.nonzero(speaks))
        # Between the words the first window of a step tells what the line sounds like.
        idle = ~speaks.any(axis=1)
        self._bands[idle, 0] = band_powers(power_spectra(self._windows[idle, 0]))

    def voice(self, step: int, taken: BoolArray) -> tuple[F0Frames, FloatArray]:
        """Pitch and band powers, (m, BANDS), of the windows `taken` (PER_STEP,) of a step."""
        missing = np.flatnonzero(taken & ~self._known[step])
        if len(missing):
            self._look(np.full(len(missing), step), missing)
        pitch = F0Frames(self._f0_hz[step, taken], self._strength[step, taken])
        return pitch, self._bands[step, taken]

    def line(self, step: int) -> FloatArray:
        """Band powers (BANDS,) of a step without speech."""
        bands: FloatArray = self._bands[step, 0]
        return bands

    def _look(self, steps: npt.NDArray[np.intp], windows: npt.NDArray[np.intp]) -> None:
        spectra = power_spectra(self._windows[steps, windows])
        pitch = self._finder.find(spectra)
        self._f0_hz[steps, windows] = pitch.f0_hz
        self._strength[steps, windows] = pitch.strength
        self._bands[steps, windows] = band_powers(spectra)
        self._known[steps, windows] = True
