"""Training of the overlap models: boosting, labels, sounds; and that the weights are up to date."""

import numpy as np
import pytest
from training.boosting import BoostConfig, boost
from training.sounds import NOISES, hum
from training.train_turns import (
    EARLIEST_S,
    LIVE,
    OVER,
    WEIGHTS,
    Sample,
    backchannel_label,
    built_from,
    interruption_label,
    samples_of,
    train,
)

from callwatch.core.arrays import DoubleArray, FloatArray
from callwatch.core.channels import Channel
from callwatch.core.frames import VoiceFrames
from callwatch.detectors.overlap_features import NAMES
from callwatch.detectors.overlap_model import TreeModel

A, C = Channel.AGENT, Channel.CUSTOMER


def sample(start_s: float, end_s: float, time_s: float, phase: int = LIVE) -> Sample:
    return Sample(A, start_s, end_s, time_s, phase, np.zeros(len(NAMES), np.float32))


def piece(kind: str, channel: Channel, start_s: float, end_s: float) -> dict[str, object]:
    return {"kind": kind, "channel": channel, "start_s": start_s, "end_s": end_s}


def test_the_weights_belong_to_the_code_that_made_them() -> None:
    with np.load(WEIGHTS) as data:
        assert str(data["built_from"]) == built_from(), "run python -m training.train_turns"
    assert WEIGHTS.stat().st_size < 40_000


def rows(count: int) -> tuple[FloatArray, DoubleArray]:
    rng = np.random.default_rng(1)
    vectors = rng.normal(0, 1, (count, 5)).astype(np.float32)
    targets = ((vectors[:, 0] > 0.3) & (vectors[:, 2] < 0.5)).astype(np.float64)
    vectors[rng.random(vectors.shape) < 0.05] = np.nan
    return vectors, targets


def test_boosting_learns_and_is_deterministic() -> None:
    vectors, targets = rows(3000)
    weights = np.ones(len(targets))
    trees = boost(vectors, targets, weights, BoostConfig(trees=30))
    again = boost(vectors, targets, weights, BoostConfig(trees=30))
    assert np.array_equal(trees.value, again.value)
    model = TreeModel(trees.feature, trees.threshold, trees.value, trees.bias)
    said = np.array([model.score(v) for v in vectors])
    known = ~np.isnan(vectors[:, [0, 2]]).any(axis=1)
    assert np.mean((said > 0) == (targets > 0.5), where=known) > 0.97


def test_missing_values_are_a_case_of_their_own() -> None:
    vectors = np.zeros((400, 2), np.float32)
    vectors[200:, 1] = np.nan
    targets = np.repeat([0.0, 1.0], 200)
    trees = boost(vectors, targets, np.ones(400), BoostConfig(trees=20, share=1.0))
    model = TreeModel(trees.feature, trees.threshold, trees.value, trees.bias)
    assert model.score(vectors[0]) < -1 < 1 < model.score(vectors[-1])


def test_what_is_a_grab() -> None:
    truth = [piece("turn", C, 0.0, 5.0), piece("interruption", A, 3.0, 5.0)]
    assert interruption_label(sample(3.0, 4.0, 3.0 + EARLIEST_S), truth) == (1.0, 1.0)
    assert interruption_label(sample(3.0, 4.0, 3.0 + EARLIEST_S - 0.01), truth) == (0.0, 1.0)
    assert interruption_label(sample(1.0, 1.4, 1.4), truth) == (0.0, 1.0)
    together = [piece("together", C, 1.0, 5.0), piece("together", A, 1.1, 2.0)]
    assert interruption_label(sample(1.1, 2.0, 1.6), together) == (0.0, 1.0)
    late = [piece("turn", A, 1.0, 2.0), piece("interruption", A, 1.5, 4.0)]
    assert interruption_label(sample(1.0, 2.0, 1.9), late) == (1.0, 1.0)
    assert interruption_label(sample(2.5, 3.0, 2.9), late) == (0.0, 0.0)
    regained = [piece("interruption", C, 1.0, 5.0), piece("turn", A, 2.0, 5.0)]
    assert interruption_label(sample(2.0, 3.0, 3.0), regained)[1] == 0.0


def test_what_is_a_listening_word() -> None:
    truth = [piece("backchannel", A, 3.0, 3.4), piece("noise", A, 3.4, 4.5)]
    assert backchannel_label(sample(3.0, 3.4, 3.8, OVER), truth) == (1.0, 1.0)
    assert backchannel_label(sample(3.0, 4.5, 4.9, OVER), truth) == (0.0, 1.0)
    assert backchannel_label(sample(8.0, 8.4, 8.8, OVER), truth) == (0.0, 1.0)


def test_samples_are_taken_while_both_speak_and_at_the_end() -> None:
    speech = np.zeros((2, 800), np.bool_)
    speech[1, 100:800], speech[0, 300:400] = True, True
    level = np.where(speech, -25.0, -80.0).astype(np.float32)
    found = list(samples_of([VoiceFrames(0.0, speech, level * 0 + 1, level, 0.032)]))
    assert {s.channel for s in found} == {A}
    assert [s.phase for s in found][-2:] == [1, OVER]
    assert found[-1].end_s == pytest.approx(4.0)


def test_models_learn_from_calls() -> None:
    rng = np.random.default_rng(1)
    count = 400
    vectors = rng.normal(0, 1, (count, len(NAMES))).astype(np.float32)
    for name in ("hold_s", "overlap_s"):
        vectors[:, NAMES.index(name)] = 2.0
    vectors[:, NAMES.index("other_gap_s")] = 0.0
    label = np.stack([vectors[:, 0] > 0, np.ones(count)], axis=1).astype(float)
    call = {
        "vectors": vectors, "phase": np.repeat([LIVE, OVER], count // 2), "grab": label, "listen": label,
        "spurt": np.arange(count), "length_s": np.full(count, 0.5),
    }  # fmt: skip
    models = train([call])
    assert set(models) == {"interruption", "backchannel"}
    model = TreeModel(
        *(getattr(models["interruption"], n) for n in ("feature", "threshold", "value", "bias"))
    )
    up, down = vectors[0].copy(), vectors[0].copy()
    up[0], down[0] = 2.0, -2.0
    assert model.score(up) > model.score(down)


@pytest.mark.parametrize("name", [*NOISES, "hum"])
def test_sounds_are_made_in_code(name: str) -> None:
    make = {**NOISES, "hum": hum}[name]
    sound = make(np.random.default_rng(3))
    assert np.array_equal(sound, make(np.random.default_rng(3)))
    assert 0.01 < np.abs(sound).max() < 5.0
    assert np.isfinite(sound).all()
