"""The usual voice of one speaker, learnt from chunks."""

import json

import numpy as np
import pytest

from callwatch.core.arrays import DoubleArray
from callwatch.voice.effort.baseline import (
    BaselineConfig,
    BaselineLearner,
    EffortBaseline,
    NormalPosterior,
    OutlierWeights,
)
from callwatch.voice.effort.norms import NORMS


def learner(*chunks: tuple[float, float, float], seed: int = 1) -> BaselineLearner:
    """Chunks (semitones, balance, level; flux 4 dB), each a little off."""
    rng, out = np.random.default_rng(seed), BaselineLearner(BaselineConfig())
    for chunk in chunks:
        out.add(np.array([*chunk, 4.0]) + rng.normal(size=4) * [1.0, 2.0, 1.0, 0.3])
    return out


USUAL, RAISED = (3.0, -12.0, -27.0), (12.0, -2.0, -20.0)


def test_unknown_until_enough_is_heard() -> None:
    assert learner(*[USUAL] * 7).known() is None
    assert learner(*[USUAL] * 8).known() is not None


def test_more_speech_makes_it_surer() -> None:
    little, much = learner(*[USUAL] * 8).current, learner(*[USUAL] * 60).current
    assert much.pitch_sd < little.pitch_sd < 2.5
    assert much.pitch_st == pytest.approx(3.0, abs=0.5)


def test_raised_speech_does_not_move_it() -> None:
    before, learnt = learner(*[USUAL] * 20), learner(*[USUAL] * 20, *[RAISED] * 30)
    assert learnt.current.pitch_st == pytest.approx(before.current.pitch_st, abs=0.7)
    assert learnt.current.balance_db == pytest.approx(before.current.balance_db, abs=1.5)


def test_a_long_outburst_does_not_wash_the_usual_voice_out() -> None:
    learnt = learner(*[USUAL] * 30, *[RAISED] * 200)
    assert learnt.current.pitch_st == pytest.approx(3.0, abs=1.0)


def test_shouted_first_words_are_set_right() -> None:
    assert learner(*[RAISED] * 8, *[USUAL] * 6).current.pitch_st < 6
    assert learner(*[RAISED] * 15, *[USUAL] * 15).current.pitch_st == pytest.approx(3, abs=1)


def test_somebody_else_with_a_higher_voice_takes_the_phone() -> None:
    child = (14.0, -9.0, -27.0)
    learnt = learner(*[USUAL] * 30, *[child] * 14).current
    assert learnt.pitch_st == pytest.approx(14.0, abs=1.5)
    back = learner(*[USUAL] * 30, *[child] * 14, *[USUAL] * 20).current
    assert back.pitch_st == pytest.approx(3.0, abs=1.5)


def test_a_gain_step_moves_the_level_alone() -> None:
    louder = (USUAL[0], USUAL[1], USUAL[2] + 12)
    learnt = learner(*[USUAL] * 40, *[louder] * 6).current
    assert learnt.level_dbfs == pytest.approx(-15, abs=1.5)
    assert learnt.pitch_st == pytest.approx(3.0, abs=0.6)


def test_what_leaks_in_does_not_count() -> None:
    leak = (14.0, -6.0, -50.0)
    learnt = learner(*[USUAL] * 10, *[leak] * 10, *[USUAL] * 10).current
    assert learnt.pitch_st == pytest.approx(3.0, abs=0.7)
    assert learnt.voiced_s == pytest.approx(10.0, abs=1.0)


def test_a_lasting_fall_of_gain_is_followed_in_the_end() -> None:
    softer = (USUAL[0], USUAL[1], USUAL[2] - 20)
    learnt = learner(*[USUAL] * 40, *[softer] * 70).current
    assert learnt.level_dbfs == pytest.approx(-47, abs=2)


def test_round_trip_through_json() -> None:
    usual = learner(*[USUAL] * 20).known()
    assert usual is not None
    assert EffortBaseline.from_dict(json.loads(json.dumps(usual.to_dict()))) == usual


@pytest.mark.parametrize("values", [{}, {"pitch_st": "high"}])
def test_a_broken_memory_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="learnt again"):
        EffortBaseline.from_dict(values)


@pytest.mark.parametrize("value", [10**400, float("nan"), "inf", None])
def test_a_memory_with_a_figure_that_is_no_number_is_refused(value: object) -> None:
    usual = learner(*[USUAL] * 20).known()
    assert usual is not None
    with pytest.raises(ValueError, match="learnt again"):
        EffortBaseline.from_dict({**usual.to_dict(), "voiced_s": value})


def test_a_remembered_voice_is_a_narrow_prior() -> None:
    usual = learner(*[USUAL] * 60).known()
    assert usual is not None
    assert BaselineLearner(BaselineConfig(), usual).current.pitch_st == pytest.approx(3, abs=0.5)


CONFIG = BaselineConfig()


def above(sd: float) -> DoubleArray:
    """A chunk so many standard deviations of half a second above the usual voice of all people."""
    part = sd / np.sqrt(2.0)
    return np.array([norm.prior_mean + part * norm.spread for norm in NORMS])


@pytest.mark.parametrize(("sd", "is_usual"), [(1.1, True), (1.3, False)])
def test_bound_of_what_counts_half(sd: float, is_usual: bool) -> None:
    chunks = np.array([above(0.0)] * 40 + [above(sd)])
    assert bool(OutlierWeights(CONFIG).weigh(chunks)[-1] >= 0.5) is is_usual


@pytest.mark.parametrize(
    ("chunks", "sd", "is_usual"),
    [(19, 3.0 + 1.1, True), (19, 3.0 + 1.3, False), (20, 3.0 + 1.3, True)],
)
def test_bounds_of_first_words_that_may_be_shouted(chunks: int, sd: float, is_usual: bool) -> None:
    weights = OutlierWeights(CONFIG).weigh(np.array([above(sd)] * chunks))
    assert bool(weights[0] >= 0.5) is is_usual


@pytest.mark.parametrize(("weight", "heard_s"), [(0.26, 4.5), (0.24, 4.0)])
def test_bound_of_voice_that_was_heard(weight: float, heard_s: float) -> None:
    chunks, weights = np.array([above(0.0)] * 9), np.array([1.0] * 8 + [weight])
    assert NormalPosterior(CONFIG, None).solve(chunks, weights).voiced_s == pytest.approx(heard_s)


def test_a_speakers_own_spread_takes_over() -> None:
    """As many own chunks as what reading counts, 12: half way between its spread and the own."""
    swing = 2 * NORMS[0].spread
    chunks = np.array([[above(0.0)[0] + swing * (-1) ** i, *above(0.0)[1:]] for i in range(12)])
    found = NormalPosterior(CONFIG, None).solve(chunks, np.ones(len(chunks)))
    assert found.pitch_spread_st == pytest.approx(NORMS[0].spread * (0.5 * (1 + 4)) ** 0.5)


def test_before_anything_is_heard_it_is_the_usual_voice_of_all_people() -> None:
    usual = BaselineLearner(CONFIG).current
    assert usual.means.tolist() == [8.0, -11.0, -26.0, 4.0]
    assert (usual.pitch_sd, usual.balance_sd) == pytest.approx((5.5, 5.0))
    assert (usual.pitch_spread_st, usual.balance_spread_db) == pytest.approx((2.8, 4.4))
    assert usual.voiced_s == 0.0


@pytest.mark.parametrize(
    ("feature", "prior_sd", "spread"),
    [
        ("pitch_st", 5.5, 2.8),
        ("balance_db", 5.0, 4.4),
        ("level_dbfs", 10.0, 3.9),
        ("flux_db", 1.0, 0.5),
    ],
)
def test_three_chunks_of_voice_are_one_witness(
    feature: str, prior_sd: float, spread: float
) -> None:
    """It moves the mean by as much as it is surer than what is known of all people."""
    before = getattr(BaselineLearner(CONFIG).current, feature)
    chunks = np.array([norm.prior_mean + 1.0 for norm in NORMS] * 3).reshape(3, -1)
    found = NormalPosterior(CONFIG, None).solve(chunks, np.ones(3))
    moved = prior_sd**2 / (prior_sd**2 + spread**2)
    assert getattr(found, feature) - before == pytest.approx(moved)


def after(*parts: tuple[int, tuple[float, float, float]]) -> BaselineLearner:
    """So many chunks of each kind, exactly."""
    out = BaselineLearner(CONFIG)
    for count, chunk in parts:
        for _ in range(count):
            out.add(np.array([*chunk, 4.0]))
    return out


def moved(pitch_st: float, balance_db: float, level_db: float = 0.0) -> tuple[float, float, float]:
    """So far from the usual voice."""
    return (USUAL[0] + pitch_st, USUAL[1] + balance_db, USUAL[2] + level_db)


def test_two_minutes_of_usual_voice_are_remembered() -> None:
    assert after((300, USUAL)).current.voiced_s == pytest.approx(120.0, abs=0.6)


@pytest.mark.parametrize(("usual", "stays"), [(15, True), (11, False)])
def test_forty_raised_chunks_are_remembered(usual: int, stays: bool) -> None:
    """Beside many fewer usual ones, they are the usual voice after all."""
    pitch_st = after((usual, USUAL), (100, RAISED)).current.pitch_st
    assert (pitch_st < 6.0) is stays


@pytest.mark.parametrize(("soft", "falls"), [(46, False), (50, True)])
def test_the_strong_level_is_that_of_the_last_sixty_chunks(soft: int, falls: bool) -> None:
    learnt = after((60, USUAL), (soft, moved(0.0, 0.0, -20.0)))
    assert (learnt.strong_dbfs < -40.0) is falls


@pytest.mark.parametrize(("below_db", "heard_s"), [(14.0, 10.5), (16.0, 10.0)])
def test_bound_of_what_is_too_faint(below_db: float, heard_s: float) -> None:
    learnt = after((20, USUAL), (1, moved(0.0, 0.0, -below_db)))
    assert learnt.current.voiced_s == pytest.approx(heard_s)


@pytest.mark.parametrize(
    ("chunks", "louder_db", "steps"),
    [(5, 5.5, True), (5, 4.5, False), (4, 5.5, False), (5, -5.5, True), (5, -4.5, False)],
)
def test_bounds_of_a_gain_step(chunks: int, louder_db: float, steps: bool) -> None:
    level = after((40, USUAL), (chunks, moved(0.0, 0.0, louder_db))).current.level_dbfs
    assert (abs(level - USUAL[2]) > 4.0) is steps


@pytest.mark.parametrize(
    ("chunks", "pitch_st", "balance_db", "other"),
    [
        (7, 8, 2.6, True),
        (6, 8, 2.6, False),
        (7, 8, 3.0, False),
        (8, 4.8, 0, True),
        (8, 4.5, 0, False),
    ],
)
def test_bounds_of_somebody_else(
    chunks: int, pitch_st: float, balance_db: float, other: bool
) -> None:
    """One of eight may fall short; the usual voice has moved a little until they all are there."""
    learnt = after((30, USUAL), (chunks, moved(pitch_st, balance_db))).current
    assert (learnt.voiced_s < 10.0) is other
