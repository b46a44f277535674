"""Pitch of signals whose pitch is known."""

import numpy as np
import pytest
from tests.voice.voices import noise, telephone, voice

from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.voice.effort.f0 import (
    WINDOW_SAMPLES,
    F0Config,
    F0Estimator,
    F0Frames,
    is_voiced,
    power_spectra,
)


def found(audio: DoubleArray) -> tuple[F0Frames, np.ndarray]:
    count = (len(audio) - WINDOW_SAMPLES) // 320
    windows = audio[np.arange(count)[:, None] * 320 + np.arange(WINDOW_SAMPLES)]
    pitch = F0Estimator().find(power_spectra(windows.astype(np.float32)))
    return pitch, is_voiced(pitch, F0Config())


@pytest.mark.parametrize("f0_hz", [65, 80, 110, 150, 220, 330, 480, 600])
@pytest.mark.parametrize("line", ["wide", "telephone"])
def test_the_pitch_of_a_voice(f0_hz: float, line: str) -> None:
    audio = voice(f0_hz, 2.0, tilt_db=-9.0)
    pitch, voiced = found(telephone(audio) if line == "telephone" else audio)
    assert voiced.mean() > 0.9
    off_st = 12 * np.log2(pitch.f0_hz[voiced] / f0_hz)
    assert np.quantile(np.abs(off_st), 0.9) < 0.9


def test_noise_has_no_pitch() -> None:
    for audio in (noise(5.0, -30.0), telephone(noise(5.0, -30.0, seed=3))):
        assert found(audio)[1].mean() < 0.04


def test_silence_has_no_pitch() -> None:
    pitch, voiced = found(np.zeros(CALL_RATE_HZ))
    assert not voiced.any()
    assert (pitch.strength == 0).all()


def test_nothing_gives_nothing() -> None:
    assert len(F0Estimator().find(np.zeros((0, 513), np.float32)).f0_hz) == 0


def test_a_lonely_pitch_is_no_voice() -> None:
    f0 = np.array([np.nan, 300, np.nan, 120, 121, 300, 120], np.float32)
    strength = np.full(7, 0.5, np.float32)
    voiced = is_voiced(F0Frames(f0, strength), F0Config())
    assert voiced.tolist() == [False, False, False, True, True, False, False]


@pytest.mark.parametrize(
    ("step_st", "strength", "voiced"),
    [
        (1.0, 0.20, True),
        (1.0, 0.18, False),
        (3.9, 0.5, True),
        (4.1, 0.5, False),
        (0.65, 0.13, True),
        (0.75, 0.13, False),
    ],
)
def test_bounds_of_a_voice(step_st: float, strength: float, voiced: bool) -> None:
    f0_hz = np.array([120, 120 * 2 ** (step_st / 12)], np.float32)
    pitch = F0Frames(f0_hz, np.full(2, strength, np.float32))
    assert is_voiced(pitch, F0Config()).tolist() == [voiced, voiced]


def partials(f0_hz: float, low_hz: float, high_hz: float) -> DoubleArray:
    """The harmonics of a steady voice between two frequencies, as strong as each other."""
    t = np.arange(CALL_RATE_HZ) / CALL_RATE_HZ
    numbers = [k for k in range(1, 200) if low_hz < k * f0_hz < high_hz]
    return np.asarray(
        0.02 * np.sum([np.sin(2 * np.pi * k * f0_hz * t + k * k) for k in numbers], 0)
    )


@pytest.mark.parametrize(
    ("f0_hz", "low_hz", "high_hz", "found_there"),
    [
        (62.0, 80, 3400, True),
        (57.0, 80, 3400, False),
        (620.0, 80, 3400, True),
        (670.0, 80, 3400, False),
        (150.0, 2500, 3300, True),
        (150.0, 3700, 4900, False),
    ],
)
def test_bounds_of_the_pitch_and_of_the_band(
    f0_hz: float, low_hz: float, high_hz: float, found_there: bool
) -> None:
    pitch, voiced = found(partials(f0_hz, low_hz, high_hz))
    there = voiced & (np.abs(12 * np.log2(pitch.f0_hz / f0_hz)) < 0.5)
    assert bool(there.mean() > 0.8) is found_there
