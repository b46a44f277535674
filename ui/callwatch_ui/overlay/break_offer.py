"""The offer of a minute's breather after a hard call, as a card on the overlay. GUI thread."""

from dataclasses import replace
from typing import Final

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from callwatch.core.nudges import Nudge
from callwatch_ui.overlay.state import without_nudge
from callwatch_ui.overlay.window import Overlay

# It leaves by itself after the minute that it is about.
STAYS_MS: Final = 60_000


class BreatherOffer(QObject):
    """`over`: the minute has passed. A card that the agent closes is closed like any other."""

    over = pyqtSignal()

    def __init__(self, overlay: Overlay) -> None:
        super().__init__()
        self._overlay = overlay
        self._nudge_id = ""
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(STAYS_MS)
        self.timer.timeout.connect(self._leave)

    def show(self, nudge: Nudge) -> None:
        """Put it on the screen."""
        self._nudge_id = nudge.id
        self._overlay.set_state(replace(self._overlay.state, nudge=nudge))
        self._overlay.show()
        self.timer.start()

    def _leave(self) -> None:
        self._overlay.set_state(without_nudge(self._overlay.state, self._nudge_id))
        self.over.emit()
