"""An archive, a group report and row-level security in a real PostgreSQL server."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy.exc import ProgrammingError
from tests.report.builders import rich_call
from tests.store.test_postgresql import server, url  # noqa: F401

from callwatch.core.errors import StoreError
from callwatch.core.roles import Role
from callwatch.core.summary import CallSummary
from callwatch.core.team import TeamCell
from callwatch.store.archive import ArchiveRow, ArchiveStore, prepare
from callwatch.store.history import CallHistory
from callwatch.store.members import grant, revoke
from callwatch.store.team import TeamStore

pytestmark = pytest.mark.posix  # a PostgreSQL server, as in test_postgresql

NOW = datetime(2026, 4, 1, tzinfo=UTC)
KEY = "engine"


def call(number: int, agent: str) -> CallSummary:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(minutes=number)
    return rich_call(f"{agent}-{number}", agent_id=agent, started_at=start.isoformat())


def row(number: int, agent: str, queue: str = "billing", key: str = KEY) -> ArchiveRow:
    prepared = prepare(call(number, agent), queue, key, 30, NOW)
    return ArchiveRow(f"/archive/{agent}/{number}.wav", "1", prepared.call_id, prepared)


def filled(url: str) -> str:  # noqa: F811
    """Six agents with five calls each in one queue, one with two in another."""
    with ArchiveStore(url) as store:
        rows = [row(number, f"agent-{agent}") for agent in range(6) for number in range(5)]
        store.write([*rows, *(row(n, "agent-9", "night") for n in range(2))], KEY)
        store.refresh()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "history.sqlite3")
    return str(request.getfixturevalue("url"))


def count(address: str) -> int:
    import sqlalchemy as sa

    from callwatch.store.database import open_database, parsed

    engine = open_database(parsed(address))
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT count(*) FROM calls")).scalar_one()
    engine.dispose()
    return int(found)


def test_writing_twice_changes_nothing(anywhere: str) -> None:
    rows = [row(number, "agent-1") for number in range(3)]
    with ArchiveStore(anywhere) as store:
        for _ in range(2):
            store.write([*rows, replace(rows[0], locator="/archive/twin.wav")], KEY)
            assert store.measured_with(KEY) == [r.call_id for r in rows]
            stamps = {rows[1].locator: "1", "/archive/twin.wav": "1", rows[2].locator: "2"}
            assert store.unchanged(stamps, KEY) == {rows[1].locator, "/archive/twin.wav"}
            assert store.unchanged(stamps, "another engine") == set()
    assert count(anywhere) == 3


def test_another_engine_replaces_and_a_note_stays(anywhere: str) -> None:
    with ArchiveStore(anywhere) as store:
        store.write([row(0, "agent-1")], KEY)
        with CallHistory(anywhere, "agent-1") as history:
            history.note("agent-1-0", "call back")
        store.write([row(0, "agent-1", key="newer")], "newer")
        assert store.measured_with(KEY) == []
        assert store.measured_with("newer") == ["agent-1-0"]
    with CallHistory(anywhere, "agent-1") as history:
        assert history.record("agent-1-0").note == "call back"
        assert history.get("agent-1-0").call.agent_id == "agent-1"
        assert [hit.call.figures.call_id for hit in history.search("invoice")] == ["agent-1-0"]


def test_a_deleted_call_leaves_no_recording_behind(anywhere: str) -> None:
    item = row(0, "agent-1")
    with ArchiveStore(anywhere) as store:
        store.write([item], KEY)
        with CallHistory(anywhere, "agent-1") as history:
            history.delete("agent-1-0")
        assert store.unchanged({item.locator: "1"}, KEY) == set()
        # Known to be measured when the work began, deleted since: nothing points to it.
        store.write([replace(item, call=None)], KEY)
        assert store.unchanged({item.locator: "1"}, KEY) == set()


def test_an_archive_is_kept_as_long_as_a_call_of_today(anywhere: str) -> None:
    with ArchiveStore(anywhere) as store:
        store.write([row(0, "agent-1")], KEY)
    with CallHistory(anywhere, "agent-1") as history:
        history.add(call(1, "agent-1"), added_at=NOW)
        assert history.delete_older_than(30, NOW + timedelta(days=29)) == 0
        assert history.delete_older_than(30, NOW + timedelta(days=31)) == 2


def test_the_group_report_is_the_same_on_both_databases(anywhere: str) -> None:
    with TeamStore(filled(anywhere)) as store:
        cells = store.cells(NOW)
    # agent-9's night queue joins the other one, and too few calls of theirs are in it.
    assert [(cell.queue, cell.calls, cell.agents) for cell in cells[:1]] == [("*", 30, 6)]
    assert {cell.calls for cell in cells} == {30}
    assert cells[0].talk_share == pytest.approx(0.46, abs=0.01)


def test_a_hard_call_is_in_no_group(anywhere: str) -> None:
    filled(anywhere)
    with CallHistory(anywhere, "agent-0") as history:
        history.mark_hard("agent-0-0")
    with TeamStore(anywhere) as store:
        assert store.cells(NOW)[0].agents == 5


@pytest.fixture
def logins(server: str, url: str) -> Iterator[dict[str, str]]:  # noqa: F811
    """A login of each role on a filled history, and one without any."""
    import psycopg

    filled(url)
    names = {"agent": "ann", "batch": "bo", "team": 'tea"m', "nobody": "nils"}
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for name in names.values():
            quoted = name.replace('"', '""')
            connection.execute(f'CREATE ROLE "{quoted}" LOGIN'.encode())
    for role in ("agent", "batch", "team"):
        grant(url, names[role], Role(role), "agent-1" if role == "agent" else None)
    where = url.removeprefix("postgresql://callwatch@")
    yield {role: f"postgresql://{quote(name)}@{where}" for role, name in names.items()}
    for name in names.values():
        revoke(url, name)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute('DROP ROLE "{}"'.format(name.replace('"', '""')).encode())


def seen(address: str, table: str) -> int:
    import psycopg

    with psycopg.connect(address) as connection:
        found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert found is not None
    return int(found[0])


def test_the_server_shows_an_agent_their_own_rows(logins: dict[str, str]) -> None:
    import psycopg

    for table in ("calls", "documents", "transcripts"):
        assert seen(logins["agent"], table) == 5
        assert seen(logins["batch"], table) == 32
    for table in ("agent_weeks", "archive_files", "members", "team_reports"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            seen(logins["agent"], table)
    with psycopg.connect(logins["agent"]) as connection:
        changed = connection.execute("UPDATE calls SET note = 'mine'")
        assert changed.rowcount == 5
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE calls SET agent_id = 'agent-2'")
    with psycopg.connect(logins["agent"]) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE callwatch")
        connection.rollback()
        assert connection.execute("DELETE FROM calls").rowcount == 5
        connection.rollback()


def test_callwatch_works_for_an_agent_with_a_login_of_their_own(logins: dict[str, str]) -> None:
    with CallHistory(logins["agent"], "agent-1") as mine:
        assert len(mine.list()) == 5
        mine.add(call(9, "agent-1"))
        mine.delete("agent-1-9")
    with CallHistory(logins["agent"], "agent-2") as forged:
        assert forged.list() == [], "the settings may say what they like"
        with pytest.raises(StoreError):
            forged.add(call(7, "agent-2"))


def test_the_team_reads_what_was_published_and_nothing_else(logins: dict[str, str]) -> None:
    import psycopg

    with TeamStore(logins["team"]) as team, pytest.raises(StoreError, match="no group report"):
        team.cells(NOW)
    with TeamStore(logins["batch"]) as batch:
        cells = batch.cells(NOW)
        batch.publish(cells)
    assert cells
    with TeamStore(logins["team"]) as team:
        published: list[TeamCell] = team.cells(NOW)
        assert published == cells
        with pytest.raises((StoreError, ProgrammingError)):
            team.publish(cells)
    for table in ("calls", "documents", "transcripts", "agent_weeks", "members", "nudge_outcomes"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            seen(logins["team"], table)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), psycopg.connect(logins["team"]) as c:
        c.execute("SELECT callwatch_refresh()")


def test_batch_writes_with_its_own_login(logins: dict[str, str]) -> None:
    with ArchiveStore(logins["batch"]) as store:
        store.write([row(0, "agent-11")], KEY)
        store.refresh()
        assert len(store.measured_with(KEY)) == 33


def test_a_login_without_a_role_sees_nothing(logins: dict[str, str]) -> None:
    with pytest.raises(StoreError):
        CallHistory(logins["nobody"], "agent-1").list()


@pytest.mark.parametrize(("role", "agent"), [(Role.AGENT, None), (Role.TEAM, "agent-1")])
def test_a_pseudonym_belongs_to_an_agent(role: Role, agent: str | None) -> None:
    with pytest.raises(StoreError, match="pseudonym"):
        grant("postgresql://x@127.0.0.1/x", "ann", role, agent)


def test_a_file_has_no_logins(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="only a history in PostgreSQL"):
        grant(str(tmp_path / "h.sqlite3"), "ann", Role.TEAM)
