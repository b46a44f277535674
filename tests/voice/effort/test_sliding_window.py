"""How far a window of voice lies above the usual."""

from dataclasses import replace

import numpy as np
import pytest

from callwatch.core.arrays import DoubleArray
from callwatch.voice.effort.baseline import EffortBaseline
from callwatch.voice.effort.sliding_window import MOMENT_HOP_S, Measure, MeasureConfig, measure

CONFIG = MeasureConfig()
USUAL = EffortBaseline(5.0, -11.0, -26.0, 4.0, 0.4, 0.6, 2.8, 4.4, 20.0)
LOUD = (6.0, 6.4, 6.0, 1.0)  # what a loud voice gains


def window(*gain: float, seconds: float = 1.0) -> DoubleArray:
    """Moments that all lie so far above the usual."""
    return np.tile(USUAL.means + np.array(gain), (round(seconds / MOMENT_HOP_S), 1))


def of(*gain: float) -> Measure:
    return measure(window(*gain), USUAL, CONFIG)


def test_the_usual_voice_is_zero_and_a_loud_one_about_one() -> None:
    assert of(0, 0, 0, 0).z == pytest.approx(0.0)
    assert of(0, 0, 0, 0).raised == pytest.approx(0.0, abs=0.1)
    assert of(*LOUD).raised == pytest.approx(1.0, abs=0.1)
    assert of(*LOUD).z > 2.0
    assert of(*LOUD).level_db == pytest.approx(6.0)


@pytest.mark.parametrize(
    "gain",
    [
        pytest.param((12, 0, 0, 0), id="higher alone: a lively voice, another person"),
        pytest.param((0, 12, 0, 0), id="brighter alone: another microphone"),
        pytest.param((0, 0, 20, 0), id="stronger alone: a gain step"),
        pytest.param((0, 0, 0, 3), id="livelier articulation alone"),
    ],
)
def test_one_feature_alone_is_no_raised_voice(gain: tuple[float, ...]) -> None:
    assert of(*gain).raised < 0.6


def test_a_cry_that_stands_still_is_less_than_a_shout() -> None:
    assert of(9, 9, 6, -0.5).raised < of(9, 9, 6, 1.0).raised - 0.3


def test_more_than_the_bounds_says_no_more() -> None:
    most = CONFIG.most_shift
    doubt = (0.5 * USUAL.pitch_sd, 0.5 * USUAL.balance_sd)
    at_bound = of(6.0 * most + doubt[0], 6.4 * most + doubt[1], 0, CONFIG.most_flux)
    assert at_bound.raised == pytest.approx(
        (1 - CONFIG.flux_part) * most + CONFIG.flux_part * CONFIG.most_flux
    )
    assert of(30, 30, 0, 5).raised == pytest.approx(at_bound.raised)
    assert of(5, 5, 0, -3).raised == pytest.approx(of(5, 5, 0, CONFIG.least_flux).raised)
    assert of(90, 0, 0, 0).z == pytest.approx(of(60, 0, 0, 0).z)
    assert of(0, 90, 0, 0).z == pytest.approx(of(0, 60, 0, 0).z)


def test_what_is_not_known_counts_against() -> None:
    unsure = replace(
        USUAL,
        pitch_sd=3.0,
        balance_sd=4.0,
        pitch_spread_st=2.8,
        balance_spread_db=4.4,
        voiced_s=2.0,
    )
    doubted = measure(window(*LOUD), unsure, CONFIG)
    assert doubted.raised < of(*LOUD).raised - 0.15
    assert doubted.z < of(*LOUD).z


def test_a_flat_speakers_few_semitones_are_more() -> None:
    flat = replace(
        USUAL,
        pitch_sd=0.4,
        balance_sd=0.6,
        pitch_spread_st=1.4,
        balance_spread_db=2.2,
        voiced_s=20.0,
    )
    assert measure(window(4, 4, 0, 0), flat, CONFIG).z > of(4, 4, 0, 0).z * 1.4


@pytest.mark.parametrize(("off_s", "counts"), [(0.02, False), (-0.02, True)])
def test_only_the_newest_voice_counts(off_s: float, counts: bool) -> None:
    """Half of the short window, and a little more or less, is raised."""
    raised_s = CONFIG.short_s / 2 - off_s
    both = np.concatenate([window(0, 0, 0, 0), window(9, 9, 0, 0, seconds=raised_s)])
    assert (measure(both, USUAL, CONFIG).pitch_st > 4) is counts


@pytest.mark.parametrize(("off_s", "counts"), [(0.02, False), (-0.02, True)])
def test_flux_is_taken_over_longer(off_s: float, counts: bool) -> None:
    size = round(CONFIG.flux_s / MOMENT_HOP_S)
    lively = round((CONFIG.flux_s / 2 - off_s) / MOMENT_HOP_S)
    moments = window(9, 9, 0, 0)[:size]
    moments[-lively:, 3] += 1.0
    assert (measure(moments, USUAL, CONFIG).raised > of(9, 9, 0, 0).raised + 0.2) is counts
