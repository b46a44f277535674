import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import fontpkg
import pytest
from tests.report.builders import empty_call, long_call, rich_call

from callwatch.core.channels import Language
from callwatch.core.errors import MissingPartError
from callwatch.core.facts import quoted
from callwatch.core.summary import CallSummary
from callwatch.document import from_document
from callwatch.report.export_csv import to_csv
from callwatch.report.exports import ExportFormat, export_call


def exported(summary: CallSummary, kind: ExportFormat) -> str:
    return export_call(summary, kind, Language.EN).decode("utf-8")


def hostile() -> CallSummary:
    """A call whose names and words try to break out."""
    call = rich_call()
    first = call.utterances[0]
    word = replace(first.words[0], text="<script>alert(1)</script> & --> 😀\udcff")
    return replace(
        call,
        call=replace(call.call, id="=1+1", source="<b>\t\n-->evil</b>", agent_id="@cmd"),
        utterances=(first.with_words((word, *first.words[1:])), *call.utterances[1:]),
        cues=tuple(replace(c, evidence=quoted("<img src=x onerror=1>\t'😀'")) for c in call.cues),
    )


CALLS = [rich_call(), empty_call(), hostile(), long_call(0.2, 800)]


@pytest.mark.parametrize("kind", list(ExportFormat))
@pytest.mark.parametrize("summary", CALLS, ids=["rich", "empty", "hostile", "long"])
def test_every_format_takes_every_call(summary: CallSummary, kind: ExportFormat) -> None:
    made = export_call(summary, kind, Language.SV)
    # Nobody spoke: then there is nothing to label.
    assert made or (kind is ExportFormat.AUDACITY and not summary.turn_spans)


def test_json_is_the_report() -> None:
    assert from_document(json.loads(exported(rich_call(), ExportFormat.JSON))) == rich_call()


def test_csv_has_one_row_a_call_and_no_formulas() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv([rich_call(), empty_call(), hostile()]))))
    assert len(rows) == 3
    rich, empty, evil = rows
    assert (rich["interruptions_agent"], rich["threat"], rich["threat_leave"]) == ("1", "2", "1")
    assert float(rich["talk_s_agent"]) == rich_call().metrics.talk_s.get(rich_call().segments[0][0])
    assert empty["talk_s_agent"] == "", "not measured is empty, never 0"
    assert evil["id"] == "'=1+1"
    assert evil["agent_id"] == "'@cmd"
    assert to_csv([]) == ""


def test_amazon_has_the_names_that_other_tools_read() -> None:
    document: dict[str, Any] = json.loads(exported(rich_call(), ExportFormat.AMAZON))
    traits = document["ConversationCharacteristics"]
    assert traits["TotalConversationDurationMillis"] == 80_000
    talk = traits["TalkTime"]["DetailsByParticipant"]
    assert talk["AGENT"]["TotalTimeMillis"] == 33_300
    assert traits["TalkTime"]["TotalTimeMillis"] == sum(t["TotalTimeMillis"] for t in talk.values())
    interruptions = traits["Interruptions"]
    assert interruptions["TotalCount"] == 1
    assert interruptions["InterruptionsByInterrupter"]["AGENT"] == [
        {"BeginOffsetMillis": 12600, "EndOffsetMillis": 17000, "DurationMillis": 4400}
    ]
    assert traits["NonTalkTime"]["Instances"][0]["DurationMillis"] == 4000
    speed = traits["TalkSpeed"]["DetailsByParticipant"]
    assert speed["CUSTOMER"]["AverageWordsPerMinute"] == 188
    segment = document["Transcript"][1]
    assert segment["ParticipantRole"] == "CUSTOMER"
    assert segment["BeginOffsetMillis"] == 4400
    assert len(segment["LoudnessScores"]) == 10, "one score for each second that is touched"
    assert all(0 <= score <= 100 for score in segment["LoudnessScores"])
    assert document["Categories"]["MatchedCategories"] == ["leave", "manager"]
    assert document["LanguageCode"] == "en-US"
    assert "Sentiment" not in json.dumps(document)


def test_amazon_leaves_what_was_not_measured_null() -> None:
    traits = json.loads(exported(empty_call(), ExportFormat.AMAZON))["ConversationCharacteristics"]
    assert traits["TalkTime"]["TotalTimeMillis"] is None
    assert traits["TalkTime"]["DetailsByParticipant"]["AGENT"] == {"TotalTimeMillis": None}
    assert traits["Interruptions"]["TotalCount"] is None


def test_vtt_has_one_cue_an_utterance_and_no_markup_from_the_call() -> None:
    text = exported(hostile(), ExportFormat.VTT)
    blocks = text.strip().split("\n\n")
    assert blocks[0].startswith("WEBVTT")
    timing = re.compile(
        r"\d\d:\d\d:\d\d\.\d{3} --> \d\d:\d\d:\d\d\.\d{3}\n<v (You|Customer)>[^<>]*"
    )
    cues = [block for block in blocks[1:] if not block.startswith("NOTE ")]
    assert len(cues) == len(rich_call().utterances)
    assert all(timing.fullmatch(block) for block in cues)
    notes = [block for block in blocks if block.startswith("NOTE ")]
    assert len(notes) == len(rich_call().cues)
    assert not any("-->" in note or "\n" in note for note in notes)


def test_audacity_labels_are_three_columns_in_the_order_of_time() -> None:
    rows = [line.split("\t") for line in exported(hostile(), ExportFormat.AUDACITY).splitlines()]
    assert all(len(row) == 3 for row in rows)
    starts = [float(row[0]) for row in rows]
    assert starts == sorted(starts)
    call = rich_call()
    assert len(rows) == len(call.turn_spans) + len(call.cues) + len(call.nudges)
    assert any("Threat: to go elsewhere" in row[2] for row in rows)


@pytest.mark.posix  # pdftotext reads it
def test_pdf_is_a_pdf_with_the_summary_on_two_pages() -> None:
    raw = export_call(rich_call(), ExportFormat.PDF, Language.NB)
    assert raw.startswith(b"%PDF-")
    pages = len(re.findall(rb"/Type /Page\b", raw))
    assert pages == 3
    assert raw == export_call(rich_call(), ExportFormat.PDF, Language.NB), "no clock in the file"


def text_of(raw: bytes) -> str:
    """All text of a PDF, as a reader would copy it."""
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=raw, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize(
    "name", ["Łukasz Żółć", "Ελένη Παπαδοπούλου", "Наталья Ђорђевић", "Áile Čáhppe Ŋuorti"]
)
@pytest.mark.posix  # pdftotext reads it
def test_names_of_all_europe_come_out_in_a_pdf(name: str) -> None:
    text = text_of(export_call(named(name), ExportFormat.PDF, Language.SV))
    assert name in text
    assert "[?]" not in text


@pytest.mark.posix  # pdftotext reads it
def test_what_the_font_lacks_is_replaced_where_everybody_sees_it() -> None:
    raw = export_call(named("A😀😀B 日本 \u200d\ufe0fC"), ExportFormat.PDF, Language.EN)
    assert "A[?]B [?] C" in text_of(raw)


def named(source: str) -> CallSummary:
    call = rich_call()
    return replace(call, call=replace(call.call, source=source))


def test_a_pdf_without_its_font_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object, **__: object) -> Path:
        raise fontpkg.FamilyNotInstalled("Fira Sans")

    monkeypatch.setattr(fontpkg, "path", absent)
    with pytest.raises(MissingPartError, match=r"callwatch\[pdf\]"):
        export_call(rich_call(), ExportFormat.PDF, Language.EN)
    monkeypatch.setitem(sys.modules, "fontpkg", None)
    with pytest.raises(MissingPartError, match=r"callwatch\[pdf\]"):
        export_call(rich_call(), ExportFormat.PDF, Language.EN)


def test_without_the_library_a_pdf_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fpdf", None)
    with pytest.raises(MissingPartError, match=r"callwatch\[pdf\]"):
        export_call(rich_call(), ExportFormat.PDF, Language.EN)
