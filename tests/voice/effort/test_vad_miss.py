"""Telling a shout that voice activity misses from other sound, on pitch tracks written by hand."""

import numpy as np
import pytest
from tests.voice.voices import at_level, run, silence, voice

from callwatch.core.arrays import DoubleArray
from callwatch.core.channels import Channel
from callwatch.voice.effort.estimator import EffortFrames
from callwatch.voice.effort.vad_miss import MissedShoutConfig, MissedShoutDetector

# A step of 0.1 s with all five windows voiced.
STEPS, PER_STEP = 12, 5


def glide(tremor_st: float, slope_st: float = 0.0) -> list[DoubleArray]:
    """Pitch in semitones that jitter by so much, on a slope from window to window."""
    tremor = np.random.default_rng(2).normal(0, tremor_st, STEPS * PER_STEP)
    pitch = 14 + tremor + slope_st * np.arange(STEPS * PER_STEP)
    return list(pitch.reshape(STEPS, PER_STEP))


def heard(
    steps: list[DoubleArray], strength: float = 0.4, probability: float = 0.08, hop_s: float = 0.1
) -> list[bool]:
    unheard = MissedShoutDetector(MissedShoutConfig())
    return [
        unheard.add(i * hop_s, pitch, np.full(len(pitch), strength), probability)
        for i, pitch in enumerate(steps)
    ]


def test_a_moving_clear_pitch_counts_after_half_a_second() -> None:
    assert heard(glide(0.3)) == [False] * 4 + [True] * (STEPS - 4)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(heard(glide(0.03)), id="notes stand still"),
        pytest.param(heard(glide(0.03, slope_st=0.4)), id="a siren glides"),
        pytest.param(heard(glide(0.3), strength=0.18), id="machines are hardly periodic"),
        pytest.param(heard(glide(0.3), probability=0.01), id="surely no voice"),
        pytest.param(heard(glide(0.3), hop_s=0.4), id="barks with holes between"),
        pytest.param(heard([np.zeros(0)] * STEPS), id="nothing voiced"),
    ],
)
def test_what_does_not_count(told: list[bool]) -> None:
    assert not any(told)


def wobble(tremor_st: float, every: int = 1, steps: int = STEPS) -> list[DoubleArray]:
    """A pitch that stands still but for bumps `every` so many windows."""
    count = steps * PER_STEP
    bumps = np.where(np.arange(count) % every == 0, (-1.0) ** (np.arange(count) // every), 0.0)
    return list((14 + tremor_st / (4 if every == 1 else 1) * bumps).reshape(steps, PER_STEP))


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        pytest.param(heard(wobble(0.16)), heard(wobble(0.14)), id="tremor_st"),
        pytest.param(heard(wobble(0.3, 7)), heard(wobble(0.3, 9)), id="least_trembling"),
        pytest.param(heard(glide(0.3), 0.23), heard(glide(0.3), 0.21), id="least_strength"),
        pytest.param(
            heard(glide(0.3), probability=0.033),
            heard(glide(0.3), probability=0.027),
            id="least_probability",
        ),
        pytest.param(heard(glide(0.3), hop_s=0.28), heard(glide(0.3), hop_s=0.32), id="gap_s"),
    ],
)
def test_bounds_of_a_missed_shout(inside: list[bool], outside: list[bool]) -> None:
    assert inside[-1]
    assert not any(outside)


def test_the_last_one_and_a_half_seconds_count() -> None:
    """What stood still before them is forgotten: two fifths of 1.5 s must tremble."""
    told = heard([*wobble(0.0, steps=30), *wobble(0.3, steps=12)])
    assert told.index(True) - 30 == pytest.approx(6, abs=1)


def test_speech_in_between_starts_it_afresh() -> None:
    unheard, strength = MissedShoutDetector(MissedShoutConfig()), np.full(PER_STEP, 0.4)
    steps = glide(0.3)
    for i, pitch in enumerate(steps[:4]):
        assert not unheard.add(i * 0.1, pitch, strength, 0.08)
    unheard.clear()
    assert not unheard.add(0.4, steps[4], strength, 0.08)


def trembling(f0_hz: float, seconds: float) -> DoubleArray:
    """A raised voice whose pitch wanders by some 2 % every 20 ms; float64 (n,)."""
    count = round(seconds * 50) + 1
    track = f0_hz * (1 + np.random.default_rng(4).normal(0, 0.02, count))
    hz = np.interp(np.arange(round(seconds * 16000)) / 320, np.arange(count), track)
    phase = 2 * np.pi * np.cumsum(hz) / 16000
    partials = [10 ** (-5 * np.log2(k) / 20) * np.sin(k * phase + k) for k in range(1, 18)]
    return at_level(np.sum(partials, axis=0), -26.0)


def unrecognised(
    probability: float, agent_from_s: float = float("inf")
) -> tuple[EffortFrames, float]:
    """A shout that is no speech to voice activity: effort, and how far it moved the usual pitch."""
    shout = np.concatenate([silence(1.2), trembling(190, 2.0)])
    audio = np.concatenate([voice(120, 10.0), shout])
    speech = np.zeros(len(audio) // 160, bool)
    speech[:1000] = True
    estimator, frames = run(audio, speech=speech, unsure=probability, agent_from_s=agent_from_s)
    before, after = run(audio[: -len(shout)])[0], estimator.baseline(Channel.CUSTOMER)
    usual = before.baseline(Channel.CUSTOMER)
    assert usual is not None
    assert after is not None
    return frames, abs(after.pitch_st - usual.pitch_st)


def test_a_shout_that_is_never_recognised_stands_out_and_nothing_is_learnt_from_it() -> None:
    frames, moved_st = unrecognised(0.08)
    assert frames.new_voiced_s[1, 112:].sum() > 1.5
    assert np.nanmax(frames.effort[1, 112:]) > 3.2
    assert moved_st < 0.1


def test_what_is_surely_no_speech_is_not_taken() -> None:
    assert unrecognised(0.01)[0].new_voiced_s[1, 112:].sum() == 0


def test_nothing_is_taken_while_the_other_side_speaks() -> None:
    assert unrecognised(0.08, agent_from_s=11.0)[0].new_voiced_s[1, 112:].sum() == 0
