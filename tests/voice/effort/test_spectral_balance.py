"""Spectral balance."""

import numpy as np
import pytest
from tests.voice.voices import noise, voice

from callwatch.core.arrays import DoubleArray
from callwatch.voice.effort.f0 import WINDOW_SAMPLES, power_spectra
from callwatch.voice.effort.spectral_balance import Balance, NoiseFloor, balance, band_powers


def of(audio: DoubleArray, floor: NoiseFloor | None = None) -> Balance:
    count = len(audio) // WINDOW_SAMPLES
    windows = audio[: count * WINDOW_SAMPLES].reshape(count, WINDOW_SAMPLES)
    bands = band_powers(power_spectra(windows.astype(np.float32)))
    return balance(bands, floor or NoiseFloor())


def floor_of(audio: DoubleArray) -> NoiseFloor:
    floor = NoiseFloor()
    for window in audio[: len(audio) // WINDOW_SAMPLES * WINDOW_SAMPLES].reshape(
        -1, WINDOW_SAMPLES
    ):
        floor.hear(band_powers(power_spectra(window[None].astype(np.float32)))[0])
    return floor


def test_gain_does_not_change_the_balance() -> None:
    loud, soft = of(voice(120, 1.0, level_dbfs=-10)), of(voice(120, 1.0, level_dbfs=-40))
    np.testing.assert_allclose(loud.balance_db, soft.balance_db, atol=0.05)
    assert np.median(loud.level_dbfs - soft.level_dbfs) == pytest.approx(30, abs=0.1)


def test_a_flatter_spectrum_has_more_balance() -> None:
    steep, flat = of(voice(120, 1.0, tilt_db=-12)), of(voice(120, 1.0, tilt_db=-6))
    assert np.median(flat.balance_db) - np.median(steep.balance_db) > 6


def test_noise_of_the_line_is_taken_off() -> None:
    speech, hiss = voice(120, 2.0, tilt_db=-9, level_dbfs=-26), noise(2.0, -48)
    clean = np.median(of(speech).balance_db)
    raw = np.median(of(speech + hiss).balance_db)
    mended = np.median(of(speech + hiss, floor_of(noise(6.0, -48, seed=2))).balance_db)
    assert abs(mended - clean) < 0.6 * abs(raw - clean)


def test_the_level_over_the_noise_is_known() -> None:
    floor = floor_of(noise(6.0, -40))
    assert np.median(of(noise(2.0, -40, seed=5), floor).snr_db) < 3
    assert np.median(of(voice(120, 1.0, tilt_db=-6, level_dbfs=-16), floor).snr_db) > 12


def test_silence_is_finite() -> None:
    assert np.isfinite(of(np.zeros(WINDOW_SAMPLES * 3)).balance_db).all()
