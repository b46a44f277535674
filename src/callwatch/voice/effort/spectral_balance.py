"""Spectral balance and flux of voiced windows: how much lies high, and how much the bands move.

Balance is the mean level of the third-octave bands 800-3150 Hz over that of 315-630 Hz, in dB:
the alpha ratio (Sundberg & Nordenberg 2006) with every band counting alike, inside the telephone
band, and divided where the standard speech spectra of ANSI S3.5 part from each other as the voice
is raised. It does not depend on gain and means the same on every line; the line's noise is taken off.

Flux is how far the levels of the same bands move against each other from one window to the next.
No threads.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.voice.effort.f0 import BIN_HZ, FFT_SIZE, HANN
from callwatch.voice.quantiles import quantile

LOW_BANDS_HZ: Final = (315, 400, 500, 630)
HIGH_BANDS_HZ: Final = (800, 1000, 1250, 1600, 2000, 2500, 3150)
_LOW: Final = len(LOW_BANDS_HZ)
BANDS: Final = _LOW + len(HIGH_BANDS_HZ)
_MEAN: Final = np.full(BANDS, 1 / BANDS, np.float32)
# Applied to levels: the mean of the high bands less that of the low ones.
_HIGH_OVER_LOW: Final = np.repeat(
    np.array([-1 / _LOW, 1 / len(HIGH_BANDS_HZ)], np.float32), [_LOW, len(HIGH_BANDS_HZ)]
)
# A band is not believed to lie more than 3 dB under the line's noise: below, it is all guesswork.
_LEAST_OVER_NOISE: Final = np.float32(0.5)
# Non-speech spectra remembered for the noise floor: 64 at one every 100 ms reach back 6 s.
_REMEMBERED: Final = 64
# The lower third of what is heard between the words: bleed and breath lie above it.
_QUANTILE: Final = 0.33
# Some 100 dB under full scale: digital silence has no balance.
_SILENCE: Final = np.float32(1e-11)


@dataclass(frozen=True, eq=False, slots=True)
class Balance:
    """Per window, float32 (n,): `balance_db`, `level_dbfs`, `snr_db` above the line's noise."""

    balance_db: FloatArray
    level_dbfs: FloatArray
    snr_db: FloatArray


def _bank() -> FloatArray:
    """(bins, bands): third-octave bands, bins on an edge shared out by their part in each."""
    centres = np.array([*LOW_BANDS_HZ, *HIGH_BANDS_HZ], float)
    bins = np.arange(FFT_SIZE // 2 + 1)[:, None] * BIN_HZ
    top = np.minimum(bins + BIN_HZ / 2, centres * 2 ** (1 / 6))
    bottom = np.maximum(bins - BIN_HZ / 2, centres * 2 ** (-1 / 6))
    return np.asarray(np.clip((top - bottom) / BIN_HZ, 0.0, 1.0), np.float32)


_BANK: Final = _bank()
# Parseval, one-sided: the sum over all bands is the mean square of the window.
_SCALE: Final = np.float32(2.0 / (FFT_SIZE * float(np.sum(HANN**2))))


class NoiseFloor:
    """Band powers of the line while its side does not speak; `bands` (BANDS,), full scale = 1."""

    def __init__(self) -> None:
        self._seen = np.zeros((_REMEMBERED, BANDS), np.float32)
        self._count = 0
        self.bands: FloatArray = np.zeros(BANDS, np.float32)

    def hear(self, bands: FloatArray) -> None:
        """The band powers (BANDS,) of a moment without own speech."""
        self._seen[self._count % _REMEMBERED] = bands
        self._count += 1
        if self._count % 4 == 0:
            seen = self._seen[: min(self._count, _REMEMBERED)]
            self.bands = quantile(seen, _QUANTILE).astype(np.float32, copy=False)


def spectral_shape(bands: FloatArray, floor: NoiseFloor) -> FloatArray:
    """Levels of the bands, (n, BANDS) dB, about their mean: the same at every gain.

    Twice the line's noise is added: where a band holds nothing else, it must not move with it.
    """
    levels = np.float32(10) * np.log10(bands + (2 * floor.bands + _SILENCE))
    shape: FloatArray = levels - (levels @ _MEAN)[:, None]
    return shape


def spectral_flux(shape: FloatArray, before: FloatArray | None) -> FloatArray:
    """Mean change of the bands since the window before, (n,) dB, of shapes (n, BANDS), n >= 1.

    `before` (BANDS,): the window before the first; without it the first moves as the second does.
    """
    earlier = np.concatenate((shape[:1] if before is None else before[None], shape[:-1]))
    flux: FloatArray = np.abs(shape - earlier) @ _MEAN
    if before is None:
        flux[0] = flux[min(1, len(flux) - 1)]
    return flux


def band_powers(power: FloatArray) -> FloatArray:
    """Power in the bands, (n, BANDS), of spectra (n, FFT_SIZE // 2 + 1); full scale = 1."""
    bands: FloatArray = (power @ _BANK) * _SCALE
    return bands


def balance(bands: FloatArray, floor: NoiseFloor) -> Balance:
    """Level and balance of band powers (n, BANDS), the line's noise taken off."""
    heard = bands + _SILENCE
    clean = np.maximum(heard - floor.bands, np.maximum(_LEAST_OVER_NOISE * floor.bands, _SILENCE))
    level_dbfs = np.float32(10) * np.log10(np.add.reduce(clean, axis=1))
    floor_dbfs = 10 * math.log10(float(np.add.reduce(floor.bands)) + float(_SILENCE))
    balance_db = (np.float32(10) * np.log10(clean)) @ _HIGH_OVER_LOW
    return Balance(balance_db, level_dbfs, level_dbfs - np.float32(floor_dbfs))
