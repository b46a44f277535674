"""Figures of a group of agents by week and queue, in which no agent can be found.

Every call is in one cell at most, and everything that is shown is a cell or a sum of cells. So
nothing that anybody can work out from what is shown is finer than a cell, and each cell is of a
group that hides its members:

    week   billing   sales   support         what is shown
    1      6 agents  7       5               three cells
    2      6         3       5               sales is too small: it joins the smallest other queue,
                                             support, as "other queues"; never week - billing - support
    3      2         3       1               all three as one cell, if together they are enough

Calls of agents who have too few in a cell are in no figure at all. Rounding keeps two reports, one
call apart, from telling what that call was.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from callwatch.core.trends import GROUP_AGENTS, GROUP_CALLS

# No agent has more of a cell's calls than this: else its mean would be theirs.
MAX_SHARE: Final = 0.5
# Counts are shown to the nearest multiple of this.
COUNT_STEP: Final = 5
# What is shown as a mean, and how many calls had it.
_COUNT_OF: Final = {
    "talk_share": "talk_share_n",
    "interruptions": "interruptions_n",
    "patience_s": "patience_n",
}
_MEANS: Final = tuple(_COUNT_OF)
# The queue of a cell that several small queues make up.
OTHER_QUEUES: Final = "*"


@dataclass(frozen=True, slots=True)
class Sums:
    """Figures of some calls, added up: how many of them had each, and the sum."""

    calls: int = 0
    talk_share_n: int = 0
    talk_share: float = 0.0
    interruptions_n: int = 0
    interruptions: float = 0.0
    patience_n: int = 0
    patience_s: float = 0.0
    raised: int = 0
    threats: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            *(getattr(self, name) + getattr(other, name) for name in Sums.__dataclass_fields__)
        )


@dataclass(frozen=True, slots=True)
class AgentWeek:
    """The calls of one agent in one week (its Monday) and queue. Never shown."""

    agent_id: str
    monday: date
    queue: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class TeamCell:
    """A cell or a sum of cells as it is shown: rounded, of a group that hides its members.

    `monday` None is over all weeks shown, `queue` None over all queues. A mean is None where fewer
    than GROUP_CALLS calls had the figure; `agents` is the size of the group of one cell, None for
    a sum.
    """

    monday: date | None
    queue: str | None
    calls: int
    agents: int | None
    talk_share: float | None
    interruptions: float | None
    patience_s: float | None
    raised_share: float
    threat_share: float


def team_cells(rows: Iterable[AgentWeek], last_monday: date) -> list[TeamCell]:
    """Everything that may be shown: the cells, each week, each queue, and the whole.

    Weeks after `last_monday` are not over yet and left out: a report of tomorrow would differ by
    the calls of one day. Empty when no group is large enough.
    """
    by_week: defaultdict[date, defaultdict[str, list[AgentWeek]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in rows:
        if row.monday <= last_monday:
            by_week[row.monday][row.queue].append(row)
    cells: dict[tuple[date, str], tuple[Sums, int]] = {}
    for monday, queues in by_week.items():
        for queue, members in _safe_groups(queues):
            cells[monday, queue] = (_added(members), len({row.agent_id for row in members}))
    if not cells:
        return []
    out = [
        _shown(monday, queue, sums, agents)
        for (monday, queue), (sums, agents) in sorted(cells.items())
    ]
    for monday in sorted({monday for monday, _ in cells}):
        some = [sums for (week, _), (sums, _) in cells.items() if week == monday]
        out.append(_shown(monday, None, sum(some, Sums()), None))
    for queue in sorted({queue for _, queue in cells}):
        some = [sums for (_, name), (sums, _) in cells.items() if name == queue]
        out.append(_shown(None, queue, sum(some, Sums()), None))
    out.append(_shown(None, None, sum((sums for sums, _ in cells.values()), Sums()), None))
    return out


def _safe_groups(queues: dict[str, list[AgentWeek]]) -> list[tuple[str, list[AgentWeek]]]:
    """The queues of one week that hide their agents; the others joined until they do, or left out."""
    safe, small = [], []
    for queue, rows in sorted(queues.items()):
        members = _members(rows)
        if members:
            safe.append((queue, members))
        else:
            small += rows
    if not small:
        return safe
    safe.sort(key=lambda group: sum(row.sums.calls for row in group[1]))
    joined = list(small)
    while True:
        members = _members(joined)
        if members:
            return [*safe, (OTHER_QUEUES, members)]
        if not safe:
            return []
        queue, _ = safe.pop(0)
        joined += queues[queue]


def _members(rows: Sequence[AgentWeek]) -> list[AgentWeek]:
    """The rows of the agents with enough calls among these; none when the group does not hide them."""
    enough = _hidden([(row.agent_id, row.sums.calls) for row in rows])
    return [row for row in rows if row.agent_id in enough]


def _hidden(counts: Iterable[tuple[str, int]]) -> set[str]:
    """The agents with enough calls, when they are enough to hide each of them; else nobody."""
    calls: defaultdict[str, int] = defaultdict(int)
    for agent, count in counts:
        calls[agent] += count
    enough = {agent: count for agent, count in calls.items() if count >= GROUP_CALLS}
    if len(enough) < GROUP_AGENTS or max(enough.values()) > MAX_SHARE * sum(enough.values()):
        return set()
    return set(enough)


def _added(members: Sequence[AgentWeek]) -> Sums:
    """The sums of a cell; a figure that only a few of its agents have is left out of it."""
    total = sum((row.sums for row in members), Sums())
    for name in _MEANS:
        count = _COUNT_OF[name]
        if not _hidden([(row.agent_id, getattr(row.sums, count)) for row in members]):
            without: dict[str, Any] = {name: 0.0, count: 0}
            total = replace(total, **without)
    return total


def _shown(monday: date | None, queue: str | None, sums: Sums, agents: int | None) -> TeamCell:
    return TeamCell(
        monday,
        queue,
        COUNT_STEP * round(sums.calls / COUNT_STEP),
        agents,
        _mean(sums.talk_share, sums.talk_share_n, 2),
        _mean(sums.interruptions, sums.interruptions_n, 1),
        _mean(sums.patience_s, sums.patience_n, 1),
        round(sums.raised / sums.calls, 2),
        round(sums.threats / sums.calls, 2),
    )


def _mean(total: float, count: int, decimals: int) -> float | None:
    return round(total / count, decimals) if count >= GROUP_CALLS else None
