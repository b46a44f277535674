"""`callwatch demo` without a display: everything that the demo call holds is found."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.access import is_owners_alone

from .commands import DEMO, callwatch

TRUTH = json.loads(DEMO.with_name("call.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], str]:
    home, out = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("demo")
    done = callwatch("demo", "--out", out, XDG_DATA_HOME=str(home), XDG_CONFIG_HOME=str(home))
    assert done.returncode == 0, done.stderr
    return out, done.stdout.splitlines(), done.stderr


def report_of(demo: tuple[Path, list[str], str]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((demo[0] / "report.json").read_text("utf-8"))
    return loaded


def events(kind: str) -> list[dict[str, Any]]:
    return [line for line in TRUTH["lines"] if line.get("kind") == kind]


def cues(demo: tuple[Path, list[str], str], kind: str) -> list[dict[str, Any]]:
    found = report_of(demo)["cues"]
    assert isinstance(found, list)
    return [cue for cue in found if cue["kind"] == kind]


def words_came_in_time(demo: tuple[Path, list[str], str]) -> bool:
    """Whether all words of the demo call were heard; where they were not, the report has to say so."""
    report = report_of(demo)
    if not report["performance"]["stt_skipped_s"]:
        return True
    assert any("not transcribed" in text for text in report["input_quality"]["warnings"])
    return False


def test_the_reports_path_is_the_last_line(demo: tuple[Path, list[str], str]) -> None:
    assert demo[1][-1] == str(demo[0] / "report.html")
    assert (demo[0] / "report.html").is_file()


def test_the_call_was_really_heard(demo: tuple[Path, list[str], str]) -> None:
    report = report_of(demo)
    call = report["call"]
    assert isinstance(call, dict)
    assert call["engine"] == "whisper"
    if not words_came_in_time(demo):
        return
    utterances = report["utterances"]
    assert isinstance(utterances, list)
    said = " ".join(str(utterance["text"]) for utterance in utterances).lower()
    assert "switch to another company" in said
    assert "truly sorry" in said


def test_the_agents_interruption_is_the_only_one(demo: tuple[Path, list[str], str]) -> None:
    (truth,) = events("interruption")
    (cue,) = cues(demo, "interruption")
    assert cue["channel"] == "agent"
    assert cue["start_s"] == pytest.approx(truth["start_s"], abs=0.25)
    assert cue["yielded"] is True


def test_both_backchannels_are_listening(demo: tuple[Path, list[str], str]) -> None:
    found = [cue["start_s"] for cue in cues(demo, "backchannel")]
    assert found == [pytest.approx(line["start_s"], abs=0.3) for line in events("backchannel")]


def test_the_raised_voice_is_the_customers(demo: tuple[Path, list[str], str]) -> None:
    (truth,) = events("raised_voice")
    found = cues(demo, "raised_voice")
    assert {cue["channel"] for cue in found} == {"customer"}
    first = found[0]
    assert isinstance(first["detected_s"], float)
    assert truth["start_s"] <= first["detected_s"] <= float(str(truth["start_s"])) + 2.5


def test_two_threats_of_different_kinds(demo: tuple[Path, list[str], str]) -> None:
    if not words_came_in_time(demo):
        return
    found = cues(demo, "threat")
    assert [cue["category"] for cue in found] == ["leave", "manager"]
    for cue, line in zip(found, events("threat"), strict=True):
        assert cue["category"] == line["category"]
        assert float(str(cue["detected_s"])) <= float(str(line["end_s"])) + 3.0


def test_the_steps_of_the_method(demo: tuple[Path, list[str], str]) -> None:
    if not words_came_in_time(demo):
        return
    assert cues(demo, "acknowledgement")
    assert cues(demo, "refocus")
    assert cues(demo, "solution")


def test_the_nudges_are_printed_with_their_call_time(demo: tuple[Path, list[str], str]) -> None:
    nudges = report_of(demo)["nudges"]
    assert isinstance(nudges, list)
    shown = [nudge for nudge in nudges if nudge["shown"]]
    expected = {"let_them_finish", "keep_listening"}
    if words_came_in_time(demo):
        expected |= {"threat.leave", "threat.manager"}
    assert expected <= {nudge["key"] for nudge in shown}
    for nudge in shown:
        clock = f"{int(nudge['time_s']) // 60}:{int(nudge['time_s']) % 60:02d}"
        title = nudge["text"].splitlines()[0]
        assert any(clock in line and title in line for line in demo[1]), (clock, title, demo[1])


def test_a_picture_of_each_state_of_the_overlay(demo: tuple[Path, list[str], str]) -> None:
    pictures = sorted(demo[0].glob("overlay-*.png"))
    assert len(pictures) >= 6
    assert all(path.stat().st_size > 2_000 for path in pictures)


def test_what_is_stored_is_the_owners_alone(demo: tuple[Path, list[str], str]) -> None:
    for name in ("report.json", "report.html", "events.jsonl"):
        assert is_owners_alone(demo[0] / name), name


def test_the_report_can_be_made_again_from_the_journal(demo: tuple[Path, list[str], str]) -> None:
    from callwatch.document import to_document
    from callwatch.report.journal import read_journal
    from callwatch.session.summary_builder import summarize

    again = json.loads(json.dumps(to_document(summarize(read_journal(demo[0] / "events.jsonl")))))
    assert again == report_of(demo)


def test_talk_time_is_that_of_the_script(demo: tuple[Path, list[str], str]) -> None:
    metrics = report_of(demo)["metrics"]
    assert isinstance(metrics, dict)
    for side in ("agent", "customer"):
        truth_s = sum(
            line["end_s"] - line["start_s"] for line in TRUTH["lines"] if line["channel"] == side
        )
        # The text-to-speech voices pause inside sentences, so the script's time is an upper bound.
        assert truth_s * 0.85 <= metrics["talk_s"][side] <= truth_s * 1.05
