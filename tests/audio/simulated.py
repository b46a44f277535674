"""Simulated sound devices on a simulated clock, for what no test machine has."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from callwatch.audio.channel_aligner import ChannelAligner
from callwatch.audio.inbox import Chunk
from callwatch.core.arrays import DoubleArray, FloatArray
from callwatch.core.audio import CallBlock, Samples

Signal = Callable[[DoubleArray], FloatArray]


def sweep(t: DoubleArray) -> FloatArray:
    """A tone that glides, nowhere like itself, so that its place can be found."""
    phase = 300 * t + 40 * np.sin(2.1 * t) + 25 * np.sin(0.37 * t)
    sound: FloatArray = (0.3 * np.sin(2 * np.pi * phase)).astype(np.float32)
    return sound


@dataclass
class Device:
    """A device whose crystal is `ppm` fast, delivering every `chunk_s`, late by chance.

    `signal` is heard at true time; channel c hears it times (1 - c / 2).
    """

    index: int
    signal: Signal
    rate_hz: int = 48_000
    ppm: float = 0.0
    chunk_s: float = 0.02
    jitter_s: float = 0.004
    channels: int = 1
    epoch: int = 0
    seed: int = 0

    def chunks(self, start_s: float, end_s: float, first_frame: int = 0) -> Iterator[Chunk]:
        """What it delivers of the true times from `start_s` to `end_s`."""
        true_rate = self.rate_hz * (1 + self.ppm * 1e-6)
        size = round(self.chunk_s * self.rate_hz)
        generator = np.random.default_rng(self.seed)
        before_s = start_s
        for number in range(int((end_s - start_s) * true_rate) // size):
            at = number * size
            t = start_s + (at + np.arange(size)) / true_rate
            mono = self.signal(t)
            waveform = np.stack([mono * (1 - c / 2) for c in range(self.channels)], axis=1)
            arrived_s = start_s + (at + size) / true_rate
            arrived_s = max(before_s, arrived_s + float(generator.exponential(self.jitter_s)))
            before_s = arrived_s
            yield Chunk(self.index, self.epoch, waveform, first_frame + at, self.rate_hz, arrived_s)


def run(
    mixer: ChannelAligner, chunks: list[Chunk], until_s: float, step_s: float = 0.02
) -> list[CallBlock]:
    """Feed chunks in order of arrival with the clock moving on; every block that comes out."""
    waiting = sorted(chunks, key=lambda chunk: chunk.arrived_s)
    blocks: list[CallBlock] = []
    now_s, at = 0.0, 0
    while now_s < until_s:
        now_s += step_s
        while at < len(waiting) and waiting[at].arrived_s <= now_s:
            mixer.accept(waiting[at])
            blocks += mixer.due(waiting[at].arrived_s)
            at += 1
        blocks += mixer.due(now_s)
    return blocks


def joined(blocks: list[CallBlock]) -> Samples:
    """int16 (2, n) of contiguous blocks."""
    at_s = 0.0
    for block in blocks:
        assert abs(block.start_s - at_s) < 1e-9
        at_s = block.end_s
    return np.concatenate([block.samples for block in blocks], axis=1)


def late_by_s(heard: Samples, signal: Signal, at_s: float, span_s: float = 2.0) -> float:
    """How much later than the truth `heard` (n,) is around `at_s`, within +-0.2 s."""
    rate, reach = 16_000, 3_200
    start = round(at_s * rate)
    piece = heard[start : start + round(span_s * rate)].astype(np.float64)
    truth = signal((np.arange(-reach, len(piece) + reach) + start) / rate).astype(np.float64)
    size = 1 << (len(truth) + len(piece)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(truth, size) * np.fft.rfft(piece, size).conj(), size)
    likeness = likeness[: 2 * reach + 1]
    best = int(np.argmax(likeness[1:-1])) + 1
    before, top, after = likeness[best - 1 : best + 2]
    return float(reach - best - 0.5 * (before - after) / (before - 2 * top + after)) / rate
