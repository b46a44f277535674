from dataclasses import replace

import pytest
from tests.report.builders import nudge, rich_call

from callwatch.core.facts import Fact, quoted
from callwatch.core.nudge_outcomes import EFFECT_S, NudgeOutcome, nudge_outcomes
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.summary import CallSummary


def after(*nudges: Nudge) -> tuple[NudgeOutcome, ...]:
    call: CallSummary = replace(rich_call(), nudges=nudges)
    return nudge_outcomes(call)


def test_what_follows_within_20_s_is_counted() -> None:
    (found,) = after(nudge("n", "let_them_finish", 0.0))
    # The rich call: an interruption by the agent at 12.6 s, a raised voice at 19.0 s.
    assert (found.agent_interrupts, found.customer_raises) == (True, True)
    # 0..20 s: the agent speaks 3.5 + 0.4 + 4.4 s, the customer 9.6 + 2.7 s.
    assert found.agent_share == pytest.approx(8.3 / (8.3 + 12.3))


def test_what_came_before_or_later_is_not_counted() -> None:
    (found,) = after(nudge("n", "let_them_finish", 27.0))
    assert (found.agent_interrupts, found.customer_raises) == (False, False)


def test_only_shown_and_randomly_withheld_nudges_are_compared() -> None:
    found = after(
        nudge("a", "x", 1.0),
        nudge("b", "x", 2.0, not_shown=Fact("withheld")),
        nudge("c", "x", 3.0, not_shown=Fact("other_shown", {"within_s": 60.0})),
        replace(nudge("d", "threat.physical", 4.0), level=NudgeLevel.URGENT),
    )
    assert [outcome.was_shown for outcome in found] == [True, False]


def test_a_nudge_of_an_older_report_was_withheld_when_its_sentence_says_so() -> None:
    sentence = "withheld at random, to learn whether nudges help: 1.4 s overlap"
    held = replace(nudge("b", "x", 2.0), shown=False, because=quoted(sentence))
    (found,) = after(held)
    assert not found.was_shown
    assert after(replace(held, because=quoted("1.4 s overlap; not shown: no pause"))) == ()


def test_a_nudge_near_the_end_is_left_out() -> None:
    end_s = rich_call().call.duration_s
    assert after(nudge("a", "x", end_s - EFFECT_S + 0.1)) == ()
    (last,) = after(nudge("a", "x", end_s - EFFECT_S))
    assert last.agent_share is not None
