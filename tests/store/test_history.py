import multiprocessing
import sqlite3
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.access import is_owners_alone
from tests.report.builders import empty_call, long_call, rich_call

from callwatch.core.errors import StoreError
from callwatch.store.database import HEAD
from callwatch.store.history import CallFilter, CallHistory

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite3"


@pytest.fixture
def history(path: Path) -> Iterator[CallHistory]:
    with CallHistory(str(path)) as opened:
        yield opened


def call_on(day: int, call_id: str | None = None, agent_id: str = "agent-a"):  # type: ignore[no-untyped-def]
    return rich_call(
        call_id or f"call-{day}", started_at=f"2026-03-{day:02}T10:00:00Z", agent_id=agent_id
    )


@pytest.mark.parametrize("summary", [rich_call(), empty_call(), long_call(0.1, 500)])
def test_a_call_comes_back_as_it_was_stored(history: CallHistory, summary) -> None:  # type: ignore[no-untyped-def]
    assert history.add(summary) == summary.call.id
    assert history.get(summary.call.id) == summary


def test_the_list_is_a_page_of_calls_newest_first(history: CallHistory) -> None:
    for day in (3, 1, 2):
        history.add(call_on(day))
    assert [c.figures.call_id for c in history.list()] == ["call-3", "call-2", "call-1"]
    assert [c.figures.call_id for c in history.list(limit=1, offset=1)] == ["call-2"]
    line = history.list(limit=1)[0]
    assert line.figures.talk_share_agent == pytest.approx(0.46, abs=0.01)
    assert line.figures.interruptions_agent == 1
    assert line.threat_categories == ("leave", "manager")


def test_the_filters_choose(history: CallHistory) -> None:
    for day in (1, 2, 3):
        history.add(call_on(day, agent_id="agent-b" if day == 2 else "agent-a"))
    history.add(replace(empty_call("quiet"), call=replace(empty_call().call, id="quiet")))
    history.set_follow_up("call-1", date(2026, 4, 2))
    history.set_follow_up("call-3", date(2026, 4, 1))
    history.mark_hard("call-2")

    def ids(where: CallFilter) -> list[str]:
        return [c.figures.call_id for c in history.list(where=where)]

    assert ids(CallFilter(follow_up=True)) == ["call-3", "call-1"]
    assert ids(CallFilter(agent_id="agent-b")) == ["call-2"]
    assert ids(CallFilter(hard=True)) == ["call-2"]
    assert "quiet" not in ids(CallFilter(with_threats=True))
    since = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    until = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    assert [i for i in ids(CallFilter(since=since, until=until)) if i != "quiet"] == ["call-2"]


def test_a_second_analysis_replaces_the_call_and_keeps_what_the_agent_wrote(
    history: CallHistory,
) -> None:
    history.add(call_on(1))
    history.note("call-1", "Call back.")
    history.mark_hard("call-1")
    history.set_follow_up("call-1", date(2026, 4, 2))
    longer = replace(call_on(1), call=replace(call_on(1).call, duration_s=99.0))
    history.add(longer)
    assert len(history.list()) == 1
    line = history.record("call-1")
    assert (line.note, line.figures.is_hard, line.follow_up_on, line.figures.duration_s) == (
        *("Call back.", True, date(2026, 4, 2), 99.0),
    )
    history.note("call-1", "")
    history.set_follow_up("call-1", None)
    history.mark_hard("call-1", False)
    line = history.record("call-1")
    assert (line.note, line.figures.is_hard, line.follow_up_on) == ("", False, None)


def test_numbers_in_a_note_are_masked(history: CallHistory) -> None:
    history.add(call_on(1))
    history.note("call-1", "Card 4111 1111 1111 1111, call back by 2026-04-02 [soon]")
    assert history.record("call-1").note == "Card [card], call back by 2026-04-02 [soon]"


def test_own_history_holds_the_last_calls_before_this_one(history: CallHistory) -> None:
    for day in range(1, 28):
        history.add(call_on(day))
    history.add(call_on(5, "other", agent_id="agent-b"))
    history.mark_hard("call-20")
    history.note("call-25", "mine")
    own = history.own_history("agent-a", "2026-03-25T10:00:00Z", "call-25")
    assert own.note == "mine"
    assert [f.call_id for f in own.previous[:6]] == [
        *("call-24", "call-23", "call-22", "call-21", "call-19", "call-18")
    ]
    assert len(own.previous) == 20


@pytest.mark.parametrize("work", ["get", "record", "delete", "note", "mark_hard", "set_follow_up"])
def test_an_unknown_call_is_told(history: CallHistory, work: str) -> None:
    arguments = {"note": ("x", "text"), "set_follow_up": ("x", None)}.get(work, ("x",))
    with pytest.raises(StoreError, match="calls list"):
        getattr(history, work)(*arguments)


def test_the_files_are_for_their_owner_alone(history: CallHistory, path: Path) -> None:
    history.add(rich_call())
    connection = sqlite3.connect(path)
    connection.execute("SELECT count(*) FROM calls").fetchone()
    names = {p.name for p in path.parent.iterdir()}
    assert "history.sqlite3-wal" in names
    # On Windows what SQLite makes itself inherits the access list of the folder, which Wine does not do.
    for file in [path] if sys.platform == "win32" else path.parent.iterdir():
        assert is_owners_alone(file), file
    connection.close()
    assert is_owners_alone(path.parent)


def test_an_older_open_file_is_made_private(path: Path) -> None:
    CallHistory(str(path)).close()
    path.chmod(0o644)
    CallHistory(str(path)).close()
    assert is_owners_alone(path)


def test_a_deleted_call_leaves_no_trace_in_any_file(history: CallHistory, path: Path) -> None:
    for day in range(1, 10):
        history.add(call_on(day, f"keep-{day}"))
    secret = "zanzibarquux"
    spoken = rich_call("gone")
    words = replace(spoken.utterances[0].words[0], text=secret)
    spoken = replace(
        spoken,
        utterances=(spoken.utterances[0].with_words((words,)), *spoken.utterances[1:]),
        call=replace(spoken.call, source="secretsource.wav"),
    )
    recording = path.parent / "gone.flac"
    recording.write_bytes(b"audio")
    history.add(spoken, files=[recording])
    history.note("gone", "secretnote")
    marks = (b"zanzibarquux", b"secretsource", b"secretnote")
    assert any(m in p.read_bytes() for p in path.parent.iterdir() for m in marks)
    history.delete("gone")
    for file in path.parent.iterdir():
        assert not any(mark in file.read_bytes() for mark in marks), file
    assert not recording.exists()
    assert len(history.list()) == 9


def test_a_file_that_cannot_be_deleted_is_named(history: CallHistory, tmp_path: Path) -> None:
    folder = tmp_path / "recording.flac"
    folder.mkdir()
    history.add(rich_call("a"), files=[folder])
    with pytest.raises(StoreError, match=r"recording\.flac.*by hand"):
        history.delete("a")
    assert history.list() == []


def test_retention_deletes_what_began_too_long_ago(history: CallHistory) -> None:
    for day in (1, 10, 19):
        history.add(call_on(day))
    assert history.delete_older_than(30, NOW) == 0
    assert history.delete_older_than(9, NOW) == 2
    assert [c.figures.call_id for c in history.list()] == ["call-19"]
    with pytest.raises(StoreError, match="0 or more"):
        history.delete_older_than(-1, NOW)


def test_purge_deletes_everything_and_shrinks_the_file(history: CallHistory, path: Path) -> None:
    for n in range(40):
        history.add(long_call(0.05, 300, seed=n, call_id=f"c{n}"))
    before = sum(file.stat().st_size for file in path.parent.iterdir())
    assert history.purge() == 40
    assert history.purge() == 0
    assert history.list() == []
    assert sum(file.stat().st_size for file in path.parent.iterdir()) < before / 2


def test_all_calls_are_exported_page_by_page(
    history: CallHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callwatch.store.history._PAGE", 2)
    for day in (1, 2, 3, 4, 5):
        history.add(call_on(day))
    assert [s.call.id for s in history.export_all()] == [f"call-{d}" for d in (1, 2, 3, 4, 5)]


def test_a_history_of_a_newer_version_is_left_alone(path: Path) -> None:
    CallHistory(str(path)).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer callwatch.*update"):
        CallHistory(str(path))
    assert path.read_bytes() == before


def test_a_locked_history_is_told(
    history: CallHistory, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callwatch.store.database.BUSY_TIMEOUT_S", 0.05)
    with CallHistory(str(path)) as impatient:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="in use by another program"):
            impatient.add(rich_call())
        assert impatient.list() == []
        holder.execute("ROLLBACK")
        holder.close()
        impatient.add(rich_call())


def test_a_short_file_of_something_else_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("x")
    with pytest.raises(StoreError, match="not a history"):
        CallHistory(str(path)).close()
    assert path.read_text() == "x"


def test_a_file_that_is_no_history_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("This is not a database at all, but long enough to look like one." * 40)
    with pytest.raises(StoreError, match="not a history"):
        CallHistory(str(path))


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="--history"):
        CallHistory(str(tmp_path / "file" / "history.sqlite3"))


def test_a_read_only_disk_is_told(path: Path) -> None:
    with CallHistory(str(path)) as history:
        history.add(rich_call())
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError, match="readonly") as told:
        connection.execute("DELETE FROM calls")
    connection.close()
    from callwatch.store.database import _sentence

    assert "allow writing there" in _sentence("h", str(told.value))


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("database is locked", "try again"),
        ("attempt to write a readonly database", "allow writing there"),
        ("unable to open database file", "allow writing there"),
        ("database or disk is full", "make room"),
        ("disk I/O error", "make room"),
        ("file is not a database", "move it away"),
        ("database disk image is malformed", "move it away"),
        ("connection failed: Connection refused", "start the database server"),
        ("something new", "check it"),
    ],
)
def test_every_fault_of_the_database_says_what_to_do(reason: str, advice: str) -> None:
    from callwatch.store.database import _sentence

    assert advice in _sentence("history", reason)


def test_a_reader_in_the_way_of_compacting_is_told_and_nothing_is_lost(
    history: CallHistory, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callwatch.store.database.BUSY_TIMEOUT_S", 0.05)
    for day in (1, 2, 3):
        history.add(call_on(day))
    with CallHistory(str(path)) as impatient:
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM calls").fetchone()
        with pytest.raises(StoreError, match=r"are deleted.*compact"):
            impatient.delete("call-1")
        assert impatient.delete_older_than(18, NOW) == 1, "retention goes on by itself"
        reader.close()
        impatient.compact()
        assert [c.figures.call_id for c in impatient.list()] == ["call-3"]


@pytest.mark.parametrize("address", ["mysql://somewhere/db", "not a url://"])
def test_another_address_is_told(address: str) -> None:
    with pytest.raises(StoreError, match=r"PostgreSQL|postgresql"):
        CallHistory(address)


def test_a_start_that_is_no_time_is_told(history: CallHistory) -> None:
    with pytest.raises(StoreError, match="no time"):
        history.add(rich_call(started_at="yesterday"))


def write(address: str, name: str) -> None:
    """What one of two programs does at the same time as the other."""
    with CallHistory(address) as history:
        for n in range(10):
            history.add(rich_call(f"{name}-{n}"))


def test_two_programs_may_make_and_write_the_same_history(path: Path) -> None:
    # Forked where that is possible: a new interpreter takes longer than the writing.
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("fork" if can_fork else "spawn")
    writers = [context.Process(target=write, args=(str(path), name)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    with CallHistory(str(path)) as history:
        assert len(history.list(limit=100)) == 20


def test_the_models_and_the_migrations_agree(path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    from callwatch.store.models import Base

    CallHistory(str(path)).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        found = [
            d for d in compare_metadata(context, Base.metadata) if "transcript_index" not in str(d)
        ]
    engine.dispose()
    assert found == []


def test_a_history_of_the_version_before_is_brought_up_to_date(path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    import callwatch.store.migrations as folder

    with CallHistory(str(path)) as history:
        history.add(rich_call("a"))
        history.note("a", "call back")
    config = Config()
    config.set_main_option("script_location", str(Path(folder.__file__).parent))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    engine.dispose()
    with CallHistory(str(path)) as history:
        assert history.record("a").note == "call back"
        assert history.record("a").is_recording, "its source is the name of a file"
        assert len(history.search("invoice")) == 1
        history.add(rich_call("b"))
        assert history.delete_older_than(30, datetime(2126, 12, 1, tzinfo=UTC)) == 2


def test_the_newest_migration_is_the_version_that_the_program_knows() -> None:
    import callwatch.store.migrations.versions as folder

    files = sorted(p.name for p in Path(folder.__file__).parent.glob("v*.py"))
    assert files[-1].startswith(f"v{HEAD}_")


def test_two_new_histories_are_made_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alembic's state is global: the warm-up's history and the call's once took each other's migration."""
    inside, both_came, overlapped = threading.Semaphore(1), threading.Barrier(2), threading.Event()

    def upgrade(config: object, _to: str) -> None:
        if not inside.acquire(blocking=False):
            overlapped.set()
            return
        overlapped.wait(0.2)  # time for the other thread, were it let in
        inside.release()

    monkeypatch.setattr("alembic.command.upgrade", upgrade)

    def make(name: str) -> None:
        both_came.wait()
        CallHistory(str(tmp_path / name)).close()

    threads = [threading.Thread(target=make, args=(name,)) for name in ("a.db", "b.db")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not overlapped.is_set()
