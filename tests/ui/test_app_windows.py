import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from PyQt6.QtCore import Qt, QTimer, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.errors import ConfigError, InputError, StoreError
from callwatch_ui.desktop.ipc import AppCommand, AppState
from callwatch_ui.desktop.tray import AppMenu, Tray, has_tray, tray_icon
from callwatch_ui.native.global_shortcut import global_hotkey
from callwatch_ui.translator import Translator
from callwatch_ui.windows.first_run import FirstRun
from callwatch_ui.windows.history_window import CallRow, HistoryWindow, confirm_deletion
from callwatch_ui.windows.mic_check import LevelReading
from callwatch_ui.windows.settings_cards import CardsPage
from callwatch_ui.windows.settings_dialog import SettingsDialog
from callwatch_ui.windows.settings_form import FieldKind, SettingsField, SettingsForm, Value
from callwatch_ui.windows.setup_host import (
    Choice,
    DownloadPhase,
    DownloadReport,
    Recogniser,
    SetupResult,
)

EN = Translator(Language.EN)
FIELDS = (
    SettingsField("overlay.theme", FieldKind.CHOICE, "system", ("system", "light", "dark")),
    SettingsField("overlay.scale", FieldKind.NUMBER, 1.0, least=1.0, most=3.0, step=0.25),
    SettingsField("overlay.click_through", FieldKind.SWITCH, False),
    SettingsField("store.retention_days", FieldKind.NUMBER, 30, most=365, is_locked=True),
    SettingsField("call.later", FieldKind.TEXT, "x"),
)


class Source:
    def __init__(self, problem: str = "") -> None:
        self.saved: list[Mapping[str, Value]] = []
        self._problem = problem

    def fields(self) -> Sequence[SettingsField]:
        return FIELDS

    def save(self, changes: Mapping[str, Value]) -> None:
        if self._problem:
            raise ConfigError(self._problem)
        self.saved.append(changes)


T = TypeVar("T", bound=QWidget)


def editor(dialog: SettingsDialog, key: str, kind: type[T]) -> T:
    out = dialog.editors[key]
    assert isinstance(out, kind)
    return out


def test_only_changes_are_saved(qtbot: QtBot) -> None:
    source = Source()
    dialog = SettingsDialog(EN, source)
    qtbot.addWidget(dialog)
    editor(dialog, "overlay.theme", QComboBox).setCurrentIndex(2)
    editor(dialog, "overlay.scale", QDoubleSpinBox).setValue(1.5)
    editor(dialog, "overlay.click_through", QCheckBox).setChecked(True)
    editor(dialog, "overlay.click_through", QCheckBox).setChecked(False)
    editor(dialog, "call.later", QLineEdit).setText("y")
    dialog.save()
    assert source.saved == [{"overlay.theme": "dark", "overlay.scale": 1.5, "call.later": "y"}]


def test_a_locked_setting_shows_as_locked_and_cannot_be_edited(qtbot: QtBot) -> None:
    dialog = SettingsDialog(EN, Source())
    qtbot.addWidget(dialog)
    locked = dialog.editors["store.retention_days"]
    assert not locked.isEnabled()
    labels = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Delete calls after (days) – locked by your organisation" in labels
    with pytest.raises(ValueError, match="locked"):
        dialog.form.set("store.retention_days", 1)


def test_a_failed_save_is_told_and_keeps_the_window(qtbot: QtBot) -> None:
    dialog = SettingsDialog(EN, Source("The file cannot be written: ask IT."))
    qtbot.addWidget(dialog)
    dialog.show()
    editor(dialog, "call.later", QLineEdit).setText("y")
    dialog.save()
    assert dialog.isVisible()
    assert dialog.problem.text() == "The file cannot be written: ask IT."


def test_every_editor_is_reached_by_keyboard_and_named(qtbot: QtBot) -> None:
    dialog = SettingsDialog(EN, Source())
    qtbot.addWidget(dialog)
    for key, part in dialog.editors.items():
        assert part.focusPolicy() & Qt.FocusPolicy.TabFocus, key
        assert part.accessibleName(), key


def test_the_form_refuses_what_a_field_cannot_hold() -> None:
    form = SettingsForm(FIELDS)
    with pytest.raises(ValueError, match="one of"):
        form.set("overlay.theme", "pink")
    with pytest.raises(ValueError, match=r"lies in 1\.\.3"):
        form.set("overlay.scale", 9.0)
    assert form.changes() == {}


CARDS = (
    SettingsField("nudges.amount", FieldKind.SLIDER, 2, ("0", "1", "2", "4")),
    SettingsField("nudges.card.keep_listening", FieldKind.CARD, True, label="Keep listening"),
    SettingsField("nudges.card.threat.leave", FieldKind.CARD, False, label="They think of leaving"),
)


def test_one_slider_says_how_many_cards_and_each_can_be_seen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source()
    monkeypatch.setattr(source, "fields", lambda: CARDS)
    dialog = SettingsDialog(EN, source)
    qtbot.addWidget(dialog)
    slider = editor(dialog, CARDS[0].key, QSlider)
    cards = editor(dialog, CARDS[1].key, QListWidget)
    page = dialog.findChild(CardsPage)
    assert page is not None
    said = []
    for position in range(4):
        slider.setValue(position)
        said.append(page.says.text())
    assert said[0] == EN("settings.cards.none")
    assert said[1] == EN("settings.cards.one")
    assert said[3].startswith("At most 4 cards")
    cards.setCurrentRow(1)
    assert page.card.card is not None
    assert page.card.card.nudge_key == "threat.leave"
    item = cards.item(1)
    assert item is not None
    item.setCheckState(Qt.CheckState.Checked)
    dialog.save()
    assert source.saved == [{"nudges.amount": 4, "nudges.card.threat.leave": True}]


def test_settings_that_do_nothing_here_are_not_offered(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source()
    fields = [
        SettingsField(f"overlay.{name}", FieldKind.SWITCH, True)
        for name in ("hide_from_sharing", "keep_open")
    ]
    monkeypatch.setattr(source, "fields", lambda: fields)
    monkeypatch.setattr("sys.platform", "linux")
    dialog = SettingsDialog(EN, source)
    qtbot.addWidget(dialog)
    assert list(dialog.editors) == ["overlay.keep_open"]


def test_a_share_is_edited_in_percent(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    scale = replace(FIELDS[1], in_percent=True)
    monkeypatch.setattr(source, "fields", lambda: [scale])
    dialog = SettingsDialog(EN, source)
    qtbot.addWidget(dialog)
    spin = editor(dialog, scale.key, QDoubleSpinBox)
    assert (spin.text(), spin.maximum()) == ("100 %", 300.0)
    spin.setValue(125)
    dialog.save()
    assert source.saved == [{scale.key: 1.25}]


class Calls:
    def __init__(self, rows: Sequence[CallRow], problem: str = "") -> None:
        self._rows, self._problem = rows, problem
        self.listened: list[str] = []

    def calls(self) -> Sequence[CallRow]:
        if self._problem:
            raise StoreError(self._problem)
        return self._rows

    def report(self, call_id: str) -> Path:
        return Path(f"/reports/{call_id}.html")

    def listen(self, call_id: str, sound: Path) -> bool:
        self.listened.append(call_id)
        return sound.suffix == ".sealed"

    def delete(self, call_id: str) -> None:
        self._rows = [row for row in self._rows if row.id != call_id]

    def delete_all(self) -> None:
        self._rows = []


def test_the_history_lists_calls_and_opens_a_report(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.path())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    rows = [
        CallRow("a", "2026-03-01T10:00:00Z", 754.0, 0.41, 2, 1, 3),
        CallRow("b", "2026-02-01T10:00:00Z", 65.0, None, None, None, 0),
    ]
    window = HistoryWindow(EN, Calls(rows))
    qtbot.addWidget(window)
    shown = [window.table.item(1, column) for column in range(7)]
    assert [item.text() for item in shown if item] == [
        "2026-02-01 10:00", "1:05", "", "–", "–", "–", "0",
    ]  # fmt: skip
    assert window.message.text() == EN("history.unknown")
    window.table.selectRow(1)
    window.open_button.click()
    assert opened == ["/reports/b.html"]


def test_a_call_is_deleted_after_a_question_and_so_are_all(qtbot: QtBot) -> None:
    rows = [CallRow(name, "2026-03-01T10:00:00Z", 65.0, 0.4, 2, 1, 3) for name in "abc"]
    asked: list[str] = []
    answers = [False, True, False, True]

    def ask(_parent: QWidget, _words: Translator, question: str) -> bool:
        asked.append(question)
        return answers[len(asked) - 1]

    window = HistoryWindow(EN, Calls(rows), ask)
    qtbot.addWidget(window)
    window.table.selectRow(1)
    left = []
    for button in (window.delete_button,) * 2 + (window.delete_all_button,) * 2:
        button.click()
        left.append(window.table.rowCount())
    assert left == [3, 2, 2, 0]
    assert asked[0] == "Delete the call of 2026-03-01 10:00 (1:05)?"
    assert asked[2] == "Delete all calls?"
    assert not window.delete_button.isEnabled()


def test_what_cannot_be_deleted_is_told(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise StoreError("The file is in use: close the other program.")

    calls = Calls([CallRow("a", "2026-03-01T10:00:00Z", 65.0, 0.4, 2, 1, 3)])
    monkeypatch.setattr(calls, "delete", refuse)
    window = HistoryWindow(EN, calls, lambda *_: True)
    qtbot.addWidget(window)
    window.delete_button.click()
    assert window.message.text() == "The file is in use: close the other program."


def test_a_recording_is_shown_with_its_files_name(qtbot: QtBot) -> None:
    own = CallRow("a", "2026-03-01T10:00:00Z", 65.0, 0.4, 2, 1, 3)
    window = HistoryWindow(EN, Calls([own]))
    qtbot.addWidget(window)
    assert window.table.isColumnHidden(2)
    window = HistoryWindow(EN, Calls([own, replace(own, id="b", recording="Anna.wav")]))
    qtbot.addWidget(window)
    assert not window.table.isColumnHidden(2)
    item = window.table.item(1, 2)
    assert item is not None
    assert item.text() == "Anna.wav"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_no_is_the_answer_to_a_key_pressed_in_haste(qtbot: QtBot, key: Qt.Key) -> None:
    window = HistoryWindow(EN, Calls([]))
    qtbot.addWidget(window)

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert box is not None
        QTest.keyClick(box, key)  # type: ignore[call-overload]

    QTimer.singleShot(0, press)
    assert not confirm_deletion(window, EN, "Delete?")


def test_kept_sound_is_played_by_the_systems_player(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.path()))
    plain = CallRow("a", "2026-03-01T10:00:00Z", 754.0, 0.41, 2, 1, 3)
    kept = CallRow("b", "2026-02-01T10:00:00Z", 65.0, 0.5, 0, 0, 0, Path("/audio/b.flac"))
    sealed = CallRow("c", "2026-01-01T10:00:00Z", 65.0, 0.5, 0, 0, 0, Path("/audio/c.flac.sealed"))
    calls = Calls([plain, kept, sealed])
    window = HistoryWindow(EN, calls)
    qtbot.addWidget(window)
    window.show()
    assert window.listen_button.isVisible()
    assert not window.listen_button.isEnabled()
    window.table.selectRow(1)
    window.listen_button.click()
    assert opened == ["/audio/b.flac"]
    window.table.selectRow(2)
    window.listen_button.click()
    assert (opened, calls.listened) == (["/audio/b.flac"], ["b", "c"])
    window = HistoryWindow(EN, Calls([plain]))
    qtbot.addWidget(window)
    window.show()
    assert not window.listen_button.isVisible()


def test_the_first_run_tells_whether_sound_is_kept(qtbot: QtBot) -> None:
    for keeps_audio in (False, True):
        host = Host(["Headset"])
        host.keeps_audio = keeps_audio
        wizard = FirstRun(EN, host)
        qtbot.addWidget(wizard)
        told = " ".join(label.text() for label in wizard.findChildren(QLabel))
        assert (EN("setup.privacy.audio_kept") in told) is keeps_audio
        assert (EN("setup.privacy.audio") in told) is not keeps_audio


def test_an_empty_or_broken_history_says_so(qtbot: QtBot) -> None:
    window = HistoryWindow(EN, Calls([]))
    qtbot.addWidget(window)
    assert window.message.text() == "No calls yet."
    assert not window.open_button.isEnabled()
    window = HistoryWindow(EN, Calls([], "The history cannot be opened: free some disk space."))
    qtbot.addWidget(window)
    assert "free some disk space" in window.message.text()


def test_the_menu_offers_what_fits_the_state(qtbot: QtBot) -> None:
    menu = AppMenu(EN)
    tray = Tray(EN, menu)
    offered = {}
    for state in AppState:
        tray.set_state(state)
        offered[state] = [c for c, action in menu.commands.items() if action.isVisible()]
    assert offered[AppState.IDLE] == [AppCommand.START]
    assert AppCommand.RESUME in offered[AppState.PAUSED]
    assert AppCommand.START not in offered[AppState.RUNNING]
    assert tray.toolTip() == "callwatch – paused"
    with qtbot.waitSignal(menu.commanded) as told:
        menu.commands[AppCommand.RESUME].trigger()
    assert told.args == [AppCommand.RESUME]
    with qtbot.waitSignal(menu.window_wanted) as wanted:
        menu.windows["history"].trigger()
    assert wanted.args == ["history"]
    with qtbot.waitSignal(menu.quit_wanted):
        menu.quit.trigger()


def test_each_state_has_its_own_tray_icon(qtbot: QtBot) -> None:
    pictures = set()
    for state in AppState:
        image = tray_icon(state).pixmap(64, 64).toImage()
        pictures.add(bytes(image.constBits().asarray(image.sizeInBytes())))
    assert len(pictures) == len(AppState)
    assert not has_tray()
    assert global_hotkey() is None


class Host:
    def __init__(self, names: Sequence[str], problem: str = "") -> None:
        self._names, self._problem = names, problem
        self.sink: Callable[[LevelReading], None] | None = None
        self.opened: list[tuple[str, str]] = []
        self.told: list[str] = []
        self.keeps_audio = False
        self.chosen = ("", "")
        self.known = Recogniser(found="Vosk")
        self.reports: Callable[[DownloadReport], None] | None = None

    def devices(self, side: Channel) -> Sequence[Choice]:
        kind = "mic" if side is Channel.AGENT else "out"
        named = [Choice(f"{kind}-{name}", name) for name in self._names]
        return [Choice("", self._names[0]), *named] if named else []

    def recogniser(self, language: Language) -> Recogniser:
        return self.known

    def download(self, name: str, sink: Callable[[DownloadReport], None]) -> "Host":
        self.told.append(f"download {name}")
        self.reports = sink
        return self

    def pause(self) -> None:
        self.told.append("pause")

    def forget(self) -> None:
        self.told.append("forget")

    def current(self) -> tuple[str, str]:
        return self.chosen

    def listen(self, agent: str, customer: str, sink: Callable[[LevelReading], None]) -> "Host":
        if self._problem:
            raise InputError(self._problem)
        self.opened.append((agent, customer))
        self.sink = sink
        return self

    def play_tone(self, customer: str) -> None:
        self.told.append(f"tone {customer}")

    def close(self) -> None:
        self.told.append("close")

    def preview(self, language: Language) -> None:
        self.told.append(f"rehearsal {language}")


def speak(host: Host, agent: float, customer: float = -70.0) -> None:
    """Two seconds in phrases at that level, and the other side."""
    assert host.sink is not None
    for i in range(20):
        level = agent if i % 10 < 6 else -66.0
        host.sink(LevelReading(i / 10, {Channel.AGENT: level, Channel.CUSTOMER: customer}))


def test_the_check_hears_both_sides_before_it_says_good(qtbot: QtBot) -> None:
    host = Host(["Headset", "Monitor"])
    wizard = FirstRun(EN, host)
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.next()
    wizard.next()
    page = wizard.devices
    page.check_button.setFocus()
    page.check_button.click()
    assert host.opened == [("", "")]
    speak(host, -25.0)
    assert page.meters[Channel.AGENT].value() == -66
    assert [bool(page.marks[c].text()) for c in CHANNELS] == [True, False]
    page.go_on()
    assert host.told[-1] == "tone "
    speak(host, -66.0, -30.0)
    assert [bool(page.marks[c].text()) for c in CHANNELS] == [True, True]
    page.go_on()
    assert page.verdict.text() == EN("setup.finding.good")
    assert host.told[-1] == "close"
    assert wizard.focusWidget() is page.check_button


def test_a_tone_that_was_not_heard_is_not_good(qtbot: QtBot) -> None:
    host = Host(["Headset"])
    wizard = FirstRun(EN, host)
    qtbot.addWidget(wizard)
    page = wizard.devices
    page.initializePage()
    page.check()
    speak(host, -25.0)
    page.go_on()
    speak(host, -66.0, -70.0)
    page.go_on()
    assert page.verdict.text() == EN("setup.finding.no_tone")


def test_a_check_can_be_stopped_and_ends_when_the_page_is_left(qtbot: QtBot) -> None:
    host = Host(["Headset"])
    wizard = FirstRun(EN, host)
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.next()
    wizard.next()
    wizard.devices.check_button.click()
    wizard.devices.check_button.click()
    assert host.told == ["close"]
    assert wizard.devices.verdict.text() == ""
    wizard.devices.check_button.click()
    wizard.next()
    assert host.told == ["close", "close"]


def test_the_first_run_gives_what_was_chosen(qtbot: QtBot) -> None:
    wizard = FirstRun(EN, Host(["Headset", "Monitor"]))
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.language.setCurrentIndex(wizard.language.findData(Language.DA))
    wizard.words_page.hear.setChecked(False)
    for _ in range(5):
        wizard.next()
    with qtbot.waitSignal(wizard.chosen) as told:
        wizard.accept()
    assert told.args == [SetupResult(Language.DA, "", "", "none")]


def test_each_side_has_a_list_of_its_own_with_the_systems_choice_first(qtbot: QtBot) -> None:
    wizard = FirstRun(EN, Host(["Headset", "Webcam"]))
    qtbot.addWidget(wizard)
    wizard.devices.initializePage()
    boxes = wizard.devices.findChildren(QComboBox)
    ids = [[box.itemData(i) for i in range(box.count())] for box in boxes]
    assert ids == [["", "mic-Headset", "mic-Webcam"], ["", "out-Headset", "out-Webcam"]]
    assert [box.currentText() for box in boxes] == ["What the system uses: Headset"] * 2


def test_the_recogniser_is_fetched_paused_and_continued_from_the_page(qtbot: QtBot) -> None:
    host = Host(["Headset"])
    host.known = Recogniser(offer="small-en", size_mb=40, licence="MIT", site="models.example")
    wizard = FirstRun(EN, host)
    qtbot.addWidget(wizard)
    wizard.show()
    for _ in range(3):
        wizard.next()
    page = wizard.words_page
    assert "small-en" in page.says.text()
    assert "40 MB" in page.says.text()
    page.button.setFocus()
    said = []
    for phase, percent in (("running", 50), ("paused", 50), ("running", 60), ("broken_off", 60)):
        page.button.click()
        assert host.reports is not None
        host.reports(DownloadReport(DownloadPhase(phase), percent))
        said.append((page.button.text(), page.progress.text()))
        assert wizard.focusWidget() is page.button
    assert host.told == ["download small-en", "pause", "download small-en", "pause"]
    assert [button for button, _ in said] == ["Pause", "Continue", "Pause", "Continue"]
    assert said[0][1].startswith("20 of 40 MB")
    assert said[3][1] == EN("setup.download.broken_off")
    page.button.click()
    page.reported.emit(DownloadReport(DownloadPhase.DONE, 100))
    assert page.progress.text() == EN("setup.download.done")
    assert not page.button.isVisible()
    wizard.accept()
    assert host.told[-1] == "forget"


def test_where_words_are_heard_the_model_of_meanings_is_offered_once(qtbot: QtBot) -> None:
    host = Host(["Headset"])
    small = Recogniser(offer="small-en", size_mb=40, licence="MIT", site="models.example")
    meaning = replace(small, found="Vosk", offer="e5-small")
    host.known = small
    wizard = FirstRun(EN, host)
    qtbot.addWidget(wizard)
    wizard.show()
    for _ in range(3):
        wizard.next()
    page = wizard.words_page
    page.button.click()
    host.known = meaning
    page.reported.emit(DownloadReport(DownloadPhase.DONE, 100))
    assert "Vosk" in page.says.text()
    assert "e5-small" in page.says.text()
    page.button.click()
    assert host.told == ["download small-en", "download e5-small"]
    page.reported.emit(DownloadReport(DownloadPhase.DONE, 100))
    assert not page.button.isVisible()
    assert page.progress.text() == EN("setup.download.done")


def test_without_a_model_or_a_library_the_page_says_whom_to_ask(qtbot: QtBot) -> None:
    host = Host(["Headset"])
    host.known = Recogniser()
    wizard = FirstRun(EN, host)
    qtbot.addWidget(wizard)
    assert wizard.words_page.says.text() == EN("setup.engine.missing")
    assert wizard.words_page.button.isHidden()


def test_the_rehearsal_is_in_the_language_of_the_pages(qtbot: QtBot) -> None:
    host = Host(["Headset"])
    wizard = FirstRun(Translator(Language.SV), host)
    qtbot.addWidget(wizard)
    text = Translator(Language.SV)("setup.rehearsal.button")
    next(b for b in wizard.findChildren(QPushButton) if b.text() == text).click()
    assert host.told == ["rehearsal sv"]


def test_the_first_run_can_be_skipped(qtbot: QtBot) -> None:
    wizard = FirstRun(EN, Host(["Headset"]))
    qtbot.addWidget(wizard)
    with qtbot.waitSignal(wizard.skipped):
        wizard.reject()


def test_no_device_and_a_busy_device_are_told(qtbot: QtBot) -> None:
    wizard = FirstRun(EN, Host([]))
    qtbot.addWidget(wizard)
    wizard.devices.initializePage()
    assert not wizard.devices.check_button.isEnabled()
    assert "Plug in the headset" in wizard.devices.verdict.text()
    wizard = FirstRun(EN, Host(["Headset"], "The device is busy: close the other program."))
    qtbot.addWidget(wizard)
    wizard.devices.initializePage()
    wizard.devices.check()
    assert "busy" in wizard.devices.verdict.text()


def test_a_repeated_first_run_begins_with_the_devices_of_the_settings(qtbot: QtBot) -> None:
    host = Host(["Headset", "Webcam"])
    host.chosen = ("mic-Webcam", "out-gone")
    wizard = FirstRun(EN, host)
    qtbot.addWidget(wizard)
    wizard.devices.initializePage()
    assert wizard.result_so_far().agent_device == "mic-Webcam"
    assert wizard.result_so_far().customer_device == ""


def test_a_chosen_device_stays_chosen_on_the_way_back_and_forth(qtbot: QtBot) -> None:
    wizard = FirstRun(EN, Host(["Headset", "Webcam"]))
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.next()
    wizard.next()
    boxes = wizard.devices.findChildren(QComboBox)
    for box in boxes:
        box.setCurrentIndex(2)
    wizard.back()
    wizard.next()
    assert [box.currentText() for box in boxes] == ["Webcam", "Webcam"]


def test_the_recogniser_is_explained_below_the_choice(qtbot: QtBot) -> None:
    wizard = FirstRun(EN, Host(["Headset"]))
    qtbot.addWidget(wizard)
    assert wizard.words_page.says.text() == "Ready: words are heard with Vosk."
    wizard.words_page.hear.setChecked(False)
    assert wizard.words_page.says.text() == EN("setup.engine.off")


def test_the_history_shows_the_time_of_this_place(monkeypatch: pytest.MonkeyPatch) -> None:
    row = CallRow("c1", "2026-01-31T23:30:00Z", 61.0, 0.4, 1, 0, 2)
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    try:
        assert row.cells()[0] == "2026-02-01 00:30"
    finally:
        monkeypatch.undo()
        time.tzset()
