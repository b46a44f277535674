from collections.abc import Iterator

import pytest
from PyQt6.QtWidgets import QDialogButtonBox, QFileDialog, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from callwatch.core.channels import Language
from callwatch_ui.native.qt_texts import QtTexts
from callwatch_ui.translator import Translator


@pytest.fixture
def words() -> Iterator[Translator]:
    words = Translator(Language.EN)
    yield words
    words.language = Language.EN
    QtTexts(words).speak(Language.EN)


@pytest.mark.parametrize(
    ("language", "yes", "cancel"),
    [
        (Language.SV, "&Ja", "Avbryt"),
        (Language.DA, "&Ja", "Annuller"),
        (Language.NB, "&Ja", "Avbryt"),
    ],
)
def test_qt_speaks_the_language_of_the_app(
    qtbot: QtBot, words: Translator, language: Language, yes: str, cancel: str
) -> None:
    texts = QtTexts(words)
    words.language = language
    texts.speak(language)
    kinds = QDialogButtonBox.StandardButton
    box = QDialogButtonBox(kinds.Yes | kinds.Cancel)
    qtbot.addWidget(box)
    assert {button.text() for button in box.buttons()} == {yes, cancel}
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    said = [label.text() for label in dialog.findChildren(QLabel)]
    said += [button.text() for button in dialog.findChildren(QPushButton)]
    line = QLineEdit()
    qtbot.addWidget(line)
    menu = line.createStandardContextMenu()
    assert menu is not None
    qtbot.addWidget(menu)
    said += [action.text() for action in menu.actions()]
    english = {
        "Look in",
        "File &name",
        "Files of",
        "Open",
        "Cancel",
        "Undo",
        "Copy",
        "Paste",
        "Select",
    }
    assert not [text for text in said if any(word in text for word in english)]
    words.language = Language.EN
    texts.speak(Language.EN)
    english_box = QDialogButtonBox(kinds.Yes | kinds.Cancel)
    qtbot.addWidget(english_box)
    assert {button.text() for button in english_box.buttons()} == {"&Yes", "Cancel"}
