"""Listening for voices between calls: who speaks, and nothing else. No sound is kept.

Thread: one of its own (`callwatch-voices`), which opens, reads and closes the devices; the
methods tell it what is wanted; only `close` and `wait_free` wait, at most for the time given there.
"""

import contextlib
import threading
from collections.abc import Callable
from typing import Final, Protocol

from callwatch.audio.source import CallSource
from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.errors import CallwatchError
from callwatch.core.events import VoiceStarted
from callwatch.core.frames import VoiceFrames

# Devices that are not there yet are looked for again after this.
RETRY_S: Final = 5.0
# Between calls nothing is in a hurry: with 40 ms, as in a call, the watch cost nearly twice the CPU.
WATCH_CHUNK_S: Final = 0.2
# A driver that needs longer to let go of a device hangs.
END_S: Final = 5.0


class Activity(Protocol):
    """Who speaks when (voice.activity.VoiceActivity)."""

    def process(self, block: CallBlock) -> VoiceFrames:
        """The frames that this block completes."""


class VoiceWatch:
    """`heard(channel, is_speaking)` is called by the watch's thread. Begins paused."""

    def __init__(
        self,
        open_source: Callable[[], CallSource],
        new_activity: Callable[[], Activity],
        heard: Callable[[Channel, bool], None],
        retry_s: float = RETRY_S,
    ) -> None:
        self._open, self._new_activity, self._heard = open_source, new_activity, heard
        self._retry_s = retry_s
        self._changed = threading.Condition()
        self._is_wanted = self._is_closed = False
        self._is_free = threading.Event()
        self._is_free.set()
        self._thread = threading.Thread(target=self._run, name="callwatch-voices")
        self._thread.start()

    def pause(self) -> None:
        """Let go of the devices soon."""
        self._want(False)

    def resume(self) -> None:
        """Listen again."""
        self._want(True)

    def close(self) -> None:
        """Listen no more; waits for the thread."""
        with self._changed:
            self._is_closed = True
        self._want(False)
        self._thread.join(END_S)

    def wait_free(self, timeout_s: float) -> bool:
        """Wait until no device is open, after `pause`; whether that is so."""
        return self._is_free.wait(timeout_s)

    def _want(self, wanted: bool) -> None:
        with self._changed:
            self._is_wanted = wanted
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_wanted or self._is_closed)
                if self._is_closed:
                    return
            # A fault of the devices is reported when a call begins; here they are only awaited.
            with contextlib.suppress(CallwatchError):
                self._listen()
            with self._changed:
                self._changed.wait_for(lambda: not self._is_wanted, self._retry_s)

    def _listen(self) -> None:
        activity = self._new_activity()
        self._is_free.clear()
        try:
            self._on_activity(activity)
        finally:
            self._is_free.set()

    def _on_activity(self, activity: Activity) -> None:
        with self._open() as source:
            for block in source.blocks():
                if not self._is_wanted:
                    return
                for transition in activity.process(block).transitions:
                    self._heard(transition.channel, isinstance(transition, VoiceStarted))
