"""The first run: language, devices with a check, recogniser, privacy, place, rehearsal.

It can be skipped and repeated. GUI thread; readings arrive from any thread by one signal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWizard,
    QWizardPage,
)

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.errors import CallwatchError
from callwatch_ui.overlay.geometry import CORNERS
from callwatch_ui.translator import Translator
from callwatch_ui.windows.mic_check import CHECK_S, LevelReading, judge

LANGUAGE_NAMES: Final = {
    Language.EN: "English",
    Language.SV: "Svenska",
    Language.DA: "Dansk",
    Language.NB: "Norsk bokmål",
}
PRIVACY: Final = ("here", "audio", "agent", "delete", "tell")
# The meter's left end.
FLOOR_DBFS: Final = -70
# What a choice of recogniser means, in words.
FOUND_ROLE: Final = Qt.ItemDataRole.UserRole + 1
# The explanation of a check box begins below its text.
WHY_INDENT_PX: Final = 24


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: a stable name and what a person reads."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SetupResult:
    """What was chosen."""

    language: Language
    agent_device: str
    customer_device: str
    engine: str
    auto_calls: bool = True


class Listening(Protocol):
    """Open devices."""

    def close(self) -> None:
        """Let go of them."""


class SetupHost(Protocol):
    """What the first run needs from the engine."""

    @property
    def keeps_audio(self) -> bool:
        """Whether the organisation has the sound of calls kept."""

    def devices(self) -> Sequence[Choice]:
        """Devices that can be heard."""

    def current(self) -> tuple[str, str]:
        """The agent's and the customer's device in the settings; "" for none."""

    def engines(self, language: Language) -> Sequence[Choice]:
        """`auto`, named by what it would take ("" for nothing), and `none`."""

    def listen(self, agent: str, customer: str, sink: Callable[[LevelReading], None]) -> Listening:
        """Open both and tell levels some ten times a second; raises InputError."""

    def preview(self, language: Language) -> None:
        """Play twenty seconds of the demo call under the overlay."""


class FirstRun(QWizard):
    """The pages. `chosen` gives a SetupResult at the end; `skipped` when it was left.

    `language_wanted` (a Language): the person reads another one, so the pages should speak it.
    `corner_wanted` (one of places.CORNERS) is told at once: the overlay moves to be seen there.
    """

    chosen = pyqtSignal(object)
    skipped = pyqtSignal()
    corner_wanted = pyqtSignal(str)
    language_wanted = pyqtSignal(object)

    def __init__(self, words: Translator, host: SetupHost) -> None:
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
        self.engine = QComboBox()
        self.engine_found = QLabel()
        self.engine_found.setTextFormat(Qt.TextFormat.PlainText)
        self.engine_found.setWordWrap(True)
        self.corner = QComboBox()
        self.auto_calls = QCheckBox(words("setup.privacy.auto"))
        self.auto_calls.setChecked(True)
        self.addPage(self._language_page())
        self.addPage(self.devices)
        self.addPage(self._engine_page())
        self.addPage(self._privacy_page())
        self.addPage(self._place_page())
        self.addPage(self._rehearsal_page())
        self.language.currentIndexChanged.connect(lambda _: self._fill_engines())
        self.language.activated.connect(self._language_chosen)
        self.engine.currentIndexChanged.connect(lambda _: self._show_engine())
        self._fill_engines()
        self.accepted.connect(lambda: self.chosen.emit(self.result_so_far()))
        self.rejected.connect(self.skipped.emit)
        self.finished.connect(lambda _: self.devices.stop())
        self.resize(560, 420)

    def result_so_far(self) -> SetupResult:
        """What is chosen at this moment."""
        return SetupResult(
            Language(self.language.currentData()),
            self.devices.chosen(Channel.AGENT),
            self.devices.chosen(Channel.CUSTOMER),
            str(self.engine.currentData()),
            self.auto_calls.isChecked(),
        )

    def _page(self, name: str) -> tuple[QWizardPage, QVBoxLayout]:
        page = QWizardPage()
        page.setTitle(self._words(f"setup.{name}.title"))
        page.setSubTitle(self._words(f"setup.{name}.text"))
        return page, QVBoxLayout(page)

    def _language_page(self) -> QWizardPage:
        page, layout = self._page("language")
        self.language.setAccessibleName(self._words("setup.language.title"))
        layout.addWidget(self.language)
        return page

    def _engine_page(self) -> QWizardPage:
        page, layout = self._page("engine")
        self.engine.setAccessibleName(self._words("setup.engine.title"))
        layout.addWidget(self.engine)
        layout.addWidget(self.engine_found)
        return page

    def _privacy_page(self) -> QWizardPage:
        page, layout = self._page("privacy")
        kept = {"audio": "audio_kept"} if self._host.keeps_audio else {}
        for key in (kept.get(key, key) for key in PRIVACY):
            label = QLabel(f"•  {self._words(f'setup.privacy.{key}')}")
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addSpacing(8)
        layout.addWidget(self.auto_calls)
        why = QLabel(self._words("setup.privacy.auto_why"))
        why.setWordWrap(True)
        why.setIndent(WHY_INDENT_PX)
        layout.addWidget(why)
        return page

    def _place_page(self) -> QWizardPage:
        page, layout = self._page("place")
        self.corner.setAccessibleName(self._words("setup.place.title"))
        self.corner.addItem(self._words("setup.place.as_is"), "")
        for corner in CORNERS:
            self.corner.addItem(self._words(f"setup.place.{corner}"), corner)
        self.corner.currentIndexChanged.connect(self._corner_chosen)
        layout.addWidget(self.corner)
        return page

    def _corner_chosen(self, _index: int) -> None:
        if corner := str(self.corner.currentData()):
            self.corner_wanted.emit(corner)

    def _rehearsal_page(self) -> QWizardPage:
        page, layout = self._page("rehearsal")
        button = QPushButton(self._words("setup.rehearsal.button"))
        button.clicked.connect(lambda: self._host.preview(self._words.language))
        layout.addWidget(button)
        return page

    def _fill_engines(self) -> None:
        self.engine.clear()
        for choice in self._host.engines(Language(self.language.currentData())):
            name = self._words(f"settings.choice.recognition.engine.{choice.id}")
            self.engine.addItem(name, choice.id)
            found = self._words("setup.engine.off")
            if choice.id != "none":
                key = "found" if choice.name else "missing"
                found = self._words(f"setup.engine.{key}", name=choice.name)
            self.engine.setItemData(self.engine.count() - 1, found, FOUND_ROLE)
        self._show_engine()

    def _show_engine(self) -> None:
        self.engine_found.setText(str(self.engine.currentData(FOUND_ROLE) or ""))

    def _language_chosen(self, _index: int) -> None:
        language = Language(self.language.currentData())
        if language is not self._words.language:
            self.language_wanted.emit(language)


class DevicePage(QWizardPage):
    """Two devices, two live meters, and the ten-second check."""

    read = pyqtSignal(object)

    def __init__(self, words: Translator, host: SetupHost) -> None:
        super().__init__()
        self._words, self._host = words, host
        self._listening: Listening | None = None
        self._readings: list[LevelReading] = []
        self.setTitle(words("setup.devices.title"))
        self.setSubTitle(words("setup.devices.text"))
        form = QFormLayout(self)
        self._boxes: dict[Channel, QComboBox] = {}
        self.meters: dict[Channel, QProgressBar] = {}
        for channel in CHANNELS:
            self._add_channel(form, channel)
        self.check_button = QPushButton(words("setup.devices.check"))
        self.check_button.clicked.connect(self.check)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        form.addRow(self.check_button)
        form.addRow(self.verdict)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(CHECK_S * 1000))
        self._timer.timeout.connect(self.conclude)
        self.read.connect(self._take)

    def chosen(self, channel: Channel) -> str:
        """The chosen device's id, or "" when there is none."""
        return str(self._boxes[channel].currentData() or "")

    def initializePage(self) -> None:  # noqa: N802
        """Ask for the devices anew: one may have been plugged in."""
        for box in self._boxes.values():
            box.clear()
            for choice in self._host.devices():
                box.addItem(choice.name, choice.id)
        if self._boxes[Channel.CUSTOMER].count() > 1:
            self._boxes[Channel.CUSTOMER].setCurrentIndex(1)
        for box, name in zip(self._boxes.values(), self._host.current(), strict=True):
            if name and (known := box.findData(name)) >= 0:
                box.setCurrentIndex(known)
        has_any = self._boxes[Channel.AGENT].count() > 0
        self.check_button.setEnabled(has_any)
        self.verdict.setText("" if has_any else self._words("setup.devices.none"))

    def check(self) -> None:
        """Listen for ten seconds, then say what was found."""
        self.stop()
        self._readings = []
        agent, customer = (self.chosen(channel) for channel in CHANNELS)
        try:
            self._listening = self._host.listen(agent, customer, self.read.emit)
        except CallwatchError as exc:
            self.verdict.setText(str(exc))
            return
        self.verdict.setText(self._words("setup.devices.speak"))
        self.check_button.setEnabled(False)
        self._timer.start()

    def conclude(self) -> None:
        """End the check and show the finding."""
        self.stop()
        self.verdict.setText(self._words(f"setup.finding.{judge(self._readings)}"))

    def stop(self) -> None:
        """Let go of the devices."""
        self._timer.stop()
        self.check_button.setEnabled(True)
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _take(self, reading: LevelReading) -> None:
        self._readings.append(reading)
        for channel, meter in self.meters.items():
            meter.setValue(max(FLOOR_DBFS, round(reading.dbfs[channel])))

    def _add_channel(self, form: QFormLayout, channel: Channel) -> None:
        name = self._words(f"setup.devices.{channel}")
        box, meter = QComboBox(), QProgressBar()
        meter.setRange(FLOOR_DBFS, 0)
        meter.setValue(FLOOR_DBFS)
        meter.setFormat("%v dBFS")
        meter.setAccessibleName(self._words("setup.devices.level", side=name))
        label = QLabel(name)
        label.setBuddy(box)
        form.addRow(label, box)
        form.addRow("", meter)
        self._boxes[channel], self.meters[channel] = box, meter
