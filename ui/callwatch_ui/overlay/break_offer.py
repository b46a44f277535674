"""The offer of a minute's breather after a hard call, and the minute, on the overlay's card. GUI thread."""

from dataclasses import replace
from typing import Final

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from callwatch.core.nudges import Nudge
from callwatch_ui.overlay.card_content import MINUTE_S
from callwatch_ui.overlay.state import without_nudge
from callwatch_ui.overlay.window import Overlay

# The offer leaves by itself after the minute that it is about.
STAYS_MS: Final = 60_000
TICK_MS: Final = 1000


class BreatherOffer(QObject):
    """`over`: offer or minute have passed. A card that the agent closes is closed like any other."""

    over = pyqtSignal()

    def __init__(self, overlay: Overlay) -> None:
        super().__init__()
        self._overlay = overlay
        self._nudge_id = ""
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(STAYS_MS)
        self.timer.timeout.connect(self._leave)
        self.ticker = QTimer(self)
        self.ticker.setInterval(TICK_MS)
        self.ticker.timeout.connect(self._tick)
        overlay.action_wanted.connect(self.begin)

    def show(self, nudge: Nudge) -> None:
        """Put it on the screen."""
        self._nudge_id = nudge.id
        self._overlay.set_state(replace(self._overlay.state, nudge=nudge, minute_left_s=None))
        self._overlay.show()
        self.timer.start()

    def begin(self) -> None:
        """The agent takes the minute: it counts down on the card."""
        if self._is_shown:
            self.timer.stop()
            self._overlay.set_state(replace(self._overlay.state, minute_left_s=MINUTE_S))
            self.ticker.start()

    @property
    def _is_shown(self) -> bool:
        nudge = self._overlay.state.nudge
        return nudge is not None and nudge.id == self._nudge_id

    def _tick(self) -> None:
        state = self._overlay.state
        left_s = state.minute_left_s
        if not self._is_shown or left_s is None:  # closed, or a call has begun
            self.ticker.stop()
        elif left_s <= 1:
            self._leave()
        else:
            self._overlay.set_state(replace(state, minute_left_s=left_s - 1))

    def _leave(self) -> None:
        self.ticker.stop()
        self._overlay.set_state(without_nudge(self._overlay.state, self._nudge_id))
        self.over.emit()
