"""One direction: what may be left of a leak, and when a path is given up."""

import math

import numpy as np
import pytest

from callwatch.voice.crosstalk.kalman_filter import FFT_SIZE
from callwatch.voice.crosstalk.leak_estimator import (
    NOTHING_LEFT,
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
    assert way.lead == 4000 - 384
    assert not way.locate(4000)
    assert not way.locate(4000 - 384)
    assert way.locate(4000 - 388)
    assert not way.locate(4000)
    assert way.locate(4000 + 1024)


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
    assert left.shape == (4,)
    assert 10 * np.log10(left / 1e-4) == pytest.approx(9.0)


def test_echoes_beyond_the_path_fade() -> None:
    way = LeakEstimator(CONFIG)
    way.locate(0)
    before = way.threshold(np.full(CHUNK, 0.01))[-1]
    after = way.threshold(None)[-1]
    assert 10 * np.log10(before / after) == pytest.approx(4.8)
    for _ in range(40):
        last = way.threshold(None)
    assert not last.any()
    assert way.threshold(None) is NOTHING_LEFT


class Path:
    """Predicts what it is told, and notes what it is taught."""

    def __init__(self) -> None:
        self.leak = np.zeros(CHUNK)
        self.factors: list[float] = []
        self.shares: list[float] = []

    def predict(self, far: np.ndarray) -> np.ndarray:
        return self.leak

    def update(self, residual: np.ndarray, double_talk_factor: float = 1.0) -> None:
        self.factors.append(double_talk_factor)

    def inflate_covariance(self, share: float) -> None:
        self.shares.append(share)


VOICE = np.random.default_rng(1).normal(0.0, 0.01, CHUNK)
OTHER = np.random.default_rng(2).normal(0.0, 0.01, CHUNK)
POWER = float(VOICE @ VOICE) / CHUNK


def told() -> tuple[LeakEstimator, Path]:
    """An estimator that takes a path at no delay from elsewhere."""
    way, path = LeakEstimator(CONFIG), Path()
    way.locate(0)
    way._filter = path  # type: ignore[assignment]
    path.leak = VOICE
    return way, path


def hear(
    way: LeakEstimator,
    count: int,
    left: np.ndarray | float = 0.0,
    *,
    far: float = POWER,
    near: float = 2 * POWER,
    noise: float = 1e-12,
) -> None:
    """So many chunks, with `left` beside the leak; powers as they are reported."""
    for _ in range(count):
        way.predict(way._filter.predict(VOICE) + left, VOICE)
        way.update(near, far, noise)


@pytest.mark.parametrize(
    ("gain_db", "chunks", "kept"), [(-59, 80, True), (-61, 52, True), (-61, 53, False)]
)
def test_how_long_a_faint_leak_is_believed(gain_db: int, chunks: int, *, kept: bool) -> None:
    way, _ = told()
    hear(way, chunks, far=POWER / 10 ** (gain_db / 10))
    assert (way.delay is not None) is kept


@pytest.mark.parametrize(("share", "measured"), [(0.11, True), (0.09, False)])
def test_a_small_part_of_the_near_sound_proves_nothing(share: float, *, measured: bool) -> None:
    way, _ = told()
    hear(way, 1, near=POWER / share)
    assert (way.leak.gain_db is not None) is measured


def test_the_gain_follows_the_last_three_seconds() -> None:
    way, path = told()
    hear(way, 200, far=100 * POWER)
    path.leak = 7.0 * VOICE
    hear(way, 1, far=100 * POWER, near=98 * POWER)
    assert way.leak.gain_db == pytest.approx(10 * math.log10((1 + 48 / 96) / 100), abs=1e-3)


def test_a_new_path_is_uncertain_for_a_second_and_a_half() -> None:
    way, path = told()
    hear(way, 100)
    assert path.shares == [0.1] * 47


def like(share: float, level_db: float) -> np.ndarray:
    """Sound that is like VOICE to this degree (correlation), so strong beside it."""
    rest = OTHER - VOICE * float(OTHER @ VOICE) / float(VOICE @ VOICE)
    rest *= math.sqrt(float(VOICE @ VOICE) / float(rest @ rest))
    mixed = share * VOICE + math.sqrt(1 - share**2) * rest
    return np.asarray(mixed * 10 ** (level_db / 20))


@pytest.mark.parametrize(
    ("level_db", "chunks", "changed"), [(-9.5, 2, False), (-9.5, 3, True), (-10.5, 9, False)]
)
def test_a_path_has_changed_when_what_is_left_is_like_the_leak(
    level_db: float, chunks: int, *, changed: bool
) -> None:
    way, path = told()
    hear(way, 60)
    path.shares.clear()
    hear(way, chunks, like(0.8, level_db))
    assert bool(path.shares) is changed


def test_what_is_left_is_known_fast_at_first_and_then_slowly() -> None:
    way, _ = told()
    seen = []
    for _ in range(2):
        hear(way, 1)
        seen.append(way.leak.residual_db)
    assert seen == pytest.approx([-8.0, -12.0])
    hear(way, 100)
    assert way.leak.residual_db == pytest.approx(-30.0)
    hear(way, 1, like(0.0, -25.0))
    assert way.leak.residual_db == pytest.approx(-29.7)


@pytest.mark.parametrize(("times", "residual_db"), [(1.5, -12.0), (1.7, -4.0)])
def test_noise_is_not_left_of_a_leak(times: float, residual_db: float) -> None:
    way, _ = told()
    hear(way, 1)
    left_db = 10 * math.log10(times * 20)
    hear(way, 1, like(0.0, left_db), near=9 * POWER, noise=20 * POWER)
    assert way.leak.residual_db == pytest.approx(residual_db)


@pytest.mark.parametrize(("before", "rise_db"), [(23, 8 / 24), (24, 0.8 / 25)])
def test_somebody_who_speaks_over_the_leak_hardly_counts(before: int, rise_db: float) -> None:
    way, _ = told()
    hear(way, before)
    known_db = way.leak.residual_db
    hear(way, 1, like(0.0, 3.0))
    assert way.leak.residual_db == pytest.approx(known_db + rise_db)


@pytest.mark.parametrize(("left_db", "factor"), [(-22.0, 1.0), (-11.0, 10.0), (9.0, 100.0)])
def test_somebody_who_speaks_over_the_leak_teaches_less(left_db: float, factor: float) -> None:
    """What is left is 30 dB below the leak; usual is up to 9 dB above that."""
    way, path = told()
    hear(way, 100)
    hear(way, 1, like(0.0, left_db))
    assert path.factors[-1] == pytest.approx(factor, rel=0.08)


def test_an_echo_fades_to_nothing_within_a_second() -> None:
    way = LeakEstimator(CONFIG)
    way.locate(0)
    way.threshold(np.full(CHUNK, 0.01))
    fading = np.concatenate([way.threshold(None) for _ in range(40)])
    assert np.count_nonzero(fading) == 74
