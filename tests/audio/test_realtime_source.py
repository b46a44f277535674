"""Pacing: blocks leave on the clock; pause, seek and stop work at once. No test sleeps."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.audio.signals import noise, write

from callwatch.audio.files import open_recording
from callwatch.audio.realtime_source import RealtimeSource


class Clock:
    """A clock that moves only by waiting."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.stop = False

    def __call__(self) -> float:
        return self.now_s

    def wait(self, timeout_s: float) -> bool:
        self.now_s += timeout_s
        return self.stop


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write(tmp_path / "call.wav", noise(3, seed=1), noise(3, seed=2))


def test_blocks_leave_at_their_end(recording: Path) -> None:
    clock = Clock()
    with RealtimeSource(open_recording(recording, block_s=0.5), clock, clock.wait) as paced:
        left = [(block.end_s, clock.now_s - 100.0) for block in paced.blocks()]
    assert [at for _, at in left] == pytest.approx([end for end, _ in left])
    assert len(left) == 6
    assert paced.position_s == pytest.approx(3.0)


def test_a_late_reader_catches_up_without_waiting(recording: Path) -> None:
    clock = Clock()
    with RealtimeSource(open_recording(recording, block_s=0.5), clock, clock.wait) as paced:
        blocks = paced.blocks()
        next(blocks)
        clock.now_s += 1.0
        late = clock.now_s
        assert next(blocks).end_s == 1.0
        assert next(blocks).end_s == 1.5
        assert clock.now_s == late
        next(blocks)
        assert clock.now_s == pytest.approx(102.0)


def test_stop_ends_at_once(recording: Path) -> None:
    clock = Clock()
    with RealtimeSource(open_recording(recording, block_s=0.5), clock, clock.wait) as paced:
        blocks = paced.blocks()
        next(blocks)
        clock.stop = True
        assert list(blocks) == []


def test_paused_time_does_not_count(recording: Path) -> None:
    clock = Clock()
    resume_at_s = 107.0

    def wait(timeout_s: float) -> bool:
        clock.now_s += timeout_s
        if clock.now_s >= resume_at_s:
            paced.resume()
        return False

    with RealtimeSource(open_recording(recording, block_s=0.5), clock, wait) as paced:
        blocks = paced.blocks()
        next(blocks)
        paced.pause()
        assert paced.paused
        assert next(blocks).end_s == 1.0
        assert clock.now_s == pytest.approx(107.5, abs=0.11)


def test_seek_hurries_forward_and_refuses_to_go_back(recording: Path) -> None:
    clock = Clock()
    with RealtimeSource(open_recording(recording, block_s=0.5), clock, clock.wait) as paced:
        blocks = paced.blocks()
        next(blocks)
        assert paced.seek(2.0)
        assert [next(blocks).end_s for _ in range(3)] == [1.0, 1.5, 2.0]
        assert clock.now_s == pytest.approx(100.5)
        next(blocks)
        assert clock.now_s == pytest.approx(101.0)
        assert not paced.seek(1.0)


def test_close_from_another_thread_wakes_a_waiting_reader(recording: Path) -> None:
    paced = RealtimeSource(
        open_recording(recording, block_s=0.5), lambda: 0.0
    )  # the time never comes
    got: list[int] = []
    started = threading.Event()

    def read(blocks: Iterator[object]) -> None:
        started.set()
        got.append(len(list(blocks)))

    thread = threading.Thread(target=read, args=(paced.blocks(),))
    thread.start()
    started.wait(60)
    paced.close()
    thread.join(60)
    assert not thread.is_alive()
    assert got == [0]


def test_it_passes_the_recordings_facts_on(recording: Path) -> None:
    with RealtimeSource(open_recording(recording), Clock()) as paced:
        assert paced.name == str(recording)
        assert paced.duration_s == pytest.approx(3.0)
        assert paced.warnings() == ()
