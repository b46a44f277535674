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
