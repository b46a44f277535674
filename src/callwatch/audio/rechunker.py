"""Cuts a stream of call audio into blocks of one length."""

from collections.abc import Iterator

import numpy as np

from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples


def block_frames(block_s: float) -> int:
    """Samples a channel in a block of `block_s` seconds. Raises ValueError below one sample."""
    frames = round(block_s * CALL_RATE_HZ)
    if frames < 1:
        raise ValueError(f"a block must hold at least one sample: give more than {block_s} s")
    return frames


class Rechunker:
    """Takes int16 (2, n) pieces of any length, gives CallBlocks of `block_s`; keeps the rest."""

    def __init__(self, block_s: float) -> None:
        self._frames = block_frames(block_s)
        self._pieces: list[Samples] = []
        self._held = 0
        self._emitted = 0

    def push(self, samples: Samples) -> Iterator[CallBlock]:
        """The blocks that the next piece completes."""
        self._pieces.append(samples)
        self._held += samples.shape[1]
        if self._held < self._frames:
            return
        joined = np.concatenate(self._pieces, axis=1)
        whole = self._held // self._frames * self._frames
        self._pieces, self._held = [joined[:, whole:]], self._held - whole
        for at in range(0, whole, self._frames):
            yield self._block(joined[:, at : at + self._frames])

    def flush(self) -> Iterator[CallBlock]:
        """The last, shorter block, if there is one."""
        if self._held:
            rest = np.concatenate(self._pieces, axis=1)
            self._pieces, self._held = [], 0
            yield self._block(rest)

    def _block(self, samples: Samples) -> CallBlock:
        block = CallBlock(np.ascontiguousarray(samples), self._emitted / CALL_RATE_HZ)
        self._emitted += samples.shape[1]
        return block
