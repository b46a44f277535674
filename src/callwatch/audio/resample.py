"""Any sample rate to the call's rate, block by block, through soxr."""

import signal
import sys
import threading
from typing import Any, Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.audio import CALL_RATE_HZ, Samples

# int16 samples are divided by this when read, so that 16-bit files come back bit for bit.
FULL_SCALE: Final = 32_768.0

# How much faster than it says a device may run at most (1000 ppm, and room).
_MAX_FACTOR: Final = 1.002


def to_int16(waveform: FloatArray) -> Samples:
    """Round to int16; what lies beyond full scale (|x| > 1) is clipped. Any shape."""
    scaled = np.rint(np.clip(waveform, -1.0, 1.0) * FULL_SCALE)
    samples: Samples = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return samples


def _soxr() -> Any:
    """soxr; a Ctrl-C while it is loaded comes when it is: its loader ends the process at any exception."""
    if "soxr" in sys.modules or threading.current_thread() is not threading.main_thread():
        import soxr

        return soxr
    arrived: list[int] = []
    ends = [
        getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
    ]
    before = {number: signal.getsignal(number) for number in ends}
    held = {number: handler for number, handler in before.items() if callable(handler)}
    for number in held:
        signal.signal(number, lambda which, _frame: arrived.append(which))
    try:
        import soxr
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
    for number in arrived:
        signal.raise_signal(number)
    return soxr


class Resampler:
    """Streams float32 (n, channels) at `rate_hz` into float32 (m, channels) at CALL_RATE_HZ.

    Output i lies at i / CALL_RATE_HZ seconds after the first input sample: soxr takes its own
    delay back. `push` holds some ms back; `flush` gives the rest, once, so that in all
    round(n * CALL_RATE_HZ / rate_hz) samples came out. Same rate: the input passes untouched.
    """

    def __init__(self, rate_hz: float, channels: int) -> None:
        self._stream: Any = None
        if rate_hz != CALL_RATE_HZ:
            soxr = _soxr()
            self._stream = soxr.ResampleStream(
                rate_hz, CALL_RATE_HZ, channels, dtype="float32", quality="HQ"
            )
        self._channels = channels

    def push(self, waveform: FloatArray) -> FloatArray:
        """The next input; returns what is ready."""
        if self._stream is None:
            return waveform
        return self._run(waveform, last=False)

    def flush(self) -> FloatArray:
        """The rest, when no input follows."""
        empty: FloatArray = np.zeros((0, self._channels), np.float32)
        return empty if self._stream is None else self._run(empty, last=True)

    def _run(self, waveform: FloatArray, *, last: bool) -> FloatArray:
        contiguous = np.ascontiguousarray(waveform, dtype=np.float32)
        out: FloatArray = self._stream.resample_chunk(contiguous, last=last)
        return out


class AdjustableResampler:
    """As Resampler, for a device whose rate is not quite what it says; bent without clicks.

    Output lies at the same place to within a sample (soxr's variable-rate delay is taken back).
    """

    def __init__(self, rate_hz: float, channels: int) -> None:
        soxr = _soxr()
        self._rate_hz = rate_hz
        self._channels = channels
        # soxr wants the largest ratio that will come first.
        self._stream: Any = soxr.ResampleStream(
            rate_hz * _MAX_FACTOR, CALL_RATE_HZ, channels, dtype="float32", vr=True
        )
        self._stream.set_io_ratio(rate_hz, CALL_RATE_HZ, 0)
        # Measured: two samples when the rate goes down or stays, none when it goes up.
        self._skip = 2 if rate_hz >= CALL_RATE_HZ else 0

    def adjust(self, factor: float, over_frames: int) -> None:
        """The device runs at `rate_hz * factor`; glide there over so many input frames."""
        self._stream.set_io_ratio(self._rate_hz * factor, CALL_RATE_HZ, over_frames)

    def push(self, waveform: FloatArray) -> FloatArray:
        """The next input; returns what is ready."""
        return self._run(waveform, last=False)

    def flush(self) -> FloatArray:
        """The rest, when no input follows."""
        return self._run(np.zeros((0, self._channels), np.float32), last=True)

    def _run(self, waveform: FloatArray, *, last: bool) -> FloatArray:
        contiguous = np.ascontiguousarray(waveform, dtype=np.float32)
        out: FloatArray = self._stream.resample_chunk(contiguous, last=last)
        skipped = min(self._skip, len(out))
        self._skip -= skipped
        return out[skipped:]
