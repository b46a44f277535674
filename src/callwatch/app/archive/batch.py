"""A whole archive: recordings out of any source, through the workers, into the history.

    list -> skip what is unchanged -> at most a few tasks a worker -> one writer, in batches

The scheduler never holds more tasks than the workers need for the next seconds, so that an archive
of any size takes the same memory. A row is written once its task is done and before the next ones
are handed out: when the history is slow, the workers wait. Called by one thread.
"""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

from callwatch.app.archive.engine import EngineSettings
from callwatch.app.archive.gather import Selection
from callwatch.app.archive.recording import Recording
from callwatch.app.archive.sources import list_recordings, stamp_of
from callwatch.core.errors import CallwatchError, InputError, StoreError
from callwatch.store.archive import ArchiveRow, ArchiveStore

# Tasks beyond those that run: the next one is at hand when a worker is done, and its files are few.
_WAITING_PER_WORKER: Final = 2
# Rows of one transaction: a commit costs some ms, a lost batch some minutes of work.
_ROWS: Final = 64
_WRITE_EVERY_S: Final = 5.0
# So many recordings are looked up in the history at a time.
_LOOKED_UP: Final = 500
# A database may be gone for a restart or a failover; waited for so long in all.
_RETRY_S: Final = tuple([1.0, 2.0, 4.0, 8.0] + [15.0] * 40)


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What to measure."""

    sources: tuple[str, ...]
    settings: EngineSettings
    manifests: tuple[Path, ...] = ()
    selection: Selection = field(default_factory=Selection)


@dataclass(slots=True)
class BatchCounts:
    """How far it has come."""

    total: int | None = None  # recordings there are, once all of them are counted
    measured: int = 0
    skipped: int = 0
    audio_s: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def files(self) -> int:
        """All recordings that are done with."""
        return self.measured + self.skipped + len(self.faults)


T = TypeVar("T")
Report = Callable[[BatchCounts], None]


def run_batch(
    plan: BatchPlan,
    store: ArchiveStore,
    client: Any,
    report: Report,
    sleep: Callable[[float], None] = time.sleep,
) -> BatchCounts:
    """Measure what is not measured yet; `report` is called as it goes on.

    Raises StoreError when the history does not come back, InputError when the scheduler is gone;
    what was written stays, and the same call again goes on from there.
    """
    from callwatch.app.archive.task import EnginePlugin

    engine_key = plan.settings.key()
    counts = BatchCounts()
    known = frozenset(store.measured_with(engine_key))
    plugin = EnginePlugin(f"callwatch-{uuid4().hex[:8]}", plan.settings, engine_key, known)
    writer = _Writer(store, engine_key, sleep)
    client.register_plugin(plugin)
    counting = threading.Thread(target=_count_all, args=(plan, counts), daemon=True)
    counting.start()
    try:
        jobs = _jobs(plan, store, engine_key, counts)
        for outcome in _computed(client, plugin.name, jobs):
            _count(outcome, counts)
            if outcome.row is not None:
                writer.add(outcome.row)
            report(counts)
        report(counts)
    finally:
        writer.flush()
    store.refresh()
    client.unregister_worker_plugin(plugin.name)
    return counts


def _count_all(plan: BatchPlan, counts: BatchCounts) -> None:
    """Beside the work: how many recordings there are, for the time that is left."""
    with contextlib.suppress(CallwatchError):  # said by the one who reads the list
        counts.total = sum(1 for _ in list_recordings(plan.sources, plan.manifests, plan.selection))


def _jobs(
    plan: BatchPlan, store: ArchiveStore, engine_key: str, counts: BatchCounts
) -> Iterator[Any]:
    """The recordings that need work; the others are counted."""
    from callwatch.app.archive.task import Job

    listed = list_recordings(plan.sources, plan.manifests, plan.selection)
    for some in _batched(listed, _LOOKED_UP):
        stamped: dict[str, tuple[Recording, str, datetime | None]] = {}
        for item in some:
            if isinstance(item, InputError):
                counts.faults.append(str(item))
                continue
            try:
                stamp, written_at = _stamp(item)
            except InputError as fault:
                counts.faults.append(str(fault))
                continue
            stamped[item.locator] = (item, stamp, written_at)
        stamps = {locator: stamp for locator, (_, stamp, _) in stamped.items()}
        done = store.unchanged(stamps, engine_key)
        for locator, (recording, stamp, written_at) in stamped.items():
            if locator in done:
                counts.skipped += 1
            else:
                yield Job(recording, stamp, written_at)


def _stamp(recording: Recording) -> tuple[str, datetime | None]:
    stamps = [stamp_of(file) for file in recording.files]
    written = [moment for _, moment in stamps if moment is not None]
    return "+".join(stamp for stamp, _ in stamps)[:200], max(written, default=None)


def _computed(client: Any, plugin_name: str, jobs: Iterator[Any]) -> Iterator[Any]:
    """What the workers make of the jobs, as it comes; only a few are out at any time."""
    from callwatch.app.archive.task import Measured, measure

    distributed: Any = import_module("distributed")
    active = distributed.as_completed(with_results=True, raise_errors=False)
    out: dict[str, Any] = {}
    window = _Window(client)

    def hand_out() -> None:
        for job in itertools.islice(jobs, max(0, window.size() - len(out))):
            future = client.submit(measure, plugin_name, job, pure=False)
            out[future.key] = job
            active.add(future)

    hand_out()
    while out:
        future, result = next(active)
        job = out.pop(future.key)
        if future.status == "finished":
            yield result
        elif future.status == "cancelled":
            raise InputError(
                "the scheduler is gone: start it again and give the same command, which goes on with "
                "what is not measured yet"
            )
        else:
            locator = job.recording.locator
            fault = f"{locator} could not be measured ({_reason(result)}): try it by itself"
            yield Measured(fault=fault)
        del future, result
        hand_out()


class _Window:
    """How many tasks may be out: as the cluster grows and shrinks."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._asked_s = float("-inf")
        self._size = 0

    def size(self) -> int:
        """Tasks that run, and those that wait at hand."""
        now_s = time.monotonic()
        if now_s - self._asked_s > 1.0:
            self._asked_s = now_s
            threads = sum(self._client.nthreads().values())
            self._size = max(1, threads) * (1 + _WAITING_PER_WORKER)
        return self._size


def _reason(result: Any) -> str:
    """Why a task failed; Dask gives the exception with its traceback."""
    error = result[1] if isinstance(result, tuple) else result
    if type(error).__name__ == "KilledWorker":
        return "several workers died while they measured it"
    return f"{type(error).__name__}: {error}"


def _count(outcome: Any, counts: BatchCounts) -> None:
    if outcome.fault:
        counts.faults.append(outcome.fault)
    elif outcome.row.call is not None:
        counts.measured += 1
        counts.audio_s += outcome.audio_s
    else:
        counts.skipped += 1


class _Writer:
    """Puts rows into the history in batches, and waits for a database that is gone."""

    def __init__(
        self, store: ArchiveStore, engine_key: str, sleep: Callable[[float], None]
    ) -> None:
        self._store, self._engine_key, self._sleep = store, engine_key, sleep
        self._rows: list[ArchiveRow] = []
        self._written_s = time.monotonic()

    def add(self, row: ArchiveRow) -> None:
        """One more row; StoreError when the history does not come back."""
        self._rows.append(row)
        if len(self._rows) >= _ROWS or time.monotonic() - self._written_s > _WRITE_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        for pause_s in (*_RETRY_S, None):
            if not self._rows:
                return
            try:
                self._store.write(self._rows, self._engine_key)
            except StoreError:
                if pause_s is None:
                    raise
                self._sleep(pause_s)
            else:
                self._rows.clear()
                self._written_s = time.monotonic()


def _batched(items: Iterable[T], count: int) -> Iterator[list[T]]:
    waiting = iter(items)
    while some := list(itertools.islice(waiting, count)):
        yield some
