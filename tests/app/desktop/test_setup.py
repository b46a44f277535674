from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.desktop import setup
from callwatch.app.desktop.preview import FROM_S, TO_S, rehearsal_config, spoken
from callwatch.app.desktop.setup import AppSetup, first_model, tone
from callwatch.app.desktop.warm_up import Until
from callwatch.app.monitor import demo_files
from callwatch.audio.devices import LIVE_BLOCK_S
from callwatch.config import Config, DeviceConfig
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import Language
from callwatch.core.events import Event, NudgeShown
from callwatch.speech.choose import RecognizerChoice
from callwatch.speech.scripted import ScriptedRecognizer


class Process:
    """A rehearsal that somebody started."""

    started: list[list[str]]
    is_over = False

    def __init__(self, command: list[str], **_: Any) -> None:
        self.started.append(command)

    def poll(self) -> int | None:
        return 0 if self.is_over else None


def test_one_rehearsal_at_a_time_in_the_chosen_language(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(Process, "started", started, raising=False)
    monkeypatch.setattr("subprocess.Popen", Process)
    asked = AppSetup(Config)
    for _ in range(3):
        asked.preview(Language.NB)
    assert [command[-1] for command in started] == ["nb"]
    monkeypatch.setattr(Process, "is_over", True)
    asked.preview(Language.DA)
    assert [command[-1] for command in started] == ["nb", "da"]


@pytest.mark.parametrize("language", Language)
def test_the_rehearsal_shows_cards_in_each_language(language: Language) -> None:
    events: list[Event] = []
    with TemporaryDirectory() as folder, Until(demo_files().open(LIVE_BLOCK_S), TO_S) as source:
        plan = CallPlan(source, "rehearsal", Path(folder), live=False, in_history=False)
        CallFactory(rehearsal_config(Config(), language)).open(plan, (events.append,)).run()
    shown = [e for e in events if isinstance(e, NudgeShown) and e.time_s > FROM_S]
    assert {event.nudge.key for event in shown} == {"let_them_finish", "keep_listening"}
    assert max(event.time_s for event in events) < TO_S + 1


def test_the_devices_of_the_settings_are_told() -> None:
    config = replace(Config(), devices=DeviceConfig(agent="headset", customer="monitor"))
    assert AppSetup(lambda: config).current() == ("headset", "monitor")


def test_the_rehearsal_is_heard_as_long_as_it_is_seen() -> None:
    sound = spoken(FROM_S, TO_S)
    assert len(sound) == pytest.approx((TO_S - FROM_S) * CALL_RATE_HZ, abs=0.2 * CALL_RATE_HZ)
    assert 0.05 < np.abs(sound).max() <= 1.0


def test_the_tone_is_soft_and_begins_and_ends_in_silence() -> None:
    notes = tone()
    assert 0.09 < np.abs(notes).max() <= np.float32(0.1)
    assert abs(notes[0]) == abs(notes[-1]) == 0.0 or max(abs(notes[0]), abs(notes[-1])) < 1e-3


def test_a_language_without_a_model_is_offered_the_smallest_that_can_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offered = {language.value: first_model(language) for language in Language}
    names = {language: model and model.name for language, model in offered.items()}
    assert names == {
        "en": "vosk-small-en", "sv": "kb-whisper-base", "da": "whisper-small", "nb": "whisper-small",
    }  # fmt: skip
    monkeypatch.setattr(setup, "has_library", lambda engine: engine == "vosk")
    swedish = first_model(Language.SV)
    assert swedish is not None
    assert swedish.name == "vosk-small-sv"
    assert first_model(Language.DA) is None


@pytest.mark.parametrize(
    ("has_model", "has_library", "offered"),
    [
        (False, True, "e5-small"),
        (True, True, ""),
        (False, False, ""),
    ],
)
def test_where_words_are_heard_the_model_of_meanings_is_offered_if_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, has_model: bool, has_library: bool, offered: str
) -> None:
    heard = RecognizerChoice(lambda: ScriptedRecognizer(()), "vosk", "small", "")
    monkeypatch.setattr(setup, "choose_recognizer", lambda *_: heard)
    monkeypatch.setattr(setup, "find_model", lambda: Path("e5-small-q4.bin") if has_model else None)
    monkeypatch.setattr(setup, "has_library", lambda _: has_library)
    known = AppSetup(Config).recogniser(Language.DA)
    assert known.found == "Vosk, small"
    assert known.offer == offered
