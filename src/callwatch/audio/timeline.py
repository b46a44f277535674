"""One side's samples on the call's time axis, gaps included."""

from collections import deque

import numpy as np

from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.spans import TimeSpan


class Timeline:
    """Audio written at sample positions and taken in order; gaps are filled with silence and reported.

    ::

        written      |#####|        |####|
        taken   |----.-----.--------.----|   '-' is 0 and comes back as a dropped span

    Memory is bounded by what was written and not yet taken.
    """

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, Samples]] = deque()
        self.taken = 0
        self.end = 0

    def write(self, position: int, samples: Samples) -> None:
        """Put int16 (n,) at `position`; what lies before the end of what is known is discarded."""
        late = max(self.taken, self.end) - position
        if late > 0:
            samples, position = samples[late:], position + late
        if len(samples):
            self._pieces.append((position, samples))
            self.end = position + len(samples)

    def take(self, length: int) -> tuple[Samples, list[TimeSpan]]:
        """The next `length` samples, and the call-time spans in which nothing had been written."""
        out: Samples = np.zeros(length, np.int16)
        start, stop = self.taken, self.taken + length
        gaps: list[TimeSpan] = []
        at = start
        while self._pieces and self._pieces[0][0] < stop:
            position, samples = self._pieces.popleft()
            if position > at:
                gaps.append(TimeSpan(at / CALL_RATE_HZ, position / CALL_RATE_HZ))
            used = min(len(samples), stop - position)
            out[position - start : position - start + used] = samples[:used]
            at = position + used
            if used < len(samples):
                self._pieces.appendleft((at, samples[used:]))
        if at < stop:
            gaps.append(TimeSpan(at / CALL_RATE_HZ, stop / CALL_RATE_HZ))
        self.taken = stop
        return out, gaps
