"""From the device threads to the analysis thread: stamped chunks in a bounded queue.

Threads: `CaptureSink.deliver` is called on a driver's callback or reader thread, `Inbox.get` on the
analysis thread, `Inbox.end` on any.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from callwatch.core.arrays import FloatArray

# About five seconds of two devices at 20 ms a chunk: longer than any hiccup that a call survives.
INBOX_CHUNKS: Final = 512


@dataclass(frozen=True, eq=False, slots=True)
class Chunk:
    """What a device delivered at once.

    waveform   float32 (n, channels), owned by the chunk
    frame      number of its first frame since the device was opened, dropped frames included
    arrived_s  the clock when it was delivered: its last frame was heard then, or a little before
    epoch      how often the device had been opened; frames start at 0 in each epoch
    """

    device: int
    epoch: int
    waveform: FloatArray
    frame: int
    rate_hz: int
    arrived_s: float

    @property
    def end_frame(self) -> int:
        """Number of the frame after the last."""
        return self.frame + len(self.waveform)


class Inbox:
    """A bounded queue of chunks. When it is full the newest chunk is dropped, never waited for:

    the callback of a sound card must not block. Its frames still count, so that the gap is seen.
    """

    def __init__(self, chunks: int = INBOX_CHUNKS) -> None:
        self._queue: queue.Queue[Chunk | None] = queue.Queue(chunks)
        self._ended = False

    def put(self, chunk: Chunk) -> bool:
        """Add a chunk; False when there was no room and it was dropped."""
        try:
            self._queue.put_nowait(chunk)
        except queue.Full:
            return False
        return True

    def get(self, timeout_s: float) -> Chunk | None:
        """The next chunk; None after `timeout_s` without one, or when the inbox has ended."""
        if self._ended:
            return None
        try:
            return self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def get_now(self) -> Chunk | None:
        """The next chunk that is there already; None when there is none."""
        if self._ended:
            return None
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            return None

    def end(self) -> None:
        """Wake the reader; from now on there is nothing to get."""
        self._ended = True
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            return  # the reader finds chunks at once, and then sees that it has ended


class CaptureSink:
    """Where one opening of a device delivers to: copies, stamps, counts what found no room."""

    def __init__(self, inbox: Inbox, device: int, epoch: int, clock: Callable[[], float]) -> None:
        self._inbox = inbox
        self._device = device
        self._epoch = epoch
        self._clock = clock
        self._frames = 0
        self.dropped_frames = 0
        self.last_s = clock()
        self.delivered = threading.Event()

    def deliver(self, waveform: FloatArray, rate_hz: int) -> None:
        """Take float32 (n, channels); the caller may reuse its memory afterwards."""
        self.last_s = self._clock()
        if not self._frames:
            self.delivered.set()
        chunk = Chunk(
            self._device, self._epoch, waveform.copy(), self._frames, rate_hz, self.last_s
        )
        self._frames += len(waveform)
        if not self._inbox.put(chunk):
            self.dropped_frames += len(waveform)
