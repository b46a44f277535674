"""A recording delivered at the speed of a live call, for replay.

Threads: one thread iterates `blocks`; `pause`, `resume`, `seek` and `close` come from others.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from callwatch.audio.source import CallSource
from callwatch.audio.source_proxy import SourceProxy
from callwatch.core.audio import CallBlock

# How often a paced source that is paused looks again when a foreign `wait` is used, which knows
# nothing of `resume`. With its own wait it wakes at once.
_PAUSED_STEP_S: Final = 0.1


class RealtimeSource(SourceProxy):
    """A CallSource whose blocks leave when a live call's would: at their `end_s` on the clock.

    clock   seconds, steadily rising
    wait    waits up to so many seconds; True means that the caller's stop signal came, which ends
            `blocks` at once (give `stop.wait` of a threading.Event). Without it, `close` is the
            stop signal.

    A reader that is late gets its blocks at once until it has caught up. Paused time does not
    count. `seek` forwards only: the blocks up to there come without waiting, so that the analysis
    stays whole; to go back, open the recording again and seek from the start.
    """

    def __init__(
        self,
        source: CallSource,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        super().__init__(source)
        self._clock = clock
        self._woken = threading.Event()
        self._wait = wait
        self._closed = False
        self._paused = False
        self._hurry_until_s = 0.0
        self._position_s = 0.0
        self._anchor_s = 0.0

    @property
    def position_s(self) -> float:
        """Call time up to which blocks have been delivered."""
        return self._position_s

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return self._paused

    def pause(self) -> None:
        """Stand still before the next block."""
        self._paused = True
        self._woken.set()

    def resume(self) -> None:
        """Go on from where it stood."""
        self._paused = False
        self._woken.set()

    def seek(self, time_s: float) -> bool:
        """Hurry to this call time. False when it lies behind: then reopen the recording."""
        if time_s < self._position_s:
            return False
        self._hurry_until_s = time_s
        self._woken.set()
        return True

    def blocks(self) -> Iterator[CallBlock]:
        """The recording's blocks, each at its time."""
        self._anchor_s = self._clock()
        for block in self._source.blocks():
            if not self._await(block.end_s):
                return
            self._position_s = block.end_s
            yield block

    def close(self) -> None:
        """End `blocks` and close the recording."""
        self._closed = True
        self._woken.set()
        super().close()

    def _await(self, end_s: float) -> bool:
        """Wait until a block that ends at `end_s` is due; False when stopped meanwhile."""
        while not self._closed:
            self._woken.clear()
            if self._paused:
                stood_since_s = self._clock()
                stopped = self._sleep(_PAUSED_STEP_S if self._wait else None)
                self._anchor_s += self._clock() - stood_since_s
            elif end_s <= self._hurry_until_s:
                self._anchor_s = self._clock() - end_s
                return True
            else:
                left_s = self._anchor_s + end_s - self._clock()
                if left_s <= 0:
                    return True
                stopped = self._sleep(left_s)
            if stopped:
                return False
        return False

    def _sleep(self, timeout_s: float | None) -> bool:
        """Wait; True only for a foreign stop signal (our own wake-ups are known from the state)."""
        if self._wait is None:
            self._woken.wait(timeout_s)
            return False
        return self._wait(_PAUSED_STEP_S if timeout_s is None else timeout_s)
