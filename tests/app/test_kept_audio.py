"""Kept sound from the call to its end: written, silent where it must be, and gone with the call."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.access import is_owners_alone
from tests.integration.commands import DEMO

from callwatch.app.calls import CallFactory, CallOutcome, CallPlan
from callwatch.app.desktop.retention import delete_old_files
from callwatch.app.folders import AUDIO, data_folder
from callwatch.app.kept_audio import audio_folder
from callwatch.app.overlay import RunningCall
from callwatch.audio.files import open_recording
from callwatch.config import Config, RecognitionConfig, StoreConfig
from callwatch.core.channels import Channel, Language
from callwatch.core.errors import CallwatchError, StoreError
from callwatch.report.html import render_html
from callwatch.speech.scripted import ScriptedRecognizer, ScriptedUtterance
from callwatch.store.history import CallHistory

A, C = Channel.AGENT, Channel.CUSTOMER
KEEP = StoreConfig(keep_audio=True)


def speech_of(channel: Channel) -> list[tuple[float, float]]:
    """Where the demo call's side speaks for at least three seconds."""
    document = json.loads(DEMO.with_name("call.json").read_text("utf-8"))
    lines = document["lines"] if isinstance(document, dict) else document
    return [
        (line["start_s"], line["end_s"])
        for line in lines
        if line["channel"] == channel.value and line["end_s"] - line["start_s"] > 3.0
    ]


CARD = speech_of(C)[0]
PLAIN = speech_of(C)[1]
Run = Callable[[CallFactory], CallOutcome]
SCRIPT = (
    ScriptedUtterance(
        C, *CARD, "it is four one one one one one one one one one one one one one one one"
    ),
    ScriptedUtterance(C, *PLAIN, "I have been waiting for this parcel for a week now"),
    ScriptedUtterance(A, *speech_of(A)[0], "good morning how can I help you today please"),
)


def desk(store: StoreConfig = KEEP, script: tuple[ScriptedUtterance, ...] = SCRIPT) -> CallFactory:
    config = replace(Config(), recognition=RecognitionConfig(engine="none"), store=store)
    found = CallFactory(config)
    found.choice = replace(
        found.choice, create=lambda: ScriptedRecognizer(script), engine="scripted"
    )
    return found


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo call up to the end of what the script knows."""
    sound, rate_hz = soundfile.read(DEMO, dtype="int16")
    path = tmp_path_factory.mktemp("sound") / "call.wav"
    soundfile.write(path, sound[: round((PLAIN[1] + 1.0) * rate_hz)], rate_hz)
    return path


@pytest.fixture
def run(beginning: Path, tmp_path: Path) -> Run:
    def run_one(desk: CallFactory) -> CallOutcome:
        with open_recording(beginning, block_s=0.5) as source:
            return desk.open(CallPlan(source, "call.wav", tmp_path / "out", live=False)).run()

    return run_one


def recordings() -> list[Path]:
    return sorted(path for path in data_folder().rglob("*") if ".flac" in path.name)


def test_nothing_is_kept_unless_it_is_switched_on(run: Run) -> None:
    outcome = run(desk(StoreConfig()))
    assert outcome.summary.call.audio_kept_until is None
    assert recordings() == []


def test_a_kept_call_sounds_where_it_was_understood_and_is_silent_where_a_card_was_read(
    run: Run, beginning: Path
) -> None:
    outcome = run(desk())
    (path,) = recordings()
    assert is_owners_alone(path)
    kept, rate_hz = soundfile.read(path, dtype="int16")
    said, _ = soundfile.read(beginning, dtype="int16")
    assert rate_hz == 16_000
    assert len(kept) == len(said)
    side = C.index

    def part(sound: "np.ndarray[tuple[int, int], np.dtype[np.int16]]", a: float, b: float) -> float:
        return float(np.abs(sound[round(a * rate_hz) : round(b * rate_hz), side]).max())

    assert part(kept, PLAIN[0] + 0.1, PLAIN[1] - 0.3) == part(said, PLAIN[0] + 0.1, PLAIN[1] - 0.3)
    first_digit_s = CARD[0] + 2 * (CARD[1] - CARD[0]) / 18
    assert part(said, first_digit_s, CARD[1]) > 1000
    assert part(kept, first_digit_s, CARD[1]) == 0
    both = kept[round(first_digit_s * rate_hz) : round(CARD[1] * rate_hz)]
    assert not both.any(), "the agent's side may carry the customer's voice"
    with CallHistory() as history:
        stored = history.get(outcome.summary.call.id)
        assert history.audio_of([stored.call.id]) == {stored.call.id: path}
    start = datetime.fromisoformat(stored.call.started_at)
    assert stored.call.audio_kept_until == (start + timedelta(days=30)).date().isoformat()
    for language in Language:
        page = render_html(stored, language)
        assert str(start.year) in page[page.index("<header>") : page.index("</header>")]
    assert "kept on this computer" in render_html(stored, Language.EN)


@pytest.mark.parametrize("how", ["delete", "purge", "retention"])
def test_the_sound_goes_with_its_call(run: Run, how: str) -> None:
    outcome = run(desk())
    assert len(recordings()) == 1
    with CallHistory() as history:
        if how == "delete":
            history.delete(outcome.summary.call.id)
        elif how == "purge":
            history.purge()
        else:
            history.delete_older_than(30, datetime.now(UTC) + timedelta(days=31))
    assert recordings() == []


def test_without_a_recogniser_no_sound_is_kept_and_the_report_says_why(run: Run) -> None:
    without = CallFactory(
        replace(Config(), recognition=RecognitionConfig(engine="none"), store=KEEP)
    )
    outcome = run(without)
    assert recordings() == []
    assert outcome.summary.call.audio_kept_until is None
    keys = [warning.key for warning in outcome.summary.input_quality.warnings]
    assert keys.count("source.audio_without_words") == 1
    assert "utan taligenkänning" in render_html(outcome.summary, Language.SV)


def test_a_history_that_cannot_hold_the_call_keeps_no_sound_either(
    run: Run, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_text("no history at all", "utf-8")
    outcome = run(desk(replace(KEEP, url=f"sqlite:///{broken}")))
    assert outcome.history_fault is not None
    assert outcome.summary.call.audio_kept_until is None
    assert recordings() == []


def test_a_folder_that_cannot_be_made_costs_the_recording_and_not_the_call(run: Run) -> None:
    data_folder().mkdir(parents=True)
    (data_folder() / AUDIO).write_text("in the way", "utf-8")
    outcome = run(desk())
    assert outcome.history_fault is None
    assert outcome.paths.html.exists()
    keys = {warning.key for warning in outcome.summary.input_quality.warnings}
    assert "source.audio_not_written" in keys


def test_a_live_call_is_kept_when_it_is_stopped(beginning: Path, tmp_path: Path) -> None:
    over = threading.Event()
    with open_recording(beginning, block_s=0.1) as source:
        plan = CallPlan(source, "devices", tmp_path / "out", live=True, own_folder=True)
        call = RunningCall(desk().open(plan))
        call.on_finished(over.set)
        call.begin()
        assert over.wait(60)
        call.stop()
    assert call.outcome is not None
    (path,) = recordings()
    assert soundfile.info(path).duration == pytest.approx(call.outcome.summary.call.duration_s)
    with CallHistory() as history:
        history.delete(call.outcome.summary.call.id)
    assert recordings() == []
    assert not (tmp_path / "out").exists()


def test_a_live_call_whose_device_fails_leaves_no_sound(beginning: Path, tmp_path: Path) -> None:
    def lose(_: object) -> None:
        raise CallwatchError("the device is gone")

    with open_recording(beginning, block_s=0.1) as source:
        plan = CallPlan(source, "devices", tmp_path / "out", live=True)
        call = RunningCall(desk().open(plan, (lose,)))
        call.begin()
        with pytest.raises(CallwatchError):
            call.stop()
    assert recordings() == []
    assert (tmp_path / "out" / "events.jsonl").exists(), "the journal survives"


def test_a_call_that_breaks_off_leaves_no_sound(tmp_path: Path) -> None:
    def lose(_: object) -> None:
        raise CallwatchError("the device is gone")

    with open_recording(DEMO, block_s=0.5) as source:
        call = desk().open(CallPlan(source, "demo", tmp_path / "out", live=False), (lose,))
        assert len(recordings()) == 1
        with pytest.raises(CallwatchError):
            call.run()
    assert recordings() == []


def test_sound_that_no_call_knows_is_deleted_by_the_next_call(run: Run) -> None:
    run(desk())
    (known,) = recordings()
    orphan = audio_folder(KEEP) / "gone.flac"
    orphan.write_bytes(b"a call that another computer deleted")
    left = audio_folder(KEEP) / "crashed.flac.part"
    left.write_bytes(b"half a call")
    elsewhere = audio_folder(replace(KEEP, url="sqlite:///other")) / "other.flac"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"of another history")
    run(desk(StoreConfig()))
    assert recordings() == sorted([known, elsewhere])
    old = (datetime.now(UTC) + timedelta(days=31)).astimezone(UTC)
    assert delete_old_files(data_folder(), 30, old) >= 2
    assert recordings() == [], "whatever the reason, nothing outlives the retention"


def test_a_file_that_cannot_be_deleted_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run(desk())

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "in use")

    with CallHistory() as history:
        monkeypatch.setattr(Path, "unlink", refuse)
        with pytest.raises(StoreError, match="by hand"):
            history.delete(outcome.summary.call.id)
    monkeypatch.undo()
