"""How long a call takes to end: with a recogniser that hangs, a driver that hangs, and both cores taken by others.

From `stop` to the report on the disk and the place in the history, wall clock. Each stop is one of a real call that
runs in real time; the next call begins in the same process at once, which is measured too.
"""

import multiprocessing
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.reliability.work import BLOCK_S, CONFIG, enter, make_piece
from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.overlay import RunningCall
from callwatch.audio.files import open_recording
from callwatch.audio.realtime_source import RealtimeSource
from callwatch.audio.source_proxy import SourceProxy
from callwatch.core.channels import Channel, Language
from callwatch.core.words import Utterance
from callwatch.speech.choose import RecognizerChoice
from callwatch.speech.protocol import SpeechChunk

LIMIT_S: Final = 3.0
_LOOPS: Final = 2
_FORK: Final = multiprocessing.get_context("fork")


class _Hung:
    """A recogniser that does not come back from its second chunk on."""

    name = "hung"
    model: str | None = None
    language: Language | None = Language.EN

    def __init__(self) -> None:
        self._chunks = 0

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:  # noqa: ARG002
        self._chunks += 1
        if self._chunks > 1:
            threading.Event().wait()
        return []

    def reset(self, channel: Channel) -> None: ...

    def close(self) -> None: ...


class _HungDriver(SourceProxy):
    """A source that does not come back when it is closed, though its blocks end."""

    def close(self) -> None:
        super().close()
        threading.Event().wait()


def stop_many(count: int, seed: int) -> list[dict[str, Any]]:
    """So many stops in all, shared out among the kinds."""
    chance = random.Random(seed)
    kinds = [(hung, driver, busy) for hung in (0, 1) for driver in (0, 1) for busy in (0, 1)]
    took: dict[tuple[int, int, int], list[tuple[float, float]]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory(prefix="callwatch-bench-") as folder:
        enter(Path(folder))
        make_piece(Path(folder) / "call.wav")
        _stop(
            Path(folder), "warm-up", (0, 0, 0), 0.5
        )  # the app has loaded everything before a call too
        for i in range(count):
            kind = kinds[i % len(kinds)]
            with busy_loops(kind[2]):
                took[kind].append(_stop(Path(folder), str(i), kind, chance.uniform(0.5, 3.0)))
    return [_row(kind, times) for kind, times in took.items() if times]


def _stop(
    folder: Path, name: str, kind: tuple[int, int, int], after_s: float
) -> tuple[float, float]:
    """One call that is stopped; seconds to its end, and seconds until the next one listens."""
    factory = CallFactory(CONFIG)
    if kind[0]:
        factory.choice = RecognizerChoice(_Hung, "hung", None, "")
    source = RealtimeSource(open_recording(folder / "call.wav", block_s=BLOCK_S))
    heard = threading.Event()
    plan = CallPlan(_HungDriver(source) if kind[1] else source, "headset", folder / name, live=True)
    call = RunningCall(
        factory.open(plan, (lambda e: heard.set() if e.time_s >= after_s else None,))
    )
    call.begin()
    heard.wait(60.0)
    began_s = time.monotonic()
    call.stop()
    ended_s = time.monotonic()
    if not (folder / name / "report.json").is_file() or call.outcome is None:
        raise RuntimeError("no report")
    again = open_recording(folder / "call.wav", block_s=BLOCK_S)
    plan = CallPlan(again, "headset", folder / f"{name}-next", live=True, in_history=False)
    listening = threading.Event()
    following = RunningCall(factory.open(plan, (lambda e: listening.set() if e.time_s else None,)))
    following.begin()
    listening.wait(60.0)
    next_s = time.monotonic() - ended_s
    following.stop()
    return ended_s - began_s, next_s


@contextmanager
def busy_loops(is_on: int) -> Iterator[None]:
    """As many busy loops as there are cores."""
    loops = [_FORK.Process(target=_spin, daemon=True) for _ in range(_LOOPS * is_on)]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.join()


def _spin() -> None:
    while True:
        pass


def _row(kind: tuple[int, int, int], times: list[tuple[float, float]]) -> dict[str, Any]:
    stops = [stop for stop, _ in times]
    return {
        "recogniser": "hangs" if kind[0] else "none", "driver": "hangs" if kind[1] else "closes",
        "cores": "taken" if kind[2] else "as they are", "stops": len(stops),
        "median s": statistics.median(stops), "longest s": max(stops),
        f"within {LIMIT_S:g} s": sum(stop <= LIMIT_S for stop in stops),
        "next call, longest s": max(after for _, after in times),
    }  # fmt: skip
