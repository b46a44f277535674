"""Raised-voice cues from measured effort."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from callwatch.core.channels import Channel
from callwatch.core.cues import CueKind
from callwatch.core.events import CueClosed, CueOpened, Event, VoiceSettled
from callwatch.detectors.raised_voice import RaisedVoice
from callwatch.voice.effort.estimator import STEP_S, EffortFrames

DELAY_S = 0.03
USUAL, RAISED, PAUSE = 0.0, 1.2, None
LOUD_S = 0.5  # of the raised voice, until a cue opens
Step = float | None


def frames(
    steps: Sequence[Step], channel: Channel = Channel.CUSTOMER, start_s: float = 0.0
) -> EffortFrames:
    """Steps of `raised`, None where nobody speaks; the features follow it."""
    columns = np.full((7, 2, len(steps)), np.nan, np.float32)
    columns[5:] = 0
    for i, raised in enumerate(steps):
        if raised is not None:
            columns[:, channel.index, i] = (
                4 * raised, raised, 7 * raised, 8 * raised, 5 * raised, 1.0, 0.08
            )  # fmt: skip
    return EffortFrames(start_s, STEP_S, *[*columns, DELAY_S])


def events(*parts: Sequence[Step], channel: Channel = Channel.CUSTOMER) -> list[Event]:
    detector, out, at_s = RaisedVoice(), [], 0.0
    for part in parts:
        out += detector.process(frames(part, channel, at_s))
        at_s += len(part) * STEP_S
    return out + detector.finish(at_s)


def opened(steps: list[Step]) -> bool:
    return any(isinstance(event, CueOpened) for event in events(steps))


def count(seconds: float) -> int:
    """The first number of steps that last at least so long."""
    return int(np.ceil(seconds / STEP_S - 1e-6))


def test_sustained_effort_opens_and_usual_voice_closes() -> None:
    out = events([USUAL] * 30 + [PAUSE] * 11 + [RAISED] * 20 + [USUAL] * 30)
    first, closed, settled = out
    assert isinstance(first, CueOpened)
    assert isinstance(closed, CueClosed)
    assert isinstance(settled, VoiceSettled)
    assert first.cue.kind is CueKind.RAISED_VOICE
    assert first.time_s == pytest.approx(4.1 + count(LOUD_S) * STEP_S + DELAY_S, abs=0.01)
    assert first.cue.detected_s == first.time_s
    assert first.cue.span.start_s == pytest.approx(4.1, abs=0.01)
    assert closed.cue.span.end_s == pytest.approx(6.1, abs=0.01)
    assert closed.id == first.id
    assert first.cue.score > 0.5


@pytest.mark.parametrize(("usual", "start_s"), [(30, 2.4), (3, 0.0)])
def test_it_began_with_the_voice_that_the_first_evidence_rests_on(
    usual: int, start_s: float
) -> None:
    (first, *_) = events([USUAL] * usual + [RAISED] * 20)
    assert isinstance(first, CueOpened)
    assert first.cue.span.start_s == pytest.approx(start_s, abs=0.05)


def test_the_evidence_can_be_checked() -> None:
    (first, *_) = events([1.0] * 30)
    assert isinstance(first, CueOpened)
    evidence = first.cue.evidence
    assert evidence.code == "raised_voice"
    assert evidence.params == {"pitch_st": 7.0, "level_db": 5.0, "high_db": 8.0, "voiced_s": 1.0}
    assert first.cue.effort == pytest.approx(4.0)
    assert first.cue.level_delta_db == pytest.approx(5.0)


def test_the_agent_hears_of_loudness_only() -> None:
    (first, *_) = events([RAISED] * 20, channel=Channel.AGENT)
    assert isinstance(first, CueOpened)
    assert first.cue.channel is Channel.AGENT
    assert first.cue.evidence.code == "louder"


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        pytest.param([0.75] * 55, [0.65] * 600, id="start"),
        pytest.param([1.2] * 6, [1.2] * 4, id="enough, of a shout"),
        pytest.param([1.0] * 9, [1.0] * 8, id="enough, of a loud voice"),
        pytest.param(([1.2] * 3 + [PAUSE] * 50) * 3, ([1.2] * 3 + [PAUSE] * 75) * 3, id="forget_s"),
        pytest.param(
            [1.2] * 3 + [PAUSE] * 60 + [1.2] * 4, [1.2] * 3 + [PAUSE] * 60 + [1.2] * 3, id="half"
        ),
    ],
)
def test_bounds_of_what_opens(inside: list[Step], outside: list[Step]) -> None:
    assert opened(inside)
    assert not opened(outside)


@pytest.mark.parametrize(
    ("column", "inside", "outside"),
    [("level_delta_db", -11.5, -12.5), ("balance_delta_db", 23.5, 24.5)],
)
def test_bounds_of_what_is_the_own_voice(column: str, inside: float, outside: float) -> None:
    effort = frames([RAISED] * 30)
    for value, opens in ((inside, True), (outside, False)):
        change: dict[str, Any] = {column: np.full((2, 30), value, np.float32)}
        part = replace(effort, **change)
        assert bool(RaisedVoice().process(part)) is opens


def test_silence_closes_just_when_it_has_lasted() -> None:
    (_, closed, *_) = events([RAISED] * 20 + [PAUSE] * 30)
    assert closed.time_s == pytest.approx(2.0 + 1.0 + DELAY_S, abs=STEP_S / 2)


def test_settled_just_when_usual_voice_has_lasted() -> None:
    (_, closed, settled) = events([RAISED] * 20 + [USUAL] * 40)
    assert isinstance(settled, VoiceSettled)
    steps = np.ceil(1.5 / 0.08 - 1e-6)
    assert settled.time_s - closed.time_s == pytest.approx(steps * STEP_S, abs=0.01)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([RAISED] * 4 + [USUAL] * 20, id="one loud word"),
        pytest.param(([RAISED] * 2 + [USUAL] * 3) * 20, id="loud syllables in usual speech"),
        pytest.param([0.5] * 600, id="a little above, for a minute"),
        pytest.param([PAUSE] * 60, id="nobody"),
    ],
)
def test_what_does_not_open(steps: list[Step]) -> None:
    assert events(steps) == []


def test_where_nothing_can_be_told_nothing_opens() -> None:
    effort = frames([RAISED] * 30)
    assert RaisedVoice().process(replace(effort, raised=np.full_like(effort.raised, np.nan))) == []


def test_silence_closes_and_the_next_shout_is_a_cue_of_its_own() -> None:
    out = events([RAISED] * 20 + [PAUSE] * 15 + [RAISED] * 20)
    assert [type(e) for e in out] == [CueOpened, CueClosed, CueOpened, CueClosed]
    assert len({e.id for e in out if isinstance(e, CueOpened)}) == 2


def test_a_short_pause_does_not_close() -> None:
    out = events([RAISED] * 15 + [PAUSE] * 6 + [RAISED] * 15)
    assert [type(e) for e in out] == [CueOpened, CueClosed]


def test_settled_is_reported_once_and_only_after_a_cue() -> None:
    out = events([USUAL] * 60 + [PAUSE] * 10 + [RAISED] * 20 + [USUAL] * 90)
    assert sum(isinstance(e, VoiceSettled) for e in out) == 1
    assert not any(isinstance(e, VoiceSettled) for e in events([USUAL] * 90))


def test_the_strongest_moment_is_the_evidence() -> None:
    (_, closed, *_) = events([0.9] * 25 + [1.3] * 5 + [USUAL] * 15)
    assert isinstance(closed, CueClosed)
    assert closed.cue.effort == pytest.approx(4 * 1.3)


def test_how_it_is_cut_does_not_matter() -> None:
    steps: list[Step] = [USUAL] * 20 + [PAUSE] * 10 + [RAISED] * 20 + [USUAL] * 30
    whole, parts = events(steps), events(*([step] for step in steps))
    assert [type(e) for e in parts] == [type(e) for e in whole]
    assert [e.time_s for e in parts] == pytest.approx([e.time_s for e in whole])
