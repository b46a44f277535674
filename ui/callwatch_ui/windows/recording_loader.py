"""Reads a recording for the replay in a thread of its own, with progress. GUI thread."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QProgressDialog

from callwatch.core.errors import CallwatchError
from callwatch.core.events import Event
from callwatch_ui.overlay.card_content import clock
from callwatch_ui.translator import Translator

Advance = Callable[[float, float | None], None]
Read = Callable[[Path, Advance], tuple[Sequence[Event], float]]
STEPS: Final = 1000
# A thread that is told to stop does so within a block of half a second.
END_S: Final = 30.0


class ReadingCancelledError(CallwatchError):
    """The person closed the progress window."""


class RecordingLoader(QObject):
    """One recording at a time: `done(events, duration_s)` or `failed(sentence)`."""

    done = pyqtSignal(object, float)
    failed = pyqtSignal(str)
    _advanced = pyqtSignal(float, float)
    _finished = pyqtSignal()

    def __init__(self, words: Translator, read: Read) -> None:
        super().__init__()
        self._words, self._read = words, read
        self._thread: threading.Thread | None = None
        self._cancelled = threading.Event()
        self._result: tuple[Sequence[Event], float] | CallwatchError | None = None
        self.progress: QProgressDialog | None = None
        self._name, self._percent = "", -1
        self._advanced.connect(self._show_progress)
        self._finished.connect(self._conclude)

    def open(self, path: Path) -> None:
        """Begin to read; one that is being read already goes on alone."""
        if self._thread is not None:
            return
        self._cancelled.clear()
        self._result = None
        self._name, self._percent = path.name, -1
        title = self._words("replay.reading", name=path.name)
        self.progress = QProgressDialog(title, self._words("settings.cancel"), 0, STEPS)
        self.progress.setWindowTitle(self._words("replay.title"))
        self.progress.setWindowModality(Qt.WindowModality.NonModal)
        self.progress.setMinimumDuration(0)
        self.progress.setAutoReset(False)
        self.progress.setAutoClose(False)
        self.progress.canceled.connect(self._cancelled.set)
        self.progress.setValue(0)
        self._thread = threading.Thread(target=self._run, args=(path,), name="callwatch-replay")
        self._thread.start()

    def close(self) -> None:
        """Stop reading and wait for the thread."""
        self._cancelled.set()
        if self._thread is not None:
            self._thread.join(END_S)

    def _run(self, path: Path) -> None:
        try:
            self._result = self._read(path, self._advance)
        except CallwatchError as error:
            self._result = error
        finally:
            self._finished.emit()

    def _advance(self, time_s: float, total_s: float | None) -> None:
        if self._cancelled.is_set():
            raise ReadingCancelledError("The reading was stopped.")
        if total_s:
            self._advanced.emit(time_s, total_s)

    def _show_progress(self, reached_s: float, total_s: float) -> None:
        if self.progress is None:
            return
        share = min(1.0, reached_s / total_s)
        percent = int(100 * share)
        if percent != self._percent:
            self._percent = percent
            self.progress.setLabelText(
                self._words(
                    "replay.reached", name=self._name, percent=percent,
                    reached=clock(reached_s), total=clock(total_s),
                )
            )  # fmt: skip
        self.progress.setValue(round(share * STEPS))

    def _conclude(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(END_S)
        if self.progress is not None:
            self.progress.deleteLater()
            self.progress = None
        result = self._result
        if isinstance(result, CallwatchError):
            if not isinstance(result, ReadingCancelledError):
                self.failed.emit(str(result))
        elif result is not None and not self._cancelled.is_set():
            self.done.emit(*result)
