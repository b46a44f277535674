from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.report.builders import AGENT, CUSTOMER, empty_call, nudge, rich_call

from callwatch.core.errors import StoreError
from callwatch.core.facts import Fact
from callwatch.core.summary import CallSummary
from callwatch.store.history import CallHistory

MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[CallHistory]:
    with CallHistory(str(tmp_path / "h.sqlite3")) as opened:
        yield opened


def call_with(
    call_id: str,
    day: int,
    *,
    agent: str | None = "agent-a",
    share: float | None = 0.5,
    count: int = 1,
) -> CallSummary:
    """A call that many days after the Monday, with that talk share and so many interruptions."""
    start = MONDAY + timedelta(days=day)
    call = rich_call(call_id, started_at=start.isoformat(), agent_id=agent)
    other = None if share is None else 1 - share
    return replace(
        call,
        metrics=replace(
            call.metrics,
            talk_share={AGENT: share, CUSTOMER: other},
            interruptions={AGENT: count, CUSTOMER: 0},
        ),
    )


def test_weeks_add_up_what_was_measured(history: CallHistory) -> None:
    history.add(call_with("a", 0, share=0.4, count=2))
    history.add(call_with("b", 6, share=0.6, count=0))
    history.add(call_with("c", 7, share=None))
    weeks = history.trends().weeks
    assert [week.monday for week in weeks] == [date(2026, 1, 5), date(2026, 1, 12)]
    first, second = weeks
    assert (first.calls, first.talk_share.count) == (2, 2)
    assert first.talk_share.mean == pytest.approx(0.5)
    assert first.talk_share.variance == pytest.approx(0.02)
    assert first.interruptions.mean == 1.0
    assert first.calls_with_threat == 2
    assert (second.calls, second.talk_share.count) == (1, 0)


def test_recordings_are_no_calls_of_the_agents_own_days(history: CallHistory) -> None:
    history.add(call_with("a", 0, share=0.4))
    recording = call_with("b", 1, share=0.9)
    history.add(replace(recording, call=replace(recording.call, is_recording=True)))
    trends = history.trends()
    assert trends.calls == 1
    assert trends.weeks[0].talk_share.mean == pytest.approx(0.4)
    shown = sum(n.shown for n in call_with("a", 0).nudges)
    assert trends.shown.count == shown > 0
    past = history.own_history("agent-a", "2026-02-01T00:00:00Z")
    assert [figures.call_id for figures in past.previous] == ["a"]
    assert [call.is_recording for call in history.list()] == [True, False]


def test_without_words_threats_are_not_measured(history: CallHistory) -> None:
    history.add(call_with("a", 0))
    deaf = call_with("b", 1)
    history.add(replace(deaf, call=replace(deaf.call, engine="none")))
    week = history.trends().weeks[0]
    assert (week.calls, week.calls_with_words, week.calls_with_threat) == (2, 1, 1)
    assert [call.figures.threats for call in history.list()] == [None, 1]


def test_an_old_recording_is_kept_as_long_as_a_new_call(history: CallHistory) -> None:
    old = call_with("a", 0)
    history.add(replace(old, call=replace(old.call, is_recording=True)), keep_days=30)
    now = datetime.now(UTC)
    assert history.delete_older_than(30, now + timedelta(days=29)) == 0
    assert history.delete_older_than(30, now + timedelta(days=31)) == 1


def test_a_hard_call_never_counts(history: CallHistory) -> None:
    history.add(call_with("a", 0, share=0.4))
    history.add(call_with("b", 0, share=0.9))
    history.mark_hard("b")
    trends = history.trends()
    assert (trends.calls, trends.hard_calls) == (1, 1)
    assert trends.weeks[0].talk_share.mean == pytest.approx(0.4)


def test_trends_look_back_only_so_far(history: CallHistory) -> None:
    for week in range(6):
        history.add(call_with(f"w{week}", 7 * week))
    now = MONDAY + timedelta(days=7 * 5 + 3)
    assert len(history.trends(weeks=2, now=now).weeks) == 2
    assert len(history.trends(weeks=100, now=now).weeks) == 6


def test_one_agents_figures_are_never_mixed_with_anothers(history: CallHistory) -> None:
    history.add(call_with("a", 0, share=0.2))
    history.add(call_with("b", 0, agent="agent-b", share=0.8))
    with pytest.raises(StoreError, match="--agent"):
        history.trends()
    assert history.trends("agent-b").weeks[0].talk_share.mean == pytest.approx(0.8)


def test_calls_without_a_pseudonym_are_one_agents(history: CallHistory) -> None:
    history.add(call_with("a", 0, agent=None))
    assert history.trends().calls == 1


def test_a_group_is_shown_only_when_it_hides_each_of_its_agents(history: CallHistory) -> None:
    for agent in range(5):
        for call in range(5 if agent else 4):
            history.add(call_with(f"{agent}-{call}", call, agent=f"agent-{agent}"))
    history.add(call_with("lonely", 0, agent="agent-9", share=0.99))
    with pytest.raises(StoreError, match="at least 5"):
        history.group_trends()
    history.add(call_with("0-4", 4, agent="agent-0"))
    trends = history.group_trends()
    assert (trends.agents, trends.calls) == (5, 25), "the agent with one call is not in it"
    history.mark_hard("0-4")
    with pytest.raises(StoreError, match="at least 5"):
        history.group_trends()


def test_a_week_of_a_group_is_shown_only_when_it_hides_each_of_its_agents(
    history: CallHistory,
) -> None:
    for week, agents, calls in ((0, 5, 5), (1, 4, 5), (2, 5, 5)):
        for agent in range(agents):
            for call in range(calls):
                name = f"{week}-{agent}-{call}"
                history.add(call_with(name, 7 * week + call, agent=f"agent-{agent}", share=0.4))
    # Of the group, but with one call in that week: the mean would tell of it.
    for call in range(5):
        history.add(call_with(f"five-{call}", call, agent="agent-5", share=0.4))
    history.add(call_with("one", 14, agent="agent-5", share=0.9))
    trends = history.group_trends()
    assert [week.monday for week in trends.weeks] == [date(2026, 1, 5), date(2026, 1, 19)]
    assert [week.calls for week in trends.weeks] == [30, 25]
    assert trends.weeks[1].talk_share.mean == pytest.approx(0.4)


def test_a_group_without_a_week_that_hides_each_is_told_so(history: CallHistory) -> None:
    for agent in range(5):
        for call in range(5):
            history.add(call_with(f"{agent}-{call}", 7 * call, agent=f"agent-{agent}"))
    with pytest.raises(StoreError, match="no week has"):
        history.group_trends()


def test_an_empty_history_has_no_trends(history: CallHistory) -> None:
    assert history.trends().weeks == ()
    history.add(empty_call())
    assert history.trends().weeks[0].talk_share.count == 0


def test_the_outcomes_of_nudges_are_added_up(history: CallHistory) -> None:
    call = rich_call("a")
    nudges = (
        nudge("n1", "let_them_finish", 0.0),
        nudge("n2", "let_them_finish", 18.0),
        nudge("n3", "let_them_finish", 1.0, not_shown=Fact("withheld")),
        nudge("n4", "let_them_finish", 2.0, not_shown=Fact("other_shown", {"within_s": 60.0})),
        nudge("n5", "let_them_finish", 70.0),
    )
    history.add(replace(call, nudges=nudges))
    trends = history.trends()
    assert (trends.shown.count, trends.withheld.count) == (2, 1)
    assert trends.shown.agent_interrupts == 1, "only after n1 the agent interrupts within 20 s"
    assert trends.shown.customer_raises == 2
    assert trends.withheld.agent_interrupts == 1
    history.add(replace(call, nudges=()))
    assert history.trends().shown.count == 0, "a second analysis replaces the outcomes"
