"""Syllables counted on made levels: swells of 10 ms frames."""

import numpy as np
import pytest

from callwatch.detectors.syllables import count_syllables


def swells(count: int, frames: int, dip_db: float) -> list[float]:
    """`count` syllables of `frames` each, at -25 dBFS, with dips between."""
    phase = np.arange(count * frames) / frames * 2 * np.pi
    return list(-25.0 - dip_db * (1 + np.cos(phase)) / 2)


@pytest.mark.parametrize("count", [1, 3, 5, 7])
def test_counts_swells(count: int) -> None:
    assert count_syllables(swells(count, 17, 15.0)) == count


def test_the_flutter_of_a_vowel_is_one_syllable() -> None:
    assert count_syllables(swells(8, 10, 2.0)) == 1


def test_noise_far_below_is_not_counted() -> None:
    rng = np.random.default_rng(1)
    noise = list(-62.0 + 6.0 * rng.standard_normal(60))
    assert count_syllables([*noise, *swells(2, 17, 15.0), *noise]) == 2


def test_a_level_that_never_moves_is_one_and_nothing_is_none() -> None:
    assert count_syllables([-25.0] * 40) == 1
    assert count_syllables([-25.0]) == 1
    assert count_syllables([]) == 0


@pytest.mark.parametrize(("dip_db", "count"), [(2.8, 1), (3.3, 4)])
def test_how_deep_a_dip_parts_syllables(dip_db: float, count: int) -> None:
    assert count_syllables(swells(4, 60, dip_db)) == count


@pytest.mark.parametrize(("below_db", "count"), [(21.0, 2), (26.0, 1)])
def test_how_soft_a_syllable_may_be(below_db: float, count: int) -> None:
    soft = [level - below_db for level in swells(1, 60, 30.0)]
    assert count_syllables([*swells(1, 60, 30.0), *soft]) == count
