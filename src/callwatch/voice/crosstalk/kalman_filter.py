"""The way from the far channel into the near one: a filter that follows the call.

    far   |=== speaks ===|
    near       |~~ far * path ~~|         prediction, 0-96 ms long
    rest       |..............|           near - prediction: own speech, and what is not learnt yet

A Kalman filter in the frequency domain (G. Enzner, P. Vary 2006, Signal Processing 86: 1140-1156).
Per frequency it weighs how sure the path is against how much of the near side it does not explain:
a fresh path is learnt within some tenths of a second, own speech hardly disturbs one that is known.
"""

from typing import Final

import numpy as np

from callwatch.core.arrays import ComplexArray, DoubleArray
from callwatch.voice.framing import CHUNK

REACH: Final = 2048  # samples of far sound behind one chunk's prediction
TAPS: Final = REACH - CHUNK  # 96 ms: the longest leak that is handled, 60 ms and a room
_BINS: Final = REACH // 2 + 1
_PART: Final = CHUNK / REACH
# How fast a path is expected to change: by itself within some 6 s.
_KEEP: Final = 0.995
# Squared error of a path that is not known at all, and the least ever: -60 dB.
_UNKNOWN: Final = 1.0
_KNOWN: Final = 1e-6
# After this the estimate of what is not explained has forgotten half.
_FORGET: Final = 0.5
# Near sound of -80 dBFS that never needs an explanation: where speech has gaps, the sidelobes of its
# strong parts would teach nonsense.
_TINY: Final = 2e-5
# Of a full step; and how much of the far power lasts to the next chunk, which keeps steps small
# where the far voice has just ended. Full steps drift away slowly on a line without noise.
_STEP: Final = 0.7
_LASTS: Final = 0.8


class FrequencyDomainKalmanFilter:
    """One direction; every step takes the next CHUNK samples."""

    def __init__(self) -> None:
        self._filter: ComplexArray = np.zeros(_BINS, dtype=np.complex128)
        self._doubt: DoubleArray = np.full(_BINS, _UNKNOWN)
        self._unexplained: DoubleArray = np.zeros(_BINS)
        self._heard: ComplexArray = np.zeros(_BINS, dtype=np.complex128)
        self._heard_power: DoubleArray = np.zeros(_BINS)
        self._frame: DoubleArray = np.zeros(REACH)

    @property
    def heard_tone(self) -> tuple[int, float]:
        """The far sound of the last prediction: its strongest bin, and over how many it is spread."""
        power = _power(self._heard)
        return int(power.argmax()), float(power.sum() ** 2 / (power @ power + 1e-30))

    def predict(self, far: DoubleArray) -> DoubleArray:
        """The leak in the newest chunk, (CHUNK,), from the last REACH samples of the far side."""
        self._heard = np.fft.rfft(far)
        leak: DoubleArray = np.fft.irfft(self._heard * self._filter, REACH)[-CHUNK:]
        return leak

    def learn(self, rest: DoubleArray, caution: float = 1.0) -> None:
        """Follow the path; `rest` (CHUNK,) is the near chunk less what was just predicted.

        `caution`, 1 or more: how many times more the near side is its own than it seems.
        """
        self._frame[-CHUNK:] = rest
        error, heard = np.fft.rfft(self._frame), self._heard
        missed = _power(error)
        self._unexplained += (1.0 - _FORGET) * (missed - self._unexplained)
        now_power = _power(heard)
        np.maximum(now_power, _LASTS * self._heard_power, out=self._heard_power)
        against = np.maximum(self._unexplained, missed) * (caution / _PART) + _TINY
        gain = _STEP * self._doubt / (self._doubt * self._heard_power + against)
        taps = np.fft.irfft(self._filter + gain * heard.conj() * error, REACH)
        taps[TAPS:] = 0.0
        self._doubt *= _KEEP * (1.0 - _PART * gain * now_power)
        self._doubt += (1.0 - _KEEP) * _power(self._filter) + _KNOWN
        self._filter = np.fft.rfft(taps)

    def doubt(self, share: float) -> None:
        """Be ready to learn another path: doubt at least this share of full ignorance."""
        np.maximum(self._doubt, share * _UNKNOWN, out=self._doubt)


def _power(spectrum: ComplexArray) -> DoubleArray:
    power: DoubleArray = spectrum.real**2 + spectrum.imag**2
    return power
