"""Pitch (F0) of many short windows at once, by autocorrelation.

The autocorrelation of a windowed signal, divided by that of the window, has its peaks at the
period even where the fundamental itself is missing, as on the telephone (P. Boersma 1993,
"Accurate short-term analysis of the fundamental frequency", Proc. Inst. Phonetic Sciences 17).
One power spectrum per window serves both this and the spectral balance (spectrum.py), and all
windows of a stretch go through one FFT call. No state, no threads.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.arrays import FloatArray
from callwatch.core.audio import CALL_RATE_HZ

# 45 ms holds three periods of 67 Hz, the least that a Hann window needs (Boersma 1993), and is
# still short enough for the pitch to stand still in it.
WINDOW_SAMPLES: Final = 720
# Window + the longest lag (16.7 ms) must fit without wrapping round: 720 + 267 <= 1024.
FFT_SIZE: Final = 1024
BIN_HZ: Final = CALL_RATE_HZ / FFT_SIZE


@dataclass(frozen=True, slots=True)
class F0Config:
    """What counts as a pitch."""

    # A low male voice goes down to about 60 Hz in creaky phrase ends.
    floor_hz: float = 60.0
    # Shouting women and children reach 500-600 Hz (Traunmüller & Eriksson 2000).
    ceiling_hz: float = 640.0
    # The power spectrum to this exponent is correlated instead of the power itself (as in
    # Tolonen & Karjalainen 2000): it flattens the formants, so that a strong first formant does
    # not pass for the pitch when the telephone has taken the fundamental away.
    compression: float = 0.3
    # Periodicity of the so compressed signal above which a window is voiced; noise stays below it.
    voicing: float = 0.19
    # The pitch of neighbouring windows, 20 ms apart, differs by no more than this; what stands
    # alone is a resonance of noise, not a voice.
    max_jump_st: float = 4.0
    # A harsh or noisy voice is less periodic, but its pitch stands still from window to window,
    # which that of noise does not.
    faint_voicing: float = 0.12
    faint_glide_st: float = 0.7
    # Hum and handling noise below the voice, and what lies above the telephone band, say nothing
    # about pitch; keeping the same band everywhere makes wide band and telephone comparable.
    band_hz: tuple[float, float] = (75.0, 3400.0)


@dataclass(frozen=True, eq=False, slots=True)
class F0Frames:
    """`f0_hz` float32 (n,), NaN without any; `strength` float32 (n,), periodicity 0..1."""

    f0_hz: FloatArray
    strength: FloatArray

    @property
    def semitones(self) -> FloatArray:
        """Pitch in semitones above 100 Hz, (n,)."""
        semitones: FloatArray = np.float32(12) * np.log2(self.f0_hz / np.float32(100))
        return semitones

    @staticmethod
    def steps(semitones: FloatArray) -> FloatArray:
        """How far the pitch moves from window to window, (n - 1,)."""
        step_st: FloatArray = np.abs(semitones[1:] - semitones[:-1])
        return step_st

    def after(self, last: tuple[float, float]) -> "F0Frames":
        """The same with the (f0, strength) of the window before in front."""
        before = np.array(last, np.float32)
        return F0Frames(
            np.concatenate((before[:1], self.f0_hz)), np.concatenate((before[1:], self.strength))
        )


def _window() -> FloatArray:
    ramp = (np.arange(WINDOW_SAMPLES) + 0.5) / WINDOW_SAMPLES
    return (0.5 - 0.5 * np.cos(2 * np.pi * ramp)).astype(np.float32)


HANN: Final = _window()
# Sum over the band, as compressed, that is as good as none: no division by nothing.
_SILENCE: Final = np.float32(5e-7)


def power_spectra(windows: FloatArray) -> FloatArray:
    """Power spectra (n, FFT_SIZE // 2 + 1) of windows (n, WINDOW_SAMPLES), Hann weighted."""
    spectrum = np.fft.rfft(windows * HANN, n=FFT_SIZE, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return power.astype(np.float32, copy=False)


class F0Estimator:
    """Finds the pitch in power spectra. Holds tables only."""

    def __init__(self, config: F0Config = F0Config()) -> None:
        self.config = config
        hz = np.arange(FFT_SIZE // 2 + 1) * BIN_HZ
        low, high = config.band_hz
        band = np.flatnonzero((hz >= low) & (hz <= high))
        self._band = slice(int(band[0]), int(band[-1]) + 1)
        self._first = int(np.floor(CALL_RATE_HZ / config.ceiling_hz))
        self._last = int(np.ceil(CALL_RATE_HZ / config.floor_hz))
        lags = np.arange(self._first - 1, self._last + 2)
        own = np.fft.irfft(np.abs(np.fft.rfft(HANN, n=FFT_SIZE)) ** 2)
        # The inverse transform, for these bins and lags alone: a third of the cost of the fast one.
        cosines = np.cos(2 * np.pi / FFT_SIZE * np.outer(band, lags))
        self._to_lags = (cosines * (own[0] / own[lags])).astype(np.float32)

    def find(self, power: FloatArray) -> F0Frames:
        """Pitch of each spectrum; `power` (n, FFT_SIZE // 2 + 1)."""
        count = len(power)
        if not count:
            return F0Frames(np.zeros(0, np.float32), np.zeros(0, np.float32))
        shaped = power[:, self._band] ** np.float32(self.config.compression)
        energy = np.maximum(shaped.sum(axis=1, keepdims=True), _SILENCE)
        wide = (shaped @ self._to_lags) / energy
        mid, left, right = wide[:, 1:-1], wide[:, :-2], wide[:, 2:]
        is_peak = (mid > left) & (mid >= right)
        best = np.argmax(np.where(is_peak, mid, -1.0), axis=1)
        row = np.arange(count)
        a, b, c = left[row, best], mid[row, best], right[row, best]
        bend = a - 2 * b + c
        found = is_peak[row, best]
        shift = np.where(found, 0.5 * (a - c) / np.where(bend < 0, bend, -1.0), 0.0)
        strength = np.where(found, np.clip(b - 0.25 * (a - c) * shift, 0.0, 1.0), 0.0)
        f0 = CALL_RATE_HZ / (best + self._first + shift)
        voiced = strength >= self.config.faint_voicing
        return F0Frames(
            np.where(voiced, f0, np.nan).astype(np.float32), strength.astype(np.float32)
        )


def is_voiced(
    pitch: F0Frames, config: F0Config, step_st: FloatArray | None = None
) -> npt.NDArray[np.bool_]:
    """Which of consecutive windows (n,), 20 ms apart, hold a voice: their pitch has a neighbour.

    `step_st` (n - 1,): how far the pitch moves between them, where that is known already.
    """
    if step_st is None:
        step_st = pitch.steps(pitch.semitones)
    near, still = step_st <= config.max_jump_st, step_st <= config.faint_glide_st
    return _joined(still) | (_joined(near) & (pitch.strength >= config.voicing))


def _joined(links: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Windows (n,) on either end of a link (n - 1,)."""
    out = np.zeros(len(links) + 1, np.bool_)
    out[1:] |= links
    out[:-1] |= links
    return out
