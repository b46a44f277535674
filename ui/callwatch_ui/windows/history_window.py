"""The calls of this machine in a table: open a report, delete one call or all. GUI thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from callwatch.core.errors import CallwatchError
from callwatch_ui.overlay.card_content import clock
from callwatch_ui.translator import Translator

COLUMNS: Final = ("started", "duration", "recording", "share", "interruptions", "threats", "nudges")
UNKNOWN: Final = "–"


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call as the table shows it; a figure that was not measured is None.

    `audio`: the call's sound, where it was kept. `recording`: the name of the file that the call was
    analysed from; "" for a call of one's own.
    """

    id: str
    started_at: str
    duration_s: float
    agent_share: float | None
    interruptions: int | None
    threats: int | None
    nudges: int
    audio: Path | None = None
    recording: str = ""

    def cells(self) -> tuple[str, ...]:
        """Texts in the order of COLUMNS."""
        share = UNKNOWN if self.agent_share is None else f"{round(100 * self.agent_share)} %"
        return (
            local_time(self.started_at),
            clock(self.duration_s),
            self.recording,
            share,
            UNKNOWN if self.interruptions is None else str(self.interruptions),
            UNKNOWN if self.threats is None else str(self.threats),
            str(self.nudges),
        )


def local_time(started_at: str) -> str:
    """RFC 3339 (UTC in the history) as the clock on this person's wall: 2026-01-31 10:30."""
    return f"{datetime.fromisoformat(started_at).astimezone():%Y-%m-%d %H:%M}"


class CallProvider(Protocol):
    """The history, as far as the window needs it. Called in the GUI thread: keep it quick."""

    def calls(self) -> Sequence[CallRow]:
        """The newest first; raises StoreError with a sentence."""

    def report(self, call_id: str) -> Path:
        """The call's HTML report, written where it is not there yet; raises CallwatchError."""

    def listen(self, call_id: str, sound: Path) -> bool:
        """Play encrypted sound, or stop it; False when the system's player can play it."""

    def delete(self, call_id: str) -> None:
        """Delete a call for good, with its report and its sound; raises CallwatchError."""

    def delete_all(self) -> None:
        """Delete every call for good; raises CallwatchError."""


class HistoryWindow(QWidget):
    """Table, buttons, and a line for what went wrong. `ask` puts a question; True means yes."""

    def __init__(
        self,
        words: Translator,
        provider: CallProvider,
        ask: Callable[[QWidget, Translator, str], bool] | None = None,
    ) -> None:
        super().__init__()
        self._provider, self._ask = provider, ask or confirm_deletion
        self._words = words
        self._rows: Sequence[CallRow] = ()
        self.setWindowTitle(words("history.title"))
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels([words(f"history.{name}") for name in COLUMNS])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setAccessibleName(words("history.title"))
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)  # the Tab key goes on to the buttons
        self.table.setAlternatingRowColors(True)
        for header in (self.table.horizontalHeader(), self.table.verticalHeader()):
            assert header is not None
            header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.verticalHeader().hide()  # type: ignore[union-attr]
        header = self.table.horizontalHeader()
        assert header is not None
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.itemActivated.connect(lambda _: self.open_selected())
        self.open_button = QPushButton(words("history.open"))
        self.open_button.clicked.connect(self.open_selected)
        self.listen_button = QPushButton(words("history.listen"))
        self.listen_button.setVisible(False)
        self.listen_button.clicked.connect(self.listen_to_selected)
        self.table.itemSelectionChanged.connect(self._offer_sound)
        self.refresh_button = QPushButton(words("history.refresh"))
        self.refresh_button.clicked.connect(self.refresh)
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.delete_button = QPushButton(words("history.delete"))
        self.delete_button.clicked.connect(self.delete_selected)
        self.delete_all_button = QPushButton(words("history.delete_all"))
        self.delete_all_button.clicked.connect(self.delete_all)
        row = QHBoxLayout()
        for button in (self.delete_button, self.delete_all_button):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self.refresh_button, self.listen_button, self.open_button):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.table)
        layout.addWidget(self.message)
        layout.addLayout(row)
        self.resize(820, 460)
        self.refresh()

    def refresh(self) -> None:
        """Read the history again."""
        try:
            self._rows = self._provider.calls()
            self.message.setText("" if self._rows else self._words("history.empty"))
        except CallwatchError as exc:
            self._rows = ()
            self.message.setText(str(exc))
        self.table.setRowCount(len(self._rows))
        for i, row in enumerate(self._rows):
            for column, cell in enumerate(row.cells()):
                self.table.setItem(i, column, QTableWidgetItem(cell))
        for button in (self.open_button, self.delete_button, self.delete_all_button):
            button.setEnabled(bool(self._rows))
        self.table.setColumnHidden(
            COLUMNS.index("recording"), not any(row.recording for row in self._rows)
        )
        if any(row.threats is None for row in self._rows):
            self.message.setText(self._words("history.unknown"))
        # Where no sound is kept at all, nobody needs to see that it could be.
        self.listen_button.setVisible(any(row.audio is not None for row in self._rows))
        if self._rows:
            self.table.selectRow(0)
        self._offer_sound()

    def open_selected(self) -> None:
        """Open the report of the chosen call in the browser."""
        row = self._selected()
        if row is None:
            return
        try:
            report = self._provider.report(row.id)
        except CallwatchError as exc:
            self.message.setText(str(exc))
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(report)))

    def delete_selected(self) -> None:
        """Ask, then delete the chosen call; the next one is chosen."""
        row, at = self._selected(), self.table.currentRow()
        if row is None:
            return
        what = self._words(
            "history.delete_question", started=local_time(row.started_at),
            duration=clock(row.duration_s),
        )  # fmt: skip
        if self._ask(self, self._words, what):
            self._delete(lambda: self._provider.delete(row.id))
            self.table.selectRow(min(at, len(self._rows) - 1))

    def delete_all(self) -> None:
        """Ask, then delete every call."""
        what = self._words("history.delete_all_question")
        if self._rows and self._ask(self, self._words, what):
            self._delete(self._provider.delete_all)

    def _delete(self, delete: Callable[[], None]) -> None:
        try:
            delete()
        except CallwatchError as exc:
            self.refresh()
            self.message.setText(str(exc))
        else:
            self.refresh()

    def listen_to_selected(self) -> None:
        """Play the sound of the chosen call, in the system's player unless it is encrypted."""
        row = self._selected()
        if row is None or row.audio is None:
            return
        try:
            plays = self._provider.listen(row.id, row.audio)
        except CallwatchError as exc:
            self.message.setText(str(exc))
            return
        if not plays:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.audio)))

    def _selected(self) -> CallRow | None:
        at = self.table.currentRow()
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def _offer_sound(self) -> None:
        row = self._selected()
        self.listen_button.setEnabled(row is not None and row.audio is not None)


def confirm_deletion(parent: QWidget, words: Translator, question: str) -> bool:
    """Ask whether to delete; "no" is what Return and Escape answer."""
    box = QMessageBox(QMessageBox.Icon.Question, words("history.title"), question, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(words("history.for_good"))
    roles = QMessageBox.ButtonRole
    yes = box.addButton(words("history.delete_yes"), roles.DestructiveRole)
    no = box.addButton(words("settings.cancel"), roles.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    box.exec()
    return box.clickedButton() is yes
