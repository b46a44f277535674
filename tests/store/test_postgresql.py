"""The history in a real PostgreSQL server, started for these tests."""

import json
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.commands import callwatch, failed_kindly
from tests.report.builders import empty_call, long_call, rich_call

from callwatch.core.errors import MissingPartError, StoreError
from callwatch.store.history import CallFilter, CallHistory

# Whose calls the builders make.
ME = "agent-a"


def binaries() -> Path | None:
    """The folder with initdb and postgres; Debian keeps it outside of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    initdb = shutil.which("initdb")
    return None if initdb is None else Path(initdb).resolve().parent


pytestmark = pytest.mark.posix  # the server is started here with POSIX users
BIN = binaries()
if BIN is None and sys.platform != "win32":
    # The Makefile installs it where there is apt; elsewhere SQLite is what can be tested.
    pytest.skip("PostgreSQL is not installed: apt-get install postgresql", allow_module_level=True)


def run(*command: str, user: str | None) -> None:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, user=user, cwd="/", timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of our own on a free port; the URL of its maintenance database."""
    assert BIN is not None
    # The server refuses to run as root; and its folder must be reachable for the one it runs as.
    user = "nobody" if os.geteuid() == 0 else None
    base = Path(tempfile.mkdtemp(prefix="callwatch-pg-", dir="/tmp"))
    if user is not None:
        shutil.chown(base, user)
    data = base / "data"
    run(str(BIN / "initdb"), "-D", str(data), "-U", "callwatch", "-A", "trust", "-N",
        "--no-instructions", "--locale=C.UTF-8", user=user)  # fmt: skip
    options = f"-F -c listen_addresses=127.0.0.1 -c unix_socket_directories={base}"
    control = (str(BIN / "pg_ctl"), "-D", str(data), "-w", "-l", str(base / "log"))
    for tries_left in reversed(range(5)):
        port = free_port()
        try:
            run(*control, "-o", f"{options} -p {port}", "start", user=user)
            break
        except AssertionError:  # somebody may have taken the port meanwhile
            if not tries_left:
                raise
    yield f"postgresql://callwatch@127.0.0.1:{port}"
    run(*control, "-m", "immediate", "stop", user=user)
    shutil.rmtree(base)


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of its own for each test."""
    import psycopg

    name = f"t{abs(hash(request.node.name))}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield f"{server}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.parametrize("summary", [rich_call(), empty_call(), long_call(0.5, 50_000)])
def test_a_call_comes_back_as_it_was_stored(url: str, summary) -> None:  # type: ignore[no-untyped-def]
    with CallHistory(url, ME) as history:
        summary = replace(summary, call=replace(summary.call, agent_id=ME))
        history.add(summary)
        assert history.get(summary.call.id) == summary
    with CallHistory(url, ME) as again:
        assert [c.figures.call_id for c in again.list()] == [summary.call.id]


def test_notes_follow_ups_and_marks(url: str) -> None:
    with CallHistory(url, ME) as history:
        history.add(rich_call("a"))
        history.add(rich_call("b"))
        history.note("a", "Call back 😀")
        history.set_follow_up("a", date(2026, 4, 2))
        history.mark_hard("b")
        (line,) = history.list(where=CallFilter(follow_up=True))
        assert (line.figures.call_id, line.note) == ("a", "Call back 😀")
        assert [c.figures.call_id for c in history.list(where=CallFilter(hard=True))] == ["b"]
        history.add(rich_call("a"))
        assert history.record("a").note == "Call back 😀"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("invoice", ["b", "a"]),
        ("annoying sorry", ["b", "a"]),
        ('"which options we have"', ["b", "a"]),
        ('"options which"', []),
        ("opti*", ["b", "a"]),
        ("zzz", ["b"]),
        ("a | b & !c :* <-> (", []),
        ("'; DROP TABLE calls; --", []),
    ],
)
def test_words_find_calls(url: str, query: str, expected: list[str]) -> None:
    call = rich_call("b")
    word = replace(call.utterances[0].words[0], text="zzz\x00")
    odd = (call.utterances[0].with_words((word,)), *call.utterances[1:])
    with CallHistory(url, ME) as history:
        history.add(rich_call("a"))
        history.add(replace(call, utterances=odd))
        assert [hit.call.figures.call_id for hit in history.search(query)] == expected


def test_trends_and_groups(url: str) -> None:
    for agent in range(5):
        with CallHistory(url, f"agent-{agent}") as history:
            for number in range(5):
                history.add(rich_call(f"{agent}-{number}", agent_id=f"agent-{agent}"))
    with CallHistory(url) as anybody:
        trends = anybody.group_trends()
        assert (trends.agents, trends.calls) == (5, 25)
        assert trends.weeks[0].talk_share.mean == pytest.approx(0.46, abs=0.01)
    with CallHistory(url, "agent-0") as history:
        assert history.trends().calls == 5
        history.mark_hard("0-0")
        with pytest.raises(StoreError, match="at least 5"):
            history.group_trends()


@pytest.fixture
def shared(url: str) -> str:
    """Two agents' calls in one database; theirs has a note and a kept sound."""
    with CallHistory(url, ME) as mine:
        mine.add(rich_call("mine"))
    with CallHistory(url, "agent-b") as theirs:
        theirs.add(rich_call("theirs", agent_id="agent-b"), [Path("/theirs/sound.flac")])
        theirs.note("theirs", "call back")
    return url


def test_an_agent_sees_their_own_calls_and_nobody_elses(shared: str) -> None:
    with CallHistory(shared, ME) as mine:
        assert [call.figures.call_id for call in mine.list()] == ["mine"]
        assert [hit.call.figures.call_id for hit in mine.search("invoice")] == ["mine"]
        assert [summary.call.id for summary in mine.export_all()] == ["mine"]
        assert mine.trends().calls == 1
        assert mine.own_history(ME, "2027-01-01T00:00:00Z", "theirs").note == ""
        assert mine.audio_of(["theirs"]) == {}
        assert not mine.has_audio()
        for look in (mine.get, mine.record, mine.delete, mine.mark_hard):
            with pytest.raises(StoreError, match="there is no call 'theirs'"):
                look("theirs")
        with pytest.raises(StoreError, match="there is no call 'theirs'"):
            mine.note("theirs", "mine now")
        assert mine.known_files([Path("/theirs/sound.flac")]), "its sound is no orphan"


def test_nobody_asks_for_another_agent_by_name(shared: str) -> None:
    with CallHistory(shared, ME) as mine:
        for ask in (
            lambda: mine.list(where=CallFilter(agent_id="agent-b")),
            lambda: mine.trends("agent-b"),
            lambda: mine.own_history("agent-b", "2027-01-01T00:00:00Z"),
        ):
            with pytest.raises(StoreError, match="to that agent alone"):
                ask()
        with pytest.raises(StoreError, match="agent of the settings"):
            mine.add(rich_call("forged", agent_id="agent-b"))
        with pytest.raises(StoreError):
            mine.add(rich_call("theirs"))
    with CallHistory(shared, "agent-b") as theirs:
        assert theirs.record("theirs").note == "call back"


@pytest.mark.parametrize("nobody", [None, ""])
def test_a_shared_history_wants_to_know_who_asks(shared: str, nobody: str | None) -> None:
    with CallHistory(shared, nobody) as history:
        for ask in (history.list, lambda: history.search("invoice"), history.purge,
                    history.trends, lambda: list(history.export_all()),
                    lambda: history.add(rich_call("unnamed", agent_id=None))):  # fmt: skip
            with pytest.raises(StoreError, match="set your pseudonym"):
                ask()


def test_purge_and_retention_are_each_agents_own_but_nobodys_calls_stay_for_ever(
    url: str,
) -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    start = "2026-03-01T00:00:00Z"
    with CallHistory(url, "agent-b") as theirs:
        for name, days in (("soon", 5), ("later", 60)):
            theirs.add(rich_call(name, agent_id="agent-b", started_at=start), keep_days=days)
    with CallHistory(url, ME) as mine:
        mine.add(rich_call("mine", started_at=start), keep_days=2)
        assert mine.delete_older_than(2, day + timedelta(days=3)) == 1
        assert mine.purge() == 0
        assert mine.delete_older_than(2, day + timedelta(days=6)) == 1
    with CallHistory(url, "agent-b") as theirs:
        assert [call.figures.call_id for call in theirs.list()] == ["later"]
    with CallHistory(url, ME) as mine:
        assert mine.delete_older_than(2, day + timedelta(days=61)) == 1


def test_calls_from_before_the_day_of_deletion_was_written_go_too(url: str) -> None:
    import psycopg

    with CallHistory(url, "agent-b") as theirs:
        theirs.add(rich_call("old", agent_id="agent-b", started_at="2026-03-01T00:00:00Z"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE calls SET delete_after = NULL")
    with CallHistory(url, ME) as mine:
        assert mine.delete_older_than(1, datetime(2026, 3, 20, tzinfo=UTC)) == 0
        assert mine.delete_older_than(1, datetime(2026, 4, 20, tzinfo=UTC)) == 1


def test_the_command_line_asks_as_the_agent_of_the_settings(
    shared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'[store]\nurl = "{shared}"\n', "utf-8")
    nameless = callwatch("calls", "list", CALLWATCH_CONFIG=str(settings))
    assert "set your pseudonym" in failed_kindly(nameless)
    settings.write_text(f'[call]\nagent_id = "{ME}"\n[store]\nurl = "{shared}"\n', "utf-8")
    monkeypatch.setenv("CALLWATCH_CONFIG", str(settings))
    assert [line["id"] for line in json.loads(callwatch("calls", "list", "--json").stdout)] == [
        "mine"
    ]
    for other in (("calls", "list", "--agent", "agent-b"), ("trends", "--agent", "agent-b")):
        assert "to that agent alone" in failed_kindly(callwatch(*other))
    assert "there is no call" in failed_kindly(callwatch("calls", "show", "theirs"))
    assert "there is no call" in failed_kindly(callwatch("calls", "delete", "theirs"))
    assert callwatch("calls", "purge", "--yes").stdout.strip() == "Deleted 1 call."
    with CallHistory(shared, "agent-b") as theirs:
        assert len(theirs.list()) == 1


def test_retention_delete_and_purge(url: str) -> None:
    with CallHistory(url, ME) as history:
        for day in (1, 20):
            history.add(rich_call(f"c{day}", started_at=f"2026-03-{day:02}T10:00:00Z"))
        assert history.delete_older_than(10, datetime(2026, 3, 21, tzinfo=UTC)) == 1
        history.delete("c20")
        assert history.purge() == 0
        assert [s.call.id for s in history.export_all()] == []


def test_a_newer_version_is_left_alone(url: str) -> None:
    import psycopg

    CallHistory(url, ME).close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer callwatch"):
        CallHistory(url, ME)


def write(address: str, name: str) -> None:
    """What one of two programs does at the same time as the other."""
    with CallHistory(address, ME) as history:
        for n in range(8):
            history.add(rich_call(f"{name}-{n}"))


def test_two_programs_may_make_and_write_the_same_history(url: str) -> None:
    # Forked where that is possible: a new interpreter takes longer than the writing.
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("fork" if can_fork else "spawn")
    writers = [context.Process(target=write, args=(url, name)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    with CallHistory(url, ME) as history:
        assert len(history.list(limit=100)) == 16


def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(StoreError, match="cannot be reached") as told:
        CallHistory(f"postgresql://me:secret@127.0.0.1:{port}/calls")
    assert "secret" not in str(told.value)


def test_without_the_driver_the_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingPartError, match=r"callwatch\[postgresql\]"):
        CallHistory("postgresql://me@127.0.0.1/calls")
