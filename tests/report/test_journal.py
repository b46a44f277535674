import os
from pathlib import Path
from typing import Any

import pytest
from tests.access import is_owners_alone
from tests.report.builders import AGENT, CUSTOMER, cue, rich_call, utterance

from callwatch.core.channels import Channel
from callwatch.core.cues import CueKind
from callwatch.core.errors import InputError, OutputError
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.events import (
    CallEnded,
    CallStarted,
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EffortRose,
    EscalationChanged,
    Event,
    FloorReleased,
    FloorTaken,
    InputWarning,
    MeterUpdated,
    NudgeClosed,
    NudgeShown,
    NudgeSuppressed,
    PartialTranscribed,
    UtteranceFinished,
    UtteranceRevised,
    VoiceSettled,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance
from callwatch.report.journal import (
    JournalWriter,
    event_from_document,
    event_to_document,
    read_journal,
)

CALL = rich_call()
SPAN = TimeSpan(1.0 / 3.0, 2.0)
PARTIAL = Utterance("u9", AGENT, utterance(9, AGENT, 1.0, 2.0, "so far").words, False, 2.4)
EVENTS: list[Event] = [
    CallStarted(0.0, CALL.call),
    CallEnded(80.0, 80.0, True, CALL.input_quality, CALL.performance),
    VoiceSettled(51.0, CUSTOMER),
    EffortRose(51.2, CUSTOMER, 3.25),
    VoiceStarted(1.0, AGENT, 0.1 + 0.2),
    VoiceStopped(2.0, CUSTOMER, SPAN),
    *(CueOpened(c.detected_s, f"c{n}", c) for n, c in enumerate(CALL.cues)),
    CueOpened(
        40.0, "c40", cue(CueKind.DEAD_AIR, None, 30.0, 38.0, Fact("dead_air", {"silent_s": 8.0}))
    ),
    CueClosed(41.0, "c41", CALL.cues[1]),
    CueWithdrawn(42.0, "c42"),
    PartialTranscribed(43.0, PARTIAL),
    *(UtteranceFinished(u.consumed_s, u) for u in CALL.utterances),
    UtteranceFinished(44.0, Utterance("u10", AGENT, (), True, 44.0)),
    UtteranceRevised(44.5, utterance(10, AGENT, 43.0, 44.0, "[card]")),
    EscalationChanged(45.0, EscalationChange(45.0, EscalationLevel.HEATED, EscalationLevel.CALM)),
    *(NudgeShown(n.time_s, n) if n.shown else NudgeSuppressed(n.time_s, n) for n in CALL.nudges),
    NudgeClosed(46.0, "n1", "its cue closed"),
    FloorTaken(47.0, AGENT, 46.5),
    FloorReleased(48.0, CUSTOMER, SPAN),
    InputWarning(49.0, AGENT, Fact("no_sound", {"channel": "agent", "silent_s": 10.0}), SPAN),
    InputWarning(49.0, None, Fact("same_audio")),
    MeterUpdated(50.0, dict.fromkeys(Channel, 1.5), {AGENT: -30.5, CUSTOMER: None}, {AGENT: 0.4}),
]


def test_every_event_class_is_covered_here() -> None:
    assert {type(event) for event in EVENTS} == set(Event.__args__)


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_every_event_survives_the_round_trip(event: Event) -> None:
    document = event_to_document(event)
    assert list(document) == ["time_s", "type", "id", "channel", "payload"]
    assert event_from_document(document) == event


def test_the_journal_holds_one_line_an_event_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "events.jsonl"
    with JournalWriter(path) as write:
        for event in EVENTS:
            write(event)
            # Written at once: a crash after this line loses nothing.
            assert path.read_bytes().count(b"\n") == EVENTS.index(event) + 1
    assert is_owners_alone(path)
    assert list(read_journal(path)) == EVENTS


def test_an_older_journal_is_replaced_and_made_private(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text("old\n")
    path.chmod(0o644)
    JournalWriter(path).close()
    assert path.read_text() == ""
    assert is_owners_alone(path)


def test_a_last_line_that_was_cut_short_is_forgiven(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with JournalWriter(path) as write:
        for event in EVENTS:
            write(event)
    whole = path.read_bytes()
    for cut in (1, 2, 40):
        path.write_bytes(whole[:-cut])
        expected = EVENTS if cut == 1 else EVENTS[:-1]
        assert list(read_journal(path)) == expected


def test_a_broken_line_before_the_last_is_told(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"time_s": 1.0, "ty\n{}\n')
    with pytest.raises(InputError, match="line 1 of"):
        list(read_journal(path))


@pytest.mark.parametrize("line", ['{"type": "new_thing"}', "{}", "[]", '{"type": "voice_started"}'])
def test_what_is_no_event_is_told(tmp_path: Path, line: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(InputError, match="event"):
        list(read_journal(path))


def test_a_missing_journal_and_an_unwritable_place_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(read_journal(tmp_path / "none.jsonl"))
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="choose another folder"):
        JournalWriter(tmp_path / "file" / "events.jsonl")


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():  # pragma: no cover - only Linux has it
        return

    def full(number: int, mode: str, **how: Any) -> Any:
        os.close(number)
        return open("/dev/full", mode, **how)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdopen", full)
        journal = JournalWriter(tmp_path / "events.jsonl")
    with pytest.raises(OutputError, match="make room"):
        journal(EVENTS[0])
    with pytest.raises(OutputError):
        journal.close()
