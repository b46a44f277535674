"""Weeks of calls added up by the database, for one agent or, under the rule, for a group."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, select, tuple_
from sqlalchemy.sql import ColumnElement

from callwatch.core.errors import StoreError
from callwatch.core.intervals import Sample
from callwatch.core.trends import GROUP_AGENTS, GROUP_CALLS, EffectCounts, Trends, WeekFigures
from callwatch.store.models import Call, NudgeOutcome
from callwatch.store.rows import week_of

_FIGURES = {
    "talk_share": Call.talk_share_agent,
    "interruptions": Call.interruptions_agent,
    "patience_s": Call.response_latency_agent_s,
}


def trends_of(
    connection: Connection,
    agents: tuple[str | None, ...],
    since_week: str | None,
    *,
    as_group: bool = False,
) -> Trends:
    """The weeks of these agents' calls. `as_group`: only what hides each of them, `_in_safe_weeks`."""
    where = [_of_agents(agents)]
    if since_week is not None:
        where.append(Call.week >= since_week)
    where.append(Call.is_recording.is_(False))  # somebody's call, but not of this agent's days
    counted = [Call.is_hard.is_(False), *where]
    if as_group:
        counted += _in_safe_weeks(counted)
    columns: list[Any] = [Call.week, func.count()]
    for column in _FIGURES.values():
        columns += [func.count(column), func.sum(column), func.sum(column * column)]
    has_words = Call.engine.not_in(("", "none"))
    columns.append(func.sum(case((and_(has_words, Call.threats > 0), 1), else_=0)))
    columns.append(func.sum(case((has_words, 1), else_=0)))
    rows = connection.execute(
        select(*columns).where(*counted).group_by(Call.week).order_by(Call.week)
    )
    weeks = []
    for week, calls, *sums, threats, with_words in rows:
        samples = {
            name: Sample(int(sums[3 * i]), float(sums[3 * i + 1] or 0), float(sums[3 * i + 2] or 0))
            for i, name in enumerate(_FIGURES)
        }
        weeks.append(
            WeekFigures(
                _monday(week),
                calls,
                **samples,
                calls_with_threat=threats,
                calls_with_words=with_words,
            )
        )
    hard = connection.execute(select(func.count()).where(Call.is_hard.is_(True), *where)).scalar()
    effects = _effects(connection, counted)
    return Trends(
        tuple(weeks), int(hard or 0), shown=effects.get(True, EffectCounts()),
        withheld=effects.get(False, EffectCounts()),
    )  # fmt: skip


def _monday(week: object) -> date:
    """The day that is written in the row; StoreError when another program wrote something else."""
    try:
        return date.fromisoformat(str(week))
    except ValueError as exc:
        raise StoreError(
            f"the history holds calls of the week {week!r}, which is no day: bring it back from its backup"
        ) from exc


def _in_safe_weeks(counted: list[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Each week is a figure of its own: it needs enough agents, and only those with enough calls in it."""
    enough = (
        select(Call.agent_id, Call.week)
        .where(*counted)
        .group_by(Call.agent_id, Call.week)
        .having(func.count() >= GROUP_CALLS)
    )
    pairs = enough.subquery()
    safe = select(pairs.c.week).group_by(pairs.c.week).having(func.count() >= GROUP_AGENTS)
    return [Call.week.in_(safe), tuple_(Call.agent_id, Call.week).in_(enough)]


def _of_agents(agents: tuple[str | None, ...]) -> ColumnElement[bool]:
    if len(agents) == 1:
        (agent,) = agents
        return Call.agent_id.is_(None) if agent is None else Call.agent_id == agent
    # Wrapped, so that the database reads the weeks in one go from the index made for them,
    # instead of jumping through the table once for each agent.
    return func.coalesce(Call.agent_id, "").in_([agent or "" for agent in agents])


def group_agents(connection: Connection, since_week: str | None) -> tuple[str, ...]:
    """The agents of a group that may be shown; StoreError when they are too few.

    At least GROUP_AGENTS agents with GROUP_CALLS calls each, and only those agents' calls.
    """
    query: Select[Any] = (
        select(Call.agent_id)
        .where(Call.agent_id.is_not(None), Call.is_hard.is_(False), Call.is_recording.is_(False))
        .group_by(Call.agent_id)
        .having(func.count() >= GROUP_CALLS)
    )
    if since_week is not None:
        query = query.where(Call.week >= since_week)
    agents = tuple(connection.execute(query).scalars())
    if len(agents) < GROUP_AGENTS:
        raise StoreError(
            f"figures over several agents are shown only for groups of at least {GROUP_AGENTS} "
            f"agents with at least {GROUP_CALLS} calls each; here {len(agents)} have that many: "
            "ask again when there are more calls"
        )
    return agents


def only_agent(connection: Connection) -> str | None:
    """The one agent whose calls these are; StoreError when there are several."""
    agents = list(connection.execute(select(Call.agent_id).distinct().limit(2)).scalars())
    if len(agents) > 1:
        raise StoreError(
            "this history holds the calls of several agents: name your own pseudonym with --agent, "
            "or ask for the whole group with --group"
        )
    return agents[0] if agents else None


def _effects(
    connection: Connection, where: list[ColumnElement[bool]]
) -> Mapping[bool, EffectCounts]:
    share = NudgeOutcome.agent_share
    query = (
        select(
            NudgeOutcome.was_shown,
            func.count(),
            func.sum(case((NudgeOutcome.agent_interrupts, 1), else_=0)),
            func.sum(case((NudgeOutcome.customer_raises, 1), else_=0)),
            func.count(share),
            func.sum(share),
            func.sum(share * share),
        )
        .join(Call, Call.pk == NudgeOutcome.call_pk)
        .where(*where)
        .group_by(NudgeOutcome.was_shown)
    )
    return {
        bool(shown): EffectCounts(
            count, interrupts, raises, Sample(int(n), float(total or 0), float(squares or 0))
        )
        for shown, count, interrupts, raises, n, total, squares in connection.execute(query)
    }


def since_week(weeks: int | None, now: datetime | None) -> str | None:
    """The first of so many weeks up to `now`; None for all."""
    if weeks is None or now is None:
        return None
    return week_of(now.astimezone(UTC) - timedelta(weeks=weeks - 1))
