"""A call that is happening: devices in, aligned blocks out.

Threads: each device delivers on its driver's thread into the inbox; one watcher thread looks
after lost devices; the caller's thread iterates `blocks`. `close` comes from any.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from callwatch.audio.channel_aligner import ChannelAligner
from callwatch.audio.device_stream import DeviceStream
from callwatch.audio.inbox import Inbox
from callwatch.core.audio import CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.closing import ClosedByWith
from callwatch.core.errors import InputError, MissingPartError
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan, intersection

# A lost device is noticed within this; a moved one at once where the sound server reports it.
_CHECK_S: Final = 0.25
# A driver lets go of its devices within a block; one that hangs is left to itself.
_JOIN_TIMEOUT_S: Final = 1.0

# A virtual device that slept takes up to two seconds to its first sound.
_FIRST_SOUND_S: Final = 3.0


class LiveCall(ClosedByWith):
    """A CallSource over one two-channel device or two devices.

    The call clock starts when all devices deliver. Blocks come when their sound is complete,
    at the latest 0.4 s after its end (plus a device's own delay); a side that is missing by then
    is silent there and marked dropped. A Windows loopback that pauses because nothing plays is
    silent and not marked. Lost devices are looked for until `close`; the call goes on meanwhile.
    """

    duration_s: float | None = None

    def __init__(
        self,
        legs: Sequence[DeviceStream],
        inbox: Inbox,
        *,
        channels: tuple[Channel, Channel],
        block_s: float,
        clock: Callable[[], float],
        notes: list[Fact],
    ) -> None:
        self._legs = legs
        self._inbox = inbox
        self._clock = clock
        self._block_s = block_s
        self._notes = notes
        self._closing = threading.Event()
        self._freeing = threading.Lock()
        self._closer: threading.Thread | None = None
        self._hangs = False
        self._watcher = threading.Thread(target=self._watch, name="callwatch-devices", daemon=True)
        try:
            for leg in legs:
                leg.open()
        except (InputError, MissingPartError):
            self.close()
            raise
        for leg in legs:
            leg.await_sound(_FIRST_SOUND_S)
        self._start_s = clock()
        self._mixer = ChannelAligner(self._start_s, len(legs), block_s, channels)
        self.name = " + ".join(leg.device.name for leg in legs if leg.device)
        self._watcher.start()

    def blocks(self) -> Iterator[CallBlock]:
        """Blocks until `close`."""
        while not self._closing.is_set():
            chunk = self._inbox.get(self._block_s)
            # All that had arrived by now is placed before anything counts as missing: a reader
            # that was busy for a while finds a full inbox, and loses nothing.
            now_s = self._clock()
            while chunk is not None:
                self._mixer.accept(chunk)
                chunk = self._inbox.get_now()
            for block in self._mixer.due(now_s):
                yield self._with_notes(block)

    def drift_ppm(self, channel: Channel) -> float | None:
        """Of the side's device against the call clock; None in the first minute."""
        return self._mixer.drift_ppm(channel)

    def delivers(self, channel: Channel) -> bool:
        """Whether the side's device is there now."""
        return self._leg(channel).is_open

    def warnings(self) -> tuple[Fact, ...]:
        """Lost and returned devices, and frames that found no room."""
        dropped = sum(leg.dropped_frames for leg in self._legs)
        if not dropped:
            return tuple(self._notes)
        return (*self._notes, Fact("source", {"what": "overload", "count": dropped}))

    def close(self) -> None:
        """End `blocks` at once, the watcher and the devices as soon as they let go.

        A sound server that hangs keeps only a daemon thread: the end of a call does not wait for it.
        """
        self._closing.set()
        self._inbox.end()
        with self._freeing:
            if self._closer is None:
                self._closer = threading.Thread(
                    target=self._free, name="callwatch-freeing", daemon=True
                )
                self._closer.start()
        if self._watcher is not threading.current_thread() and not self._hangs:
            self._closer.join(_JOIN_TIMEOUT_S)
            self._hangs = self._closer.is_alive()

    def _free(self) -> None:
        if self._watcher.is_alive():
            self._watcher.join()
        for leg in self._legs:
            leg.close()
        for driver in self._legs[0].backends:
            driver.close()

    def _watch(self) -> None:
        first = self._legs[0].backends[0]
        while not first.wait_for_change(self._closing, _CHECK_S):
            for leg in self._legs:
                leg.check()
        for leg in self._legs:  # a device that took long to open may have been opened meanwhile
            leg.close()

    def _leg(self, channel: Channel) -> DeviceStream:
        return self._legs[channel.index if len(self._legs) > 1 else 0]

    def _with_notes(self, block: CallBlock) -> CallBlock:
        """The block without the gaps that are no loss."""
        if not block.dropped or not any(leg.pauses for leg in self._legs):
            return block
        kept: list[tuple[Channel, TimeSpan]] = []
        for channel in CHANNELS:
            spans = [span for side, span in block.dropped if side is channel]
            if self._leg(channel).pauses:
                spans = self._lost_within(self._leg(channel), spans)
            kept += [(channel, span) for span in spans]
        return CallBlock(block.samples, block.start_s, tuple(kept))

    def _lost_within(self, leg: DeviceStream, spans: list[TimeSpan]) -> list[TimeSpan]:
        """The parts of the spans in which the device was away."""
        now_s = self._clock()
        away = [
            TimeSpan(since_s - self._start_s, (until_s or now_s) - self._start_s)
            for since_s, until_s in list(leg.lost)
        ]
        return intersection(spans, away)
