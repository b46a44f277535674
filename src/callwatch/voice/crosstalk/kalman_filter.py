"""The path from the far channel into the near one: an adaptive filter that follows the call.

    far        |=== speaks ===|
    near            |~~ far * path ~~|     prediction, 0-96 ms long
    residual        |................|     near - prediction: near-end speech, and what is not learnt

A Kalman filter in the frequency domain (G. Enzner, P. Vary 2006, Signal Processing 86: 1140-1156).
Per frequency it weighs how uncertain the path is against how much of the near side it does not explain:
a new path is learnt within some tenths of a second, near-end speech hardly disturbs a known one.
"""

from typing import Final

import numpy as np

from callwatch.core.arrays import ComplexArray, DoubleArray
from callwatch.voice.framing import CHUNK

FFT_SIZE: Final = 2048  # samples of far sound behind one chunk's prediction
TAPS: Final = FFT_SIZE - CHUNK  # 96 ms: the longest path
_BINS: Final = FFT_SIZE // 2 + 1
_CHUNK_SHARE: Final = CHUNK / FFT_SIZE
# How fast a path is expected to change: by itself within some 6 s.
_STATE_TRANSITION: Final = 0.995
# Squared error of a path that is not known at all, and the least ever: -60 dB.
_UNKNOWN: Final = 1.0
_PROCESS_NOISE: Final = 1e-6
# Of the noise estimate, each chunk.
_PSD_SMOOTHING: Final = 0.5
# Near sound of -80 dBFS that never needs an explanation: where speech has gaps, the sidelobes of its
# strong parts would teach nonsense.
_REGULARISATION: Final = 2e-5
# Of a full step; and how much of the far power lasts to the next chunk, which keeps steps small
# where the far voice has just ended. Full steps drift away slowly on a line without noise.
_STEP: Final = 0.7
_FAR_DECAY: Final = 0.8


class FrequencyDomainKalmanFilter:
    """One direction; every step takes the next CHUNK samples."""

    def __init__(self) -> None:
        self._filter: ComplexArray = np.zeros(_BINS, dtype=np.complex128)
        self._error_covariance: DoubleArray = np.full(_BINS, _UNKNOWN)
        self._noise_psd: DoubleArray = np.zeros(_BINS)
        self._far: ComplexArray = np.zeros(_BINS, dtype=np.complex128)
        self._far_psd: DoubleArray = np.zeros(_BINS)
        self._frame: DoubleArray = np.zeros(FFT_SIZE)

    def predict(self, far: DoubleArray) -> DoubleArray:
        """The leak in the newest chunk, (CHUNK,), from the last FFT_SIZE samples of the far side."""
        self._far = np.fft.rfft(far)
        leak: DoubleArray = np.fft.irfft(self._far * self._filter, FFT_SIZE)[-CHUNK:]
        return leak

    def update(self, residual: DoubleArray, double_talk_factor: float = 1.0) -> None:
        """Follow the path; `residual` (CHUNK,) is the near chunk less what was just predicted.

        `double_talk_factor`, 1 or more: how much stronger near-end speech is than it seems.
        """
        self._frame[-CHUNK:] = residual
        error, far = np.fft.rfft(self._frame), self._far
        error_psd = _power(error)
        self._noise_psd += (1.0 - _PSD_SMOOTHING) * (error_psd - self._noise_psd)
        now_psd = _power(far)
        np.maximum(now_psd, _FAR_DECAY * self._far_psd, out=self._far_psd)
        noise = np.maximum(self._noise_psd, error_psd) * (double_talk_factor / _CHUNK_SHARE)
        noise += _REGULARISATION
        gain = _STEP * self._error_covariance / (self._error_covariance * self._far_psd + noise)
        taps = np.fft.irfft(self._filter + gain * far.conj() * error, FFT_SIZE)
        taps[TAPS:] = 0.0
        self._error_covariance *= _STATE_TRANSITION * (1.0 - _CHUNK_SHARE * gain * now_psd)
        self._error_covariance += (1.0 - _STATE_TRANSITION) * _power(self._filter) + _PROCESS_NOISE
        self._filter = np.fft.rfft(taps)

    def inflate_covariance(self, share: float) -> None:
        """Be ready to learn another path: as uncertain as this share of full ignorance, or more."""
        np.maximum(self._error_covariance, share * _UNKNOWN, out=self._error_covariance)


def _power(spectrum: ComplexArray) -> DoubleArray:
    power: DoubleArray = spectrum.real**2 + spectrum.imag**2
    return power
