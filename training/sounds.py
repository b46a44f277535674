"""Sounds that are no words, made in code: coughs, laughs, breaths, sighs, keys, barks.

A cough and a laugh are shaped like the real thing by what is known of them: a cough is a burst of
noise that starts at once and fades, sometimes with a voiced end (Korpáš et al. 1996); a laugh is a
run of some five breathy "ha" a second, high in pitch, each softer than the one before (Bachorowski et al. 2001).
All sounds are float64 at 16 kHz, peak level about 0.1.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from benchmarks.synthesis import RATE, faded

from callwatch.core.arrays import DoubleArray

Rng = np.random.Generator
VOWELS_HZ: Final = ((730, 1090, 2440), (570, 840, 2410), (660, 1720, 2410), (640, 1190, 2390))


def cough(rng: Rng) -> DoubleArray:
    """One to three coughs."""
    out = [np.zeros(0)]
    for _ in range(int(rng.integers(1, 4))):
        out += [_one_cough(rng) * rng.uniform(0.5, 1.0), np.zeros(_count(rng.uniform(0.05, 0.4)))]
    return _levelled(np.concatenate(out))


def laugh(rng: Rng) -> DoubleArray:
    """A run of breathy "ha"."""
    pitch_hz, rate_hz = rng.uniform(140, 420), rng.uniform(3.8, 6.5)
    formants, breath = VOWELS_HZ[int(rng.integers(4))], rng.uniform(0.1, 0.8)
    out = []
    for k in range(int(rng.integers(2, 9))):
        size = _count(1 / rate_hz * rng.uniform(0.85, 1.15))
        voiced = round(size * rng.uniform(0.3, 0.6))
        fall = 0.97**k * rng.uniform(0.93, 1.07)
        source = np.zeros(size)
        glide = np.linspace(1.05, 0.85, voiced)
        source[-voiced:] = _pulses(pitch_hz * fall * glide, rng) * np.hanning(voiced)
        source += breath * 0.15 * rng.normal(0, 1, size) * np.hanning(size)
        out.append(_resonate(source, formants) * rng.uniform(0.75, 0.98) ** k)
    return _levelled(np.concatenate(out))


def breath(rng: Rng) -> DoubleArray:
    """Breathing in or out, or a sigh: soft noise."""
    size = _count(rng.uniform(0.25, 1.3))
    shape = np.hanning(size) ** rng.uniform(0.5, 2.0)
    noise = _resonate(rng.normal(0, 1, size), VOWELS_HZ[int(rng.integers(4))])
    return _levelled(noise * shape) * rng.uniform(0.1, 0.6)


def sniff(rng: Rng) -> DoubleArray:
    """A short sniff or a click of the tongue."""
    size = _count(rng.uniform(0.06, 0.35))
    noise = np.diff(rng.normal(0, 1, size + 1))
    return _levelled(noise * np.hanning(size)) * rng.uniform(0.2, 0.8)


def keys(rng: Rng) -> DoubleArray:
    """Typing, or something put on the table."""
    out = np.zeros(_count(rng.uniform(0.3, 2.5)))
    for at in np.cumsum(rng.exponential(0.16, 30)):
        size = _count(rng.uniform(0.01, 0.04))
        start = round(at * RATE)
        if start + size < len(out):
            decay = np.exp(-np.arange(size) / (size / 4))
            ring = np.sin(np.arange(size) * 2 * np.pi * rng.uniform(400, 3000) / RATE)
            burst = (rng.normal(0, 1, size) + ring) * decay
            out[start : start + size] += burst * rng.uniform(0.3, 1.0)
    return _levelled(out) * rng.uniform(0.2, 1.0)


def bark(rng: Rng) -> DoubleArray:
    """A dog: one to four harsh, falling calls."""
    pitch_hz, formants = rng.uniform(250, 700), (rng.uniform(700, 1300), 1800, 2900)
    out = []
    for _ in range(int(rng.integers(1, 5))):
        size = _count(rng.uniform(0.1, 0.25))
        bend = np.interp(np.linspace(0, 1, size), (0, 0.25, 1), (0.8, 1.15, 0.7))
        source = _pulses(pitch_hz * bend, rng) + 0.3 * rng.normal(0, 1, size)
        out += [
            _resonate(source * np.hanning(size), formants),
            np.zeros(_count(rng.uniform(0.1, 0.5))),
        ]
    return _levelled(np.concatenate(out))


def hum(rng: Rng) -> DoubleArray:
    """A hummed "mm", "mm-hm" or "uh-huh": the listening sound without words."""
    pitch_hz = rng.uniform(85, 260)
    parts = int(rng.choice([1, 2, 2, 3]))
    contour = rng.uniform(0.85, 1.25, parts + 1)
    is_nasal = rng.random() < 0.7
    formants = (rng.uniform(230, 320), 1100, 2300) if is_nasal else VOWELS_HZ[int(rng.integers(4))]
    out = []
    for k in range(parts):
        size = _count(rng.uniform(0.1, 0.28 if parts > 1 else 0.6))
        source = _pulses(pitch_hz * np.linspace(contour[k], contour[k + 1], size), rng)
        source *= np.interp(np.linspace(0, 1, size), (0, 0.15, 0.7, 1), (0, 1, 0.9, 0))
        out += [
            _resonate(source, formants),
            0.02 * rng.normal(0, 1, _count(rng.uniform(0.01, 0.09))),
        ]
    return _levelled(np.concatenate(out[:-1]))


NOISES: Final[dict[str, Callable[[Rng], DoubleArray]]] = {
    "cough": cough, "laugh": laugh, "breath": breath, "sniff": sniff, "keys": keys, "bark": bark,
}  # fmt: skip


def _one_cough(rng: Rng) -> DoubleArray:
    size = _count(rng.uniform(0.18, 0.45))
    at = np.arange(size) / RATE
    envelope = np.minimum(1.0, at / rng.uniform(0.003, 0.012)) * np.exp(
        -at / rng.uniform(0.05, 0.12)
    )
    noise = rng.normal(0, 1, size) * envelope
    if rng.random() < 0.7:
        start = round(size * rng.uniform(0.25, 0.6))
        tail = np.hanning(size - start)
        noise[start:] += (
            2.0 * tail * _pulses(np.full(size - start, rng.uniform(110, 330)), rng, 0.06)
        )
    formants = tuple(hz * rng.uniform(0.85, 1.2) for hz in VOWELS_HZ[int(rng.integers(4))])
    return np.asarray(0.6 * _resonate(noise, formants) + 0.4 * noise * rng.uniform(0.2, 1.0))


def _pulses(hz: DoubleArray, rng: Rng, jitter: float = 0.015) -> DoubleArray:
    """A glottal pulse train with a little jitter."""
    wobble = np.interp(
        np.arange(len(hz)),
        np.arange(0, len(hz) + 160, 160),
        rng.normal(1, jitter, len(hz) // 160 + 2)[: len(np.arange(0, len(hz) + 160, 160))],
    )
    phase = np.cumsum(hz * wobble / RATE) % 1.0
    return np.asarray(np.where(phase < 0.4, np.sin(np.pi * phase / 0.4) ** 2, 0.0) - 0.2)


def _resonate(source: DoubleArray, formants_hz: tuple[float, ...]) -> DoubleArray:
    """The source through parallel resonances, in the frequency domain."""
    size = len(source) + 2048
    hz = np.fft.rfftfreq(size, 1 / RATE)
    gain = np.zeros_like(hz)
    for k, formant in enumerate(formants_hz):
        width = 60 + 0.05 * formant
        gain += 0.6**k / np.sqrt(1 + ((hz - formant) / width) ** 2)
    return np.asarray(np.fft.irfft(np.fft.rfft(source, size) * gain)[: len(source)])


def _levelled(sound: DoubleArray) -> DoubleArray:
    """To the level that synthetic speech has (synthesis.SPEECH_DBFS), by its loudest tenth."""
    size = len(sound) // 160 * 160
    rms = np.sqrt(np.mean(sound[:size].reshape(-1, 160) ** 2, axis=1))
    return np.asarray(faded(sound * 0.06 / max(1e-9, float(np.percentile(rms, 90)))))


def _count(seconds: float) -> int:
    return max(160, round(seconds * RATE))
