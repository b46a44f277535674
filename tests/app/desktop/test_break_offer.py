from dataclasses import replace

import pytest
from tests.report.builders import empty_call

from callwatch.app.desktop.break_offer import breather, heated_s, was_hard
from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.facts import quoted
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallSummary

CALM, TENSE, HEATED, THREAT = EscalationLevel


def call(*levels: tuple[float, EscalationLevel]) -> CallSummary:
    """300 s long, with these changes of the level."""
    changes, previous = [], CALM
    for time_s, level in levels:
        changes.append(EscalationChange(time_s, level, previous))
        previous = level
    return replace(empty_call("c", 300.0), escalation=tuple(changes))


def threat(category: ThreatCategory) -> Cue:
    span = TimeSpan(10.0, 12.0)
    return Cue(
        CueKind.THREAT,
        Channel.CUSTOMER,
        span,
        12.5,
        0.9,
        quoted("They said it."),
        category=category,
    )


@pytest.mark.parametrize(
    ("levels", "seconds"),
    [
        ((), 0.0),
        (((10.0, TENSE), (200.0, CALM)), 0.0),
        (((10.0, TENSE), (50.0, HEATED), (80.0, TENSE), (100.0, THREAT), (129.0, CALM)), 59.0),
        (((240.0, HEATED),), 60.0),
    ],
)
def test_a_minute_of_heat_is_hard(
    levels: tuple[tuple[float, EscalationLevel], ...], seconds: float
) -> None:
    summary = call(*levels)
    assert heated_s(summary) == seconds
    assert was_hard(summary) is (seconds >= 60.0)


@pytest.mark.parametrize(
    ("category", "hard"),
    [
        (ThreatCategory.INSULT, True),
        (ThreatCategory.PHYSICAL, True),
        (ThreatCategory.SELF_HARM, True),
        (ThreatCategory.MANAGER, False),
        (ThreatCategory.LEAVE, False),
    ],
)
def test_an_insult_or_danger_is_hard_and_a_complaint_is_not(
    category: ThreatCategory, hard: bool
) -> None:
    assert was_hard(replace(call(), cues=(threat(category),))) is hard


@pytest.mark.parametrize("language", list(Language))
def test_the_offer_says_what_the_texts_say(language: Language) -> None:
    hard = replace(call(), cues=(threat(ThreatCategory.INSULT),))
    offer = breather(hard, language, ())
    assert offer is not None
    title, advice = offer.text.split("\n")
    assert title
    assert advice
    assert breather(hard, language, {"breather"}) is None
    assert breather(call(), language, ()) is None
