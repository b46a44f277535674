"""Every part that a person can reach has a name, and every one is reached by the keyboard."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollBar,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot
from tests.ui.test_app_windows import Calls, Host, Source
from tests.ui.windows.test_replay_player import call

from callwatch.app.desktop.settings import AppSettings
from callwatch.config import Config, LoadedConfig
from callwatch.core.channels import Language
from callwatch_ui.overlay.bar import Bar
from callwatch_ui.overlay.indicators import Indicator
from callwatch_ui.overlay.window import Overlay
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.theme.style import Style
from callwatch_ui.translator import Translator
from callwatch_ui.windows.first_run import FirstRun
from callwatch_ui.windows.history_window import CallRow, HistoryWindow
from callwatch_ui.windows.replay_window import ReplayWindow
from callwatch_ui.windows.settings_dialog import SettingsDialog

NAMED = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit,
    QProgressBar, QTabWidget, Indicator,
)  # fmt: skip
ROWS = [CallRow("c1", "2026-01-31T09:30:00Z", 61.0, 0.4, 1, 0, 2)]


def window(name: str, language: Language) -> QWidget:
    words = Translator(language)
    match name:
        case "overlay":
            return Overlay(words, OverlaySettings(theme="light"))
        case "settings":
            return SettingsDialog(words, Source())
        case "history":
            return HistoryWindow(words, Calls(ROWS))
        case "replay":
            return ReplayWindow(words, Style(), call(), 60.0)
        case _:
            return FirstRun(words, Host(["Headset", "Monitor"]))


WINDOWS = ("overlay", "settings", "history", "replay", "first run")


def name_of(part: QWidget, labels: list[QLabel]) -> str:
    """What a screen reader would say."""
    if part.accessibleName():
        return part.accessibleName()
    if isinstance(part, QAbstractButton) and part.text():
        return part.text()
    return next((label.text() for label in labels if label.buddy() is part), "")


def is_inner(part: QWidget) -> bool:
    """A piece of a bigger part that Qt itself names: the line of a spin box, a scroll bar."""
    if isinstance(part, QScrollBar):
        return True
    inside = part.parentWidget()
    while inside is not None:
        if isinstance(inside, QAbstractSpinBox | QComboBox | QAbstractScrollArea | QTabWidget):
            return part.objectName().startswith("qt_") or isinstance(
                inside, QAbstractSpinBox | QComboBox | QAbstractItemView
            )
        inside = inside.parentWidget()
    return part.objectName().startswith("qt_")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", WINDOWS)
def test_every_part_has_a_name(qtbot: QtBot, name: str, language: Language) -> None:
    shown = window(name, language)
    qtbot.addWidget(shown)
    shown.show()
    labels = shown.findChildren(QLabel)
    parts = [part for part in shown.findChildren(QWidget) if isinstance(part, NAMED)]
    parts = [part for part in parts if not is_inner(part)]
    assert parts
    unnamed = [part for part in parts if not name_of(part, labels)]
    assert [(type(part).__name__, part.objectName()) for part in unnamed] == []
    assert shown.windowTitle()


@pytest.mark.parametrize("name", ["settings", "history", "replay", "first run"])
def test_the_tab_key_reaches_everything(qtbot: QtBot, name: str) -> None:
    shown = window(name, Language.EN)
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    wanted = {
        part.focusProxy() or part
        for part in shown.findChildren(QWidget)
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus
        and part.isVisible()
        and part.isEnabled()
        and isinstance(part, NAMED)
        and not is_inner(part)
    }
    reached: set[QWidget] = set()
    for _ in range(60):
        QTest.keyClick(shown.focusWidget() or shown, Qt.Key.Key_Tab)  # type: ignore[call-overload]
        at = shown.focusWidget()
        if at is not None:
            reached.add(at)
    QApplication.processEvents()
    assert wanted
    assert {type(part).__name__ for part in wanted - reached} == set()


@pytest.mark.parametrize("language", Language)
def test_every_settings_page_is_walked_by_keyboard(qtbot: QtBot, language: Language) -> None:
    config = replace(Config(), call=replace(Config().call, language=language))
    dialog = SettingsDialog(Translator(language), AppSettings(LoadedConfig(config, frozenset())))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    tab_bar = dialog.tabs.tabBar()
    assert tab_bar is not None
    tab_bar.setFocus()
    met: set[QWidget] = set()
    for page in range(dialog.tabs.count()):
        assert dialog.tabs.currentIndex() == page
        assert dialog.tabs.tabText(page)
        for _ in range(len(dialog.editors) + 5):  # once round
            at = dialog.focusWidget()
            assert at is not None
            assert at.isVisible()
            assert at is tab_bar or name_of(at.focusProxy() or at, [])
            met.add(at)
            QTest.keyClick(at, Qt.Key.Key_Tab)  # type: ignore[call-overload]
            if dialog.focusWidget() is tab_bar:
                break
        assert dialog.focusWidget() is tab_bar
        QTest.keyClick(tab_bar, Qt.Key.Key_Right)  # type: ignore[call-overload]
    missed = [key for key, editor in dialog.editors.items() if editor not in met]
    assert missed == []
    buttons = set(dialog.buttons.buttons())
    assert buttons <= met


def test_the_bar_describes_itself_in_words(qtbot: QtBot) -> None:
    for language in Language:
        bar = Bar(Style(), Translator(language))
        qtbot.addWidget(bar)
        for cell in bar.cells:
            assert cell.accessibleName()
            assert cell.accessibleDescription()
