"""`callwatch report`: the same report again from the journal, and one from a journal cut short."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callwatch.app.report import report_of_journal
from callwatch.cli.tree import app
from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind
from callwatch.core.errors import InputError, OutputError
from callwatch.core.events import CallStarted, CueOpened, VoiceStarted
from callwatch.core.facts import quoted
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallInfo
from callwatch.report.journal import JournalWriter

CUE = Cue(CueKind.INTERRUPTION, Channel.AGENT, TimeSpan(8.0, 9.0), 9.0, 0.9, quoted("made"))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The journal of a call that a crash cut short in the middle of a line."""
    path = tmp_path / "a call" / "events.jsonl"
    info = CallInfo("c1", None, "2026-01-01T00:00:00Z", 0.0, "made", "sv", "none", None)
    with JournalWriter(path) as write:
        write(CallStarted(0.0, info))
        write(VoiceStarted(1.1, Channel.CUSTOMER, 1.0))
        write(CueOpened(9.0, "i1", CUE))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"time_s":9.5,"type":"voice_st')
    return path


def test_a_journal_that_was_cut_short_gives_its_report(journal: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(journal.parent)])
    assert done.exit_code == 0, done.output
    document = json.loads((journal.parent / "report.json").read_text("utf-8"))
    assert document["call"]["duration_s"] == 9.0
    assert document["metrics"]["talk_s"]["customer"] == 8.0
    assert [cue["kind"] for cue in document["cues"]] == ["interruption"]
    assert "was cut short" in document["input_quality"]["warnings"][-1]
    assert (journal.parent / "report.html").exists()
    assert "Samtalets journal slutar utan slut" in done.stderr


def test_json_is_the_report_and_out_is_where_it_goes(journal: Path, tmp_path: Path) -> None:
    out = tmp_path / "elsewhere"
    done = CliRunner().invoke(app, ["report", str(journal), "--out", str(out), "--json"])
    assert json.loads(done.stdout) == json.loads((out / "report.json").read_text("utf-8"))
    assert not (journal.parent / "report.json").exists()


@pytest.mark.parametrize("text", ["", "hello\nyou\n", '{"type": "unknown"}\n'])
def test_what_is_no_journal_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(text, "utf-8")
    done = CliRunner().invoke(app, ["report", str(path)])
    assert isinstance(done.exception, InputError)
    assert not (tmp_path / "report.json").exists()


def test_a_folder_without_a_journal_and_one_that_cannot_be_written(
    journal: Path, tmp_path: Path
) -> None:
    assert isinstance(CliRunner().invoke(app, ["report", str(tmp_path)]).exception, InputError)
    blocked = tmp_path / "file"
    blocked.touch()
    done = CliRunner().invoke(app, ["report", str(journal), "--out", str(blocked / "x")])
    assert isinstance(done.exception, OutputError)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "is a recording: run `callwatch analyze"),
        (b"fLaC\x00\x00\x00", "is a recording"),
        (b"<!doctype html>\n<html>", "is no journal of a call"),
        (b'{\n "schema": "callwatch.report/1"}', "is no journal of a call"),
        (b"\xff\xfe\x00 anything \x00", "is no journal of a call"),
    ],
)
def test_another_file_is_named_for_what_it_is(tmp_path: Path, head: bytes, said: str) -> None:
    path = tmp_path / "a call.wav"
    path.write_bytes(head + bytes(100))
    with pytest.raises(InputError, match=said):
        report_of_journal(path, None)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a call.wav"]
