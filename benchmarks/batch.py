"""An archive through `callwatch batch`: what distribution costs, and what it brings.

    python -m benchmarks.batch [--part PART ...] [--calls N] [--short N] [--kills N] [--tasks N]

Parts (all without one): `overhead` against the engine in a loop, `workers` two against one, `short`
files with their memory, `kills` of a worker with -9 in the middle, `team` over many calls, `scheduler`
with many tasks that do nothing. CPU seconds are those of the client, the scheduler and warm workers
together; wall seconds of a machine that does other things as well are upper bounds.

The calls are cut from the bundled demo call. `--history postgresql://...` has `team` measured there.
"""

import argparse
import os
import random
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import soundfile as sf
from sqlalchemy import insert

from benchmarks.table import print_table, write_json
from callwatch.app.archive.batch import BatchCounts, BatchPlan, run_batch
from callwatch.app.archive.cluster import opened_client
from callwatch.app.archive.engine import Engine, EngineSettings
from callwatch.app.archive.recording import Recording
from callwatch.app.archive.sources import stamp_of
from callwatch.app.archive.task import Job, measured
from callwatch.config import Config, RecognitionConfig
from callwatch.store.archive import ArchiveStore
from callwatch.store.database import open_database, parsed, writing
from callwatch.store.history import CallHistory
from callwatch.store.models import Call
from callwatch.store.team import TeamStore

SETTINGS = EngineSettings(replace(Config(), recognition=RecognitionConfig(engine="none")))
Row = dict[str, Any]


def make_calls(folder: Path, count: int, seconds: float) -> None:
    """Recordings that differ, of that length."""
    audio, rate_hz = sf.read(str(resources.files("callwatch.demo").joinpath("call.flac")))
    folder.mkdir(parents=True)
    audio = np.tile(audio, (1 + round(seconds * rate_hz / len(audio)), 1))
    for number in range(count):
        turned = np.roll(audio, -number * 977, axis=0)[: round(seconds * rate_hz)]
        sf.write(folder / f"{number:06}.wav", turned, rate_hz, subtype="PCM_16")


def cpu_s() -> float:
    """CPU seconds of this process and of those below it, ended ones included."""
    own = psutil.Process().cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return float(total)


def memory_mb() -> float:
    """Resident memory of this process and of those below it."""
    total = 0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total / 1e6


def batch(
    folder: Path, workers: int, look: Callable[[BatchCounts], None] = lambda _: None
) -> tuple[BatchCounts, float, float]:
    """Measure a folder into a new history; the counts, CPU and wall seconds of the work alone."""
    with (
        tempfile.TemporaryDirectory() as place,
        ArchiveStore(str(Path(place) / "h.sqlite3")) as store,
        opened_client(None, workers) as client,
    ):
        client.wait_for_workers(workers)
        # Each worker loads the engine with its first call: that is paid once, not for each.
        make_calls(Path(place) / "first", 4 * workers, 1.0)
        run_batch(BatchPlan((f"{place}/first",), SETTINGS), store, client, lambda _: None)
        before, began = cpu_s(), time.monotonic()
        counts = run_batch(BatchPlan((str(folder),), SETTINGS), store, client, look)
        return counts, cpu_s() - before, time.monotonic() - began


def loop(folder: Path) -> tuple[float, float]:
    """The same work in this process, without Dask; CPU and wall seconds."""
    engine, key = Engine(SETTINGS), SETTINGS.key()
    with (
        tempfile.TemporaryDirectory() as place,
        ArchiveStore(str(Path(place) / "h.sqlite3")) as store,
    ):
        first, *rest = sorted(folder.iterdir())
        measured(engine, key, frozenset(), Job(Recording((str(first),)), "", None))
        before, began = time.process_time(), time.monotonic()
        for path in (first, *rest):
            stamp, written = stamp_of(str(path))
            done = measured(engine, key, frozenset(), Job(Recording((str(path),)), stamp, written))
            assert done.row is not None, done.fault
            store.write([done.row], key)
        return time.process_time() - before, time.monotonic() - began


def overhead(folder: Path, calls: int) -> list[Row]:
    make_calls(folder, calls, 60.0)
    loop_cpu, loop_wall = loop(folder)
    _, batch_cpu, batch_wall = batch(folder, 1)
    return [
        {
            "calls of a minute": calls,
            "loop cpu s": round(loop_cpu, 2),
            "batch cpu s": round(batch_cpu, 2),
            "overhead cpu %": round(100 * (batch_cpu / loop_cpu - 1), 1),
            "loop wall s": round(loop_wall, 2),
            "batch wall s": round(batch_wall, 2),
        }
    ]


def two_workers(folder: Path, calls: int) -> list[Row]:
    make_calls(folder, calls, 60.0)
    walls = {count: batch(folder, count)[2] for count in (1, 2)}
    return [
        {
            "calls of a minute": calls,
            "one worker s": round(walls[1], 2),
            "two workers s": round(walls[2], 2),
            "times": round(walls[1] / walls[2], 2),
            "load of the machine": round(os.getloadavg()[0], 1),
        }
    ]


def short_files(folder: Path, calls: int) -> list[Row]:
    make_calls(folder, calls, 1.0)
    loop_cpu, _ = loop(folder)
    memory: list[float] = []

    def look(counts: BatchCounts) -> None:
        if counts.files % 100 == 0:
            memory.append(memory_mb())

    _, batch_cpu, batch_wall = batch(folder, 1, look)
    return [
        {
            "files of a second": calls,
            "loop cpu ms a file": round(1000 * loop_cpu / calls, 2),
            "batch cpu ms a file": round(1000 * batch_cpu / calls, 2),
            "scheduling ms a file": round(1000 * (batch_cpu - loop_cpu) / calls, 2),
            "wall s": round(batch_wall, 1),
            "memory MB after 100 files": round(memory[0], 1),
            "half of them": round(memory[len(memory) // 2], 1),
            "at the end": round(memory[-1], 1),
        }
    ]


def kills(folder: Path, times: int) -> list[Row]:
    make_calls(folder, 12, 4.0)
    lost = doubled = 0
    for number in range(times):
        with tempfile.TemporaryDirectory() as place:
            url = str(Path(place) / "h.sqlite3")
            with ArchiveStore(url) as store, opened_client(None, 2) as client:
                client.wait_for_workers(2)
                pids = list(client.run(os.getpid).values())
                at = random.Random(number).randrange(1, 10)

                def kill(counts: BatchCounts, at: int = at, pids: list[int] = pids) -> None:
                    if pids and counts.files >= at:
                        os.kill(pids.pop(), signal.SIGKILL)

                run_batch(BatchPlan((str(folder),), SETTINGS), store, client, kill)
            with CallHistory(url) as history:
                found = [call.source for call in history.list(limit=1000)]
            lost += 12 - len(set(found))
            doubled += len(found) - len(set(found))
    return [{"kills": times, "calls each": 12, "lost": lost, "doubled": doubled}]


def team(url: str, counts: list[int]) -> list[Row]:
    """The group report over 300 agents and a year."""
    rows = []
    have = 0
    rng = random.Random(1)
    for count in counts:
        fill(url, have, count, rng)
        have = count
        with TeamStore(url) as store:
            began, before = time.monotonic(), time.process_time()
            cells = store.cells(datetime(2027, 6, 1, tzinfo=UTC))
            wall = time.monotonic() - began
            rows.append(
                {
                    "calls": count,
                    "database": parsed(url).get_backend_name(),
                    "wall s": round(wall, 2),
                    "client cpu s": round(time.process_time() - before, 2),
                    "cells and sums": len(cells),
                }
            )
    return rows


def fill(url: str, first: int, last: int, rng: random.Random) -> None:
    """Lines of calls, by the database's own bulk insert."""
    engine = open_database(parsed(url))
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    for at in range(first, last, 5000):
        lines = []
        for number in range(at, min(at + 5000, last)):
            moment = start + timedelta(minutes=rng.randrange(52 * 7 * 24 * 60))
            agent = rng.randrange(300)
            lines.append(
                {
                    "call_id": f"c{number}",
                    "agent_id": f"agent-{agent}",
                    "queue": ("billing", "sales", "support", "night")[agent % 4 if rng.random() < 0.9 else 3],
                    "started_at": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                    "week": (moment.date() - timedelta(days=moment.weekday())).isoformat(),
                    "duration_s": 300.0, "language": "en", "source": "", "engine": "none",
                    "talk_share_agent": rng.random(), "interruptions_agent": rng.randrange(4),
                    "response_latency_agent_s": rng.random(), "raised_voice": rng.randrange(2),
                    "threats": 0, "threat_categories": "", "method_steps": 0, "nudges_shown": 0,
                }
            )  # fmt: skip
        with writing(engine) as connection:
            connection.execute(insert(Call), lines)
    engine.dispose()


def scheduler(tasks: int) -> list[Row]:
    """So many tasks that do nothing, a bounded number of them at a time, as `run_batch` has them."""
    distributed: Any = import_module("distributed")
    rows = []
    with opened_client(None, 2) as client:
        client.wait_for_workers(2)
        active = distributed.as_completed()
        handed = done = 0
        began, before, most = time.monotonic(), cpu_s(), memory_mb()
        while done < tasks:
            while handed < tasks and handed - done < 64:
                active.add(client.submit(int, handed, pure=False))
                handed += 1
            for future in active.next_batch():
                future.release()
                done += 1
            if done % 10_000 < 32:
                most = max(most, memory_mb())
            if done == tasks or done % 100_000 < 1:
                rows.append(
                    {
                        "tasks": done,
                        "cpu ms a task": round(1000 * (cpu_s() - before) / done, 3),
                        "tasks a second": round(done / (time.monotonic() - began)),
                        "memory MB": round(memory_mb(), 1),
                        "most MB": round(most, 1),
                    }
                )
                print(rows[-1], flush=True)  # it takes an hour: how far it has come
    return rows


def main() -> None:
    """Print the tables and write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = ["overhead", "workers", "short", "kills", "team", "scheduler"]
    parser.add_argument("--part", action="append", choices=parts)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--short", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--team", type=int, nargs="+", default=[50_000, 100_000, 200_000])
    parser.add_argument("--history", default=None)
    parser.add_argument("--json", type=Path, default=Path("benchmarks-out/batch.json"))
    args = parser.parse_args()
    every: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        work: dict[str, Callable[[], list[Row]]] = {
            "overhead": lambda: overhead(folder / "overhead", args.calls),
            "workers": lambda: two_workers(folder / "workers", args.calls),
            "short": lambda: short_files(folder / "short", args.short),
            "kills": lambda: kills(folder / "kills", args.kills),
            "team": lambda: team(args.history or str(folder / "team.sqlite3"), args.team),
            "scheduler": lambda: scheduler(args.tasks),
        }
        for part in args.part or parts:
            rows = work[part]()
            print_table(part, rows)
            every += [{"part": part, **row} for row in rows]
    write_json(args.json, every)


if __name__ == "__main__":
    main()
