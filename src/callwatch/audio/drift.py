"""How fast a device's clock runs against the call clock, from when its chunks arrive.

lag = arrival - frames / rate      chunks arrive late by chance, never early, so the least
                                   lag of each second is kept; the slope of a line through
                                   these is the drift (device fast: the lag shrinks)
"""

from collections import deque
from typing import Final

import numpy as np

# Shorter than this, some milliseconds of chance in the arrivals pass for dozens of ppm.
MIN_SPAN_S: Final = 60.0

# A clock changes with the warmth of its crystal: ten minutes are long enough to be exact.
_MAX_SPAN_S: Final = 600


class DriftMeter:
    """Regression of one device's lag. `ppm` is None until MIN_SPAN_S without a gap were heard."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque(maxlen=_MAX_SPAN_S)
        self._second_s: float | None = None
        self._least: tuple[float, float] | None = None
        self.ppm: float | None = None

    def add(self, arrived_s: float, frames_s: float) -> None:
        """A chunk arrived when `frames_s` seconds by the device's own clock had been delivered."""
        lag_s = arrived_s - frames_s
        if self._second_s is None:
            self._second_s = arrived_s
        if self._least is None or lag_s < self._least[1]:
            self._least = (arrived_s, lag_s)
        if arrived_s - self._second_s >= 1.0:
            self._points.append(self._least)
            self._second_s, self._least = arrived_s, None
            self._fit()

    def restart(self) -> None:
        """After a gap: the last figure stays until a new one is exact enough."""
        self._points.clear()
        self._second_s = self._least = None

    def _fit(self) -> None:
        if self._points[-1][0] - self._points[0][0] < MIN_SPAN_S:
            return
        points = np.array(self._points)
        at, lag = points[:, 0] - points[:, 0].mean(), points[:, 1] - points[:, 1].mean()
        self.ppm = -1e6 * float((at * lag).sum() / (at * at).sum())
