"""Raised voice cues from effort written by hand."""

import numpy as np
import pytest

from callwatch.core.channels import Channel
from callwatch.core.cues import CueKind
from callwatch.core.events import CueClosed, CueOpened, Event, VoiceSettled
from callwatch.detectors.raised_voice import RaisedVoice
from callwatch.texts.facts import english
from callwatch.voice.effort.estimator import STEP_S, EffortFrames

DELAY_S = 0.03
USUAL, RAISED, PAUSE = (0.2, 0.5, 0.0), (5.0, 8.0, 6.0), None
Step = tuple[float, float, float] | None


def frames(
    steps: list[Step], channel: Channel = Channel.CUSTOMER, start_s: float = 0.0
) -> EffortFrames:
    """Steps of (z, pitch, level), None where nobody speaks; balance follows z."""
    columns = np.full((7, 2, len(steps)), np.nan, np.float32)
    columns[5:] = 0
    voiced_s, quiet = 0.0, 0
    for i, step in enumerate(steps):
        quiet = quiet + 1 if step is None else 0
        voiced_s = 0.0 if quiet >= 10 else min(1.5, voiced_s + 0.08 * (step is not None))
        if step is not None:
            z, pitch, level = step
            columns[:5, channel.index, i] = z, z, pitch, 2 * z, level
            columns[6, channel.index, i] = 0.08
        columns[5, channel.index, i] = voiced_s
    effort, sustained, pitch_st, tone, level_db, voiced, new = columns
    return EffortFrames(
        start_s, STEP_S, effort, sustained, pitch_st, tone, level_db, voiced, new, DELAY_S
    )


def events(*parts: list[Step], channel: Channel = Channel.CUSTOMER) -> list[Event]:
    detector, out, at_s = RaisedVoice(), [], 0.0
    for part in parts:
        out += detector.process(frames(part, channel, at_s))
        at_s += len(part) * STEP_S
    return out + detector.finish(at_s)


def test_sustained_effort_opens_and_usual_voice_closes() -> None:
    out = events([USUAL] * 30 + [PAUSE] * 10 + [RAISED] * 20 + [USUAL] * 30)
    opened, closed, settled = out
    assert isinstance(opened, CueOpened)
    assert isinstance(closed, CueClosed)
    assert isinstance(settled, VoiceSettled)
    assert opened.cue.kind is CueKind.RAISED_VOICE
    assert 4.5 < opened.time_s < 5.3
    assert opened.cue.detected_s == opened.time_s
    assert opened.cue.span.start_s == pytest.approx(4.0, abs=0.25)
    assert closed.cue.span.end_s == pytest.approx(6.0, abs=0.11)
    assert closed.id == opened.id
    assert opened.cue.score > 0.5


def test_the_evidence_can_be_checked() -> None:
    (opened, *_) = events([RAISED] * 20)
    assert isinstance(opened, CueOpened)
    assert english(opened.cue.evidence).startswith(
        "pitch 8 semitones, level 6 dB and high frequencies 10 dB above their own usual for "
    )
    assert opened.cue.effort == pytest.approx(5.0)
    assert opened.cue.level_delta_db == pytest.approx(6.0)


def test_the_agent_hears_of_loudness_only() -> None:
    (opened, *_) = events([RAISED] * 20, channel=Channel.AGENT)
    assert isinstance(opened, CueOpened)
    assert opened.cue.channel is Channel.AGENT
    assert opened.cue.evidence.code == "louder"


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([RAISED] * 5 + [USUAL] * 20, id="one loud word"),
        pytest.param(([RAISED] * 3 + [PAUSE] * 12) * 6, id="laughter in single bursts"),
        pytest.param([(2.4, 4.0, 3.0)] * 60, id="a little above"),
        pytest.param([(5.0, 9.0, -8.0)] * 30, id="weaker than usual"),
        pytest.param([PAUSE] * 60, id="nobody"),
    ],
)
def test_what_does_not_open(steps: list[Step]) -> None:
    assert events(steps) == []


def test_what_is_higher_but_not_brighter_does_not_open() -> None:
    effort = frames([RAISED] * 30)
    effort.balance_delta_db[:] = 1.0
    assert RaisedVoice().process(effort) == []


def test_what_has_nothing_low_is_no_voice() -> None:
    effort = frames([RAISED] * 30)
    effort.balance_delta_db[:] = 28.0
    assert RaisedVoice().process(effort) == []


def test_what_came_before_a_closed_cue_does_not_open_the_next() -> None:
    effort = frames([RAISED] * 20 + [USUAL] * 6 + [PAUSE] * 4 + [USUAL] * 12)
    # The long window still holds the raised voice, and the short one has a lively moment.
    effort.sustained[1, 20:] = 4.5
    effort.effort[1, 34:38] = 2.5
    effort.balance_delta_db[1, 20:] = 8.0
    out = RaisedVoice().process(effort)
    assert [type(e) for e in out if not isinstance(e, VoiceSettled)] == [CueOpened, CueClosed]


def test_what_was_long_but_is_over_does_not_open() -> None:
    effort = frames([RAISED] * 30)
    effort.effort[:] = 0.5
    assert RaisedVoice().process(effort) == []


def test_silence_closes_and_the_next_shout_is_a_cue_of_its_own() -> None:
    out = events([RAISED] * 20 + [PAUSE] * 15 + [RAISED] * 20)
    assert [type(e) for e in out] == [CueOpened, CueClosed, CueOpened, CueClosed]
    assert len({e.id for e in out if isinstance(e, CueOpened)}) == 2


def test_a_short_pause_does_not_close() -> None:
    out = events([RAISED] * 15 + [PAUSE] * 6 + [RAISED] * 15)
    assert [type(e) for e in out] == [CueOpened, CueClosed]


def test_settled_is_told_once_and_only_after_a_cue() -> None:
    out = events([USUAL] * 60 + [PAUSE] * 10 + [RAISED] * 20 + [USUAL] * 90)
    assert sum(isinstance(e, VoiceSettled) for e in out) == 1
    assert not any(isinstance(e, VoiceSettled) for e in events([USUAL] * 90))


def test_how_it_is_cut_does_not_matter() -> None:
    steps: list[Step] = [USUAL] * 20 + [PAUSE] * 10 + [RAISED] * 20 + [USUAL] * 30
    effort = frames(steps)
    whole, detector, parts = RaisedVoice().process(effort), RaisedVoice(), []
    for i in range(len(steps)):
        columns = [
            getattr(effort, name)[:, i : i + 1]
            for name in ("effort", "sustained", "pitch_delta_st", "balance_delta_db")
        ]
        level, voiced = effort.level_delta_db[:, i : i + 1], effort.voiced_s[:, i : i + 1]
        new = effort.new_voiced_s[:, i : i + 1]
        z, long, pitch, tone = columns
        one = EffortFrames(i * STEP_S, STEP_S, z, long, pitch, tone, level, voiced, new, DELAY_S)
        parts += detector.process(one)
    assert [type(e) for e in parts] == [type(e) for e in whole]
    assert [e.time_s for e in parts] == pytest.approx([e.time_s for e in whole])
