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
    before, after = learner(*[USUAL] * 20), learner(*[USUAL] * 20, *[RAISED] * 30)
    assert after.current.pitch_st == pytest.approx(before.current.pitch_st, abs=0.7)
    assert after.current.balance_db == pytest.approx(before.current.balance_db, abs=1.5)


def test_a_long_outburst_does_not_wash_the_usual_voice_out() -> None:
    after = learner(*[USUAL] * 30, *[RAISED] * 200)
    assert after.current.pitch_st == pytest.approx(3.0, abs=1.0)


def test_shouted_first_words_are_set_right() -> None:
    assert learner(*[RAISED] * 8, *[USUAL] * 6).current.pitch_st < 6
    assert learner(*[RAISED] * 15, *[USUAL] * 15).current.pitch_st == pytest.approx(3, abs=1)


def test_somebody_else_with_a_higher_voice_takes_the_phone() -> None:
    child = (14.0, -9.0, -27.0)
    after = learner(*[USUAL] * 30, *[child] * 14).current
    assert after.pitch_st == pytest.approx(14.0, abs=1.5)
    back = learner(*[USUAL] * 30, *[child] * 14, *[USUAL] * 20).current
    assert back.pitch_st == pytest.approx(3.0, abs=1.5)


def test_a_gain_step_moves_the_level_alone() -> None:
    louder = (USUAL[0], USUAL[1], USUAL[2] + 12)
    after = learner(*[USUAL] * 40, *[louder] * 6).current
    assert after.level_dbfs == pytest.approx(-15, abs=1.5)
    assert after.pitch_st == pytest.approx(3.0, abs=0.6)


def test_what_leaks_in_does_not_count() -> None:
    leak = (14.0, -6.0, -50.0)
    after = learner(*[USUAL] * 10, *[leak] * 10, *[USUAL] * 10).current
    assert after.pitch_st == pytest.approx(3.0, abs=0.7)
    assert after.voiced_s == pytest.approx(10.0, abs=1.0)


def test_a_lasting_fall_of_gain_is_followed_in_the_end() -> None:
    softer = (USUAL[0], USUAL[1], USUAL[2] - 20)
    after = learner(*[USUAL] * 40, *[softer] * 70).current
    assert after.level_dbfs == pytest.approx(-47, abs=2)


def test_round_trip_through_json() -> None:
    usual = learner(*[USUAL] * 20).known()
    assert usual is not None
    assert EffortBaseline.from_dict(json.loads(json.dumps(usual.to_dict()))) == usual


@pytest.mark.parametrize("values", [{}, {"pitch_st": "high"}])
def test_a_broken_memory_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="learnt again"):
        EffortBaseline.from_dict(values)


def test_a_remembered_voice_is_a_narrow_prior() -> None:
    usual = learner(*[USUAL] * 60).known()
    assert usual is not None
    assert BaselineLearner(BaselineConfig(), usual).current.pitch_st == pytest.approx(3, abs=0.5)


CONFIG = BaselineConfig()


def above(sd: float) -> DoubleArray:
    """A chunk so many standard deviations of half a second above the usual voice of all people."""
    part = sd / np.sqrt(2.0)
    return np.array([norm.prior_mean + part * norm.spread for norm in NORMS])


@pytest.mark.parametrize(("off_sd", "is_usual"), [(-0.1, True), (0.1, False)])
def test_bound_of_what_counts_half(off_sd: float, is_usual: bool) -> None:
    chunks = np.array([above(0.0)] * 40 + [above(CONFIG.raised_sd + off_sd)])
    assert bool(OutlierWeights(CONFIG).weigh(chunks)[-1] >= 0.5) is is_usual


@pytest.mark.parametrize(("off_sd", "is_usual"), [(-0.1, True), (0.1, False)])
def test_bound_of_first_words_that_may_be_shouted(off_sd: float, is_usual: bool) -> None:
    shouted = [above(CONFIG.odd_sd + CONFIG.raised_sd + off_sd)]
    few, many = CONFIG.doubt_chunks - 1, CONFIG.doubt_chunks
    weights = OutlierWeights(CONFIG).weigh(np.array(shouted * few))
    assert bool(weights[0] >= 0.5) is is_usual
    assert OutlierWeights(CONFIG).weigh(np.array(shouted * many))[0] >= 0.5


@pytest.mark.parametrize(("weight", "counts"), [(0.01, True), (-0.01, False)])
def test_bound_of_voice_that_was_heard(weight: float, counts: bool) -> None:
    chunks, weights = np.array([above(0.0)] * 9), np.ones(9)
    weights[-1] = CONFIG.heard_weight + weight
    found = NormalPosterior(CONFIG, None).solve(chunks, weights)
    assert found.voiced_s == pytest.approx((8 + counts) * CONFIG.chunk_s)


def test_a_speakers_own_spread_takes_over() -> None:
    """As many own chunks as what reading counts: half way between its spread and the own."""
    swing = 2 * NORMS[0].spread
    chunks = np.array(
        [[above(0.0)[0] + swing * (-1) ** i, *above(0.0)[1:]] for i in range(CONFIG.spread_chunks)]
    )
    found = NormalPosterior(CONFIG, None).solve(chunks, np.ones(len(chunks)))
    assert found.pitch_spread_st == pytest.approx(NORMS[0].spread * (0.5 * (1 + 4)) ** 0.5)


def test_so_much_voice_is_one_witness() -> None:
    """The first witness of a speaker halves no more than its own certainty allows."""
    count = round(CONFIG.independent_s / CONFIG.chunk_s)
    found = NormalPosterior(CONFIG, None).solve(np.array([above(0.0)] * count), np.ones(count))
    prior, own = NORMS[0].prior_spread, NORMS[0].spread
    assert found.pitch_sd == pytest.approx((1 / prior**2 + 1 / own**2) ** -0.5)
