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


# Each number just inside and just outside, on a second of samples made level by level. A level is
# the height of a bin below the top of 9999: levels of 1 % of it, from 60 % on.


def made(samples: int, level: int, *, above: int = 1, usual: int = 0, top: int = 9999) -> int:
    """Clipped samples where so many stand on one level, below others and over the usual ones."""
    sound = np.zeros(RATE, np.int16)
    lower = np.repeat(np.arange(6050, 6050 + 2200, 100), usual)
    values = np.concatenate([lower, np.full(samples, level), np.full(above, top)])
    sound[: len(values)] = values
    return clipped_samples(sound)


@pytest.mark.parametrize(("samples", "found"), [(23, False), (24, True)])
def test_a_wall_has_24_samples(samples: int, found: bool) -> None:
    assert bool(made(samples, 8550)) is found


@pytest.mark.parametrize(("level", "found"), [(7950, False), (8050, True)])
def test_a_wall_is_in_the_upper_fifth(level: int, found: bool) -> None:
    assert bool(made(40, level)) is found


@pytest.mark.parametrize(("samples", "found"), [(35, False), (37, True)])
def test_a_wall_stands_out_from_the_levels_below(samples: int, found: bool) -> None:
    # Two on each level below: 4 on two of them, and 6 * (4 + 2) = 36.
    assert bool(made(samples, 8550, usual=2)) is found


@pytest.mark.parametrize(("above", "found"), [(20, True), (21, False)])
def test_half_as_many_may_shoot_over_it(above: int, found: bool) -> None:
    assert bool(made(40, 8550, above=above)) is found


@pytest.mark.parametrize(("top", "found"), [(3276, False), (3277, True)])
def test_weak_tops_are_not_looked_at(top: int, found: bool) -> None:
    assert bool(made(40, top, above=0)) is found


@pytest.mark.parametrize(("peak", "found"), [(32_699, False), (32_700, True)])
def test_full_scale_is_clipped_wherever_it_stands(peak: int, found: bool) -> None:
    assert bool(made(10, 20_000, top=peak)) is found
    assert bool(made(10, 20_000, top=-peak)) is found
