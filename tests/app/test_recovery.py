"""Calls that something cut short get their report and their place in the history, once."""

import multiprocessing
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from tests.keyrings import own_keyring

from callwatch.app.calls import CallFactory, CallPlan, PreparedCall
from callwatch.app.desktop.warm_up import Until
from callwatch.app.folders import data_folder
from callwatch.app.kept_audio import audio_folder
from callwatch.app.recovery import finish_cut_short, finish_unfinished, notes_of
from callwatch.app.unfinished import any_cut_short, cut_short, marks_folder
from callwatch.audio.files import open_recording
from callwatch.audio.sealed_recording import SALT_BYTES, SealedFile
from callwatch.config import Config, RecognitionConfig
from callwatch.core.facts import Fact
from callwatch.report.journal import read_journal
from callwatch.store.history import CallHistory
from callwatch.store.sealing import new_sound_cipher

# Newer Pythons warn of a fork beside threads; these have one each, which waits.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CONFIG = replace(Config(), recognition=RecognitionConfig(engine="none"))
DEMO = Path(str(resources.files("callwatch.demo").joinpath("call.flac")))
NAMES = ["events.jsonl", "report.html", "report.json"]


def prepared(out: Path, *, live: bool = True, seconds: float = 12.0) -> PreparedCall:
    source = Until(open_recording(DEMO, block_s=0.5), seconds)
    return CallFactory(CONFIG).open(CallPlan(source, "headset", out, live=live, own_folder=live))


def killed(out: Path, where: str, *, live: bool = True) -> None:
    """A real process that is killed, for real, when it comes to a place."""
    way = "fork" if hasattr(os, "fork") else "spawn"
    process = multiprocessing.get_context(way).Process(target=die, args=(out, where, live))  # type: ignore[attr-defined]
    process.start()
    process.join(120)
    assert process.exitcode == (-KILL if sys.platform != "win32" else KILL)


def kill(*_: object, **__: object) -> None:
    """End this process as a power failure does; on Windows that is TerminateProcess."""
    os.kill(os.getpid(), KILL)


def die(out: Path, where: str, live: bool) -> None:
    """What that process does."""
    call = prepared(out, live=live)
    if where == "in the call":
        real = call._journal.__class__.__call__
        lines: list[object] = []

        def third(self: object, event: object) -> None:
            real(self, event)  # type: ignore[arg-type]
            lines.append(event)
            if len(lines) == 30:
                kill()

        call._journal.__class__.__call__ = third  # type: ignore[method-assign]
    elif where == "before the report":
        from callwatch.app import finishing

        finishing._report = kill  # type: ignore[assignment]
    elif where == "before the history":
        CallHistory.add = kill  # type: ignore[method-assign,assignment]
    else:
        from callwatch.app.unfinished import UnfinishedMark

        UnfinishedMark.done = kill  # type: ignore[method-assign]
    call.run()


PLACES = ["in the call", "before the report", "before the history", "before the mark goes"]


@pytest.mark.parametrize("place", PLACES)
def test_a_live_call_is_finished_wherever_it_was_killed(tmp_path: Path, place: str) -> None:
    out = tmp_path / "somewhere"
    killed(out, place)
    (events,) = [list(read_journal(out / "events.jsonl"))]
    found = finish_unfinished(CONFIG)
    assert found.set_aside == ()
    assert sorted(path.name for path in out.iterdir()) == NAMES
    assert not any_cut_short()
    with CallHistory() as history:
        (stored,) = history.list()
        summary = history.get(stored.figures.call_id)
    assert summary.call.duration_s >= max(event.time_s for event in events) - 1.0
    assert (Fact("cut_short") in summary.input_quality.warnings) is (place == "in the call")
    assert finish_unfinished(CONFIG).reports == ()
    with CallHistory() as history:
        assert len(history.list()) == 1
        history.delete(stored.figures.call_id)
    assert not out.exists()


@pytest.mark.parametrize("place", PLACES)
def test_an_analysis_that_is_killed_leaves_nothing_half_written(tmp_path: Path, place: str) -> None:
    out = tmp_path / "somewhere"
    killed(out, place, live=False)
    finish_unfinished(CONFIG)
    has_report = place in ("before the history", "before the mark goes")
    names = sorted(path.name for path in out.glob("*")) + [path.name for path in out.glob(".*")]
    whole = NAMES if place == "before the mark goes" else NAMES[1:]
    assert names == (whole if has_report else [])
    assert out.exists() is has_report
    with CallHistory() as history:
        assert len(history.list()) == int(has_report)


def test_a_call_that_runs_is_left_alone(tmp_path: Path) -> None:
    call = prepared(tmp_path / "out")
    assert any_cut_short()
    assert list(cut_short()) == []
    assert finish_unfinished(CONFIG).reports == ()
    call.abandon()  # its process lives, but nobody works on it any more
    assert len(list(cut_short())) == 1


@pytest.mark.posix
def test_the_encrypted_sound_of_a_killed_call_is_kept_with_it(tmp_path: Path) -> None:
    config = replace(CONFIG, store=replace(CONFIG.store, keep_audio=True, encrypt=True))
    killed(tmp_path / "call", "before the history")
    (mark,) = cut_short()
    with mark:
        assert mark.call is not None
        call_id = mark.call.call_id
    salt = bytes(SALT_BYTES)
    with own_keyring():
        path = audio_folder(config.store) / f"{call_id}.flac.sealed"
        file = SealedFile(path, salt, new_sound_cipher(call_id, salt))
        file.write(np.ones((2, 160_000), dtype=np.int16))
        file._part.file.close()  # as the kill does
        recovered = finish_unfinished(config)
        assert len(recovered.reports) == 1
        with CallHistory() as history:
            assert history.audio_of([call_id]) == {call_id: path}
            assert history.get(call_id).call.audio_kept_until is not None
            history.delete(call_id)
    assert not path.exists()


def test_one_bad_journal_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = {
        "null": b'{"time_s":null,"type":"voice_started","id":null,"channel":"agent","payload":{}}\n',
        "deep": b"[" * 3000,
        "noise": os.urandom(5000),
    }
    for name, content in bad.items():
        killed(tmp_path / name, "in the call")
        (tmp_path / name / "events.jsonl").write_bytes(content)
    killed(tmp_path / "good", "in the call")
    (marks_folder() / "torn.json").write_text('{"call_id": "x"')
    found = finish_unfinished(CONFIG)
    assert [path.parent.name for path in found.reports] == ["good"]
    assert {path.parent.name for path in found.set_aside} == set(bad)
    assert not any_cut_short()
    assert len(notes_of(found)) == 1 + len(bad)
    assert (tmp_path / "null" / "events.jsonl.damaged").read_bytes() == bad["null"]


@pytest.mark.parametrize("length", [0, 1, 9, 40])
def test_a_call_that_ended_before_its_first_event_leaves_nothing(
    tmp_path: Path, length: int
) -> None:
    killed(tmp_path / "call", "in the call")
    journal = tmp_path / "call" / "events.jsonl"
    journal.write_bytes(journal.read_bytes()[:length])
    found = finish_unfinished(CONFIG)
    assert (found.reports, found.set_aside) == ((), ())
    assert not journal.parent.exists()
    assert not any_cut_short()
    with CallHistory() as history:
        assert history.list() == []


def test_a_history_that_cannot_be_opened_is_tried_again(tmp_path: Path) -> None:
    killed(tmp_path / "out", "in the call")
    history = data_folder() / "history.sqlite3"
    history.write_text("no history at all")
    finish_unfinished(CONFIG)
    assert any_cut_short()
    history.unlink()
    finish_unfinished(CONFIG)
    assert not any_cut_short()
    with CallHistory() as opened:
        assert len(opened.list()) == 1


def test_a_call_of_the_app_from_before_there_were_marks(tmp_path: Path) -> None:
    out = tmp_path / "calls" / "2026-03-01-110000"
    killed(out, "in the call")
    for mark in marks_folder().iterdir():
        mark.unlink()
    at_s = (NOW - timedelta(hours=1)).timestamp()
    os.utime(out / "events.jsonl", (at_s, at_s))
    broken = tmp_path / "calls" / "2026-03-01-090000"
    broken.mkdir()
    (broken / "events.jsonl").write_text('{"time_s": null}\n{}\n', "utf-8")
    os.utime(broken / "events.jsonl", (at_s, at_s))
    assert finish_cut_short(tmp_path, CONFIG, NOW - timedelta(hours=2)).reports == ()  # may run
    found = finish_cut_short(tmp_path, CONFIG, NOW)
    assert found.reports == (out / "report.html",)
    assert found.set_aside == (broken / "events.jsonl.damaged",)
    assert finish_cut_short(tmp_path, CONFIG, NOW).reports == ()
