"""The commands on the history, run as a person runs them."""

import csv
import io
import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.access import is_owners_alone
from tests.report.builders import long_call, rich_call
from typer.testing import CliRunner, Result

from callwatch.cli.calls import calls_app
from callwatch.cli.trends import trends_app
from callwatch.core.errors import CallwatchError, StoreError
from callwatch.core.files import file_stem
from callwatch.document import from_document
from callwatch.store.history import CallHistory

TODAY = datetime.now(UTC).strftime("%Y-%m-%d")


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = str(tmp_path / "history.sqlite3")
    monkeypatch.setenv("CALLWATCH_HISTORY", path)
    with CallHistory() as own:
        assert own.name != path, "the option, not the environment, is read by the command line"
    with CallHistory(path) as history:
        history.add(rich_call("one", started_at="2026-03-02T09:00:00Z"))
        history.add(rich_call("two", started_at="2026-03-03T09:00:00Z", source="[bold]<x>.wav"))
        history.add(rich_call("new", started_at=f"{TODAY}T00:00:01Z"))
    return path


def run(app: typer.Typer, *arguments: str, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(app, list(arguments), input=stdin)
    if result.exception and isinstance(result.exception, CallwatchError):
        raise result.exception
    return result


def told(*arguments: str, stdin: str | None = None) -> str:
    result = run(calls_app, *arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result.output


def test_list_and_its_json(address: str) -> None:
    text = told("list")
    assert text.index("new") < text.index("two") < text.index("one")
    lines: list[dict[str, Any]] = json.loads(told("list", "--json", "--limit", "2"))
    assert [line["id"] for line in lines] == ["new", "two"]
    assert lines[0]["threat_categories"] == ["leave", "manager"]
    assert lines[0]["note"] == ""


def test_an_empty_history_says_how_to_begin() -> None:
    assert "callwatch demo" in told("list")
    assert json.loads(told("list", "--json")) == []


def test_a_slip_in_the_address_makes_no_new_history(tmp_path: Path) -> None:
    for command in (("list",), ("purge", "--yes"), ("export", "--all")):
        with pytest.raises(StoreError, match="no history at"):
            told(*command, "--history", str(tmp_path / "sub" / "slip.sqlite3"))
    assert list(tmp_path.iterdir()) == []


def test_show_and_its_json(address: str) -> None:
    text = " ".join(told("show", "two").split())
    assert "raised their voice once" in text
    assert "[bold]<x>.wav" in text
    assert "Talk share" in text
    assert from_document(json.loads(told("show", "one", "--json"))).call.id == "one"
    assert "Kunden höjde rösten" in " ".join(told("show", "one", "--language", "sv").split())


def test_an_unknown_call_is_an_error_with_a_sentence(address: str) -> None:
    with pytest.raises(StoreError, match="calls list"):
        run(calls_app, "show", "nobody")


def test_note_follow_up_and_hard(address: str) -> None:
    told("note", "one", "Call back [soon]")
    told("follow-up", "one", "2026-04-02")
    told("hard", "two")
    (line,) = json.loads(told("list", "--follow-up", "--json"))
    assert (line["id"], line["note"], line["follow_up_on"]) == (
        "one",
        "Call back [soon]",
        "2026-04-02",
    )
    assert [line["id"] for line in json.loads(told("list", "--hard", "--json"))] == ["two"]
    assert "Call back [soon]" in told("show", "one")
    told("follow-up", "one", "--clear")
    told("hard", "two", "--undo")
    assert json.loads(told("list", "--follow-up", "--json")) == []
    with pytest.raises(StoreError, match="no day"):
        run(calls_app, "follow-up", "one", "soon")
    assert run(calls_app, "follow-up", "one").exit_code == 2


def test_search_and_its_json(address: str) -> None:
    assert "annoying" in told("search", "annoy*")
    (first, *_) = json.loads(told("search", '"really annoying"', "--json"))
    assert "[really annoying]" in first["snippet"]
    assert "No call was found" in told("search", "zeppelin")


def test_export_of_one_call(address: str, tmp_path: Path) -> None:
    assert from_document(json.loads(told("export", "one"))).call.id == "one"
    assert told("export", "one", "--format", "vtt").startswith("WEBVTT")
    target = tmp_path / "deep" / "one.pdf"
    told("export", "one", "--format", "pdf", "--out", str(target))
    assert target.read_bytes().startswith(b"%PDF-")
    assert is_owners_alone(target)
    assert run(calls_app, "export").exit_code == 2
    assert run(calls_app, "export", "one", "--all").exit_code == 2


def test_export_of_every_call(address: str, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(told("export", "--all", "--format", "csv"))))
    assert sorted(row["id"] for row in rows) == ["new", "one", "two"]
    assert len(json.loads(told("export", "--all"))) == 3
    folder = tmp_path / "all"
    told("export", "--all", "--format", "amazon", "--out", str(folder))
    assert {path.name for path in folder.iterdir()} == {
        *("new.amazon.json", "one.amazon.json", "two.amazon.json")
    }


@pytest.mark.parametrize(
    ("call_id", "stem"),
    [
        ("a/../b", "a_.._b"),
        ("../../etc/passwd", "etc_passwd"),
        ("", "call"),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_call_id_never_leads_out_of_the_folder(call_id: str, stem: str) -> None:
    assert file_stem(call_id) == stem


def test_delete_and_purge(address: str) -> None:
    asked = run(calls_app, "delete", "one", stdin="n\n")
    assert asked.exit_code == 1
    assert "Delete the call of 2026-03-02" in asked.output
    assert len(json.loads(told("list", "--json"))) == 3
    told("delete", "one", "--yes")
    assert run(calls_app, "purge", stdin="n\n").exit_code == 1
    assert "Deleted 1 call" in told("purge", "--older-than-days", "1", "--yes")
    assert [line["id"] for line in json.loads(told("list", "--json"))] == ["new"]
    told("purge", stdin="y\n")
    assert json.loads(told("list", "--json")) == []


def test_trends_as_a_table_json_and_a_page(address: str, tmp_path: Path) -> None:
    page = tmp_path / "trends.html"
    result = run(trends_app, "--weeks", "520", "--html", str(page))
    assert result.exit_code == 0, result.output
    assert "Not enough calls yet" in " ".join(result.output.split())
    row = next(line for line in result.output.splitlines() if line.startswith("2026-03-02"))
    assert row.split()[:4] == ["2026-03-02", "2", "46%", "1.0"]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    document = json.loads(run(trends_app, "--json", "--weeks", "520").output)
    assert sum(week["calls"] for week in document["weeks"]) == 3
    assert document["nudge_effect"]["rows"] == []
    with pytest.raises(StoreError, match="at least 5"):
        run(trends_app, "--group")


def test_a_long_call_can_be_shown(address: str) -> None:
    with CallHistory(address) as history:
        history.add(long_call(0.5, 4000))
    assert "Moments worth a second look" in told("show", "long")


def test_kept_sound_is_shown_exported_and_deleted_with_its_call(
    address: str, tmp_path: Path
) -> None:
    sound = tmp_path / "sound" / "kept.flac"
    sound.parent.mkdir()
    sound.write_bytes(b"fLaC" + bytes(1000))
    call = rich_call("kept", started_at=f"{TODAY}T00:00:02Z")
    call = replace(call, call=replace(call.call, audio_kept_until="2026-12-24"))
    with CallHistory(address) as history:
        history.add(call, [sound])
    shown = told("show", "kept")
    assert "kept on this computer" in shown
    assert "24 December 2026" in shown
    assert str(sound) in "".join(shown.split("\n"))
    assert "Lyden av denne samtalen" in told("show", "kept", "--language", "nb")
    assert "FOLDER" in told("export", "--all")
    folder = tmp_path / "mine"
    assert "1 with their sound" in told("export", "--all", "--out", str(folder))
    assert (folder / "kept.flac").read_bytes() == sound.read_bytes()
    assert is_owners_alone(folder / "kept.flac")
    assert sorted(path.name for path in folder.iterdir()) == [
        *("kept.flac", "kept.json", "new.json", "one.json", "two.json"),
    ]
    told("delete", "kept", "--yes")
    assert not sound.exists()
    assert (folder / "kept.flac").exists(), "the export belongs to the person"


@pytest.mark.parametrize(("days", "status"), [("36500", 0), ("36501", 2)])
def test_purge_takes_at_most_a_hundred_years(days: str, status: int) -> None:
    result = CliRunner().invoke(calls_app, ["purge", "--older-than-days", days, "--yes"])
    assert result.exit_code == status


def damaged(address: str) -> None:
    with sqlite3.connect(address) as link:
        link.execute("UPDATE calls SET duration_s = 'x' WHERE call_id = 'two'")
        two = "(SELECT pk FROM calls WHERE call_id = 'two')"
        link.execute(f"UPDATE documents SET body = x'00' WHERE call_pk = {two}")


@pytest.mark.parametrize("command", [["list"], ["list", "--json"], ["search", "the"]])
def test_a_damaged_call_is_named_beside_the_others(address: str, command: list[str]) -> None:
    damaged(address)
    result = run(calls_app, *command)
    assert result.exit_code == 1
    assert "the call two is damaged in the history: delete it" in result.stderr
    assert "one" in result.stdout
    assert "new" in result.stdout


def test_an_export_of_all_names_the_damaged_call_and_has_the_others(
    address: str, tmp_path: Path
) -> None:
    damaged(address)
    result = run(calls_app, "export", "--all", "--out", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "the call two is damaged" in result.stderr
    assert sorted(path.stem for path in (tmp_path / "out").iterdir()) == ["new", "one"]


def test_a_damaged_call_can_be_deleted_as_its_sentence_says(address: str) -> None:
    damaged(address)
    assert "Delete the damaged call two" in told("delete", "two", stdin="y\n")
    assert run(calls_app, "list").exit_code == 0
    with pytest.raises(StoreError, match="gone"):
        run(calls_app, "delete", "gone", "--yes")


def test_many_damaged_calls_do_not_fill_the_screen(address: str) -> None:
    with CallHistory(address) as history:
        for number in range(12):
            history.add(rich_call(f"call-{number}"))
    with sqlite3.connect(address) as link:
        link.execute("UPDATE calls SET duration_s = 'x'")
    result = run(calls_app, "list")
    assert result.stderr.count("is damaged") == 10
    assert "5 more calls cannot be read." in result.stderr
    assert "No calls yet" not in result.output
