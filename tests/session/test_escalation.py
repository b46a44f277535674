"""Escalation: rises with what the customer does, decays, holds after a threat."""

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
