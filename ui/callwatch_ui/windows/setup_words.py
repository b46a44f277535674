"""The first run's page about words: what hears them, or fetching it from here. GUI thread."""

from typing import Final

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWizardPage

from callwatch.core.channels import Language
from callwatch_ui.translator import Translator
from callwatch_ui.windows.setup_host import (
    Download,
    DownloadPhase,
    DownloadReport,
    Recogniser,
    SetupHost,
)

GOING: Final = (DownloadPhase.RUNNING, DownloadPhase.CHECKING)


class WordsPage(QWizardPage):
    """Whether words are heard, and the download of what hears them."""

    reported = pyqtSignal(object)

    def __init__(self, words: Translator, host: SetupHost) -> None:
        super().__init__()
        self._words, self._host = words, host
        self._download: Download | None = None
        self._phase: DownloadPhase | None = None
        self._language = Language.EN
        self.recogniser = Recogniser()
        self.setTitle(words("setup.engine.title"))
        self.setSubTitle(words("setup.engine.text"))
        self.hear = QCheckBox(words("setup.engine.hear"))
        self.hear.setChecked(True)
        self.says = QLabel()
        self.button = QPushButton()
        self.button.clicked.connect(self.go_or_pause)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName(words("setup.engine.progress"))
        self.progress = QLabel()
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for label in (self.says, self.progress):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        for part in (self.hear, self.says, self.bar, self.progress):
            layout.addWidget(part)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        self.hear.toggled.connect(lambda _: self.show_state())
        self.reported.connect(self._show_report)

    @property
    def engine(self) -> str:
        """What the settings shall say."""
        return "auto" if self.hear.isChecked() else "none"

    def set_language(self, language: Language) -> None:
        """Words of that language are wanted."""
        self._language = language
        self.recogniser = self._host.recogniser(language)
        self._phase = None
        self.says.show()
        self.show_state()

    def go_or_pause(self) -> None:
        """The button: fetch, go on, or pause. It keeps the keyboard all the while."""
        if self._phase in GOING and self._download is not None:
            self._download.pause()
        else:
            self._phase = DownloadPhase.RUNNING
            self._download = self._host.download(self.recogniser.offer, self.reported.emit)
            self.show_state()

    def leave(self) -> None:
        """The window closes; a download goes on without it."""
        if self._download is not None:
            self._download.forget()

    def show_state(self) -> None:
        """Say what there is, and offer what can be done."""
        found, offer = self.recogniser.found, self.recogniser.offer
        wants = self.hear.isChecked()
        here = "better" if offer else "found"
        key = "off" if not wants else here if found else "offer" if offer else "missing"
        values = self.recogniser
        self.says.setText(
            self._words(
                f"setup.engine.{key}",
                found=found,
                name=offer or found,
                mb=values.size_mb,
                licence=values.licence,
                site=values.site,
            )
        )
        can_fetch = wants and bool(offer) and self._phase is not DownloadPhase.DONE
        self.button.setVisible(can_fetch)
        is_known = wants and self._phase is not None
        self.bar.setVisible(is_known and self._phase is not DownloadPhase.DONE)
        self.progress.setVisible(is_known)
        verb = "fetch" if self._phase is None else "pause" if self._phase in GOING else "go_on"
        self.button.setText(self._words(f"setup.engine.{verb}"))

    def _show_report(self, report: DownloadReport) -> None:
        self._phase = report.phase
        self.bar.setValue(report.percent)
        mb = round(self.recogniser.size_mb * report.percent / 100)
        self.progress.setText(
            self._words(
                f"setup.download.{report.phase}",
                percent=report.percent,
                done=mb,
                mb=self.recogniser.size_mb,
            )
        )
        self.show_state()
        if report.phase is DownloadPhase.DONE:
            self._offer_next()

    def _offer_next(self) -> None:
        """What hears the words has come: what reads their meaning may follow."""
        then = self._host.recogniser(self._language)
        if then.found and then.offer not in ("", self.recogniser.offer):
            self.set_language(self._language)
        else:
            self.says.hide()
