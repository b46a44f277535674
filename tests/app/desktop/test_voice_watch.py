import queue
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from callwatch.app.desktop.device_loss import EndOnDeviceLoss
from callwatch.app.desktop.voice_watch import VoiceWatch
from callwatch.audio.files import open_recording
from callwatch.audio.source import CallSource
from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.closing import ClosedByWith
from callwatch.core.errors import InputError
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan
from callwatch.voice.vad.activity import VoiceActivity

A, C = Channel.AGENT, Channel.CUSTOMER


class Endless(ClosedByWith):
    """Silence that ends when it is closed."""

    name = "silence"
    duration_s = None

    def __init__(self) -> None:
        self.closed = threading.Event()

    def blocks(self) -> Iterator[CallBlock]:
        start_s = 0.0
        while not self.closed.is_set():
            yield CallBlock(np.zeros((2, 1600), dtype=np.int16), start_s)
            start_s += 0.1

    def drift_ppm(self, channel: Channel) -> float | None:
        return None

    def warnings(self) -> tuple[Fact, ...]:
        return ()

    def close(self) -> None:
        self.closed.set()


def demo() -> CallSource:
    call = Path(str(resources.files("callwatch.demo").joinpath("call.flac")))
    return open_recording(call, block_s=0.1)


def test_both_sides_of_a_call_are_heard() -> None:
    heard: queue.Queue[tuple[Channel, bool]] = queue.Queue()
    watch = VoiceWatch(demo, VoiceActivity, lambda *told: heard.put(told))
    try:
        watch.resume()
        seen = {heard.get(timeout=60)}
        while seen < {(A, True), (A, False), (C, True), (C, False)}:
            seen.add(heard.get(timeout=60))
    finally:
        watch.close()
    assert watch.wait_free(0)


def test_it_lets_go_of_the_devices_and_takes_them_again() -> None:
    opened: queue.Queue[Endless] = queue.Queue()

    def open_source() -> Endless:
        opened.put(source := Endless())
        return source

    watch = VoiceWatch(open_source, VoiceActivity, lambda *_: None)
    try:
        watch.resume()
        first = opened.get(timeout=60)
        watch.pause()
        assert watch.wait_free(20)
        assert first.closed.is_set()
        watch.resume()
        second = opened.get(timeout=60)
    finally:
        watch.close()
    assert second.closed.is_set()


def test_devices_that_are_not_there_are_awaited() -> None:
    tries: queue.Queue[int] = queue.Queue()

    def open_source() -> CallSource:
        tries.put(1)
        raise InputError("No device: plug one in.")

    watch = VoiceWatch(open_source, VoiceActivity, lambda *_: None, retry_s=0.01)
    try:
        watch.resume()
        assert sum(tries.get(timeout=60) for _ in range(3)) == 3
    finally:
        watch.close()


class Lossy(Endless):
    """Blocks of 0.1 s whose sides are lost as told."""

    def __init__(self, lost: list[tuple[Channel, ...]]) -> None:
        super().__init__()
        self._lost = lost

    def blocks(self) -> Iterator[CallBlock]:
        for i, sides in enumerate(self._lost):
            start_s = i / 10
            span = TimeSpan(start_s, start_s + 0.1)
            samples = np.zeros((2, 1600), dtype=np.int16)
            yield CallBlock(samples, start_s, tuple((side, span) for side in sides))


@pytest.mark.parametrize(
    ("lost", "heard"),
    [
        ([(A, C)] * 20, 10),
        ([(A, C)] * 9 + [()] + [(A, C)] * 20, 20),
        ([(A,)] * 20, 20),
        ([()] * 5 + [(A, C)] * 20, 15),
    ],
    ids=["both lost", "back in time", "one side", "lost later"],
)
def test_a_call_ends_when_both_devices_stay_away(
    lost: list[tuple[Channel, ...]], heard: int
) -> None:
    losses: list[bool] = []
    with EndOnDeviceLoss(Lossy(lost), 0.9999) as source:
        source.on_loss = lambda: losses.append(True)
        assert len(list(source.blocks())) == heard
    assert bool(losses) is (heard < len(lost))
