"""Group figures out of a history, and who may have them.

On PostgreSQL the sums of each agent and week lie in a materialised view that only the owner of the
tables and logins with the role `batch` may read. They publish the report; a login with the role
`team` can read nothing but what was published.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, case, cast, delete, func, insert, select, text

from callwatch.core.closing import ClosedByWith
from callwatch.core.errors import StoreError
from callwatch.core.team import AgentWeek, Sums, TeamCell, team_cells
from callwatch.store.database import open_database, parsed, shown, translated_errors
from callwatch.store.models import Call, TeamReport


class TeamStore(ClosedByWith):
    """The history as somebody sees it who asks for the group. Called by one thread."""

    def __init__(self, url: str | None = None) -> None:
        address = parsed(url)
        self.name = shown(address)
        self._engine = open_database(address)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def cells(self, now: datetime) -> list[TeamCell]:
        """Everything that may be shown of the weeks that are over; see `core.team`.

        A login with the role `team` gets what was published, and StoreError when nothing was.
        """
        with translated_errors(self.name), self._engine.begin() as connection:
            if self._engine.dialect.name != "postgresql":
                return team_cells(_agent_weeks(connection), last_monday(now))
            if connection.execute(text("SELECT callwatch_role()")).scalar() == "team":
                return _published(connection)
            connection.execute(text("SELECT callwatch_refresh()"))
            return team_cells(_kept_agent_weeks(connection), last_monday(now))

    def publish(self, cells: Sequence[TeamCell]) -> None:
        """Let logins with the role `team` read these cells instead of the last ones."""
        body = json.dumps([asdict(cell) for cell in cells], default=date.isoformat)
        with translated_errors(self.name), self._engine.begin() as connection:
            connection.execute(delete(TeamReport))
            connection.execute(insert(TeamReport).values(pk=1, body=body))


def last_monday(now: datetime) -> date:
    """The Monday of the last week that is over."""
    return now.date() - timedelta(days=now.weekday() + 7)


def _published(connection: Connection) -> list[TeamCell]:
    body = connection.execute(select(TeamReport.body)).scalar()
    if body is None:
        raise StoreError(
            "no group report is published yet: ask who runs `callwatch batch` for "
            "`callwatch team --publish`"
        )
    return [_cell(values) for values in json.loads(body)]


def _cell(values: dict[str, Any]) -> TeamCell:
    monday = values.pop("monday")
    return TeamCell(monday=None if monday is None else date.fromisoformat(monday), **values)


def _kept_agent_weeks(connection: Connection) -> list[AgentWeek]:
    query = text(
        "SELECT agent_id, week, queue, calls, talk_share_n, talk_share_sum, interruptions_n, "
        "interruptions_sum, patience_s_n, patience_s_sum, raised, threats FROM agent_weeks"
    )
    return [_row(*row) for row in connection.execute(query)]


def _agent_weeks(connection: Connection) -> list[AgentWeek]:
    def some(condition: Any) -> Any:
        return cast(func.sum(case((condition, 1), else_=0)), Integer)

    figures = (Call.talk_share_agent, Call.interruptions_agent, Call.response_latency_agent_s)
    columns: list[Any] = [Call.agent_id, Call.week, Call.queue, func.count()]
    for figure in figures:
        columns += [func.count(figure), func.coalesce(func.sum(figure), 0.0)]
    columns += [some(Call.raised_voice > 0), some(Call.threats > 0)]
    query = (
        select(*columns)
        .where(Call.is_hard.is_(False), Call.agent_id.is_not(None))
        .group_by(Call.agent_id, Call.week, Call.queue)
    )
    return [_row(*row) for row in connection.execute(query)]


def _row(agent_id: str, week: str, queue: str, *sums: Any) -> AgentWeek:
    return AgentWeek(agent_id, date.fromisoformat(week), queue, Sums(*sums))
