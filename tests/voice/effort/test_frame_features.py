"""Windows that are looked at together hold what each holds by itself."""

import numpy as np
from tests.voice.voices import noise, voice

from callwatch.core.arrays import FloatArray
from callwatch.voice.effort.f0 import WINDOW_SAMPLES, F0Estimator
from callwatch.voice.effort.frame_features import MARGIN, PER_STEP, STEP, FrameFeatures
from callwatch.voice.effort.spectral_balance import BANDS

STEPS = 8


def sound() -> FloatArray:
    """(STEPS, STEP + 2 * MARGIN) of a voice in noise."""
    audio = voice(150, 1.0, level_dbfs=-20)
    audio = audio + noise(len(audio) / 16_000, -50)
    starts = np.arange(STEPS)[:, None] * STEP
    return np.asarray(audio[starts + np.arange(STEP + 2 * MARGIN)], np.float32)


def test_what_is_looked_at_late_is_the_same() -> None:
    heard, finder = sound(), F0Estimator()
    speaks = np.zeros((STEPS, PER_STEP), np.bool_)
    speaks[2:5] = True
    at_once = FrameFeatures(heard, np.ones_like(speaks), finder)
    late = FrameFeatures(heard, speaks, finder)
    taken = np.array([True, False, True, True, False])
    for step in range(STEPS):
        (pitch, bands), (same_pitch, same_bands) = (s.voice(step, taken) for s in (at_once, late))
        assert bands.shape == (3, BANDS)
        np.testing.assert_allclose(pitch.f0_hz, same_pitch.f0_hz, rtol=1e-5)
        np.testing.assert_allclose(pitch.strength, same_pitch.strength, rtol=1e-4)
        np.testing.assert_allclose(bands, same_bands, rtol=1e-4)
        assert np.all(np.abs(12 * np.log2(pitch.f0_hz / 150)) < 0.5)


def test_powers_and_the_line_between_the_words() -> None:
    heard = sound()
    stretch = FrameFeatures(heard, np.zeros((STEPS, PER_STEP), np.bool_), F0Estimator())
    first = heard[3, :WINDOW_SAMPLES]
    np.testing.assert_allclose(stretch.powers[3, 0], np.mean(first**2), rtol=1e-5)
    _, bands = stretch.voice(3, np.array([True, False, False, False, False]))
    np.testing.assert_allclose(stretch.line(3), bands[0], rtol=1e-4)
