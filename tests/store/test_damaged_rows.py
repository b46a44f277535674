"""Rows that another program wrote, or a disk changed: each is one sentence that names the call."""

import zlib
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tests.report.builders import rich_call

from callwatch.core.errors import StoreError
from callwatch.store.history import CallHistory
from callwatch.store.rows import unpack


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "history.db"
    with CallHistory(f"sqlite:///{path}") as history:
        history.add(rich_call("good"))
        history.add(rich_call("bad"))
    return path


def write(file: Path, column: str, value: object) -> None:
    """What no program of ours would write."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        command = text(f"UPDATE calls SET {column} = :value WHERE call_id = 'bad'")
        connection.execute(command, {"value": value})
    engine.dispose()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("duration_s", float("inf")),
        ("duration_s", "x"),
        ("talk_share_agent", "x"),
        ("talk_share_agent", b"\0"),
        ("started_at", b"\0"),
        ("started_at", "yesterday"),
        ("raised_voice", "x"),
        ("source", b"\0"),
    ],
)
def test_a_damaged_figure_is_one_sentence(file: Path, column: str, value: object) -> None:
    write(file, column, value)
    with CallHistory(f"sqlite:///{file}") as history:
        with pytest.raises(StoreError, match="the call bad is damaged in the history: delete it"):
            history.list()
        faults: list[StoreError] = []
        listed = history.list(on_damaged=faults.append)
        assert [call.figures.call_id for call in listed] == ["good"]
        assert ["the call bad is damaged" in str(fault) for fault in faults] == [True]
        history.delete("bad")  # what the sentence says works
        assert [call.figures.call_id for call in history.list()] == ["good"]


def test_a_damaged_call_keeps_no_later_one_out(file: Path) -> None:
    write(file, "duration_s", "x")
    with CallHistory(f"sqlite:///{file}") as history:
        past = history.own_history(rich_call().call.agent_id, "2999-01-01T00:00:00Z", "later")
        assert [call.call_id for call in past.previous] == ["good"]
        word = next(word.text for u in rich_call().utterances for word in u.words)
        faults: list[StoreError] = []
        found = history.search(word, on_damaged=faults.append)
        assert [hit.call.figures.call_id for hit in found] == ["good"]
        assert len(faults) == 1


def test_an_export_goes_on_after_a_damaged_body(file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        bad = "(SELECT pk FROM calls WHERE call_id = 'bad')"
        connection.execute(text(f"UPDATE documents SET body = x'00' WHERE call_pk = {bad}"))
    engine.dispose()
    with CallHistory(f"sqlite:///{file}") as history:
        faults: list[StoreError] = []
        exported = history.export_all(faults.append)
        assert [summary.call.id for summary in exported] == ["good"]
        assert len(faults) == 1
        with pytest.raises(StoreError, match="the call bad is damaged"):
            list(history.export_all())


@pytest.mark.parametrize(
    "body",
    [
        zlib.compress(b'"' + b" " * (1 << 27) + b'"', 1),  # more than any call, in half a megabyte
        zlib.compress(b"{}")[:-4],
        b"",
        zlib.compress(b"[" * 100_000),
    ],
)
def test_a_body_that_is_none_or_too_long_is_refused(body: bytes) -> None:
    with pytest.raises(StoreError, match="the call bad is damaged in the history"):
        unpack(body, "bad")


@pytest.mark.parametrize(
    ("start", "is_one"),
    [
        ("0001-01-01T00:00:00+14:00", False),
        ("1899-12-31T00:00:00Z", False),
        ("1900-01-01T00:00:00Z", True),
        ("2999-12-31T00:00:00Z", True),
        ("3000-01-01T00:00:00Z", False),
        ("9999-12-31T23:59:59Z", False),
    ],
)
def test_a_call_of_a_year_that_has_none_is_refused(file: Path, start: str, is_one: bool) -> None:
    summary = rich_call("odd")
    summary = replace(summary, call=replace(summary.call, started_at=start))
    with CallHistory(f"sqlite:///{file}") as history:
        with nullcontext() if is_one else pytest.raises(StoreError, match="is no time"):
            history.add(summary)
        assert history.has("odd") is is_one


def test_a_week_that_is_no_day_is_one_sentence(file: Path) -> None:
    write(file, "week", "Inf")
    agent = rich_call().call.agent_id
    assert agent is not None
    with (
        CallHistory(f"sqlite:///{file}") as history,
        pytest.raises(StoreError, match="which is no day"),
    ):
        history.trends(agent)
