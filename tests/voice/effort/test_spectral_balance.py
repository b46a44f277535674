"""Spectral balance."""

import numpy as np
import pytest
from tests.voice.voices import noise, voice

from callwatch.core.arrays import DoubleArray
from callwatch.voice.effort.f0 import WINDOW_SAMPLES, power_spectra
from callwatch.voice.effort.spectral_balance import (
    Balance,
    NoiseFloor,
    balance,
    band_powers,
    spectral_flux,
    spectral_shape,
)


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


@pytest.mark.parametrize(
    ("band", "centre_hz"),
    list(enumerate([315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150])),
)
def test_a_tone_lies_in_its_third_octave_with_its_power(band: int, centre_hz: int) -> None:
    t = np.arange(WINDOW_SAMPLES) / 16_000
    tone = 0.2 * np.sin(2 * np.pi * centre_hz * t)
    (powers,) = band_powers(power_spectra(tone[None].astype(np.float32)))
    assert int(np.argmax(powers)) == band
    assert 10 * np.log10(powers.sum()) == pytest.approx(10 * np.log10(0.02), abs=0.5)


@pytest.mark.parametrize(("softer", "falls"), [(20, False), (24, True)])
def test_the_noise_is_the_lower_third_of_the_last_64(softer: int, falls: bool) -> None:
    floor = NoiseFloor()
    for power in [1e-4] * 64 + [1e-6] * softer:
        floor.hear(np.full(11, power, np.float32))
    assert bool(floor.bands[0] < 5e-5) is falls


def test_a_band_is_at_most_3_db_under_the_noise() -> None:
    floor, noise_powers = NoiseFloor(), np.full(11, 1e-4, np.float32)
    for _ in range(4):
        floor.hear(noise_powers)
    heard = balance(noise_powers[None], floor)
    assert heard.level_dbfs[0] == pytest.approx(10 * np.log10(11 * 0.5e-4), abs=0.05)


def test_digital_silence_lies_100_db_down() -> None:
    assert of(np.zeros(WINDOW_SAMPLES)).level_dbfs[0] == pytest.approx(-99.6, abs=0.5)


def test_flux_is_the_mean_change_of_the_bands_about_their_mean() -> None:
    first = np.full(11, 1e-4, np.float32)
    second = first.copy()
    second[0] *= 10**1.1  # 11 dB: 10 about the new mean, the ten others fall by 1
    shape = spectral_shape(np.stack([first, second]), NoiseFloor())
    assert spectral_flux(shape[1:], shape[0])[0] == pytest.approx(20 / 11, abs=1e-3)
    assert spectral_flux(shape, None).tolist() == pytest.approx([20 / 11] * 2, abs=1e-3)


def test_noise_does_not_move_the_bands_that_hold_nothing_else() -> None:
    floor, still = NoiseFloor(), np.full(11, 1e-4, np.float32)
    for _ in range(4):
        floor.hear(still)
    both = spectral_shape(np.stack([still * 0.5, still * 2.0]), floor)
    assert float(np.abs(both).max()) < 1e-3
    part = np.where(np.arange(11) < 5, still, 0.0).astype(np.float32)
    louder, weaker = spectral_shape(np.stack([part, 0.1 * part]), floor)
    assert float(np.abs(louder - weaker).max()) < 1.1
