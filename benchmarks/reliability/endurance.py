"""A day of calls in one process, as fast as the machine allows: what memory, threads and descriptors do.

Sixty calls stand for eight hours, so the first hour is over with the eighth. Each call has its journal, report and
place in the history, as in the app. Models for `--engine auto` are those of CALLWATCH_MODELS.
"""

import gc
import os
import resource
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.reliability.work import BLOCK_S, CONFIG, enter, make_piece
from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.desktop.malloc import limit_arenas, trim_heap
from callwatch.app.overlay import RunningCall
from callwatch.audio.files import open_recording

HOURS: Final = 8
# What may be more at the day's end than after its first hour.
LIMIT_MB: Final = 10.0


def endure(count: int, seconds: float, engine: str) -> list[dict[str, Any]]:
    """So many calls of so many seconds; one row after the first, after the first hour, and at the end."""
    with tempfile.TemporaryDirectory(prefix="callwatch-bench-") as folder:
        enter(Path(folder))
        limit_arenas()  # as the app does
        make_piece(Path(folder) / "call.wav", (0.0, seconds))
        config = replace(CONFIG, recognition=replace(CONFIG.recognition, engine=engine))
        factory = CallFactory(config)
        began_s, rows = time.process_time(), []
        hour = max(2, round(count / HOURS))
        for number in range(1, count + 1):
            _call(factory, Path(folder), number)
            if number in (1, hour, count // 2, count):
                rows.append(_state(number, time.process_time() - began_s))
                print(rows[-1], flush=True)
    growth = rows[-1]["resident MB"] - rows[1]["resident MB"]
    print(f"{growth:+.1f} MB after the first hour; at most {LIMIT_MB:g} MB are wanted")
    return rows


def _call(factory: CallFactory, folder: Path, number: int) -> None:
    source = open_recording(folder / "call.wav", block_s=BLOCK_S)
    over = threading.Event()
    plan = CallPlan(source, "headset", folder / str(number), live=True)
    call = RunningCall(factory.open(plan))
    call.on_finished(over.set)
    call.begin()
    over.wait()
    call.stop()
    # As the app does once it rests.
    gc.collect()
    trim_heap()
    if call.outcome is None or not call.outcome.is_stored:
        raise RuntimeError("the call is not in the history")


def _state(number: int, cpu_s: float) -> dict[str, Any]:
    status = Path("/proc/self/status").read_text("utf-8")
    resident_kb = int(status.split("VmRSS:")[1].split()[0])
    shared_kb = int(status.split("RssShmem:")[1].split()[0])
    return {
        "calls": number, "resident MB": round(resident_kb / 1024, 1), "shared MB": round(shared_kb / 1024, 1),
        "most ever MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "threads": threading.active_count(), "descriptors": len(os.listdir("/proc/self/fd")),
        "CPU s": round(cpu_s, 1),
    }  # fmt: skip
