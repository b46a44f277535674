"""Control: the agent's first turn after an outburst."""

import pytest

from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.events import CueOpened, Event, FloorReleased, FloorTaken
from callwatch.core.facts import quoted
from callwatch.core.spans import TimeSpan
from callwatch.detectors.control import ControlDetector

A, C = Channel.AGENT, Channel.CUSTOMER


def cue(kind: CueKind, channel: Channel, at_s: float) -> CueOpened:
    category = ThreatCategory.LEAVE if kind is CueKind.THREAT else None
    made = Cue(
        kind, channel, TimeSpan(at_s, at_s + 1), at_s + 1, 1.0, quoted("made"), category=category
    )
    return CueOpened(at_s + 1, f"{kind}-{at_s}", made)


def turn(start_s: float, end_s: float) -> list[Event]:
    return [
        FloorTaken(start_s + 0.2, A, start_s),
        FloorReleased(end_s + 0.2, A, TimeSpan(start_s, end_s)),
    ]


def kinds(control: ControlDetector, events: list[Event]) -> list[CueKind]:
    out = [made for event in events for made in control.on_event(event)]
    return [made.cue.kind for made in out if isinstance(made, CueOpened)]


def test_a_quiet_turn_after_a_raised_voice_is_control() -> None:
    events = [cue(CueKind.RAISED_VOICE, C, 1.0), *turn(4.0, 7.0), *turn(9.0, 12.0)]
    assert kinds(ControlDetector(), events) == [CueKind.CONTROL]


def test_an_interruption_or_a_rise_in_loudness_spoils_it() -> None:
    for kind in (CueKind.INTERRUPTION, CueKind.RAISED_VOICE):
        start, end = turn(4.0, 7.0)
        events = [cue(CueKind.THREAT, C, 1.0), start, cue(kind, A, 4.0), end]
        assert kinds(ControlDetector(), events) == []


def test_a_turn_without_an_outburst_is_just_a_turn() -> None:
    assert kinds(ControlDetector(), turn(4.0, 7.0)) == []


def test_a_short_word_is_not_yet_the_turn() -> None:
    events = [cue(CueKind.THREAT, C, 1.0), *turn(2.5, 2.9), *turn(4.0, 7.0)]
    assert kinds(ControlDetector(), events) == [CueKind.CONTROL]


def test_a_threat_that_is_recognised_after_the_answer_began_is_answered_by_it() -> None:
    start, end = turn(2.5, 5.0)
    events = [start, cue(CueKind.THREAT, C, 1.0), end]
    assert kinds(ControlDetector(), events) == [CueKind.CONTROL]
    # Told before or after the threat's words are: an interruption within the answer spoils it.
    events = [start, cue(CueKind.INTERRUPTION, A, 2.5), cue(CueKind.THREAT, C, 1.0), end]
    assert kinds(ControlDetector(), events) == []


def test_a_turn_that_had_begun_before_the_outburst_is_not_its_answer() -> None:
    start, end = turn(0.0, 3.0)
    events = [start, cue(CueKind.RAISED_VOICE, C, 1.0), end, *turn(5.0, 8.0)]
    control = ControlDetector()
    made = [m for event in events for m in control.on_event(event) if isinstance(m, CueOpened)]
    assert [m.cue.span.start_s for m in made] == [5.0]


def test_a_late_turn_is_no_answer() -> None:
    events = [cue(CueKind.THREAT, C, 1.0), *turn(40.0, 44.0)]
    assert kinds(ControlDetector(), events) == []


@pytest.mark.parametrize(("length_s", "is_turn"), [(0.95, False), (1.05, True)])
def test_a_turn_lasts_a_second(length_s: float, is_turn: bool) -> None:
    events = [cue(CueKind.THREAT, C, 1.0), *turn(4.0, 4.0 + length_s)]
    assert bool(kinds(ControlDetector(), events)) is is_turn


@pytest.mark.parametrize(("wait_s", "answers"), [(29.5, True), (30.5, False)])
def test_an_answer_comes_within_half_a_minute(wait_s: float, answers: bool) -> None:
    events = [cue(CueKind.THREAT, C, 1.0), *turn(2.0 + wait_s, 5.0 + wait_s)]
    assert bool(kinds(ControlDetector(), events)) is answers


def test_an_interruption_is_not_forgotten_for_others_after_it() -> None:
    start, end = turn(4.0, 70.0)
    spoils = [cue(CueKind.INTERRUPTION, A, 4.0 + i) for i in range(60)]
    assert kinds(ControlDetector(), [cue(CueKind.THREAT, C, 1.0), start, *spoils, end]) == []
