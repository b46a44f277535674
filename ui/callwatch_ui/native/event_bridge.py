"""The one door from the engine's threads into Qt.

Any thread may call the bridge; everything else here runs in the GUI thread.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from PyQt6.QtCore import QObject, Qt, pyqtBoundSignal, pyqtSignal

from callwatch.core.events import (
    Event,
    NudgeSuppressed,
    PartialTranscribed,
    UtteranceFinished,
    UtteranceRevised,
)

# Ten minutes of a lively call (some 6 events a second): a GUI stalled longer has lost its use.
INBOX_EVENTS: Final = 4096
# Events taken in one go: keeps each visit of the GUI thread far below 30 ms.
SLICE_EVENTS: Final = 128
# The overlay shows no transcript, so its words never cross.
NOT_SHOWN: Final = (PartialTranscribed, UtteranceFinished, UtteranceRevised, NudgeSuppressed)


def connect_queued(signal: pyqtBoundSignal, slot: Callable[..., object]) -> None:
    """Connect so that the slot always runs later, from the receiver's event loop."""
    signal.connect(slot, type=Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]


class EventBridge(QObject):
    """An event sink for any thread; `arrived` gives tuples of events in the GUI thread.

    A burst wakes Qt once. When the inbox is full the oldest event leaves and `dropped` counts it.
    """

    arrived = pyqtSignal(tuple)
    _woken = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inbox: deque[Event] = deque(maxlen=INBOX_EVENTS)
        self._lock = threading.Lock()
        self._is_awake = False
        self.dropped = 0
        connect_queued(self._woken, self._drain)

    def __call__(self, event: Event) -> None:
        """Take one event, from any thread. Returns at once."""
        if isinstance(event, NOT_SHOWN):
            return
        with self._lock:
            self.dropped += len(self._inbox) == INBOX_EVENTS
            self._inbox.append(event)
            wake, self._is_awake = not self._is_awake, True
        if wake:
            self._woken.emit()

    def _drain(self) -> None:
        with self._lock:
            count = min(len(self._inbox), SLICE_EVENTS)
            events = tuple(self._inbox.popleft() for _ in range(count))
            self._is_awake = more = bool(self._inbox)
        if more:
            self._woken.emit()
        if events:
            self.arrived.emit(events)
