"""The first run: what it is, the bar, devices with a check, words, privacy, place and rehearsal.

It can be skipped and repeated. GUI thread; readings and reports arrive from any thread by signals.
"""

from typing import Final

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWizard,
    QWizardPage,
)

from callwatch.core.channels import Channel, Language
from callwatch_ui.overlay.geometry import CORNERS
from callwatch_ui.theme.style import Style
from callwatch_ui.translator import Translator
from callwatch_ui.windows.setup_devices import DevicePage
from callwatch_ui.windows.setup_host import SetupHost, SetupResult
from callwatch_ui.windows.setup_tour import TourPage
from callwatch_ui.windows.setup_words import WordsPage

LANGUAGE_NAMES: Final = {
    Language.EN: "English",
    Language.SV: "Svenska",
    Language.DA: "Dansk",
    Language.NB: "Norsk bokmål",
}
WELCOME: Final = ("during", "after", "never")
PRIVACY: Final = ("here", "audio", "agent", "delete", "tell")
# The explanation of a check box begins below its text.
WHY_INDENT_PX: Final = 24


class FirstRun(QWizard):
    """The pages. `chosen` gives a SetupResult at the end; `skipped` when it was left.

    `language_wanted` (a Language): the person reads another one, so the pages should speak it.
    `corner_wanted` (one of geometry.CORNERS) comes at once: the overlay moves to be seen there.
    """

    chosen = pyqtSignal(object)
    skipped = pyqtSignal()
    corner_wanted = pyqtSignal(str)
    language_wanted = pyqtSignal(object)

    def __init__(self, words: Translator, host: SetupHost, look: Style | None = None) -> None:
        super().__init__()
        self._words, self._host = words, host
        self.setWindowTitle(words("setup.title"))
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        for button, key in (
            (QWizard.WizardButton.NextButton, "setup.next"),
            (QWizard.WizardButton.BackButton, "setup.back"),
            (QWizard.WizardButton.FinishButton, "setup.finish"),
            (QWizard.WizardButton.CancelButton, "setup.skip"),
        ):
            self.setButtonText(button, words(key))
        self.language = QComboBox()
        for language, name in LANGUAGE_NAMES.items():
            self.language.addItem(name, language)
        self.language.setCurrentIndex(self.language.findData(words.language))
        self.devices = DevicePage(words, host)
        self.words_page = WordsPage(words, host)
        self.corner = QComboBox()
        self.auto_calls = QCheckBox(words("setup.privacy.auto"))
        self.auto_calls.setChecked(True)
        self.addPage(self._welcome_page())
        self.addPage(TourPage(words, look or Style()))
        self.addPage(self.devices)
        self.addPage(self.words_page)
        self.addPage(self._privacy_page())
        self.addPage(self._rehearsal_page())
        self.language.currentIndexChanged.connect(lambda _: self._ask_for_words())
        self.language.activated.connect(self._language_chosen)
        self._ask_for_words()
        self.accepted.connect(lambda: self.chosen.emit(self.result_so_far()))
        self.rejected.connect(self.skipped.emit)
        self.finished.connect(lambda _: self._let_go())
        self.resize(660, 480)

    def result_so_far(self) -> SetupResult:
        """What is chosen at this moment."""
        return SetupResult(
            Language(self.language.currentData()),
            self.devices.chosen(Channel.AGENT),
            self.devices.chosen(Channel.CUSTOMER),
            self.words_page.engine,
            self.auto_calls.isChecked(),
        )

    def _let_go(self) -> None:
        self.devices.stop()
        self.words_page.leave()

    def _page(self, name: str) -> tuple[QWizardPage, QVBoxLayout]:
        page = QWizardPage()
        page.setTitle(self._words(f"setup.{name}.title"))
        page.setSubTitle(self._words(f"setup.{name}.text"))
        layout = QVBoxLayout(page)
        layout.setSpacing(10)
        return page, layout

    def _welcome_page(self) -> QWizardPage:
        page, layout = self._page("welcome")
        kept = {"never": "never_kept"} if self._host.keeps_audio else {}
        for key in (kept.get(key, key) for key in WELCOME):
            layout.addWidget(_sentence(self._words(f"setup.welcome.{key}")))
        layout.addSpacing(12)
        form = QFormLayout()
        label = QLabel(self._words("setup.welcome.language"))
        label.setBuddy(self.language)
        form.addRow(label, self.language)
        layout.addLayout(form)
        layout.addStretch(1)
        return page

    def _privacy_page(self) -> QWizardPage:
        page, layout = self._page("privacy")
        kept = {"audio": "audio_kept"} if self._host.keeps_audio else {}
        for key in (kept.get(key, key) for key in PRIVACY):
            layout.addWidget(_sentence(f"•  {self._words(f'setup.privacy.{key}')}"))
        layout.addSpacing(8)
        layout.addWidget(self.auto_calls)
        why = _sentence(self._words("setup.privacy.auto_why"))
        why.setIndent(WHY_INDENT_PX)
        layout.addWidget(why)
        layout.addStretch(1)
        return page

    def _rehearsal_page(self) -> QWizardPage:
        page, layout = self._page("rehearsal")
        form = QFormLayout()
        label = QLabel(self._words("setup.place.title"))
        label.setBuddy(self.corner)
        self.corner.addItem(self._words("setup.place.as_is"), "")
        for corner in CORNERS:
            self.corner.addItem(self._words(f"setup.place.{corner}"), corner)
        self.corner.currentIndexChanged.connect(self._corner_chosen)
        form.addRow(label, self.corner)
        layout.addLayout(form)
        layout.addWidget(_sentence(self._words("setup.place.text")))
        layout.addSpacing(12)
        button = QPushButton(self._words("setup.rehearsal.button"))
        button.clicked.connect(lambda: self._host.preview(self._words.language))
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(_sentence(self._words("setup.rehearsal.sound")))
        layout.addStretch(1)
        return page

    def _corner_chosen(self, _index: int) -> None:
        if corner := str(self.corner.currentData()):
            self.corner_wanted.emit(corner)

    def _ask_for_words(self) -> None:
        self.words_page.set_language(Language(self.language.currentData()))

    def _language_chosen(self, _index: int) -> None:
        language = Language(self.language.currentData())
        if language is not self._words.language:
            self.language_wanted.emit(language)


def _sentence(says: str) -> QLabel:
    label = QLabel(says)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
