"""Which calls to list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select

from callwatch.store.models import Call
from callwatch.store.rows import sortable


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list; None and False leave a filter out."""

    agent_id: str | None = None
    follow_up: bool = False
    hard: bool | None = None
    with_threats: bool = False
    since: datetime | None = None
    until: datetime | None = None


def filtered(query: Select[Any], where: CallFilter) -> Select[Any]:
    """The query with the filter's conditions added."""
    if where.agent_id is not None:
        query = query.where(Call.agent_id == where.agent_id)
    if where.follow_up:
        query = query.where(Call.follow_up_on.is_not(None))
    if where.hard is not None:
        query = query.where(Call.is_hard.is_(where.hard))
    if where.with_threats:
        query = query.where(Call.threats > 0)
    if where.since is not None:
        query = query.where(Call.started_at >= sortable(where.since))
    if where.until is not None:
        query = query.where(Call.started_at < sortable(where.until))
    return query
