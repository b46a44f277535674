"""One direction: what may be left of a leak, and when a path is given up."""

import math

import numpy as np
import pytest

from callwatch.voice.crosstalk.kalman_filter import FFT_SIZE
from callwatch.voice.crosstalk.leak_estimator import (
    LEAD,
    NOTHING_LEFT,
    SLICES,
    LeakConfig,
    LeakEstimator,
)
from callwatch.voice.framing import CHUNK

CONFIG = LeakConfig()
CHUNK_S = CHUNK / 16_000


def learnt(
    seconds: float, gain: float = 0.2, delay: int = 800, speech: float = 0.0, noise: float = 0.0
) -> LeakEstimator:
    """An estimator that heard noise leak, with near-end speech of that level after a second."""
    rng = np.random.default_rng(1)
    count = round(seconds / CHUNK_S)
    far = rng.normal(0.0, 0.1, (count + 8) * CHUNK)
    near = np.concatenate((np.zeros(delay), gain * far))[: len(far)]
    near[16_000:] += rng.normal(0.0, speech, len(near) - 16_000) if speech else 0.0
    near += rng.normal(0.0, noise, len(near)) if noise else 0.0
    way = LeakEstimator(CONFIG)
    way.locate(delay)
    step(way, near, far, count)
    return way


def step(way: LeakEstimator, near: np.ndarray, far: np.ndarray, count: int) -> None:
    """So many chunks from the start; powers are those that the signals have."""
    for k in range(6, count):
        end = (k + 1) * CHUNK
        if way.delay is None:
            return
        source = far[max(0, end - way.lead - FFT_SIZE) : end - way.lead]
        source = np.concatenate((np.zeros(FFT_SIZE - len(source)), source))
        piece = near[end - CHUNK : end]
        way.predict(piece, source)
        way.update(float((piece**2).mean()) + 1e-12, 0.01, 1e-12)


def test_a_new_path_is_one_that_the_known_one_does_not_reach() -> None:
    way = LeakEstimator(CONFIG)
    assert way.locate(4000)
    assert way.lead == 4000 - LEAD
    assert not way.locate(4000)
    assert not way.locate(4000 - LEAD)
    assert way.locate(4000 - LEAD - 4)
    assert not way.locate(4000)
    assert way.locate(4000 + FFT_SIZE // 2)


def test_the_gain_and_what_is_left_are_known() -> None:
    leak = learnt(6.0).leak
    assert leak.gain_db == pytest.approx(20 * math.log10(0.2), abs=0.5)
    assert leak.delay_s == 0.05
    assert leak.residual_db < -20.0


def test_near_end_speech_does_not_count_as_left_over() -> None:
    assert learnt(8.0, speech=0.2).leak.residual_db < -12.0


def test_nothing_is_known_before_a_leak_was_heard() -> None:
    way = LeakEstimator(CONFIG)
    way.locate(800)
    assert way.leak.gain_db is None


def test_the_threshold_is_the_margin_above_what_may_be_left() -> None:
    way = LeakEstimator(CONFIG)
    way.locate(0)
    left = way.threshold(np.full(CHUNK, 0.01))
    assert left.shape == (SLICES,)
    assert 10 * np.log10(left / 1e-4) == pytest.approx(CONFIG.margin_db)


def test_echoes_beyond_the_path_fade() -> None:
    way = LeakEstimator(CONFIG)
    way.locate(0)
    before = way.threshold(np.full(CHUNK, 0.01))[-1]
    after = way.threshold(None)[-1]
    assert 10 * np.log10(before / after) == pytest.approx(CONFIG.fade_db_s * CHUNK_S)
    for _ in range(40):
        last = way.threshold(None)
    assert not last.any()
    assert way.threshold(None) is NOTHING_LEFT


def silent_after(seconds: float, chunks: int) -> LeakEstimator:
    """A leak that ended so many chunks ago, while the far side speaks on."""
    way = learnt(seconds)
    way._filter.update = lambda *_: None  # type: ignore[method-assign]
    far = np.random.default_rng(2).normal(0.0, 0.1, (chunks + 8) * CHUNK)
    step(way, np.zeros(len(far)), far, 6 + chunks)
    return way


def test_a_path_is_given_up_when_nothing_leaks_any_more() -> None:
    known = learnt(6.0)._benefit
    falls = 1 - 1 / CONFIG.benefit_memory
    needed = math.ceil(math.log((CONFIG.min_benefit + 1) / (known + 1)) / math.log(falls))
    assert silent_after(6.0, needed - 2).delay == 800
    assert silent_after(6.0, needed + 2).delay is None


@pytest.mark.parametrize(("off_db", "kept"), [(1.5, True), (-1.5, False)])
def test_a_leak_that_is_too_faint_is_none(off_db: float, *, kept: bool) -> None:
    gain = 10 ** ((CONFIG.min_gain_db + off_db) / 20)
    assert (learnt(8.0, gain).delay is not None) is kept
