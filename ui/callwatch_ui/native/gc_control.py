"""Python's garbage collector, run by the GUI thread when it has nothing else to do.

Left to itself the collector comes in whichever thread happens to allocate: among all that was
loaded it holds up every thread for a tenth of a second, and in a paint it may take away a window
that is just being drawn. What belongs to no cycle is freed at once anyhow.
"""

import gc
from typing import Final

from PyQt6.QtCore import QObject, QTimer

# As a threshold: the oldest generation is looked at only when it is asked for.
NEVER: Final = 1 << 30
STEP_MS: Final = 1000
# Some 2 ms of work; a lively call makes so many in a few seconds.
YOUNG: Final = 2000
# A short pause after the last thing that happened, before the long sweep.
REST_MS: Final = 1500


class GcController(QObject):
    """From `set_aside` to `stop` nobody else collects. GUI thread."""

    def __init__(self, parent: QObject | None = None, rest_ms: int = REST_MS) -> None:
        super().__init__(parent)
        self._usual = gc.get_threshold()
        self._is_stopped = False
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self.step)
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(rest_ms)
        self._resting.timeout.connect(self.sweep)

    def start(self) -> None:
        """No long sweeps from now on; short ones are left to Python while much is loaded."""
        gc.set_threshold(*self._usual[:2], NEVER)

    def set_aside(self) -> None:
        """What was loaded stays to the end: no sweep need look at it. Collect here from now on.

        Nothing after `stop`: the app may end while a helper thread still loads.
        """
        if self._is_stopped:
            return
        gc.collect(1)
        gc.freeze()
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Leave the collector as it was found, for good."""
        self._is_stopped = True
        self._timer.stop()
        self._resting.stop()
        gc.unfreeze()
        gc.set_threshold(*self._usual)
        gc.enable()

    def step(self) -> None:
        """Collect what is young, when there is enough of it."""
        if gc.get_count()[0] >= YOUNG:
            gc.collect(1)

    def set_resting(self, is_resting: bool) -> None:
        """Whether there is time for a long sweep: it comes in a moment, once."""
        (self._resting.start if is_resting else self._resting.stop)()

    def sweep(self) -> None:
        """Collect everything that was not set aside."""
        gc.collect()
