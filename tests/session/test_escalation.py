"""Escalation: rises with what the customer does, decays, holds after a threat."""

from dataclasses import replace

import pytest

from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.escalation import EscalationLevel
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EscalationChanged,
    VoiceSettled,
)
from callwatch.core.facts import quoted
from callwatch.core.spans import TimeSpan
from callwatch.session.escalation import Escalation

CALM, TENSE, HEATED, THREAT = EscalationLevel


def cue(
    kind: CueKind, at_s: float, category: ThreatCategory | None = None, who: str = "customer"
) -> Cue:
    span = TimeSpan(at_s, at_s + 0.5)
    return Cue(kind, Channel(who), span, at_s, 1.0, quoted("made"), category=category)


def run(escalation: Escalation, start_s: int, end_s: int) -> list[EscalationLevel]:
    out = []
    for tenth in range(start_s * 10, end_s * 10):
        for event in escalation.tick(tenth / 10):
            assert isinstance(event, EscalationChanged)
            out.append(event.change.level)
    return out


def test_a_raised_voice_makes_it_tense_then_heated_and_it_cools_step_by_step() -> None:
    escalation = Escalation()
    raised = cue(CueKind.RAISED_VOICE, 10.0)
    (event,) = escalation.on_event(CueOpened(10.0, "r", raised))
    assert isinstance(event, EscalationChanged)
    assert event.change.level is TENSE
    assert run(escalation, 10, 25) == [HEATED]
    escalation.on_event(CueClosed(25.0, "r", raised))
    assert run(escalation, 25, 300) == [TENSE, CALM]


def test_a_threat_holds_its_level_and_falls_to_what_is_left() -> None:
    escalation = Escalation()
    escalation.on_event(CueOpened(5.0, "t", cue(CueKind.THREAT, 5.0, ThreatCategory.MEDIA)))
    assert escalation.level is THREAT
    assert run(escalation, 5, 24) == []
    assert run(escalation, 24, 200) == [TENSE, CALM]


def test_asking_for_a_manager_is_tense_at_most() -> None:
    escalation = Escalation()
    escalation.on_event(CueOpened(5.0, "t", cue(CueKind.THREAT, 5.0, ThreatCategory.MANAGER)))
    assert escalation.level is TENSE


def test_a_withdrawn_cue_gives_back_what_it_added() -> None:
    escalation = Escalation()
    escalation.on_event(CueOpened(5.0, "t", cue(CueKind.THREAT, 5.0, ThreatCategory.PHYSICAL)))
    escalation.on_event(CueWithdrawn(6.0, "t"))
    run(escalation, 6, 30)
    assert escalation.level is CALM


def test_it_cools_quicker_once_the_voice_has_settled() -> None:
    times = []
    for settled in (False, True):
        escalation = Escalation()
        raised = cue(CueKind.RAISED_VOICE, 1.0)
        escalation.on_event(CueOpened(1.0, "r", raised))
        run(escalation, 1, 12)
        escalation.on_event(CueClosed(12.0, "r", raised))
        if settled:
            escalation.on_event(VoiceSettled(14.0, Channel.CUSTOMER))
        tenths = 140
        while escalation.level is not CALM:
            escalation.tick(tenths / 10)
            tenths += 1
        times.append(tenths / 10)
    slow_s, quick_s = times
    assert 20 < quick_s < 60 < slow_s < 120


def test_what_the_agent_does_never_escalates() -> None:
    escalation = Escalation()
    for at_s in range(10):
        escalation.on_event(
            CueOpened(at_s, f"r{at_s}", cue(CueKind.RAISED_VOICE, at_s, who="agent"))
        )
    assert escalation.level is CALM


# Each bound just inside and just outside.


def opened(escalation: Escalation, *cues: Cue) -> Escalation:
    """The cues, all at once."""
    for number, made in enumerate(cues):
        escalation.on_event(CueOpened(made.detected_s, f"c{number}", made))
    return escalation


def at(escalation: Escalation, time_s: float) -> EscalationLevel:
    """The level at that time."""
    for tenth in range(round(time_s * 10) + 1):
        escalation.tick(tenth / 10)
    return escalation.level


def interruptions(count: int) -> list[Cue]:
    return [cue(CueKind.INTERRUPTION, 0.0)] * count


@pytest.mark.parametrize(("count", "level"), [(3, CALM), (4, TENSE), (7, TENSE), (8, HEATED)])
def test_four_interruptions_are_tense_and_eight_heated(count: int, level: EscalationLevel) -> None:
    assert opened(Escalation(), *interruptions(count)).level is level


@pytest.mark.parametrize(
    "first",
    [cue(CueKind.RAISED_VOICE, 0.0), cue(CueKind.THREAT, 0.0, ThreatCategory.MANAGER)],
    ids=["a raised voice", "asking for a manager"],
)
def test_what_weighs_as_much_as_four_interruptions(first: Cue) -> None:
    assert opened(Escalation(), first, *interruptions(3)).level is TENSE
    assert opened(Escalation(), first, *interruptions(4)).level is HEATED


@pytest.mark.parametrize(("time_s", "level"), [(8.2, TENSE), (8.4, HEATED)])
def test_a_raised_voice_that_goes_on_is_heated(time_s: float, level: EscalationLevel) -> None:
    assert at(opened(Escalation(), cue(CueKind.RAISED_VOICE, 0.0)), time_s) is level


@pytest.mark.parametrize(
    ("category", "holds_s"), [(ThreatCategory.LEAVE, 20.0), (ThreatCategory.PHYSICAL, 90.0)]
)
def test_how_long_a_threat_stays_on_the_gauge(category: ThreatCategory, holds_s: float) -> None:
    threat = cue(CueKind.THREAT, 0.0, category)
    assert at(opened(Escalation(), threat), holds_s - 0.2) is THREAT
    assert at(opened(Escalation(), threat), holds_s + 0.2) is not THREAT


@pytest.mark.parametrize(("time_s", "level"), [(69.3, TENSE), (69.7, CALM)])
def test_how_long_a_threat_takes_to_be_forgotten(time_s: float, level: EscalationLevel) -> None:
    # 1.6 with a half-life of 40 s, down to 0.6 of what opened it (0.8): 40 * log2(1.6 / 0.48).
    threat = cue(CueKind.THREAT, 0.0, ThreatCategory.LEAVE)
    assert at(opened(Escalation(), threat), time_s) is level


@pytest.mark.parametrize(("time_s", "level"), [(44.4, HEATED), (44.8, TENSE)])
def test_a_long_outburst_takes_no_longer_to_get_over(time_s: float, level: EscalationLevel) -> None:
    # However many interruptions, the score is 2.6 at most: 40 * log2(2.6 / (0.6 * 2.0)).
    assert at(opened(Escalation(), *interruptions(30)), time_s) is level


@pytest.mark.parametrize(("time_s", "level"), [(10.4, TENSE), (10.8, CALM)])
def test_how_long_a_settled_voice_takes_to_be_forgotten(
    time_s: float, level: EscalationLevel
) -> None:
    # 1.0 with a half-life of 10 s: 10 * log2(1.0 / 0.48).
    raised = cue(CueKind.RAISED_VOICE, 0.0)
    escalation = opened(Escalation(), raised)
    escalation.on_event(CueClosed(0.0, "c0", raised))
    escalation.on_event(VoiceSettled(0.0, Channel.CUSTOMER))
    assert at(escalation, time_s) is level


@pytest.mark.parametrize(("time_s", "level"), [(4.9, TENSE), (5.1, CALM)])
def test_a_level_stays_for_five_seconds(time_s: float, level: EscalationLevel) -> None:
    escalation = opened(Escalation(), cue(CueKind.RAISED_VOICE, 0.0))
    escalation.on_event(CueWithdrawn(0.1, "c0"))
    assert at(escalation, time_s) is level


def test_a_friendly_voice_moves_nothing() -> None:
    escalation = Escalation()
    lively = replace(cue(CueKind.RAISED_VOICE, 10.0), friendly=True)
    assert escalation.on_event(CueOpened(10.0, "r", lively)) == []
    assert run(escalation, 10, 40) == []
    assert escalation.level is CALM


def test_a_raised_voice_that_turns_out_friendly_gives_all_back() -> None:
    escalation = Escalation()
    raised = cue(CueKind.RAISED_VOICE, 10.0)
    escalation.on_event(CueOpened(10.0, "r", raised))
    assert run(escalation, 10, 14) == []
    escalation.on_event(CueWithdrawn(14.0, "r"))
    escalation.on_event(CueOpened(14.0, "r-friendly", replace(raised, friendly=True)))
    assert run(escalation, 14, 20) == [CALM]
