"""How far a window of voice lies above the usual."""

from dataclasses import replace

import numpy as np
import pytest

from callwatch.core.arrays import DoubleArray
from callwatch.voice.effort.baseline import EffortBaseline
from callwatch.voice.effort.sliding_window import (
    Measure,
    MeasureConfig,
    VoicedWindow,
    measure,
)

CONFIG = MeasureConfig()
USUAL = EffortBaseline(5.0, -11.0, -26.0, 4.0, 0.4, 0.6, 2.8, 4.4, 20.0)
LOUD = (6.0, 6.4, 6.0, 1.0)  # what a loud voice gains


def window(*gain: float, seconds: float = 1.0) -> DoubleArray:
    """Moments that all lie so far above the usual."""
    return np.tile(USUAL.means + np.array(gain), (round(seconds / 0.02), 1))


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


@pytest.mark.parametrize(
    ("gain", "raised"),
    [
        pytest.param((0.2 + 6.0, 0.3 + 6.4, 0, 0.0), 2 / 3, id="a loud voice, its bands as usual"),
        pytest.param((0.2 + 6.0, 0.3 + 9.6, 0, 0.6), 2.125 / 3 + 0.2, id="the lesser counts most"),
        pytest.param((0.2 + 9.0, 0.3 + 6.4, 0, 0.6), 2.125 / 3 + 0.2, id="whichever it is"),
        pytest.param((0.2 + 9.0, 0.3 + 0.0, 0, 0.6), 0.375 / 3 + 0.2, id="one alone is not enough"),
        pytest.param((0.2 + 13.0, 0.3 + 14.0, 0, 1.7), 4 / 3 + 0.5, id="beyond the upper bounds"),
        pytest.param((0.2 + 11.4, 0.3 + 14.0, 0, 1.4), 3.85 / 3 + 1.4 / 3, id="just inside"),
        pytest.param((0.2 + 3.0, 0.3 + 3.2, 0, -0.22), 1 / 3 - 0.2 / 3, id="below the lower one"),
        pytest.param((0.2 + 3.0, 0.3 + 3.2, 0, -0.18), 1 / 3 - 0.18 / 3, id="just above"),
    ],
)
def test_what_is_made_of_the_features(gain: tuple[float, ...], raised: float) -> None:
    """Of 0.4 and 0.6, which are not known of pitch and balance, half counts against."""
    assert of(*gain).raised == pytest.approx(raised)


@pytest.mark.parametrize(
    ("gain", "spreads"),
    [((4.2, 0), (4.0, 0)), ((3.8, 0), (3.8, 0)), ((0, 3.2), (0, 3.0)), ((0, 2.8), (0, 2.8))],
)
def test_one_feature_says_no_more_than_so_many_spreads(
    gain: tuple[float, float], spreads: tuple[float, float]
) -> None:
    wide = np.hypot([2.8, 4.4], [0.4, 0.6])
    weights = np.array([6.0, 6.4]) / wide
    found = of(*(np.array(gain) * wide), 0, 0)
    assert found.z == pytest.approx(np.array(spreads) @ weights / np.linalg.norm(weights))


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


@pytest.mark.parametrize(("raised_s", "counts"), [(0.28, False), (0.32, True)])
def test_the_newest_0_6_s_of_voice_count(raised_s: float, counts: bool) -> None:
    both = np.concatenate([window(0, 0, 0, 0), window(9, 9, 0, 0, seconds=raised_s)])
    assert (measure(both, USUAL, CONFIG).pitch_st > 4) is counts


@pytest.mark.parametrize(("moving_s", "counts"), [(0.48, False), (0.52, True)])
def test_flux_is_taken_over_1_s(moving_s: float, counts: bool) -> None:
    recent = VoicedWindow(CONFIG.flux_s, 10)
    moments = window(9, 9, 0, 0, seconds=2.0)
    moments[-round(moving_s / 0.02) :, 3] += 1.0
    recent.add(0, moments, speaks=True)
    found = measure(recent.last(), USUAL, CONFIG).raised
    assert (found > of(9, 9, 0, 0).raised + 0.2) is counts


@pytest.mark.parametrize(("pause_steps", "kept_s"), [(9, 1.0), (10, 0.5)])
def test_a_pause_starts_afresh(pause_steps: int, kept_s: float) -> None:
    recent = VoicedWindow(2.0, 10)
    recent.add(0, window(0, 0, 0, 0, seconds=0.5), speaks=True)
    recent.add(pause_steps, window(0, 0, 0, 0, seconds=0.5), speaks=True)
    assert recent.voiced_s == pytest.approx(kept_s)


@pytest.mark.parametrize(
    ("spread_st", "part"),
    [(3.4, 1.0), (2.8, 1.0), (2.24, 0.8), (2.8 * 0.71, 0.71), (2.8 * 0.69, 0.7)],
)
def test_a_flat_speaker_needs_fewer_semitones_within_bounds(spread_st: float, part: float) -> None:
    speaker = replace(
        USUAL,
        pitch_sd=0.4,
        balance_sd=0.6,
        pitch_spread_st=spread_st,
        balance_spread_db=4.4,
        voiced_s=20.0,
    )
    found = measure(window(0.2 + 6.0 * part, 0.3 + 6.4, 0, 0), speaker, CONFIG)
    assert found.raised == pytest.approx(2 / 3)
