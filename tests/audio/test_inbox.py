"""The inbox never blocks a callback, and what it dropped is still counted."""

import threading

import numpy as np

from callwatch.audio.inbox import CaptureSink, Inbox


def test_a_full_inbox_drops_the_newest_and_the_counter_goes_on() -> None:
    inbox = Inbox(chunks=2)
    feed = CaptureSink(inbox, device=0, epoch=3, clock=lambda: 7.0)
    for number in range(4):
        feed.deliver(np.full((10, 2), number, np.float32), 48_000)
    assert feed.dropped_frames == 20
    first = inbox.get(0)
    second = inbox.get(0)
    assert first is not None
    assert second is not None
    assert (first.frame, second.frame) == (0, 10)
    assert (first.epoch, first.arrived_s, first.rate_hz) == (3, 7.0, 48_000)
    feed.deliver(np.zeros((10, 2), np.float32), 48_000)
    third = inbox.get(0)
    assert third is not None
    assert third.frame == 40
    assert third.end_frame == 50


def test_a_chunk_owns_its_samples() -> None:
    inbox = Inbox()
    memory = np.ones((4, 1), np.float32)
    CaptureSink(inbox, 0, 0, lambda: 0.0).deliver(memory, 8_000)
    memory[:] = 9
    chunk = inbox.get(0)
    assert chunk is not None
    assert chunk.waveform.tolist() == [[1.0]] * 4


def test_end_wakes_a_waiting_reader() -> None:
    inbox = Inbox()
    waiting = threading.Event()
    got: list[object] = []

    def read() -> None:
        waiting.set()
        got.append(inbox.get(60))

    thread = threading.Thread(target=read)
    thread.start()
    waiting.wait(5)
    inbox.end()
    thread.join(5)
    assert not thread.is_alive()
    assert got == [None]
    assert inbox.get(60) is None


def test_an_empty_inbox_gives_none() -> None:
    assert Inbox().get(0.001) is None
