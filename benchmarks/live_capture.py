"""Calls as live capture hears them: played into a sound server of its own, two at the same time.

call k   -> sink call<k>  -left-> agent<k>  -right-> customer<k>  -> open_live -> samples

Each two in a process of their own: the sound library may crash when many streams come and go in one.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import get_context
from typing import Final

import numpy as np
from tests.pulse import PulseServer

from callwatch.audio.devices import open_live
from callwatch.audio.live import LiveCall
from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ, Samples

Heard = tuple[Samples, float]
AT_ONCE: Final = 2
TRIES: Final = 3
HOP = CALL_RATE_HZ // 1000
# Beside the call: until the devices deliver and the player has begun.
SPARE_S = 6.0


def captured(calls: Sequence[Samples]) -> list[Heard]:
    """Each call (2, n) as it was heard, and how much later it is there, in seconds.

    Raises BrokenProcessPool when the sound library crashes again and again.
    """
    out: list[Heard] = []
    for at in range(0, len(calls), AT_ONCE):
        out += _in_own_process(calls[at : at + AT_ONCE])
    return out


def _in_own_process(calls: Sequence[Samples], tries: int = TRIES) -> list[Heard]:
    try:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            return pool.submit(capture_together, calls).result()
    except BrokenProcessPool:
        if tries == 1:
            raise
        return _in_own_process(calls, tries - 1)


def capture_together(calls: Sequence[Samples]) -> list[Heard]:
    """The same in this process, all at the same time."""
    with PulseServer(sinks=()) as server, server.entered(), ExitStack() as stack:
        lives = []
        for k in range(len(calls)):
            server.add_sink(f"call{k}")
            for name, side in ((f"agent{k}", "front-left"), (f"customer{k}", "front-right")):
                server.pactl(
                    "load-module", "module-remap-source", f"master=call{k}.monitor",
                    f"source_name={name}", f"master_channel_map={side}", "channel_map=mono",
                    "remix=no",
                )  # fmt: skip
            lives.append(stack.enter_context(open_live(f"agent{k}", f"customer{k}")))
        for k, call in enumerate(calls):
            server.play(f"call{k}", call.T.ravel(), CALL_RATE_HZ, channels=2)
        with ThreadPoolExecutor(len(calls)) as pool:
            heard = list(pool.map(_heard, lives, [c.shape[1] / CALL_RATE_HZ for c in calls]))
    return [(one, late_by(call, one)) for call, one in zip(calls, heard, strict=True)]


def _heard(live: LiveCall, seconds: float) -> Samples:
    """What came, to the end of the call."""
    blocks = []
    for block in live.blocks():
        blocks.append(block.samples)
        if block.end_s >= seconds + SPARE_S:
            break
    return np.concatenate(blocks, axis=1)


def late_by(call: Samples, heard: Samples) -> float:
    """Seconds by which the heard call lies behind the other, from their levels in steps of 1 ms."""
    first, second = _levels(call), _levels(heard)
    size = len(first) + len(second)
    peaks = np.fft.irfft(np.fft.rfft(first, size).conj() * np.fft.rfft(second, size), size)
    best = int(peaks.argmax())
    return (best if best < len(second) else best - size) / 1000


def _levels(call: Samples) -> DoubleArray:
    count = call.shape[1] // HOP
    levels = np.abs(call[:, : count * HOP].astype(np.float64)).sum(axis=0)
    levels = levels.reshape(count, HOP).mean(axis=1)
    return np.asarray(levels - levels.mean())
