"""Group figures against somebody who adds and subtracts them to find one agent."""

import itertools
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from callwatch.core.arrays import FloatArray
from callwatch.core.team import AgentWeek, Sums, TeamCell, team_cells
from callwatch.core.trends import GROUP_AGENTS, GROUP_CALLS

MONDAY = date(2026, 3, 2)
LATER = date(2027, 1, 4)


def unit(agent: str, week: int, queue: str, calls: int, interruptions: float = 0.0) -> AgentWeek:
    sums = Sums(calls, calls, 0.5 * calls, calls, interruptions, calls, 1.0 * calls, 0, 0)
    return AgentWeek(agent, MONDAY + timedelta(weeks=week), queue, sums)


def group(queue: str, agents: int, calls: int = 5, week: int = 0) -> list[AgentWeek]:
    return [unit(f"{queue}-{n}", week, queue, calls) for n in range(agents)]


def queues_shown(rows: Sequence[AgentWeek]) -> dict[str | None, int]:
    return {cell.queue: cell.calls for cell in team_cells(rows, LATER) if cell.monday is not None}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (group("a", 5), {"a": 25, None: 25}),
        (group("a", 4), {}),
        (group("a", 5, calls=4), {}),
        # The sixth has too few calls: in no figure at all.
        ([*group("a", 5), unit("x", 0, "a", 4)], {"a": 25, None: 25}),
        # One has half of the calls, or one more.
        ([*group("a", 5), unit("x", 0, "a", 25)], {"a": 50, None: 50}),
        ([*group("a", 5), unit("x", 0, "a", 26)], {}),
        # A small queue joins the smallest other one, so that the week less the rest tells nothing.
        ([*group("a", 5), *group("b", 6), *group("c", 2)], {"*": 35, "b": 30, None: 65}),
        # Small ones are enough together.
        ([*group("a", 5), *group("b", 3), *group("c", 2)], {"*": 25, "a": 25, None: 50}),
    ],
)
def test_which_queues_are_shown(rows: list[AgentWeek], expected: dict[str | None, int]) -> None:
    assert queues_shown(rows) == expected


def test_a_week_that_is_not_over_is_left_out() -> None:
    rows = group("a", 5) + group("a", 5, week=1)
    assert len({cell.monday for cell in team_cells(rows, MONDAY)} - {None}) == 1


def test_a_figure_that_only_a_few_have_is_not_shown() -> None:
    rows = group("a", 6)
    few = [replace(row, sums=replace(row.sums, patience_n=0, patience_s=0.0)) for row in rows[:2]]
    (cell, *_) = team_cells([*few, *rows[2:]], LATER)
    assert (cell.patience_s, cell.talk_share) == (None, 0.5)


def test_one_call_more_moves_no_more_than_its_rounding_shows() -> None:
    before = team_cells(group("a", 6, calls=8), LATER)[0]
    after = team_cells([unit("a-0", 0, "a", 9, 3.0), *group("a", 6, calls=8)[1:]], LATER)[0]
    assert before.calls == after.calls
    assert after.interruptions == 0.1  # 3 of 49: might be 3, 4, 5 or 7 in one call


Publish = list[TeamCell]


def company(seed: int) -> list[AgentWeek]:
    """Weeks in which queues are small, agents work in several, and some take nearly all calls."""
    rng = random.Random(seed)
    rows = []
    for week, queue in itertools.product(range(4), ("billing", "sales", "support", "night")):
        for agent in rng.sample(range(14), rng.randrange(0, 11)):
            rows.append(unit(f"agent-{agent}", week, queue, rng.choice((1, 2, 4, 5, 6, 9, 40))))
    return rows


def membership(rows: list[AgentWeek], publish) -> FloatArray:  # type: ignore[no-untyped-def]
    """Which published figures each agent's week and queue is in, found out by changing it alone."""
    columns = []
    for index, row in enumerate(rows):
        probe = replace(row, sums=replace(row.sums, interruptions=1e9))
        figures = publish([*rows[:index], probe, *rows[index + 1 :]])
        columns.append([float((cell.interruptions or 0) > 1) for cell in figures])
    return np.array(columns, dtype=np.float32).T


def is_derivable(known: FloatArray, target: FloatArray) -> bool:
    """Whether sums and differences of what is known give the target."""
    rank = np.linalg.matrix_rank(known)
    return bool(np.linalg.matrix_rank(np.vstack([known, target])) == rank)


def attack(rows: list[AgentWeek], known: FloatArray) -> list[str]:
    """Every agent, alone or with up to three others, by week, by queue or in all, that comes out."""
    found = []
    where = defaultdict(list)
    for index, row in enumerate(rows):
        for key in itertools.product((row.monday, None), (row.queue, None)):
            where[key].append(index)
    for key, indices in where.items():
        agents = sorted({rows[i].agent_id for i in indices})
        few = [set(some) for size in (1, 2) for some in itertools.combinations(agents, size)]
        few += [{*agents} - some for some in few] + [{*agents}]
        for some in few:
            chosen = [i for i in indices if rows[i].agent_id in some]
            if not chosen or len(some) >= GROUP_AGENTS:
                continue
            target = np.zeros(len(rows), np.float32)
            target[chosen] = 1
            if is_derivable(known, target):
                found.append(f"{sorted(some)} in {key}")
    return found


def naive(rows: list[AgentWeek]) -> Publish:
    """What many reports do: hide cells that are small, and show every total."""
    out = []
    for key in dict.fromkeys(
        key for row in rows for key in itertools.product((row.monday, None), (row.queue, None))
    ):
        inside = [
            row for row in rows if key[0] in (None, row.monday) and key[1] in (None, row.queue)
        ]
        calls: dict[str, int] = defaultdict(int)
        for row in inside:
            calls[row.agent_id] += row.sums.calls
        if sum(count >= GROUP_CALLS for count in calls.values()) >= GROUP_AGENTS:
            total = sum(row.sums.interruptions for row in inside)
            out.append(TeamCell(*key, 0, None, None, total, None, 0.0, 0.0))
    return out


@pytest.mark.parametrize("seed", range(4))
def test_nobody_comes_out_of_what_is_shown(seed: int) -> None:
    rows = company(seed)
    known = membership(rows, lambda some: team_cells(some, LATER))
    assert known.any(), "something is shown"
    assert attack(rows, known) == []
    # Whatever is worked out is made of whole cells: units that are in the same figures.
    cells = defaultdict(list)
    for index, column in enumerate(known.T.tolist()):
        if any(column):
            cells[tuple(column)].append(rows[index])
    for members in cells.values():
        calls: dict[str, int] = defaultdict(int)
        for row in members:
            calls[row.agent_id] += row.sums.calls
        assert sum(count >= GROUP_CALLS for count in calls.values()) >= GROUP_AGENTS


def test_the_attack_finds_agents_where_only_small_cells_are_hidden() -> None:
    found = [attack(rows, membership(rows, naive)) for rows in map(company, range(4))]
    assert any(found)
