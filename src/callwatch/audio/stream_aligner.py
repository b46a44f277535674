"""The chunks of one device, laid on the call's time axis.

::

    lag = arrival - position of the chunk's end     the least of late is the device's own
    normal       lag ~ least                        chunks follow each other
    hiccup       lag jumps, falls back at once      everything was late, nothing is missing
    silent       lag jumps and stays                nothing was delivered: the gap is moved over
    early        lag falls far below the least      it had been placed too late: placed again
    new epoch    device opened again                placed by its arrival, as at the start

No thread and no clock in here: time comes with the chunks.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from callwatch.audio.drift import DriftMeter
from callwatch.audio.inbox import Chunk
from callwatch.audio.resample import AdjustableResampler, Resampler, to_int16
from callwatch.audio.timeline import Timeline
from callwatch.core.arrays import FloatArray
from callwatch.core.audio import CALL_RATE_HZ


@dataclass(frozen=True, slots=True)
class StreamAlignerConfig:
    """When a device counts as late, and how hard it is pulled to the call clock."""

    # A sound server delivers in chunks of 10-50 ms; twice the longest is no chance any more.
    late_s: float = 0.12
    # How long chunks are held to tell a hiccup from a gap, and to find the least lag at first.
    hold_s: float = 0.2
    # The least lag is sought in so much time: long enough for a chunk that came without delay.
    window_s: float = 5.0
    # An error of place is taken out over about so much time: 1 ms bends the pitch by 0.005 %.
    correction_s: float = 20.0
    # Consumer clocks are within 100 ppm, the worst USB ones near 500; more is a fault.
    max_ppm: float = 1000.0


class StreamAligner:
    """Places one device's chunks; row i of its channels goes to `timelines[i]`.

    start_s   the clock at call time 0
    follow    pull the device to the call clock (two devices); alone a device is the call's clock
    mix       average the device's channels into one row
    """

    def __init__(
        self,
        start_s: float,
        timelines: list[Timeline],
        *,
        follow: bool,
        mix: bool,
        config: StreamAlignerConfig | None = None,
    ) -> None:
        self._start_s = start_s
        self._timelines = timelines
        self._follow = follow
        self._mix = mix
        self._config = config or StreamAlignerConfig()
        self._meter = DriftMeter()
        self._epoch = -1
        self._held: list[Chunk] = []
        self._placed = False
        self._next_frame = 0
        self._position = 0
        self._end_s = 0.0
        self._rate_factor = 1.0
        self._lags: deque[tuple[float, float]] = deque()
        self._resampler: Resampler | AdjustableResampler | None = None

    @property
    def drift_ppm(self) -> float | None:
        """How much faster than the call clock the device runs; None while not known."""
        return self._meter.ppm

    @property
    def end(self) -> int:
        """Sample position up to which the device's sides are written."""
        return min(timeline.end for timeline in self._timelines)

    @property
    def lag_s(self) -> float:
        """How far behind the call clock the device's place is at least."""
        return self._lags[0][1] if self._lags else 0.0

    def accept(self, chunk: Chunk) -> None:
        """The device's next chunk."""
        if chunk.epoch != self._epoch:
            self._end_run()
            self._epoch, self._placed, self._next_frame = chunk.epoch, False, chunk.frame
            self._held.clear()
        if not self._placed:
            self._held.append(chunk)
            self._decide()
            return
        lag_s = self._lag_of(chunk)
        if lag_s < (0.0 if self._follow else self.lag_s) - self._config.late_s:
            self._placed = False
            self._held.append(chunk)
        elif self._held or lag_s > self.lag_s + self._config.late_s:
            self._held.append(chunk)
            self._decide()
        else:
            self._write(chunk)

    def settle(self) -> None:
        """Nobody waits for this device any longer: write what the resampler still holds."""
        self._end_run()

    def _decide(self) -> None:
        """Lay what is held, once it is known where."""
        newest = self._held[-1]
        recovered = self._placed and self._lag_of(newest) <= self.lag_s + self._config.late_s
        waited = newest.arrived_s - self._held[0].arrived_s >= self._config.hold_s
        if not recovered and not waited:
            return
        if recovered:
            held, self._held = self._held, []
            for chunk in held:
                self._write(chunk)
        else:
            self._anchor(self._held)

    def _anchor(self, chunks: list[Chunk]) -> None:
        """Start again with these chunks, where their arrival says."""
        self._held = []
        first = chunks[0]
        least_s = min(
            chunk.arrived_s - (chunk.end_frame - first.frame) / chunk.rate_hz for chunk in chunks
        )
        self._lags.clear()
        self._meter.restart()
        self._begin_run(first, least_s - self._start_s)
        for chunk in chunks:
            self._write(chunk)

    def _lag_of(self, chunk: Chunk) -> float:
        """Arrival minus where the chunk would end if it were laid now."""
        ahead_s = (chunk.end_frame - self._next_frame) / (chunk.rate_hz * self._rate_factor)
        return chunk.arrived_s - self._start_s - (self._end_s + ahead_s)

    def _begin_run(self, chunk: Chunk, at_s: float) -> None:
        """Start a stretch without gaps at call time `at_s`."""
        self._end_run()
        rows = 1 if self._mix else len(self._timelines)
        kind = AdjustableResampler if self._follow else Resampler
        self._resampler = kind(chunk.rate_hz, rows)
        self._position = round(at_s * CALL_RATE_HZ)
        self._end_s = at_s
        self._next_frame = chunk.frame
        self._placed = True

    def _end_run(self) -> None:
        if self._resampler is not None:
            self._append(self._resampler.flush())
            self._resampler = None

    def _write(self, chunk: Chunk) -> None:
        """Resample a chunk and write it where it belongs."""
        missing = chunk.frame - self._next_frame
        if missing > 0 or self._resampler is None:
            # Frames that found no room in the inbox are an exact gap.
            self._begin_run(chunk, self._end_s + missing / (chunk.rate_hz * self._rate_factor))
        self._adjust_rate(chunk)
        assert self._resampler is not None
        self._append(self._resampler.push(self._rows(chunk.waveform)))
        self._end_s += len(chunk.waveform) / (chunk.rate_hz * self._rate_factor)
        self._next_frame = chunk.end_frame
        self._meter.add(chunk.arrived_s, chunk.end_frame / chunk.rate_hz)
        self._remember(chunk.arrived_s, chunk.arrived_s - self._start_s - self._end_s)

    def _remember(self, arrived_s: float, lag_s: float) -> None:
        """Keep the lags that can still become the least of the window; the least is the first."""
        while self._lags and self._lags[-1][1] >= lag_s:
            self._lags.pop()
        self._lags.append((arrived_s, lag_s))
        while self._lags[0][0] < arrived_s - self._config.window_s:
            self._lags.popleft()

    def _adjust_rate(self, chunk: Chunk) -> None:
        """Bend the rate so that the device's place stays on the call clock."""
        if not isinstance(self._resampler, AdjustableResampler):
            return
        drift_ppm = self._meter.ppm or 0.0
        ppm = drift_ppm - 1e6 * self.lag_s / self._config.correction_s
        ppm = min(self._config.max_ppm, max(-self._config.max_ppm, ppm))
        self._rate_factor = 1 + ppm * 1e-6
        self._resampler.adjust(self._rate_factor, len(chunk.waveform))

    def _rows(self, waveform: FloatArray) -> FloatArray:
        """float32 (n, rows): the mean of all channels, or the first ones."""
        if self._mix:
            mean: FloatArray = waveform.mean(axis=1, keepdims=True, dtype=np.float32)
            return mean
        return waveform[:, : len(self._timelines)]

    def _append(self, waveform: FloatArray) -> None:
        samples = to_int16(waveform)
        for timeline, row in zip(self._timelines, samples.T, strict=True):
            timeline.write(self._position, np.ascontiguousarray(row))
        self._position += len(samples)
