"""Joins the devices of a live call into blocks: both sides aligned, on time, gaps reported.

No thread and no clock in here: the caller passes the time.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from callwatch.audio.inbox import Chunk
from callwatch.audio.rechunker import block_frames
from callwatch.audio.stream_aligner import StreamAligner, StreamAlignerConfig
from callwatch.audio.timeline import Timeline
from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import CHANNELS, Channel

# A block waits so long for a side that is late before the side counts as silent there. More than
# StreamAligner holds chunks (0.2 s) and a sound server's chunk; it is also the delay of the other side
# while one delivers nothing.
GRACE_S: Final = 0.4


class ChannelAligner:
    """Takes the chunks of one two-channel device, or of one device for each side.

    start_s   the clock at call time 0
    channels  whose voice the first and second channel of a two-channel device hold
    """

    def __init__(
        self,
        start_s: float,
        devices: int,
        block_s: float,
        channels: tuple[Channel, Channel] = (Channel.AGENT, Channel.CUSTOMER),
        config: StreamAlignerConfig | None = None,
    ) -> None:
        self._start_s = start_s
        self._frames = block_frames(block_s)
        self._timelines = [Timeline() for _ in CHANNELS]
        if devices == 1:
            groups = [[self._timelines[channel.index] for channel in channels]]
        else:
            groups = [[timeline] for timeline in self._timelines]
        self._tracks = [
            StreamAligner(start_s, group, follow=devices > 1, mix=devices > 1, config=config)
            for group in groups
        ]

    def accept(self, chunk: Chunk) -> None:
        """A device delivered."""
        self._tracks[chunk.device].accept(chunk)

    def drift_ppm(self, channel: Channel) -> float | None:
        """The drift of the side's device against the call clock."""
        return self._tracks[channel.index if len(self._tracks) > 1 else 0].drift_ppm

    def due(self, now_s: float) -> Iterator[CallBlock]:
        """The blocks that are complete, or whose time has passed."""
        while True:
            end = self._timelines[0].taken + self._frames
            late = [track for track in self._tracks if track.end < end]
            if late and now_s < self._latest(end):
                return
            for track in late:
                track.settle()
            yield self._take()

    def _latest(self, end: int) -> float:
        """The clock at which a block that ends at sample `end` waits no longer."""
        lag_s = max(track.lag_s for track in self._tracks)
        return self._start_s + end / CALL_RATE_HZ + max(0.0, lag_s) + GRACE_S

    def _take(self) -> CallBlock:
        start_s = self._timelines[0].taken / CALL_RATE_HZ
        rows, dropped = [], []
        for channel, timeline in zip(CHANNELS, self._timelines, strict=True):
            samples, gaps = timeline.take(self._frames)
            rows.append(samples)
            dropped += [(channel, gap) for gap in gaps]
        return CallBlock(np.stack(rows), start_s, tuple(dropped))
