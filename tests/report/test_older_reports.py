"""Files of versions that wrote sentences alone, and of versions to come, still open.

`older/` holds a report and a journal as they were before facts had codes.
"""

import json
import zlib
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tests.report.builders import rich_call
from typer.testing import CliRunner

from callwatch.cli.tree import app
from callwatch.core.channels import Language
from callwatch.core.facts import Fact, quoted
from callwatch.core.summary import CallSummary
from callwatch.document import from_document, to_document
from callwatch.report.html import render_html
from callwatch.report.journal import read_journal
from callwatch.session.summary_builder import summarize
from callwatch.store.history import CallHistory

OLDER = Path(__file__).parent / "older"
OVERLAP = "1.4 s overlap after the other held the floor for 8.2 s"
LOST = (
    "The customer's device delivered nothing for 0.2 s of the call; what was said then is missing."
)
HELD = (
    "pitch 5 semitones above their own usual for 1.2 s; not shown: another nudge was shown less "
    "than 60 s before"
)


def older_report() -> CallSummary:
    return from_document(json.loads((OLDER / "report.json").read_text("utf-8")))


def older_journal() -> CallSummary:
    return summarize(read_journal(OLDER / "events.jsonl"))


@pytest.mark.parametrize("summary", [older_report(), older_journal()], ids=["report", "journal"])
def test_sentences_without_a_code_are_shown_as_they_are(summary: CallSummary) -> None:
    assert quoted(OVERLAP) in [cue.evidence for cue in summary.cues]
    assert [nudge.because for nudge in summary.nudges] == [quoted(OVERLAP), quoted(HELD)]
    assert summary.input_quality.warnings == (quoted(LOST),)
    page = render_html(summary, Language.SV)
    for sentence in (OVERLAP, HELD[1:], LOST):
        assert sentence.replace("'", "&#39;") in page


def test_a_report_that_is_written_again_keeps_its_sentences() -> None:
    summary = older_report()
    document = to_document(summary)
    assert document["input_quality"]["warnings"] == [LOST]
    assert document["input_quality"]["warning_facts"] == [{"code": None, "params": {}}]
    assert {cue["evidence_code"] for cue in document["cues"]} == {None}
    assert from_document(document) == summary


def test_the_code_of_an_older_note_is_kept() -> None:
    notes = [e.fact for e in read_journal(OLDER / "events.jsonl") if hasattr(e, "fact")]
    assert [note.code for note in notes] == ["no_sound", "source"]
    assert notes[1].sentence == "Jabra (customer) was lost: it stopped delivering."


def test_an_older_journal_gives_its_report(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(OLDER / "events.jsonl"), "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert f"note: {LOST}" in done.stderr
    document = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert (
        document["cues"][0]["evidence"] == "Said 'yes but did you fill in' (rule blaming.did-you)."
    )


def test_a_row_of_an_older_history_opens(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    with CallHistory(str(path)) as history:
        history.add(rich_call("before-facts"))
    body = zlib.compress((OLDER / "report.json").read_bytes())
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE documents SET body = :body"), {"body": body})
    engine.dispose()
    with CallHistory(str(path)) as history:
        assert history.get("before-facts") == older_report()


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("code_of_a_later_version", {"seconds": 3.0}),
        ("overlap", {"overlap_s": 1.4}),
        ("overlap", {"overlap_s": None, "held_s": 8.2}),
        ("overlap", {"overlap_s": {}, "held_s": 8.2}),
    ],
)
def test_what_no_sentence_fits_is_shown_in_its_english_words(
    code: str, params: dict[str, object]
) -> None:
    document = to_document(rich_call())
    document["cues"][1] |= {"evidence_code": code, "evidence_params": params}
    assert from_document(document).cues[1].evidence == quoted(OVERLAP, code)


def test_a_reason_of_a_later_version_is_shown_with_its_evidence() -> None:
    document = to_document(rich_call())
    document["nudges"][1]["not_shown_code"] = "moon_phase"
    nudge = from_document(document).nudges[1]
    assert (nudge.because, nudge.not_shown) == (quoted(HELD, "moon_phase"), None)


def test_a_report_has_its_facts_beside_the_english_sentences() -> None:
    document = to_document(rich_call())
    cue, warnings = document["cues"][1], document["input_quality"]
    assert (cue["evidence"], cue["evidence_code"]) == (OVERLAP, "overlap")
    assert cue["evidence_params"] == {"overlap_s": 1.4, "held_s": 8.2}
    assert document["nudges"][1]["because"] == HELD
    assert document["nudges"][1]["because_code"] == "raised_voice"
    assert document["nudges"][1]["not_shown_params"] == {"within_s": 60.0}
    assert warnings["warnings"] == [LOST]
    (fact,) = warnings["warning_facts"]
    assert Fact(**fact) == rich_call().input_quality.warnings[0]
