import numpy as np
import pytest

from callwatch.core.audio import Samples
from callwatch.speech.mel import log_mel


def tone(hz: float, length_s: float = 1.0, level: float = 0.3) -> Samples:
    t = np.arange(round(16_000 * length_s)) / 16_000
    return np.round(level * 32767 * np.sin(2 * np.pi * hz * t)).astype(np.int16)


@pytest.mark.parametrize("bands", [80, 128])
def test_shape_and_padding(bands: int) -> None:
    assert log_mel(tone(440), bands, 0.0).shape == (bands, 100)
    padded = log_mel(tone(440), bands, 1.5)
    assert padded.shape == (bands, 250)
    assert padded.dtype == np.float32
    assert np.all(padded[:, 110:] == padded.min())


def test_a_higher_tone_lies_in_a_higher_band() -> None:
    peaks = [int(log_mel(tone(hz), 80, 0.0)[:, 50].argmax()) for hz in (200, 400, 1000, 3000, 6000)]
    assert peaks == sorted(set(peaks))
    # Linear below 1 kHz: 8000 Hz are 45.2 mel, 80 bands, so 400 Hz (6 mel) is band 6/45.2*81-1.
    assert peaks[1] == pytest.approx(6 / 45.2456 * 81 - 1, abs=0.6)


def test_the_range_is_eighty_decibels_below_the_loudest() -> None:
    features = log_mel(tone(440), 80, 2.0)
    assert features.max() - features.min() == pytest.approx(2.0)


def test_the_level_moves_the_features_and_nothing_else() -> None:
    loud, quiet = log_mel(tone(440, level=0.5), 80, 0.0), log_mel(tone(440, level=0.05), 80, 0.0)
    moved = loud.max() - quiet.max()
    assert moved == pytest.approx(2.0 / 4.0, abs=0.01)  # 20 dB are two decades, divided by four


def test_a_few_samples_and_none() -> None:
    assert log_mel(np.zeros(10, dtype=np.int16), 80, 0.1).shape == (80, 10)
    assert log_mel(np.zeros(0, dtype=np.int16), 80, 0.1).shape == (80, 10)


def test_silence_is_ten_decades_down() -> None:
    features = log_mel(np.zeros(1600, dtype=np.int16), 80, 0.0)
    np.testing.assert_allclose(features, (-10.0 + 4.0) / 4.0, atol=1e-4)


@pytest.mark.parametrize(("hz", "band"), [(400, 10), (1000, 26), (1500, 36), (3000, 54)])
def test_bands_are_linear_to_one_kilohertz_and_logarithmic_above(hz: float, band: int) -> None:
    """15 mel are 1 kHz, and 27 more a factor of 6.4: 1500 Hz are 20.9 of 45.2 mel, band 36.4."""
    assert int(log_mel(tone(hz), 80, 0.0)[:, 50].argmax()) == band


@pytest.mark.parametrize(("sample", "frames"), [(1600, [9, 10, 11]), (1680, [10, 11])])
def test_a_window_is_twenty_five_milliseconds(sample: int, frames: list[int]) -> None:
    """A click on a frame is 10 ms from both neighbours; halfway, 15 ms from those after next."""
    click = np.zeros(3200, dtype=np.int16)
    click[sample] = 32767
    features = log_mel(click, 80, 0.0)
    heard = features.max(axis=0) > features.min()
    assert np.flatnonzero(heard).tolist() == frames
