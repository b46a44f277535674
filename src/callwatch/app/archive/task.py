"""One recording measured by one worker, and what comes back.

Threads: called by the one thread of a Dask worker. The engine and the ids of the calls that are in
the history already are given to each worker once, also to one that starts later (`EnginePlugin`).
"""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from distributed import WorkerPlugin, get_worker

from callwatch.app.analyze import AnalysisInput, content_id
from callwatch.app.archive.engine import Engine, EngineSettings
from callwatch.app.archive.recording import Recording
from callwatch.app.archive.sources import fetched
from callwatch.core.cycles import look_seldom_for_cycles
from callwatch.core.errors import CallwatchError
from callwatch.core.log import logger_of
from callwatch.store.archive import ArchiveRow, prepare

_log: Final = logger_of(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A recording to measure; `stamp` is that of its files, `written_at` when the last one ended."""

    recording: Recording
    stamp: str
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class Measured:
    """The row for the history, or why there is none, and what the progress shows."""

    row: ArchiveRow | None = None
    audio_s: float = 0.0
    fault: str = ""


class EnginePlugin(WorkerPlugin):
    """Gives a worker its engine and the ids of the calls that are in the history already."""

    def __init__(
        self, name: str, settings: EngineSettings, engine_key: str, known: frozenset[str]
    ) -> None:
        self.name = name
        self.settings, self.engine_key, self.known = settings, engine_key, known

    def setup(self, worker: Any) -> None:
        """Called by Dask on each worker; the model is loaded with the first recording."""
        del worker
        look_seldom_for_cycles()
        self.engine = Engine(self.settings)


def measure(plugin_name: str, job: Job) -> Measured:
    """The task: what is wrong with a recording does not raise, it is a fault."""
    plugin: Any = get_worker().plugins[plugin_name]
    return measured(plugin.engine, plugin.engine_key, plugin.known, job)


def measured(engine: Engine, engine_key: str, known: frozenset[str], job: Job) -> Measured:
    """The same, for a given engine."""
    locator = job.recording.locator
    try:
        return _measured(engine, engine_key, known, job)
    except CallwatchError as fault:
        return Measured(fault=str(fault))
    except Exception as fault:  # noqa: BLE001
        # A fault of our own in one call of many thousands: the others are worth their figures.
        _log.error("a call could not be measured", exc_info=fault)
        said = f"{locator} met a fault of callwatch ({type(fault).__name__}: {fault}): report it"
        return Measured(fault=said)


def _measured(engine: Engine, engine_key: str, known: frozenset[str], job: Job) -> Measured:
    recording, settings = job.recording, engine.settings
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="callwatch-")))
        paths, digests = [], []
        for number, file in enumerate(recording.files):
            side = folder / str(number)
            side.mkdir()
            path, digest = held.enter_context(fetched(file, side))
            paths.append(path)
            digests.append(digest)
        agent = recording.details.agent_id or settings.config.call.agent_id or None
        call_id = content_id(digests, agent, settings.channels)
        locator, stamp = recording.locator, job.stamp
        if call_id in known:
            return Measured(ArchiveRow(locator, stamp, call_id))
        first, *second = paths
        item = AnalysisInput(None, first, second[0]) if second else AnalysisInput(first)
        summary = engine.measure(item, recording.name, call_id, recording.details, job.written_at)
    keep_days = settings.config.store.retention_days
    call = prepare(summary, recording.details.queue, engine_key, keep_days, datetime.now(UTC))
    return Measured(ArchiveRow(locator, stamp, call_id, call), summary.call.duration_s)
