import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from callwatch_ui.native.gc_control import YOUNG, GcController


class Knot:
    """Garbage that only the collector finds; it tells who collected it."""

    def __init__(self, told: list[str]) -> None:
        self._me, self._told = self, told

    def __del__(self) -> None:
        self._told.append(threading.current_thread().name)


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[GcController]:
    out = GcController(rest_ms=0)
    out.start()
    out.set_aside()
    yield out
    out.stop()
    assert gc.isenabled()


def litter(told: list[str]) -> None:
    for _ in range(2 * YOUNG):
        Knot(told)


def test_no_other_thread_collects(collector: GcController) -> None:
    told: list[str] = []
    thread = threading.Thread(target=litter, args=(told,), name="engine")
    thread.start()
    thread.join()
    assert told == []
    collector.step()
    assert set(told) == {threading.current_thread().name}
    assert len(told) == 2 * YOUNG


def test_little_garbage_waits(collector: GcController) -> None:
    told: list[str] = []
    gc.collect(1)
    Knot(told)
    collector.step()
    assert told == []
    collector.sweep()
    assert len(told) == 1


def test_the_long_sweep_comes_when_there_is_rest(qtbot: QtBot, collector: GcController) -> None:
    told: list[str] = []
    knot = Knot(told)
    gc.collect(1)  # it is old by then
    del knot
    gc.collect(1)
    assert told == []
    collector.set_resting(True)
    collector.set_resting(False)
    qtbot.wait(1)
    assert told == []
    collector.set_resting(True)
    qtbot.waitUntil(lambda: len(told) == 1)


def test_what_was_found_is_put_back(qtbot: QtBot) -> None:
    usual = gc.get_threshold()
    collector = GcController()
    collector.start()
    assert gc.get_threshold() != usual
    collector.stop()
    assert gc.get_threshold() == usual
    assert gc.isenabled()


def test_a_warm_up_that_ends_after_the_app_changes_nothing(qtbot: QtBot) -> None:
    ended = GcController(rest_ms=0)
    ended.start()
    ended.stop()
    before = gc.get_freeze_count()
    ended.set_aside()
    assert gc.isenabled()
    assert gc.get_freeze_count() == before
