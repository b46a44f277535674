"""A call in which secrets are said: none is left in anything that callwatch writes or shows."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import keyring
import numpy as np
import pytest
import soundfile as sf
from tests.keyrings import Memory
from tests.voice.speaking import demo

from callwatch.app import calls
from callwatch.app.analyze import Analysis, AnalysisInput, analyze_calls
from callwatch.config import Config
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import Channel
from callwatch.core.errors import InputError
from callwatch.core.events import Event, PartialTranscribed, UtteranceFinished
from callwatch.core.log import log_path, logger_of, start_log, stop_log
from callwatch.report.exports import ExportFormat, export_call
from callwatch.speech.choose import RecognizerChoice
from callwatch.speech.scripted import ScriptedRecognizer, ScriptedUtterance
from callwatch.store.history import CallHistory

AGENT, CUSTOMER = Channel.AGENT, Channel.CUSTOMER
# Said over what is said in the demo call, so that there is a voice where the words are.
SCRIPT: Final = (
    ScriptedUtterance(AGENT, 0.8, 5.5, "and what is the long number on your card please"),
    ScriptedUtterance(CUSTOMER, 6.4, 10.6, "it's 4571 no sorry 4571 seventy-seven eighty-six"),
    ScriptedUtterance(CUSTOMER, 11.3, 14.6, "and then forty-three eighty-seven"),
    ScriptedUtterance(CUSTOMER, 15.3, 19.3, "oh 886 and my email is hargreaves at gmail dot com"),
    ScriptedUtterance(AGENT, 18.4, 21.4, "4571 7786 was that right"),
    ScriptedUtterance(CUSTOMER, 22.2, 23.7, "my mobile is 07516090236"),
)
DIGITS: Final = ("4571", "7786", "4387", "0886", "886", "07516", "090236")
WORDS: Final = ("seventy-seven", "eighty-six", "forty-three", "eighty-seven", "hargreaves")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "call.wav"
    sf.write(path, demo()[0].T[: 30 * CALL_RATE_HZ], CALL_RATE_HZ)
    return path


@pytest.fixture
def with_script(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The words of the script are what the recogniser hears; the log is written."""
    choice = RecognizerChoice(lambda: ScriptedRecognizer(SCRIPT), "scripted", None, "scripted")
    monkeypatch.setattr(calls, "choose_recognizer", lambda *_: choice)
    start_log("test")
    yield
    stop_log()


def secrets_in(text: str) -> list[str]:
    """Digits stand alone (a figure such as 0.4571 is none), words anywhere."""
    found = [d for d in DIGITS if re.search(rf"(?<![\w.]){d}(?!\w)", text)]
    return found + [word for word in WORDS if word in text]


@pytest.mark.usefixtures("with_script")
def test_what_is_said_of_a_card_is_in_no_file_export_index_or_log(
    recording: Path, tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    heard: list[str] = []

    def watch(event: Event) -> None:
        text = repr(event)
        shown.append(text)
        if isinstance(event, PartialTranscribed | UtteranceFinished):
            heard.append(type(event).__name__)

    config = Config()
    store = dataclasses.replace(config.store, keep_audio=True)
    config = dataclasses.replace(config, store=store)
    with Analysis(config) as analysis:
        (pending,) = analyze_calls(
            analysis,
            [AnalysisInput(recording)],
            tmp_path / "out",
            (AGENT, CUSTOMER),
            in_history=True,
        )
        monkeypatch.setattr("callwatch.app.analyze.progress_sink", lambda *_: watch)
        outcome = pending.run(lambda *_: None)
    assert {"UtteranceFinished", "PartialTranscribed"} <= set(heard)
    said = " ".join(utterance.text for utterance in outcome.summary.utterances)
    assert "[card]" in said
    assert "[email]" in said
    assert "[phone]" in said
    assert not secrets_in(" ".join(shown))
    logger_of("callwatch.session.runner").error("a fault", exc_info=InputError(said + "4571 7786"))
    for kind in ExportFormat:
        if kind.is_binary:
            continue  # a PDF is packed; it shows what the page shows
        exported = export_call(outcome.summary, kind, config.call.language)
        assert not secrets_in(exported.decode("utf-8", "replace")), kind
    with CallHistory(None) as history:
        for word in (*DIGITS, *WORDS):
            assert not history.search(word)
        assert history.search("long number")
    files = [path for root in (tmp_path / "out", own_home) for path in root.rglob("*")]
    files = [path for path in files if path.is_file()]
    assert log_path() in files
    for path in files:
        assert not secrets_in(path.read_bytes().decode("utf-8", "replace")), path
    kept = [path for path in files if path.suffix == ".flac"]
    assert kept
    sound, rate_hz = sf.read(kept[0])
    for side, start_s, end_s in ((1, 7.0, 19.3), (0, 7.0, 19.3), (1, 22.8, 23.7)):
        piece = sound[int(start_s * rate_hz) : int(end_s * rate_hz), side]
        assert np.abs(piece).max() == 0.0
    assert np.abs(sound).max() > 0.0  # what was asked before is kept


@pytest.mark.usefixtures("with_script")
def test_with_encryption_no_file_holds_what_was_said(
    recording: Path, tmp_path: Path, own_home: Path
) -> None:
    config = Config()
    store = dataclasses.replace(config.store, encrypt=True, keep_audio=True)
    config = dataclasses.replace(config, store=store)
    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        with Analysis(config) as analysis:
            (pending,) = analyze_calls(
                analysis,
                [AnalysisInput(recording)],
                tmp_path / "out",
                (AGENT, CUSTOMER),
                in_history=True,
            )
            outcome = pending.run(lambda *_: None)
        assert outcome.history_fault is None
        with CallHistory(None) as history:
            (stored,) = history.list()
            said = " ".join(u.text for u in history.get(stored.figures.call_id).utterances)
    finally:
        keyring.set_keyring(before)
    assert "long number" in said
    for root in (tmp_path / "out", own_home):
        for path in (path for path in root.rglob("*") if path.is_file()):
            whole = path.read_bytes().decode("utf-8", "replace")
            assert "long number" not in whole, path
            assert path.suffix != ".flac", path
            assert b"fLaC" not in path.read_bytes(), path
    assert list(own_home.rglob("*.flac.sealed"))


@pytest.mark.usefixtures("with_script")
def test_without_a_keyring_the_report_is_there_and_a_sentence_says_what_is_not(
    recording: Path, tmp_path: Path
) -> None:
    config = Config()
    config = dataclasses.replace(config, store=dataclasses.replace(config.store, encrypt=True))
    before, locked = keyring.get_keyring(), Memory()
    locked.is_locked = True
    keyring.set_keyring(locked)
    try:
        with Analysis(config) as analysis:
            (pending,) = analyze_calls(
                analysis,
                [AnalysisInput(recording)],
                tmp_path / "out",
                (AGENT, CUSTOMER),
                in_history=True,
            )
            outcome = pending.run(lambda *_: None)
    finally:
        keyring.set_keyring(before)
    assert outcome.history_fault is not None
    assert "unlock it" in outcome.history_fault
    assert outcome.paths.html.is_file()
    with CallHistory(None) as history:
        assert history.list() == []
