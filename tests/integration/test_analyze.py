"""`callwatch analyze` and the history, as a person uses them."""

import json
from pathlib import Path

import pytest
import soundfile as sf
from tests.access import is_owners_alone
from tests.alike import assert_alike

from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallInfo, Performance
from callwatch.core.words import Utterance, Word
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.steps import StepMatcher
from callwatch.report.journal import JournalWriter
from callwatch.report.write import write_report
from callwatch.session.pipeline import Phrases, Pipeline
from callwatch.session.pipeline_config import PipelineConfig
from callwatch.session.summary_builder import SummaryBuilder
from callwatch.store.history import CallHistory

from .commands import DEMO, callwatch


@pytest.fixture
def short(tmp_path: Path) -> Path:
    audio, rate_hz = sf.read(DEMO)
    path = tmp_path / "a" / "call.wav"
    path.parent.mkdir()
    sf.write(path, audio[: 26 * rate_hz], rate_hz)
    return path


def test_equal_names_get_folders_of_their_own(short: Path, tmp_path: Path) -> None:
    twin = tmp_path / "b" / "call.wav"
    twin.parent.mkdir()
    twin.write_bytes(short.read_bytes())
    out = tmp_path / "out"
    done = callwatch("analyze", short, twin, "--out", out, "--engine", "none", "--no-history")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == ["call", "call-2"]
    first, second = (json.loads((out / n / "report.json").read_text()) for n in ("call", "call-2"))
    assert_alike(first["metrics"], second["metrics"])


def test_json_is_json_only(short: Path, tmp_path: Path) -> None:
    done = callwatch(
        "analyze", short, "--out", tmp_path / "out", "--engine", "none", "--no-history", "--json"
    )
    (report,) = json.loads(done.stdout)
    assert report["schema"] == "callwatch.report/1"
    assert done.stderr == ""


def test_swapped_channels_are_swapped_back(short: Path, tmp_path: Path) -> None:
    reports = []
    for order in ("agent,customer", "customer,agent"):
        out = tmp_path / order
        callwatch("analyze", short, "--out", out, "--engine", "none", "--no-history",
                  "--channels", order)  # fmt: skip
        reports.append(json.loads((out / "call" / "report.json").read_text())["metrics"]["talk_s"])
    assert reports[0]["agent"] == pytest.approx(reports[1]["customer"], abs=0.2)


def test_the_call_is_in_the_history_and_old_calls_leave_it(
    short: Path, tmp_path: Path, own_home: Path
) -> None:
    out = tmp_path / "out"
    done = callwatch("analyze", short, "--out", out, "--engine", "none")
    assert done.returncode == 0, done.stderr
    listed = json.loads(callwatch("calls", "list", "--json").stdout)
    rows = listed if isinstance(listed, list) else listed["calls"]
    assert len(rows) == 1
    call_id = json.loads((out / "call" / "report.json").read_text())["call"]["id"]
    shown = callwatch("calls", "show", call_id)
    assert shown.returncode == 0, shown.stderr
    stored = [path for path in own_home.rglob("*") if path.is_file()]
    assert stored
    assert all(is_owners_alone(path) for path in stored)


def test_a_spoken_card_number_leaves_no_trace_in_any_file(tmp_path: Path, own_home: Path) -> None:
    said = "my card is four two four two four two four two four two four two four two four two"
    words = tuple(
        Word(word, TimeSpan(i * 0.3, i * 0.3 + 0.3)) for i, word in enumerate(said.split())
    )
    language = Language.EN
    info = CallInfo("call", None, "2026-01-01T00:00:00Z", 0.0, "test", "en", "scripted", None)
    phrases = Phrases(PhraseMatcher.for_language(language), StepMatcher.for_language(language))
    pipeline, record = Pipeline(PipelineConfig(), info, phrases), SummaryBuilder()
    events = pipeline.start()
    for is_final in (False, True):
        events += pipeline.hear(Utterance("u", Channel.CUSTOMER, words, is_final, 9.0))
    events += pipeline.end_audio() + pipeline.end_call(Performance())
    with JournalWriter(tmp_path / "events.jsonl") as journal:
        for event in events:
            journal(event)
            record(event)
    summary = record.summary()
    write_report(summary, tmp_path, language)
    with CallHistory() as history:
        history.add(summary)
        assert [u.text for u in history.get("call").utterances] == [
            u.text for u in summary.utterances
        ]
    (heard,) = summary.utterances
    assert "my card is" in heard.text
    assert "four" not in heard.text
    files = [
        path for folder in (tmp_path, own_home) for path in folder.rglob("*") if path.is_file()
    ]
    assert len(files) >= 4
    for path in files:
        assert b"four two" not in path.read_bytes(), path
