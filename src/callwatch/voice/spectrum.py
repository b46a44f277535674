"""Spectral balance of voiced windows: level, alpha ratio, and what the line adds as noise.

Alpha is the energy of 1-3.4 kHz over that of 0.1-1 kHz in dB (Frokjaer-Jensen & Prytz 1976;
Sundberg & Nordenberg 2006), with the upper edge at the end of the telephone band, so that the
same figure means the same on every line. It does not depend on gain. No threads.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.voice.pitch import BIN_HZ, FFT_SIZE, HANN

Float = npt.NDArray[np.float32]

LOW_HZ: Final = (100.0, 1000.0)
HIGH_HZ: Final = (1000.0, 3400.0)
# Of the power left after the noise is taken off, at least this share of the whole counts: the
# noise estimate is no better than that.
_LEAST_SHARE: Final = 0.05
# Non-speech spectra remembered for the noise floor: 64 at one every 100 ms reach back 6 s.
_REMEMBERED: Final = 64
# The lower third of what is heard between the words: bleed and breath lie above it.
_QUANTILE: Final = 0.33


@dataclass(frozen=True, eq=False, slots=True)
class Balance:
    """Per window, float32 (n,): `alpha_db`, `level_dbfs` and `snr_db` above the line's noise."""

    alpha_db: Float
    level_dbfs: Float
    snr_db: Float


def _mask(low_hz: float, high_hz: float) -> Float:
    hz = np.arange(FFT_SIZE // 2 + 1) * BIN_HZ
    return ((hz >= low_hz) & (hz < high_hz)).astype(np.float32)


# Columns: low and high band. Parseval: a full-scale sine reads -3 dBFS.
_BANDS: Final = np.stack([_mask(*LOW_HZ), _mask(*HIGH_HZ)], axis=1)
_SCALE: Final = np.float32(2.0 / (FFT_SIZE * float(np.sum(HANN**2))))


class NoiseFloor:
    """Power of the line in the two bands while its side does not speak."""

    def __init__(self) -> None:
        self._seen: list[Float] = []
        self._next = 0
        self._floor: Float = np.zeros(2, np.float32)

    def hear(self, power: Float) -> None:
        """One spectrum (FFT_SIZE // 2 + 1,) of a moment without own speech."""
        bands = (power @ _BANDS) * _SCALE
        if len(self._seen) < _REMEMBERED:
            self._seen.append(bands)
        else:
            self._seen[self._next] = bands
        self._next = (self._next + 1) % _REMEMBERED
        if self._next % 4 == 0:
            floor = np.quantile(np.stack(self._seen), _QUANTILE, axis=0)
            self._floor = floor.astype(np.float32)

    @property
    def bands(self) -> Float:
        """Low and high band power (2,), full scale = 1."""
        return self._floor


def balance(power: Float, floor: NoiseFloor) -> Balance:
    """Level and alpha ratio of spectra (n, FFT_SIZE // 2 + 1), the line's noise taken off."""
    heard = (power @ _BANDS) * _SCALE + np.float32(1e-12)
    clean = np.maximum(heard - floor.bands, _LEAST_SHARE * heard)
    total = clean.sum(axis=1)
    noise = float(floor.bands.sum()) + 1e-12
    return Balance(
        10 * np.log10(clean[:, 1] / clean[:, 0]),
        10 * np.log10(total),
        10 * np.log10(total / np.float32(noise)),
    )
