"""What is wrong with each side's sound, second by second: for the light on the overlay.

    clipped seconds   . . x x . x . . . . . . . .
    told as a fault             |=========>           while 3 of the last 10 are clipped

Seconds are those of the call, whatever the size of the blocks. Called by the analysis thread.
"""

from collections import deque
from dataclasses import dataclass, field
from math import ceil
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.voice.quality.clipping import clipped_samples

# The codes of InputWarning that last, the worst first: of two, the worse is told.
FAULTS: Final = (
    "no_sound", "same_audio", "not_separable", "late_side", "dropped", "clipping", "too_quiet",
    "dc_offset",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FaultConfig:
    """When a fault of the sound is there, and when it has gone."""

    # Share of clipped samples in a second that is audible, and how many such seconds are a fault ...
    clipped_share: float = 0.002
    clipped_seconds: int = 3
    # ... of the last so many: a level that was turned down is believed after a few sentences.
    clipped_of_s: int = 10
    # A constant offset of 2 % of full scale costs headroom and clicks; averaged over some words.
    dc_share: float = 0.02
    dc_of_s: int = 5
    # A hole is worth a glance, not a lasting sign.
    dropped_stays_s: float = 5.0


@dataclass(slots=True)
class _Side:
    sound: npt.NDArray[np.int16] = field(default_factory=lambda: np.zeros(CALL_RATE_HZ, np.int16))
    samples: int = 0  # of the second that has begun
    total: int = 0
    seconds: int = 0
    clipped: int = 0  # samples in the whole call
    clipped_seconds: int = 0
    was_clipped: deque[bool] = field(default_factory=deque)
    offsets: deque[float] = field(default_factory=deque)
    bad: dict[int, str] = field(default_factory=dict)


class InputFaults:
    """Told of samples and of what others found; says which seconds are bad."""

    def __init__(self, config: FaultConfig | None = None) -> None:
        self._config = config or FaultConfig()
        self._sides = {channel: _Side() for channel in CHANNELS}
        for side in self._sides.values():
            side.was_clipped = deque(maxlen=self._config.clipped_of_s)
            side.offsets = deque(maxlen=self._config.dc_of_s)

    def hear(self, channel: Channel, samples: npt.NDArray[np.int16]) -> None:
        """The next samples of one side, int16 (n,) at 16 kHz."""
        side, at = self._sides[channel], 0
        while at < len(samples):
            piece = samples[at : at + CALL_RATE_HZ - side.samples]
            at += len(piece)
            side.sound[side.samples : side.samples + len(piece)] = piece
            side.samples += len(piece)
            side.total += int(piece.sum(dtype=np.int64))
            if side.samples == CALL_RATE_HZ:
                self._end_second(side)

    def mark(self, channel: Channel, code: str, span: TimeSpan) -> None:
        """This was wrong with this side in this span of the call."""
        for second in range(int(span.start_s), ceil(span.end_s - 1e-9)):
            _mark(self._sides[channel], second, code)

    def mark_frames(
        self,
        channel: Channel,
        code: str,
        frames: VoiceFrames,
        first: int = 0,
        end: int | None = None,
    ) -> None:
        """This was wrong with this side in these frames, all of them when not said."""
        last = len(frames) if end is None else end
        start_s, end_s = (frames.start_s + at * HOP_S for at in (first, last))
        self.mark(channel, code, TimeSpan(start_s, end_s))

    def mark_dropped(self, channel: Channel, span: TimeSpan) -> None:
        """The device delivered nothing."""
        end_s = span.end_s + self._config.dropped_stays_s
        self.mark(channel, "dropped", TimeSpan(span.start_s, end_s))

    def clipped_seconds(self, channel: Channel) -> int:
        """How many seconds of the call were audibly clipped."""
        return self._sides[channel].clipped_seconds

    def clipped_share(self, channel: Channel) -> float | None:
        """Share of the call's samples that are clipped; None before any was heard."""
        side = self._sides[channel]
        heard = side.seconds * CALL_RATE_HZ + side.samples
        rest = clipped_samples(side.sound[: side.samples])
        return (side.clipped + rest) / heard if heard else None

    def fault(self, channel: Channel, second: int) -> str | None:
        """What was wrong in this second (0 is the first) of what was heard; None when nothing."""
        return self._sides[channel].bad.get(second)

    def _end_second(self, side: _Side) -> None:
        config = self._config
        clipped = clipped_samples(side.sound)
        side.clipped += clipped
        is_clipped = clipped > config.clipped_share * side.samples
        side.clipped_seconds += is_clipped
        side.was_clipped.append(is_clipped)
        side.offsets.append(side.total / side.samples / 32768.0)
        offset = sum(side.offsets) / len(side.offsets)
        if sum(side.was_clipped) >= config.clipped_seconds:
            _mark(side, side.seconds, "clipping")
        if abs(offset) > config.dc_share:
            _mark(side, side.seconds, "dc_offset")
        side.seconds += 1
        side.samples = side.total = 0


def _mark(side: _Side, second: int, code: str) -> None:
    known = side.bad.get(second, code)
    side.bad[second] = min(known, code, key=FAULTS.index)
