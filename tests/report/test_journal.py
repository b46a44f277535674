import errno
import json
import os
import queue
import random
import shutil
import stat
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

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
from callwatch.core.summary import ChannelQuality, InputQuality, Performance
from callwatch.core.words import Utterance
from callwatch.report.event_codec import event_from_document, event_to_document
from callwatch.report.files import write_private
from callwatch.report.journal import SYNC_EVERY_S, JournalWriter, encode_line, read_journal
from callwatch.session.summary_builder import summarize
from callwatch.texts.catalogue import load_texts

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


def test_a_line_holds_the_sum_of_what_stands_before_it(tmp_path: Path) -> None:
    line = written(tmp_path).read_bytes().split(b"\n")[0]
    body, _, rest = line.rpartition(b',"crc":"')
    assert rest == b'%08x"}' % zlib.crc32(body)
    assert json.loads(line)["type"] == "call_started"


@pytest.mark.parametrize("tail", [b"\0" * 4096, b'{"time_s":9', b"\xff\xfe\n\0\0", b'\n{"a":1'])
def test_a_torn_tail_is_cut(tmp_path: Path, tail: bytes) -> None:
    path = written(tmp_path)
    with path.open("ab") as file:
        file.write(tail)
    assert list(read_journal(path)) == EVENTS


def test_damaged_lines_among_whole_ones_are_left_out_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path)
    lines = path.read_bytes().split(b"\n")
    lines[5] = lines[5].replace(b"2", b"3", 1)
    lines[7] = b"\0" * len(lines[7])
    path.write_bytes(b"\n".join(lines))
    *read, last = read_journal(path)
    assert read == [event for i, event in enumerate(EVENTS) if i not in (5, 7)]
    assert last == InputWarning(EVENTS[-1].time_s, None, Fact("journal_damaged", {"count": 2}))
    assert (
        Fact("journal_damaged", {"count": 2})
        in summarize(read_journal(path)).input_quality.warnings
    )


HOSTILE = {
    "null for a time": ("time_s", None),
    "not a number": ("time_s", float("nan")),
    "text for a time": ("time_s", "0.0"),
    "a truth for a time": ("time_s", True),
    "an id that leads out": ("id", "../../evil"),
    "an id that begins with a dot": ("id", ".hidden"),
    "an id without end": ("id", "x" * 300),
    "a list for a name": ("source", ["a"]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_callwatch_writes_is_refused(tmp_path: Path, name: str) -> None:
    field, value = HOSTILE[name]
    document = event_to_document(EVENTS[0])
    place = document if field in document and field != "id" else document["payload"]
    place[field] = value
    path = tmp_path / "events.jsonl"
    path.write_bytes(encode_line(document) + b"\n")
    with pytest.raises(InputError, match="is not an event"):
        list(read_journal(path))


def test_brackets_without_end_are_a_damaged_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text("[" * 100_000 + "\n{}\n")
    with pytest.raises(InputError, match="line 1 of"):
        list(read_journal(path))


@pytest.mark.posix  # a pipe with a name
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "events.jsonl")
    with pytest.raises(InputError, match="is no file"):
        list(read_journal(tmp_path / "events.jsonl"))


def test_a_link_at_the_journals_place_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "events.jsonl").symlink_to(victim)
    path = written(tmp_path)
    assert victim.read_text() == "mine"
    assert not path.is_symlink()


def test_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = written(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert all(is_owners_alone(place) for place in (path, *list(path.parents)[:2]))


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_takes_nothing_costs_no_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    path = tmp_path / "events.jsonl"
    with JournalWriter(path, sync_every_s=0.001) as write:
        write(EVENTS[0])
        tries: list[object] = []

        def fail(*arguments: object) -> int:
            tries.append(arguments)
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as broken:
            broken.setattr(os, call, fail)
            for event in EVENTS[1:]:
                write(event)
            wait_until(lambda: len(tries) > 2)  # it is tried again, and meanwhile it is a fault
            assert write.fault is not None
            assert write.fault.errno == number
            assert not write.is_whole
    assert write.is_whole
    assert list(read_journal(path)) == EVENTS


def test_a_write_that_is_cut_short_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda file, data: whole(file, bytes(data)[:7]))
    assert list(read_journal(written(tmp_path))) == EVENTS


@pytest.mark.posix  # Windows deletes no file that is open
def test_a_folder_that_is_deleted_in_the_call_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "call"
    with JournalWriter(folder / "events.jsonl", sync_every_s=0.001) as write:
        for event in EVENTS[:5]:
            write(event)
        shutil.rmtree(folder)
        for event in EVENTS[5:]:
            write(event)
        wait_until((folder / "events.jsonl").exists)
    assert list(read_journal(folder / "events.jsonl")) == EVENTS


def test_the_disk_has_everything_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: queue.Queue[bytes] = queue.Queue()
    path, real = tmp_path / "events.jsonl", os.fsync

    def fsync(number: int) -> None:
        real(number)
        synced.put(path.read_bytes() if path.exists() else b"")

    monkeypatch.setattr(os, "fsync", fsync)
    with JournalWriter(path, sync_every_s=0.001) as write:
        for event in EVENTS[:3]:
            write(event)
            while encode_line(event_to_document(event)) not in synced.get(timeout=60):
                pass
    assert SYNC_EVERY_S <= 1.0


@pytest.mark.parametrize("seed", range(20))
def test_a_power_failure_costs_only_what_was_not_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """The disk has what was synced; of what came later some sectors were written and some were not."""
    chance, path, real = random.Random(seed), tmp_path / "events.jsonl", os.fsync
    synced: list[int] = []

    def fsync(number: int) -> None:
        real(number)
        found = os.fstat(number)
        if stat.S_ISREG(found.st_mode):  # and not its folder
            synced.append(found.st_size)

    monkeypatch.setattr(os, "fsync", fsync)
    count = chance.randrange(1, len(EVENTS) - 1)
    with JournalWriter(path, sync_every_s=0.001) as write:
        for event in EVENTS[:count]:
            write(event)
        size = path.stat().st_size
        wait_until(lambda: max(synced, default=0) >= size)
        kept = synced[-1]
        for event in EVENTS[count:]:
            write(event)
        whole = bytearray(path.read_bytes())
    for start in range(kept, len(whole), 512):
        if chance.random() < 0.5:
            whole[start : start + 512] = bytes(len(whole[start : start + 512]))
    path.write_bytes(whole[: chance.randrange(kept, len(whole) + 1)])
    read = [event for event in read_journal(path) if event in EVENTS]
    assert read[:count] == EVENTS[:count]
    assert all(event in EVENTS[count:] for event in read[count:])


def test_what_waits_for_the_disk_can_be_written_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with JournalWriter(tmp_path / "events.jsonl") as write:
        write(EVENTS[0])
        monkeypatch.setattr(os, "write", full)
        for event in EVENTS[1:]:
            write(event)
    (tmp_path / "elsewhere").write_bytes(write.content())
    assert list(read_journal(tmp_path / "elsewhere")) == EVENTS


def written(folder: Path) -> Path:
    """A journal with all events."""
    with JournalWriter(folder / "events.jsonl") as write:
        for event in EVENTS:
            write(event)
    return folder / "events.jsonl"


def wait_until(condition: Callable[[], bool]) -> None:
    """Return once the other thread has come so far."""
    pause = threading.Event()
    while not condition():
        pause.wait(0.001)


def test_no_file_is_opened_for_an_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_texts.cache_clear()
    path = tmp_path / "events.jsonl"
    warning = InputWarning(1.0, None, Fact("stage_failed", {"stage": "analysis"}))
    with JournalWriter(path) as write, monkeypatch.context() as patched:
        patched.setattr(Path, "open", no_more_files)
        write(warning)
    assert list(read_journal(path)) == [warning]


def no_more_files(*_: object, **__: object) -> None:
    raise OSError(errno.EMFILE, "Too many open files")


def test_the_way_out_names_no_option_that_the_command_may_lack(tmp_path: Path) -> None:
    """``trends --html`` writes with the same function and has no ``--out``."""
    with pytest.raises(OutputError, match="choose another folder or file name") as caught:
        write_private(tmp_path, "")
    assert "--out" not in str(caught.value)


MONTH_S = 31 * 24 * 3600.0


@pytest.mark.parametrize(
    ("time_s", "duration_s"),
    [(-0.001, 1.0), (1.0, -0.001), (MONTH_S + 0.001, 1.0), (1.0, MONTH_S + 0.001), (1.0, 1e300)],
)
def test_a_time_that_no_call_has_is_no_event(time_s: float, duration_s: float) -> None:
    quality = InputQuality({channel: ChannelQuality() for channel in (AGENT, CUSTOMER)}, ())
    good = event_to_document(CallEnded(MONTH_S, MONTH_S, True, quality, Performance()))
    assert event_from_document(good).time_s == MONTH_S
    good["time_s"], good["payload"]["duration_s"] = time_s, duration_s
    with pytest.raises(InputError, match="the call began"):
        event_from_document(good)
