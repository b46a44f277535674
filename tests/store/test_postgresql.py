"""The history in a real PostgreSQL server, started for these tests."""

import multiprocessing
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.report.builders import empty_call, long_call, rich_call

from callwatch.core.errors import MissingPartError, StoreError
from callwatch.store.history import CallFilter, CallHistory


def binaries() -> Path | None:
    """The folder with initdb and postgres; Debian keeps it outside of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    initdb = shutil.which("initdb")
    return None if initdb is None else Path(initdb).resolve().parent


BIN = binaries()
if BIN is None:
    # The Makefile installs it where there is apt; elsewhere SQLite is what can be tested.
    pytest.skip("PostgreSQL is not installed: apt-get install postgresql", allow_module_level=True)


def run(*command: str, user: str | None) -> None:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, user=user, cwd="/", timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of our own on a free port; the URL of its maintenance database."""
    assert BIN is not None
    # The server refuses to run as root; and its folder must be reachable for the one it runs as.
    user = "nobody" if os.geteuid() == 0 else None
    base = Path(tempfile.mkdtemp(prefix="callwatch-pg-", dir="/tmp"))
    if user is not None:
        os.chown(base, pwd.getpwnam(user).pw_uid, -1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = base / "data"
    run(str(BIN / "initdb"), "-D", str(data), "-U", "callwatch", "-A", "trust", "-N",
        "--no-instructions", "--locale=C.UTF-8", user=user)  # fmt: skip
    options = f"-F -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={base}"
    control = (str(BIN / "pg_ctl"), "-D", str(data), "-w", "-l", str(base / "log"))
    run(*control, "-o", options, "start", user=user)
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
    with CallHistory(url) as history:
        history.add(summary)
        assert history.get(summary.call.id) == summary
    with CallHistory(url) as again:
        assert [c.figures.call_id for c in again.list()] == [summary.call.id]


def test_notes_follow_ups_and_marks(url: str) -> None:
    with CallHistory(url) as history:
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
    with CallHistory(url) as history:
        history.add(rich_call("a"))
        history.add(replace(call, utterances=odd))
        assert [hit.call.figures.call_id for hit in history.search(query)] == expected


def test_trends_and_groups(url: str) -> None:
    with CallHistory(url) as history:
        for agent in range(5):
            for number in range(5):
                history.add(rich_call(f"{agent}-{number}", agent_id=f"agent-{agent}"))
        trends = history.group_trends()
        assert (trends.agents, trends.calls) == (5, 25)
        assert trends.weeks[0].talk_share.mean == pytest.approx(0.46, abs=0.01)
        assert history.trends("agent-1").calls == 5
        history.mark_hard("0-0")
        with pytest.raises(StoreError, match="at least 5"):
            history.group_trends()


def test_retention_delete_and_purge(url: str) -> None:
    with CallHistory(url) as history:
        for day in (1, 20):
            history.add(rich_call(f"c{day}", started_at=f"2026-03-{day:02}T10:00:00Z"))
        assert history.delete_older_than(10, datetime(2026, 3, 21, tzinfo=UTC)) == 1
        history.delete("c20")
        assert history.purge() == 0
        assert [s.call.id for s in history.export_all()] == []


def test_a_newer_version_is_left_alone(url: str) -> None:
    import psycopg

    CallHistory(url).close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer callwatch"):
        CallHistory(url)


def write(address: str, name: str) -> None:
    """What one of two programs does at the same time as the other."""
    with CallHistory(address) as history:
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
    with CallHistory(url) as history:
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
