"""Blocks of audio on the call clock."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.channels import Channel
from callwatch.core.spans import TimeSpan

Samples = npt.NDArray[np.int16]

# Every analyser hears 16 kHz: what Silero, Vosk and Whisper take, and twice the telephone band.
CALL_RATE_HZ: Final = 16_000


def frozen(samples: npt.ArrayLike) -> Samples:
    """A read-only int16 copy (or the array itself when it is read-only already)."""
    array = np.asarray(samples)
    if array.dtype != np.int16:
        raise ValueError(
            f"samples must be int16, not {array.dtype}: convert them where they are read"
        )
    if array.flags.writeable:
        array = array.copy()
        array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False, slots=True)
class CallBlock:
    """A slice of the call: both sides, aligned, at CALL_RATE_HZ, without gaps.

    `samples` int16 (2, n), read-only, row = Channel.index. Blocks follow each other: the
    `start_s` of one is the `end_s` of the one before. Where a device delivered nothing the
    samples are 0 and `dropped` names the span and the channel.
    """

    samples: Samples
    start_s: float
    dropped: tuple[tuple[Channel, TimeSpan], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", frozen(self.samples))
        if self.samples.ndim != 2 or self.samples.shape[0] != 2:
            raise ValueError("a call block holds both channels: give an array of shape (2, n)")

    @property
    def end_s(self) -> float:
        """Call time just after the last sample."""
        return self.start_s + int(self.samples.shape[1]) / CALL_RATE_HZ
