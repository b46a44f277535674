"""What was said in an encrypted call: on no disk in clear, recovered after a kill, gone from the journal at the end."""

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest
from tests.keyrings import Memory, own_keyring

from callwatch.app.calls import CallFactory, CallOutcome, CallPlan, PreparedCall
from callwatch.app.desktop.warm_up import Until
from callwatch.app.folders import data_folder
from callwatch.app.kept_audio import tidy
from callwatch.app.recovery import finish_cut_short, finish_unfinished
from callwatch.app.report import report_of_journal
from callwatch.app.unfinished import any_cut_short, marks_folder
from callwatch.audio.files import open_recording
from callwatch.audio.sealed_recording import holds_sound
from callwatch.config import Config, RecognitionConfig, StoreConfig
from callwatch.core.channels import Channel
from callwatch.core.errors import OutputError, StoreError
from callwatch.core.facts import Fact
from callwatch.core.summary import CallSummary
from callwatch.report.journal import decode_line, encode_line
from callwatch.report.journal_words import holds_sealed
from callwatch.speech.scripted import ScriptedRecognizer, ScriptedUtterance
from callwatch.store import sealing
from callwatch.store.history import CallHistory
from callwatch.store.sealing import seal

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

CONFIG = Config(recognition=RecognitionConfig(engine="none"), store=StoreConfig(encrypt=True))
DEMO = Path(str(resources.files("callwatch.demo").joinpath("call.flac")))
LINES = ["my neighbour has a purple bicycle", "we will look into that delivery"]
EARLY = "purple bicycle"


@pytest.fixture(autouse=True)
def ring() -> Iterator[Memory]:
    with own_keyring() as mine:
        seal(b"", "")  # the key is there before a process is forked
        yield mine


def prepared(out: Path, config: Config = CONFIG, *, in_history: bool = True) -> PreparedCall:
    factory = CallFactory(config)
    lines = json.loads(DEMO.with_suffix(".json").read_text("utf-8"))["lines"]
    script = ScriptedRecognizer([
        ScriptedUtterance(Channel(line["channel"]), line["start_s"], line["end_s"], text)
        for line, text in zip(lines, LINES, strict=False)
    ])  # fmt: skip
    factory.choice = replace(factory.choice, create=lambda: script, engine="scripted")
    in_thread = factory.new_recognition
    vars(factory)["new_recognition"] = lambda _live, pipeline: in_thread(False, pipeline)
    source = Until(open_recording(DEMO, block_s=0.5), 14.0)
    plan = CallPlan(source, "headset", out, live=True, own_folder=True, in_history=in_history)
    return factory.open(plan)


def clear_words(folder: Path) -> list[str]:
    files = [path for path in (*folder.rglob("*"), *data_folder().rglob("*")) if path.is_file()]
    return [path.name for path in files if EARLY.encode() in path.read_bytes()]


def only_call() -> CallSummary:
    with CallHistory() as history:
        (stored,) = history.list()
        return history.get(stored.figures.call_id)


def said(summary: CallSummary) -> list[str]:
    return [one.text for one in summary.utterances]


def killed(out: Path, place: str) -> None:
    def die() -> None:
        def kill(*_: object, **__: object) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        if place == "in the call":
            from callwatch.report.journal import JournalWriter

            put = JournalWriter.put

            def dying(writer: JournalWriter, document: dict[str, object]) -> None:
                put(writer, document)
                if float(str(document["time_s"])) > 12.0:
                    kill()

            JournalWriter.put = dying  # type: ignore[method-assign,assignment]
        elif place == "before the history":
            CallHistory.add = kill  # type: ignore[method-assign,assignment]
        else:
            from callwatch.app import calls

            vars(calls)["drop_sealed"] = kill
        prepared(out).run()

    process = multiprocessing.get_context("fork").Process(target=die)
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.posix
@pytest.mark.parametrize("place", ["in the call", "before the history", "before the words go"])
def test_a_killed_call_keeps_its_words_and_shows_them_to_nobody(tmp_path: Path, place: str) -> None:
    out = tmp_path / "call"
    killed(out, place)
    assert holds_sealed(out / "events.jsonl")
    assert clear_words(tmp_path) == []
    found = finish_unfinished(CONFIG)
    assert len(found.reports) == 1
    assert found.set_aside == ()
    summary = only_call()
    assert said(summary) == (LINES[:1] if place == "in the call" else LINES)
    assert summary.input_quality.warnings == (
        (Fact("cut_short"),) if place == "in the call" else ()
    )
    assert clear_words(tmp_path) == []
    assert not holds_sealed(out / "events.jsonl")
    assert not any_cut_short()


@pytest.mark.posix
@pytest.mark.parametrize("place", ["in the call", "before the history"])
def test_a_key_that_is_lost_costs_the_words_alone(tmp_path: Path, ring: Memory, place: str) -> None:
    killed(tmp_path / "call", place)
    ring.kept.clear()
    assert len(finish_unfinished(CONFIG).reports) == 1
    summary = only_call()
    assert said(summary) == []
    assert Fact("words_locked") in summary.input_quality.warnings
    assert summary.call.duration_s > 8.0
    assert not any_cut_short()


@pytest.mark.posix
@pytest.mark.parametrize("is_locked", [False, True])
def test_the_report_of_its_journal_says_that_the_words_are_encrypted(
    tmp_path: Path, ring: Memory, is_locked: bool
) -> None:
    out = tmp_path / "call"
    killed(out, "in the call")
    ring.is_locked = is_locked
    summary, paths = report_of_journal(out, None)
    assert summary.input_quality.warnings == (Fact("cut_short"), Fact("words_encrypted"))
    assert "are encrypted and not in this report" in paths.html.read_text("utf-8")
    assert clear_words(tmp_path) == []
    ring.is_locked = False
    finish_unfinished(CONFIG)
    assert said(only_call()) == LINES[:1]
    assert only_call().input_quality.warnings == (Fact("cut_short"),)
    assert report_of_journal(out, None)[0].input_quality.warnings == (Fact("cut_short"),)


@pytest.mark.posix
def test_one_changed_line_is_not_said_to_be_all_words(tmp_path: Path) -> None:
    out = tmp_path / "call"
    killed(out, "before the history")
    path = out / "events.jsonl"
    lines = [decode_line(line) or {} for line in path.read_bytes().splitlines()]
    last = [line for line in lines if line["type"] == "sealed"][-1]
    last["payload"]["body"] = "AAAA" + last["payload"]["body"][4:]
    path.write_bytes(b"".join(encode_line(line) + b"\n" for line in lines))
    finish_unfinished(CONFIG)
    summary = only_call()
    assert said(summary) == LINES[:1]
    assert summary.input_quality.warnings == (Fact("words_damaged"),)


@pytest.mark.posix
def test_a_locked_keyring_is_waited_for_as_long_as_calls_are_encrypted(
    tmp_path: Path, ring: Memory
) -> None:
    killed(tmp_path / "call", "in the call")
    ring.is_locked = True
    assert finish_unfinished(CONFIG).reports == ()
    assert finish_cut_short(data_folder(), CONFIG, datetime.now(UTC)).reports == ()
    assert (tmp_path / "call" / "report.html").is_file()  # the figures are no secret of the key
    ring.is_locked = False
    assert len(finish_unfinished(CONFIG).reports) == 1
    assert said(only_call()) == LINES[:1]
    assert only_call().input_quality.warnings == (Fact("cut_short"),)


@pytest.mark.posix
def test_a_call_whose_mark_was_torn_keeps_its_words(tmp_path: Path) -> None:
    out = data_folder() / "calls" / "one"
    killed(out, "in the call")
    for mark in marks_folder().iterdir():
        mark.write_bytes(b'{"call_id": "')
    assert finish_unfinished(CONFIG).reports == ()
    later = datetime.now(UTC) + timedelta(days=1)
    assert len(finish_cut_short(data_folder(), CONFIG, later).reports) == 1
    assert said(only_call()) == LINES[:1]


@pytest.mark.posix
def test_a_call_that_waits_for_its_key_is_left_alone_by_the_search_for_old_ones(
    tmp_path: Path, ring: Memory
) -> None:
    out = data_folder() / "calls" / "one"
    killed(out, "in the call")
    ring.is_locked = True
    assert finish_unfinished(CONFIG).reports == ()
    (out / "report.json").unlink()
    ring.is_locked = False
    later = datetime.now(UTC) + timedelta(days=1)
    assert finish_cut_short(data_folder(), CONFIG, later).reports == ()
    assert len(finish_unfinished(CONFIG).reports) == 1
    assert said(only_call()) == LINES[:1]


@pytest.mark.posix
def test_a_journal_that_cannot_be_read_for_a_moment_loses_no_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "call"
    killed(out, "before the history")
    read = Path.read_bytes

    def scanned(path: Path) -> bytes:
        if path.name == "events.jsonl":
            raise PermissionError(13, "Permission denied")
        return read(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", scanned)
        finish_unfinished(CONFIG)
    assert any_cut_short()
    finish_unfinished(CONFIG)
    assert said(only_call()) == LINES
    assert not any_cut_short()


def test_sealed_sound_waits_with_its_call_for_the_history(tmp_path: Path, ring: Memory) -> None:
    config = replace(CONFIG, store=StoreConfig(encrypt=True, keep_audio=True))
    call = prepared(tmp_path / "call", config)
    ring.is_locked = True
    assert call.run().history_fault is not None
    finish_unfinished(config)
    with CallHistory() as history:
        tidy(history, config.store)  # as after every other call
    ring.is_locked = False
    finish_unfinished(config)
    summary = only_call()
    assert said(summary) == LINES
    assert summary.call.audio_kept_until is not None
    with CallHistory() as history:
        (sound,) = history.audio_of([summary.call.id]).values()
    assert holds_sound(sound)


def test_those_who_ask_a_slow_keyring_share_one_question(
    monkeypatch: pytest.MonkeyPatch, ring: Memory
) -> None:
    answered, asked = threading.Event(), []
    ask = ring.get_password

    def slow(service: str, name: str) -> str | None:
        asked.append(name)
        answered.wait(60.0)
        return ask(service, name)

    monkeypatch.setattr(sealing, "_WAIT_S", 0.01)
    with monkeypatch.context() as patched:
        patched.setattr(ring, "get_password", slow)
        for _ in range(5):
            with pytest.raises(StoreError, match="does not answer"):
                seal(b"", "")
        assert len(asked) == 1
        threads = [one for one in threading.enumerate() if one.name == "callwatch-keyring"]
        assert len(threads) == 1
        answered.set()
        threads[0].join()
    monkeypatch.setattr(sealing, "_WAIT_S", 60.0)
    assert sealing.is_sealed(seal(b"", ""))


@pytest.mark.posix
@pytest.mark.parametrize("store", [StoreConfig(), StoreConfig(keep_transcript=False)])
def test_without_encryption_nobody_waits_for_a_locked_keyring(
    tmp_path: Path, ring: Memory, store: StoreConfig
) -> None:
    killed(tmp_path / "call", "in the call")
    ring.is_locked = True
    assert len(finish_unfinished(replace(CONFIG, store=store)).reports) == 1
    summary = only_call()
    assert said(summary) == []
    assert (Fact("words_locked") in summary.input_quality.warnings) is store.keep_transcript
    assert not holds_sealed(tmp_path / "call" / "events.jsonl")


def finished(out: Path, config: Config = CONFIG, *, in_history: bool = True) -> CallOutcome:
    call = prepared(out, config, in_history=in_history)
    return call.run()


def test_a_finished_call_leaves_no_sealed_words(tmp_path: Path) -> None:
    outcome = finished(tmp_path / "call")
    assert not holds_sealed(outcome.journal)
    assert outcome.journal.stat().st_size > 0
    assert clear_words(tmp_path) == []
    assert said(only_call()) == LINES


def test_words_that_the_history_did_not_take_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("the history is locked")

    with monkeypatch.context() as patched:
        patched.setattr(CallHistory, "add", full)
        outcome = finished(tmp_path / "call")
    assert holds_sealed(outcome.journal)
    finish_unfinished(CONFIG)
    assert said(only_call()) == LINES
    assert not holds_sealed(outcome.journal)


def test_a_disk_that_keeps_the_sealed_words_costs_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from callwatch.app import calls

    def full(_: Path) -> None:
        raise OutputError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(calls, "drop_sealed", full)
        outcome = finished(tmp_path / "call")
    assert outcome.paths.html.is_file()
    assert holds_sealed(outcome.journal)
    finish_unfinished(CONFIG)
    assert not holds_sealed(outcome.journal)
    assert said(only_call()) == LINES


def test_a_call_that_is_not_kept_seals_nothing(tmp_path: Path) -> None:
    out = tmp_path / "call"
    call = prepared(out, in_history=False)
    call.run()
    assert not holds_sealed(out / "events.jsonl")
    assert clear_words(tmp_path) == []


def test_without_a_keyring_the_words_stay_out_of_the_journal(tmp_path: Path, ring: Memory) -> None:
    ring.is_locked = True
    outcome = finished(tmp_path / "call")
    assert not holds_sealed(outcome.journal)
    assert clear_words(tmp_path) == []
    assert outcome.history_fault is not None


@pytest.mark.parametrize("when", ["at the beginning", "at the end"])
def test_a_keyring_that_asks_its_user_holds_no_call_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: Memory, when: str
) -> None:
    answered = threading.Event()
    ask = ring.get_password

    def slow(service: str, name: str) -> str | None:
        answered.wait(60.0)
        return ask(service, name)

    monkeypatch.setattr(sealing, "_WAIT_S", 0.01)
    if when == "at the end":
        call = prepared(tmp_path / "call")
    monkeypatch.setattr(ring, "get_password", slow)
    if when == "at the beginning":
        call = prepared(tmp_path / "call")
        assert not answered.is_set()
        answered.set()
        monkeypatch.setattr(sealing, "_WAIT_S", 60.0)
    outcome = call.run()
    if when == "at the end":
        assert "does not answer" in (outcome.history_fault or "")
        assert finish_unfinished(CONFIG).reports == ()  # neither does the next start wait
        assert not answered.is_set()
        answered.set()
        monkeypatch.setattr(sealing, "_WAIT_S", 60.0)
        finish_unfinished(CONFIG)
    assert said(only_call()) == LINES
    assert not any_cut_short()
