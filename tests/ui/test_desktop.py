import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from tests.ui.test_app_windows import Calls, Host, Source

from callwatch.core.channels import Channel, Language
from callwatch.core.errors import InputError
from callwatch.core.events import Event, Metered
from callwatch_ui.auto_call import AutoCallConfig
from callwatch_ui.commands import AppCommand, AppState
from callwatch_ui.desktop import DesktopApp
from callwatch_ui.first_run import SetupResult
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.state import Phase
from callwatch_ui.words import Words


class Call:
    def __init__(self, sink: Callable[[Event], None]) -> None:
        self.told: list[str] = []
        self._finished: list[Callable[[], None]] = []
        sink(Metered(5.0, {Channel.AGENT: 2.0, Channel.CUSTOMER: 2.0}, {}))

    def stop(self) -> None:
        self.told.append("stop")

    def pause(self) -> None:
        self.told.append("pause")

    def resume(self) -> None:
        self.told.append("resume")

    def hold(self) -> None:
        self.told.append("hold")

    def unhold(self) -> None:
        self.told.append("unhold")

    def on_finished(self, callback: Callable[[], None]) -> None:
        self._finished.append(callback)

    def end_by_itself(self) -> None:
        for callback in self._finished:
            threading.Thread(target=callback).start()


class Feedback:
    def dismiss(self, nudge_id: str) -> None: ...

    def not_useful(self, nudge_key: str) -> None: ...


class Engine:
    def __init__(self, problem: str = "") -> None:
        self.settings = Source()
        self.history = Calls([])
        self.setup = Host(["Headset"])
        self.feedback = Feedback()
        self.needs_setup = False
        self.problem = ""
        self.calls: list[Call] = []
        self.heard: Callable[[Channel, bool], None] | None = None
        self.watch: list[str] = []
        self._problem = problem

    def start(self, sink: Callable[[Event], None]) -> Call:
        if self._problem:
            raise InputError(self._problem)
        self.calls.append(Call(sink))
        return self.calls[-1]

    def overlay_settings(self) -> OverlaySettings:
        return OverlaySettings(theme="light", reduced_motion=True)

    def recording(self, journal: Path) -> tuple[Sequence[Event], float]:
        return [], 3.0

    def finish_setup(self, result: SetupResult) -> None: ...

    def auto_call(self) -> AutoCallConfig | None:
        return AutoCallConfig()

    def watch_voices(self, heard: Callable[[Channel, bool], None]) -> "Engine":
        self.heard = heard
        return self

    def pause(self) -> None:
        self.watch.append("pause")

    def resume(self) -> None:
        self.watch.append("resume")

    def close(self) -> None:
        self.watch.append("close")


def app_for(qtbot: QtBot, engine: Engine) -> DesktopApp:
    app = DesktopApp(Words(Language.EN), engine)
    qtbot.addWidget(app.overlay)
    return app


def begin(qtbot: QtBot, app: DesktopApp, engine: Engine) -> Call:
    app.menu.commands[AppCommand.START].trigger()
    qtbot.waitUntil(lambda: app.control.call is not None)
    qtbot.waitUntil(lambda: app.overlay.state.time_s == 5.0)
    return engine.calls[-1]


def test_a_call_from_the_menu_through_hold_and_pause_to_its_end(qtbot: QtBot) -> None:
    engine = Engine()
    app = app_for(qtbot, engine)
    app.show()
    call = begin(qtbot, app, engine)
    assert app.overlay.state.phase is Phase.RUNNING
    for command, state in (
        (AppCommand.HOLD, AppState.HELD),
        (AppCommand.RESUME, AppState.RUNNING),
        (AppCommand.PAUSE, AppState.PAUSED),
        (AppCommand.RESUME, AppState.RUNNING),
    ):
        answer = app.control.handle(command)
        assert (answer.ok, answer.state) == (True, state)
    refused = app.control.handle(AppCommand.START)
    assert not refused.ok
    assert refused.message == "That is not possible now: callwatch is watching a call."
    app.toggle()
    qtbot.waitUntil(lambda: "stop" in call.told)
    assert call.told == ["hold", "unhold", "pause", "resume", "stop"]
    assert app.control.handle(AppCommand.STATUS).state is AppState.IDLE
    app.close()
    assert engine.watch == ["resume", "pause", "resume", "close"]


def test_a_call_that_ends_by_itself_is_finished_and_another_can_begin(qtbot: QtBot) -> None:
    engine = Engine()
    app = app_for(qtbot, engine)
    call = begin(qtbot, app, engine)
    call.end_by_itself()
    qtbot.waitUntil(lambda: app.control.state is AppState.IDLE and "stop" in call.told)
    qtbot.waitUntil(lambda: app.control.handle(AppCommand.START).ok)
    qtbot.waitUntil(lambda: len(engine.calls) == 2)
    app.close()
    assert "stop" in engine.calls[1].told


def test_both_voices_begin_a_call(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine()
    app = app_for(qtbot, engine)
    app.show()
    now_s = iter([0.0, 2.0, 3.0, 5.0])
    monkeypatch.setattr(app.auto, "_clock_s", lambda: next(now_s, 5.0))
    assert engine.heard is not None
    for channel in Channel:
        engine.heard(channel, True)
        engine.heard(channel, False)
    qtbot.waitUntil(lambda: bool(engine.calls))
    assert app.control.state is AppState.RUNNING
    app.close()


def test_no_device_is_told_on_the_screen(qtbot: QtBot) -> None:
    app = app_for(qtbot, Engine("No microphone: plug one in."))
    app.show()
    app.toggle()
    qtbot.waitUntil(lambda: app.overlay.card.card is not None)
    card = app.overlay.card.card
    assert card is not None
    assert card.advice == "No microphone: plug one in."
    assert app.control.state is AppState.IDLE
    app.close()


def test_what_is_wrong_with_the_settings_is_told_at_the_start(qtbot: QtBot) -> None:
    engine = Engine()
    engine.problem = "The settings file is broken: mend it."
    app = app_for(qtbot, engine)
    app.show()
    card = app.overlay.card.card
    assert card is not None
    assert card.advice == engine.problem
    app.close()


class SlowEngine(Engine):
    """Devices that take until `may_open`."""

    def __init__(self) -> None:
        super().__init__()
        self.may_open = threading.Event()

    def start(self, sink: Callable[[Event], None]) -> Call:
        assert self.may_open.wait(20)
        return super().start(sink)


@pytest.mark.parametrize("command", [AppCommand.HOLD, AppCommand.PAUSE])
def test_a_command_before_the_devices_are_open_is_not_lost(
    qtbot: QtBot, command: AppCommand
) -> None:
    engine = SlowEngine()
    app = app_for(qtbot, engine)
    app.toggle()
    assert app.control.handle(command).ok
    engine.may_open.set()
    qtbot.waitUntil(lambda: bool(engine.calls) and engine.calls[0].told == [command.value])
    app.close()


def test_every_window_opens(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("events.jsonl", ""))
    app = app_for(qtbot, Engine())
    for action in app.menu.windows.values():
        action.trigger()
    assert set(app._windows) == set(app.menu.windows)
    assert all(window.isVisible() for window in app._windows.values())
    app.close()


def test_only_one_app_runs(qtbot: QtBot, tmp_path: Path) -> None:
    place = str(tmp_path / "app.sock")
    app = app_for(qtbot, Engine())
    assert app.server.listen(place)
    second = app_for(qtbot, Engine())
    answers: list[bool] = []
    asking = threading.Thread(target=lambda: answers.append(second.server.listen(place)))
    asking.start()
    qtbot.waitUntil(lambda: bool(answers))
    asking.join(5)
    assert answers == [False]
    app.close()
    second.close()
