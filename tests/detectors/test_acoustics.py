"""Voice, hum and noise, made in code: what their windows say."""

import numpy as np
import pytest

from callwatch.core.arrays import DoubleArray
from callwatch.core.frames import VoiceFrames
from callwatch.detectors.acoustics import SoundFeatures, SoundWindows
from callwatch.detectors.history import VoiceHistory

RATE = 16_000


def tones(hz: float, seconds: float, glide: float = 1.0) -> DoubleArray:
    """A harmonic sound of ten partials whose pitch glides by a factor."""
    pitch = hz * glide ** np.linspace(0, 1, round(seconds * RATE))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    return np.asarray(sum(np.sin(k * phase) / k for k in range(1, 11)) * 0.05)


def noise(seconds: float) -> DoubleArray:
    return np.random.default_rng(1).normal(0, 0.05, round(seconds * RATE))


def features(sound: DoubleArray, step: int = 1000) -> SoundFeatures:
    count = len(sound) // 160
    samples = np.zeros((2, count * 160), np.int16)
    samples[0] = np.round(sound[: count * 160] * 32767)
    history, windows = VoiceHistory(), SoundWindows(5)
    for start in range(0, count, step):
        end = min(count, start + step)
        flags, level = np.ones((2, end - start), np.bool_), np.zeros((2, end - start), np.float32)
        cut = samples[:, start * 160 : end * 160]
        history.append(start, VoiceFrames(start / 100, flags, level, level, 0.032, cleaned=cut))
        windows.extend(history, 0, end)
    return windows.features()


def test_a_voice_is_periodic_and_noise_is_not() -> None:
    voice, cough = features(tones(120, 0.6)), features(noise(0.6))
    assert voice.voiced_share > 0.95
    assert cough.voiced_share < 0.3
    assert voice.periodicity > 2 * cough.periodicity


def test_a_pitch_that_glides() -> None:
    up = features(tones(120, 0.6, glide=1.5))
    assert up.f0_glide_st == pytest.approx(12 * np.log2(1.5), abs=1.5)
    assert up.f0_spread_st > features(tones(120, 0.6)).f0_spread_st + 1


def test_a_hum_stays_the_same_and_speech_changes() -> None:
    hum = features(tones(110, 0.8))
    vowels = np.concatenate([tones(110, 0.2), noise(0.2), tones(220, 0.2), noise(0.2)])
    assert features(vowels).change_db > hum.change_db + 1
    assert features(vowels).change_range_db > hum.change_range_db + 3


def test_hiss_lies_high() -> None:
    assert features(np.diff(noise(0.6))).tilt_db > features(tones(110, 0.6)).tilt_db + 10


def test_little_sound_says_nothing() -> None:
    assert np.isnan(features(tones(110, 0.08)).periodicity)


def test_the_size_of_blocks_changes_nothing() -> None:
    sound = tones(130, 0.5, glide=1.2)
    assert features(sound, 7).f0_glide_st == pytest.approx(features(sound).f0_glide_st, abs=1e-3)


def test_long_speech_is_looked_at_for_a_while() -> None:
    windows, history = SoundWindows(5), VoiceHistory()
    count = 390
    flags, level = np.ones((2, count), np.bool_), np.zeros((2, count), np.float32)
    sound = np.zeros((2, count * 160), np.int16)
    history.append(0, VoiceFrames(0.0, flags, level, level, 0.032, cleaned=sound))
    windows.extend(history, 0, count)
    assert len(windows.f0_hz) == 125


@pytest.mark.parametrize(("frames", "count"), [(60, 27), (61, 27), (62, 28)])
def test_a_window_every_20_ms_that_lies_wholly_inside(frames: int, count: int) -> None:
    windows, history = SoundWindows(5), VoiceHistory()
    flags, level = np.ones((2, frames), np.bool_), np.zeros((2, frames), np.float32)
    sound = np.zeros((2, frames * 160), np.int16)
    history.append(0, VoiceFrames(0.0, flags, level, level, 0.032, cleaned=sound))
    windows.extend(history, 0, frames)
    assert len(windows.f0_hz) == count


def windows_of(strength: list[float], level_db: list[float]) -> SoundFeatures:
    """What windows of this periodicity and level say."""
    windows = SoundWindows(0)
    windows.f0_hz, windows.strength = [100.0] * len(strength), strength
    windows.bands_db = [np.full(16, level, np.float32) for level in level_db]
    return windows.features()


def test_which_windows_are_voiced() -> None:
    assert windows_of([0.18, 0.18, 0.2, 0.2], [-30.0] * 4).voiced_share == 0.5


def test_soft_windows_are_not_looked_at() -> None:
    assert windows_of([1.0, 0.5, 0.0], [-30.0, -54.0, -56.0]).periodicity == 0.75
