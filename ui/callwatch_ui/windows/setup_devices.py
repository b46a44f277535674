"""The first run's page of devices: two lists, two levels, and a check that hears both sides. GUI thread.

check   |-- the agent speaks, 6 s --|-- a tone in the headset, 3 s --| verdict
"""

from typing import Final

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
    QWizardPage,
)

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.errors import CallwatchError
from callwatch_ui.translator import Translator
from callwatch_ui.windows.mic_check import SPEAK_S, TONE_S, LevelReading, is_heard, judge
from callwatch_ui.windows.setup_host import Listening, SetupHost

# The meter's left end.
FLOOR_DBFS: Final = -70


class DevicePage(QWizardPage):
    """Two devices, two live meters, and the check."""

    read = pyqtSignal(object)

    def __init__(self, words: Translator, host: SetupHost) -> None:
        super().__init__()
        self._words, self._host = words, host
        self._listening: Listening | None = None
        self._spoken: list[LevelReading] = []
        self._tone: list[LevelReading] | None = None  # None before the tone
        self.setTitle(words("setup.devices.title"))
        self.setSubTitle(words("setup.devices.text"))
        form = QFormLayout(self)
        form.setVerticalSpacing(8)
        self._boxes: dict[Channel, QComboBox] = {}
        self.meters: dict[Channel, QProgressBar] = {}
        self.marks: dict[Channel, QLabel] = {}
        for channel in CHANNELS:
            self._add_side(form, channel)
        self.check_button = QPushButton(words("setup.devices.check"))
        self.check_button.clicked.connect(self.check_or_stop)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        # Room for the longest sentence: nothing jumps when it comes.
        self.verdict.setMinimumHeight(3 * self.fontMetrics().height())
        form.addRow(self.check_button)
        form.addRow(self.verdict)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.go_on)
        self.read.connect(self._take)

    def chosen(self, channel: Channel) -> str:
        """The chosen device's id, "" for what the system uses."""
        return str(self._boxes[channel].currentData() or "")

    def initializePage(self) -> None:  # noqa: N802
        """Ask for the devices: one may have been plugged in. What was chosen before stays so."""
        for (channel, box), set_up in zip(self._boxes.items(), self._host.current(), strict=True):
            wanted = str(box.currentData()) if box.count() else set_up
            box.clear()
            for choice in self._host.devices(channel):
                key = "device" if choice.id else "system_device"
                box.addItem(self._words(f"settings.{key}", name=choice.name), choice.id)
            if (known := box.findData(wanted)) >= 0:
                box.setCurrentIndex(known)
        has_any = self._boxes[Channel.AGENT].count() > 0
        self.check_button.setEnabled(has_any)
        self.verdict.setText("" if has_any else self._words("setup.devices.none"))

    def cleanupPage(self) -> None:  # noqa: N802
        """Left backwards: nothing listens on."""
        self.stop()

    def validatePage(self) -> bool:  # noqa: N802
        """Left forwards: nothing listens on."""
        self.stop()
        return True

    def check_or_stop(self) -> None:
        """The button: begin, or end early. It keeps the keyboard all the while."""
        if self._listening is not None:
            self.stop()
            self.verdict.setText("")
        else:
            self.check()

    def check(self) -> None:
        """Listen while the agent speaks, then to a tone, then say what was found."""
        self._spoken, self._tone = [], None
        for mark in self.marks.values():
            mark.setText("")
        agent, customer = (self.chosen(channel) for channel in CHANNELS)
        try:
            self._listening = self._host.listen(agent, customer, self.read.emit)
        except CallwatchError as exc:
            self.verdict.setText(str(exc))
            return
        self.verdict.setText(self._words("setup.devices.speak"))
        self.check_button.setText(self._words("setup.devices.stop"))
        self._timer.start(round(SPEAK_S * 1000))

    def go_on(self) -> None:
        """The next part of the check, or its end."""
        if self._tone is None:
            self._tone = []
            self.verdict.setText(self._words("setup.devices.tone"))
            self._host.play_tone(self.chosen(Channel.CUSTOMER))
            self._timer.start(round(TONE_S * 1000))
        else:
            self.conclude()

    def conclude(self) -> None:
        """End the check and show the finding."""
        self.stop()
        self.verdict.setText(self._words(f"setup.finding.{judge(self._spoken, self._tone or [])}"))

    def stop(self) -> None:
        """Let go of the devices."""
        self._timer.stop()
        self.check_button.setText(self._words("setup.devices.check"))
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _take(self, reading: LevelReading) -> None:
        side = Channel.AGENT if self._tone is None else Channel.CUSTOMER
        readings = self._spoken if self._tone is None else self._tone
        readings.append(reading)
        if is_heard(readings, side):
            self.marks[side].setText(f"✓ {self._words('setup.devices.heard')}")
        for channel, meter in self.meters.items():
            meter.setValue(max(FLOOR_DBFS, round(reading.dbfs[channel])))

    def _add_side(self, form: QFormLayout, channel: Channel) -> None:
        name = self._words(f"setup.devices.{channel}")
        box, meter, mark = QComboBox(), QProgressBar(), QLabel()
        # A long name must not make the window wide.
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        meter.setRange(FLOOR_DBFS, 0)
        meter.setValue(FLOOR_DBFS)
        meter.setTextVisible(False)
        meter.setAccessibleName(self._words("setup.devices.level", side=name))
        heard = f"✓ {self._words('setup.devices.heard')}"
        mark.setMinimumWidth(mark.fontMetrics().horizontalAdvance(heard) + 4)
        label = QLabel(name)
        label.setBuddy(box)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 8)
        line.addWidget(meter, 1)
        line.addWidget(mark)
        form.addRow(label, box)
        form.addRow("", row)
        self._boxes[channel], self.meters[channel], self.marks[channel] = box, meter, mark
