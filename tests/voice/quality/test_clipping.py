import numpy as np
import pytest
from tests.voice.speaking import demo

from callwatch.audio.resample import Resampler, to_int16
from callwatch.voice.quality.clipping import clipped_samples

RATE = 16_000


def speech() -> np.ndarray:
    """Eight seconds of the demo's agent, at full scale."""
    sound = demo()[0][0, : 8 * RATE]
    return np.asarray(sound / np.abs(sound).max())


def seconds(sound: np.ndarray) -> list[int]:
    """Clipped samples in each second."""
    whole = np.round(np.clip(sound, -1.0, 0.9999) * 32768.0).astype(np.int16)
    return [clipped_samples(whole[at : at + RATE]) for at in range(0, len(whole), RATE)]


def audibly(counts: list[int]) -> int:
    return sum(count > 0.002 * RATE for count in counts)


@pytest.mark.parametrize("gain", [1.0, 0.9, 0.5, 0.2])
def test_clipped_speech_is_found_whatever_the_level(gain: float) -> None:
    assert audibly(seconds(gain * np.clip(8.0 * speech(), -1.0, 1.0))) >= 3


@pytest.mark.parametrize("gain", [1.0, 0.9, 0.5, 0.2])
def test_speech_that_comes_to_full_scale_is_not_clipped(gain: float) -> None:
    assert audibly(seconds(gain * speech())) == 0


def test_one_polarity_alone() -> None:
    assert audibly(seconds(np.clip(0.9 * speech(), -1.0, 0.2))) >= 3


def test_clipped_before_the_telephone() -> None:
    clipped = np.clip(8.0 * speech(), -1.0, 1.0)
    line = Resampler(RATE // 2, 1)
    sound = line.push((0.7 * clipped[::2, None]).astype(np.float32))
    back = to_int16(np.concatenate((sound, line.flush())))[:, 0] / 32768.0
    assert audibly(seconds(back)) >= 1


def test_what_has_flat_tops_by_itself_is_not_clipped() -> None:
    time_s = np.arange(RATE) / RATE
    tone = 0.5 * np.sin(2 * np.pi * 425 * time_s)
    still = np.full(RATE, 0.2)
    still[::7] += 1e-4  # a constant offset and the noise on it
    coarse = np.round(0.08 * speech()[:RATE] * 128) / 128
    for sound in (tone, still, coarse, np.zeros(RATE)):
        assert audibly(seconds(sound)) == 0
    assert clipped_samples(np.zeros(0, np.int16)) == 0
