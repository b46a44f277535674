"""How loud a side is when it speaks up, over a long call."""

import math

import numpy as np
import pytest

from callwatch.detectors.spurts import FORGET, STRONG_SHARE, SpeakerState


def by_definition(levels: list[float]) -> float:
    """The quantile of all that was heard, each frame weighted by its age."""
    counts = np.zeros(121)
    for age, level_dbfs in enumerate(reversed(levels)):
        counts[round(-level_dbfs)] += FORGET**age
    return -float(np.searchsorted(np.cumsum(counts), (1 - STRONG_SHARE) * counts.sum()))


@pytest.mark.parametrize("frames", [100, 27_000, 29_000, 60_000])
def test_the_strong_level_is_that_of_the_last_speech(frames: int) -> None:
    drawn = np.random.default_rng(3).normal(-30.0, 6.0, frames)
    drawn[frames // 2 :] -= 10.0
    levels = np.clip(drawn, -120.0, 0.0).tolist()
    state = SpeakerState()
    for level_dbfs in levels:
        state.hear(level_dbfs)
    assert state.strong_dbfs == by_definition(levels)


@pytest.mark.parametrize(("frames", "is_known"), [(50, False), (51, True)])
def test_half_a_second_of_speech_is_needed(frames: int, is_known: bool) -> None:
    state = SpeakerState()
    for _ in range(frames):
        state.hear(-30.0)
    assert math.isnan(state.strong_dbfs) is not is_known
