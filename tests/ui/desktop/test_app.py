import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot
from tests.ui.test_app_windows import Calls, Host, Source

from callwatch.core.channels import Channel, Language
from callwatch.core.errors import InputError
from callwatch.core.events import Event, MeterUpdated, NudgeShown
from callwatch.core.facts import Fact, quoted
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch_ui.desktop.app import DesktopApp
from callwatch_ui.desktop.auto_call import AutoCallConfig
from callwatch_ui.desktop.ipc import Answer, AppCommand, AppNotRunningError, AppState
from callwatch_ui.desktop.run import run_desktop
from callwatch_ui.native.global_shortcut import CLOSE_CARD, JUDGE_CARD
from callwatch_ui.native.session_watch import Absence
from callwatch_ui.native.single_instance import SingleInstance
from callwatch_ui.native.windows_hotkeys import WindowsHotKey
from callwatch_ui.overlay.state import Phase
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.translator import Translator
from callwatch_ui.windows.first_run import FirstRun
from callwatch_ui.windows.recording_loader import Advance
from callwatch_ui.windows.settings_dialog import SettingsDialog
from callwatch_ui.windows.setup_host import SetupResult


class Call:
    def __init__(self, sink: Callable[[Event], None]) -> None:
        self.told: list[str] = []
        self._finished: list[Callable[[], None]] = []
        sink(MeterUpdated(5.0, {Channel.AGENT: 2.0, Channel.CUSTOMER: 2.0}, {}))

    def stop(self, *, at_last_voice: bool = False) -> None:
        self.told.append("stop at the last voice" if at_last_voice else "stop")

    def pause(self) -> None:
        self.told.append("pause")

    def resume(self) -> None:
        self.told.append("resume")

    def hold(self) -> None:
        self.told.append("hold")

    def unhold(self) -> None:
        self.told.append("unhold")

    def note_absence(self, absence: Absence, seconds: float) -> None:
        self.told.append(f"{absence} {seconds:.0f} s")

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
        self.language = Language.EN
        self.problem = ""
        self.offer: Nudge | None = None
        self.fault = ""
        self.newest: Path | None = None
        self.cut_short = (0, 0)
        self.calls: list[Call] = []
        self.heard: Callable[[Channel, bool], None] | None = None
        self.watch: list[str] = []
        self._problem = problem

    def start(self, sink: Callable[[Event], None]) -> Call:
        if self._problem:
            raise InputError(self._problem)
        self.calls.append(Call(sink))
        return self.calls[-1]

    def warm_up(self) -> None: ...

    def recover(self) -> tuple[int, int]:
        return self.cut_short

    def overlay_settings(self) -> OverlaySettings:
        return OverlaySettings(theme="light", reduced_motion=True)

    def recording(self, path: Path, advance: Advance) -> tuple[Sequence[Event], float]:
        if "broken" in path.name:
            raise InputError("This is no recording.")
        for second in range(1000 if "long" in path.name else 3):
            advance(second, 3.0)
        return [], 3.0

    def last_report(self) -> Path | None:
        return self.newest

    def breather(self) -> Nudge | None:
        return self.offer

    def last_fault(self) -> str:
        return self.fault

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
    app = DesktopApp(Translator(Language.EN), engine)
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
        assert self.may_open.wait(60)
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


def test_started_once_more_an_overlay_that_cannot_be_clicked_opens_the_settings(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    app = app_for(qtbot, engine)
    app.control.handle(AppCommand.SHOW)
    assert app.overlay.isVisible()
    assert app.windows.names() == set()
    through = OverlaySettings(theme="light", click_through=True)
    monkeypatch.setattr(engine, "overlay_settings", lambda: through)
    app.control.handle(AppCommand.SHOW)
    assert app.windows.names() == {"settings"}
    app.close()


def test_every_window_opens(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("events.jsonl", ""))
    app = app_for(qtbot, Engine())
    for action in app.menu.windows.values():
        action.trigger()
    windows = set(app.menu.windows) - {"report"}  # which opens in the browser
    qtbot.waitUntil(lambda: app.windows.names() == windows)
    for name in windows:
        window = app.windows.get(name)
        assert window is not None
        assert window.isVisible()
    app.close()
    assert app.windows.names() == set()


def test_another_recording_takes_the_place_of_the_one_that_is_shown(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("events.jsonl", ""))
    app = app_for(qtbot, Engine())
    app.open_window("replay")
    qtbot.waitUntil(lambda: app.windows.get("replay") is not None)
    first = app.windows.get("replay")
    assert first is not None
    gone: list[bool] = []
    first.destroyed.connect(lambda: gone.append(True))
    app.open_window("replay")
    qtbot.waitUntil(lambda: app.windows.get("replay") not in (None, first))
    qtbot.waitUntil(lambda: gone == [True])
    app.close()


def test_a_recording_that_cannot_be_read_is_told(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("broken.wav", ""))
    app = app_for(qtbot, Engine())
    app.open_window("replay")
    qtbot.waitUntil(lambda: app.overlay.card.card is not None)
    assert app.overlay.card.card is not None
    assert app.overlay.card.card.advice == "This is no recording."
    assert app.reader.progress is None
    app.close()


def test_reading_a_recording_can_be_stopped(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("long.wav", ""))
    engine = Engine()
    asked = threading.Event()
    stopped = threading.Event()

    def read(path: Path, advance: Advance) -> tuple[Sequence[Event], float]:
        advance(30.0, 120.0)
        asked.set()
        assert stopped.wait(60)
        advance(60.0, 120.0)
        raise AssertionError("it was to be stopped")

    monkeypatch.setattr(engine, "recording", read)
    app = app_for(qtbot, engine)
    app.open_window("replay")
    assert asked.wait(60)
    assert app.reader.progress is not None
    progress = app.reader.progress
    qtbot.waitUntil(lambda: progress.labelText() == "long.wav: 25 % · 0:30 of 2:00")
    assert progress.value() == progress.maximum() // 4
    button = app.reader.progress.findChild(QPushButton)
    assert button is not None
    button.click()
    stopped.set()
    qtbot.waitUntil(lambda: app.reader.progress is None)
    assert app.windows.get("replay") is None
    assert app.overlay.card.card is None
    app.close()


def test_after_a_hard_call_a_breather_is_offered_once_and_leaves(qtbot: QtBot) -> None:
    engine = Engine()
    engine.offer = Nudge(
        "n", "breather", "One minute for yourself?\nYou did your best.", NudgeLevel.INFO, 60.0,
        shown=True, because=Fact("hard_call"),
    )  # fmt: skip
    app = app_for(qtbot, engine)
    begin(qtbot, app, engine)
    app.toggle()
    qtbot.waitUntil(lambda: app.overlay.card.card is not None)
    assert app.overlay.card.card is not None
    assert app.overlay.card.card.title == "One minute for yourself?"
    assert app.breather.timer.isActive()
    app.breather.timer.timeout.emit()
    assert app.overlay.card.card is None
    app.close()


def test_when_the_tray_dies_the_overlay_can_be_clicked(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [True]
    monkeypatch.setattr("callwatch_ui.desktop.app.has_tray", lambda: there[0])
    app = app_for(qtbot, Engine())
    app.show()
    seen = []
    for is_there in (True, False, False, True, True):
        there[0] = is_there
        app.check_tray()
        seen.append(app.overlay.isVisible())
    assert seen == [False, True, True, False, False]
    app.overlay.show()  # by a click on the icon
    app.check_tray()
    assert app.overlay.isVisible()
    app.close()


@pytest.mark.parametrize("are_shown", [True, False])
def test_a_notification_that_nobody_would_see_is_said_by_the_overlay(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, are_shown: bool
) -> None:
    balloons: list[str] = []
    app = app_for(qtbot, Engine())
    monkeypatch.setattr("callwatch_ui.desktop.app.shows_notifications", lambda: are_shown)
    monkeypatch.setattr(app.tray, "isVisible", lambda: True)
    monkeypatch.setattr(app.tray, "showMessage", lambda _title, text, _icon: balloons.append(text))
    app._notify("the disk is full")
    note = app.overlay.state.app_note
    assert (balloons, note is None) == ((["The disk is full"], True) if are_shown else ([], False))
    app.close()


def test_the_last_report_is_one_click_in_the_menu(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.path()))
    engine = Engine()
    app = app_for(qtbot, engine)
    app.menu.windows["report"].trigger()
    assert opened == []
    note = app.overlay.state.app_note
    assert note is not None
    engine.newest = Path("/reports/a.html")
    app.menu.windows["report"].trigger()
    assert opened == ["/reports/a.html"]
    app.close()


def hard_call(qtbot: QtBot) -> DesktopApp:
    """A hard call has just ended."""
    engine = Engine()
    engine.offer = Nudge(
        "n", "breather", "One minute for yourself?\nYou did your best.", NudgeLevel.INFO, 60.0,
        shown=True, because=Fact("hard_call"),
    )  # fmt: skip
    app = app_for(qtbot, engine)
    begin(qtbot, app, engine)
    app.toggle()
    qtbot.waitUntil(lambda: app.overlay.card.card is not None)
    return app


def test_the_minute_is_begun_by_its_button_counted_and_over(qtbot: QtBot) -> None:
    app = hard_call(qtbot)
    assert app.overlay.card.action_button.text() == "Start the minute"
    with qtbot.waitSignal(app.breather.over) as _:
        app.overlay.card.action_button.click()
        assert not app.breather.timer.isActive(), "the minute is not the offer's"
        titles = []
        for _ in range(60):
            assert app.overlay.card.card is not None
            titles.append(app.overlay.card.card.title)
            app.breather.ticker.timeout.emit()
    assert titles[0] == "Your minute: 1:00"
    assert titles[-1] == "Your minute: 0:01"
    assert app.overlay.card.card is None
    assert not app.breather.ticker.isActive()
    app.close()


def test_a_call_that_begins_ends_the_minute(qtbot: QtBot) -> None:
    app = hard_call(qtbot)
    app.overlay.card.action_button.click()
    app.toggle()
    app.breather.ticker.timeout.emit()
    assert not app.breather.ticker.isActive()
    assert app.overlay.card.card is None
    app.close()


def test_a_minute_that_is_closed_is_over(qtbot: QtBot) -> None:
    app = hard_call(qtbot)
    app.overlay.card.action_button.click()
    app.overlay.card.close_button.click()
    app.breather.ticker.timeout.emit()
    assert not app.breather.ticker.isActive()
    assert app.overlay.state.minute_left_s is None
    app.close()


def test_the_first_run_speaks_the_language_that_is_chosen_in_it(qtbot: QtBot) -> None:
    app = app_for(qtbot, Engine())
    app.show()
    app.open_window("setup")
    wizard = app.windows.get("setup")
    assert isinstance(wizard, FirstRun)
    wizard.language.setCurrentIndex(wizard.language.findData(Language.SV))
    wizard.language.activated.emit(wizard.language.currentIndex())
    swedish = app.windows.get("setup")
    assert isinstance(swedish, FirstRun)
    assert swedish is not wizard
    assert swedish.windowTitle() == Translator(Language.SV)("setup.title")
    assert swedish.result_so_far().language is Language.SV
    assert app.menu.quit.text() == Translator(Language.SV)("menu.quit")
    assert app.overlay.bar.share.accessibleName() == Translator(Language.SV)("bar.share")
    swedish.reject()
    assert app.menu.quit.text() == Translator(Language.EN)("menu.quit")
    app.close()


def test_in_a_call_another_language_says_when_the_cards_follow(qtbot: QtBot) -> None:
    engine = Engine()
    app = app_for(qtbot, engine)
    app.show()
    app.toggle()
    engine.language = Language.DA
    app.open_window("settings")
    dialog = app.windows.get("settings")
    assert isinstance(dialog, SettingsDialog)
    dialog.saved.emit({})
    note = app.overlay.state.app_note
    assert note is not None
    assert note.fact.sentence == Translator(Language.DA)("settings.language_later")
    app.close()


def test_the_pin_is_remembered(qtbot: QtBot) -> None:
    engine = Engine()
    app = app_for(qtbot, engine)
    app.show()
    app.overlay.bar.pin.click()
    assert engine.settings.saved == [{"overlay.keep_open": True}]
    app.close()


def test_another_language_in_the_settings_is_spoken_at_once(qtbot: QtBot) -> None:
    engine = Engine()
    app = app_for(qtbot, engine)
    app.show()
    state = app.overlay.state
    engine.language = Language.DA
    app.open_window("settings")
    dialog = app.windows.get("settings")
    assert isinstance(dialog, SettingsDialog)
    dialog.saved.emit({})
    danish = Translator(Language.DA)
    assert app.overlay.state == state
    assert app.overlay.bar.isVisible()
    assert app.overlay.bar.accessibleName() == danish("bar.name")
    assert app.overlay.card.close_button.toolTip() == danish("card.close")
    assert app.menu.commands[AppCommand.START].text() == danish("menu.start")
    app.close()


def test_the_first_run_moves_the_overlay(qtbot: QtBot) -> None:
    app = app_for(qtbot, Engine())
    app.open_window("setup")
    wizard = app.windows.get("setup")
    assert isinstance(wizard, FirstRun)
    app.show()
    right = app.overlay.place
    wizard.corner.setCurrentIndex(wizard.corner.findData("top_left"))
    assert app.overlay.place.x() < right.x()
    assert app.overlay.place.y() < right.y()
    wizard.auto_calls.setChecked(False)
    assert not wizard.result_so_far().auto_calls
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
    asking.join(60)
    assert answers == [False]
    app.close()
    second.close()


def nudge(nudge_id: str, level: NudgeLevel = NudgeLevel.ADVICE) -> NudgeShown:
    text = "Keep listening\nLet it out."
    told = Nudge(nudge_id, "keep_listening", text, level, 6.0, shown=True, because=quoted("why"))
    return NudgeShown(6.0, told)


@pytest.mark.parametrize("way", ["command", "key", "menu"])
def test_a_card_is_closed_and_judged_without_the_mouse(qtbot: QtBot, way: str) -> None:
    engine = Engine()
    app = app_for(qtbot, engine)
    begin(qtbot, app, engine)
    told: list[tuple[str, str]] = []
    app.overlay.dismissed.connect(lambda name: told.append(("dismissed", name)))
    app.overlay.not_useful.connect(lambda name: told.append(("not useful", name)))

    def do(command: AppCommand) -> None:
        if way == "key":
            app.press({AppCommand.DISMISS: CLOSE_CARD, AppCommand.NOT_USEFUL: JUDGE_CARD}[command])
        elif way == "menu":
            assert app.menu.commands[command].isVisible()
            app.menu.commands[command].trigger()
        else:
            assert app.command(command).ok

    for number, command in enumerate((AppCommand.DISMISS, AppCommand.NOT_USEFUL)):
        app.overlay.on_events((nudge(f"n{number}"),))
        do(command)
        assert app.overlay.card.card is None
        assert not app.menu.commands[command].isVisible()
    assert told == [("dismissed", "n0"), ("not useful", "keep_listening")]
    assert not app.command(AppCommand.DISMISS).ok
    app.overlay.on_events((nudge("n2", NudgeLevel.URGENT),))
    assert not app.command(AppCommand.NOT_USEFUL).ok
    assert app.command(AppCommand.DISMISS).ok
    app.close()


def test_a_pause_is_not_closed_by_command(qtbot: QtBot) -> None:
    engine = Engine()
    app = app_for(qtbot, engine)
    begin(qtbot, app, engine)
    assert app.command(AppCommand.PAUSE).ok
    assert app.command(AppCommand.DISMISS) == Answer(
        False, AppState.PAUSED, "No card is on the screen."
    )
    app.close()


def test_a_history_that_could_not_take_the_call_is_told(qtbot: QtBot) -> None:
    engine = Engine()
    engine.fault = "The report is written, but the history is in use by another program."
    app = app_for(qtbot, engine)
    begin(qtbot, app, engine)
    app.toggle()
    qtbot.waitUntil(lambda: app.overlay.card.card is not None)
    assert app.overlay.card.card is not None
    assert app.overlay.card.card.advice == engine.fault
    app.close()


def test_calls_that_were_cut_short_are_told(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine()
    engine.cut_short = (2, 0)
    monkeypatch.setattr("callwatch_ui.desktop.app.WARM_UP_MS", 0)
    app = app_for(qtbot, engine)
    app.show()
    qtbot.waitUntil(lambda: app.overlay.card.card is not None)
    assert app.overlay.card.card is not None
    assert app.overlay.card.card.advice == "Calls that were cut short have their report now: 2."
    app.close()


def test_log_off_ends_the_call_and_waits_for_its_report(qtbot: QtBot) -> None:
    engine = Engine()
    desktop = app_for(qtbot, engine)
    try:
        desktop.command(AppCommand.START)
        qtbot.waitUntil(lambda: bool(engine.calls))
        desktop.session.log_off()
        assert engine.calls[0].told == ["stop"]
        assert desktop.control.state is AppState.IDLE
        desktop.session.log_off()  # the session went on: the app is ready for the next one
        assert desktop.command(AppCommand.START).ok is not None
    finally:
        desktop.close()


def test_sleep_and_the_lock_screen_are_told_to_the_call(qtbot: QtBot) -> None:
    engine = Engine()
    desktop = app_for(qtbot, engine)
    try:
        desktop.session.away.emit(Absence.LOCKED, 5.0)  # nobody calls
        desktop.command(AppCommand.START)
        qtbot.waitUntil(lambda: desktop.control.call is not None)
        desktop.session.away.emit(Absence.SLEPT, 40.0)
        assert engine.calls[0].told == ["slept 40 s"]
    finally:
        desktop.close()


def test_keys_that_another_program_has_are_named(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class User32:
        def RegisterHotKey(self, *args: int) -> bool:  # noqa: N802
            return args[3] != ord("X")

        def UnregisterHotKey(self, *_args: int) -> bool:  # noqa: N802
            return True

    keys = WindowsHotKey("wxn", User32())
    monkeypatch.setattr("callwatch_ui.desktop.app.global_hotkey", lambda: keys)
    desktop = app_for(qtbot, Engine())
    said: list[str] = []
    monkeypatch.setattr(desktop, "_notify", said.append)
    try:
        desktop.show()
        assert said == ["Another program already uses Ctrl+Alt+X: they do nothing in callwatch."]
    finally:
        desktop.close()


def test_a_second_start_shows_the_first_and_ends(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "app.sock")
    first = SingleInstance(place)
    assert first.acquire()
    sent: list[AppCommand] = []

    def send(command: AppCommand, _place: str | None) -> Answer:
        sent.append(command)
        raise AppNotRunningError("it is only just starting")

    def no_host() -> Engine:
        raise AssertionError("a second app was begun")

    monkeypatch.setattr("callwatch_ui.desktop.run.send", send)
    assert run_desktop(Language.EN, no_host, place) == 0
    assert sent == [AppCommand.SHOW]
    first.release()
