"""The Dask cluster that measures: one of this machine's own, or one that runs already.

A cluster of its own listens on this machine alone, has no dashboard, and ends with the program.
"""

import contextlib
import logging
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from callwatch.core.errors import InputError, MissingPartError

# How long a scheduler may take to answer before its address is doubted.
_CONNECT_S = 10.0
# Of glibc: bytes that it keeps at hand, from which size on it asks the system for a piece of its own.
_ALLOCATOR = {
    "MALLOC_TRIM_THRESHOLD_": 1 << 26,
    "MALLOC_MMAP_THRESHOLD_": 1 << 25,
    "MALLOC_ARENA_MAX": 1,
}


@contextlib.contextmanager
def opened_client(scheduler: str | None, workers: int | None) -> Iterator[Any]:
    """A Dask client.

    scheduler   address of a running scheduler (`tcp://HOST:8786`, `tls://HOST:8786` with the
                certificates of Dask's own settings); None makes a cluster here
    workers     processes of a cluster made here; None is one a core

    Raises MissingPartError without Dask, InputError when nobody answers.
    """
    try:
        import dask

        # Dask's own classes have no types.
        distributed: Any = import_module("distributed")
    except ImportError as exc:
        raise MissingPartError(
            "an archive is measured with Dask: pip install 'callwatch[batch]'"
        ) from exc
    # Lost workers are counted and reported here; Dask's own lines would break the progress.
    for name in ("distributed", "distributed.worker", "distributed.nanny", "distributed.scheduler"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    memory = {f"distributed.worker.memory.{what}": False for what in ("spill", "target")}
    routes: dict[str, object] = {
        f"distributed.{who}.http.routes": [] for who in ("scheduler", "worker", "nanny")
    }
    # Samples of every worker's stack, a hundred a second, would cost more than a short call.
    sampling = {"distributed.worker.profile.enabled": False}
    # What Dask notes of every task, for its dashboard: it would grow with the archive.
    notes = {
        "distributed.admin.log-length": 200,
        "distributed.admin.low-level-log-length": 200,
        "distributed.admin.system-monitor.log-length": 60,
        "distributed.diagnostics.computations.max-history": 1,
    }
    # Dask has glibc return every 64 kB at once: to take it back costs two fifths of a call's CPU time.
    # A worker that measures the next call at once keeps what it has.
    spawn = {
        f"distributed.nanny.pre-spawn-environ.{name}": value for name, value in _ALLOCATOR.items()
    }
    with contextlib.ExitStack() as held:
        # What a call said is not written to a worker's disk, nor shown by its HTTP server.
        held.enter_context(dask.config.set(memory | routes | sampling | notes | spawn))
        if scheduler is None:
            scheduler = held.enter_context(
                distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    # Each of them has an HTTP server, which listens everywhere when not told where.
                    dashboard_address="127.0.0.1:0",
                    worker_dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            )
        try:
            client = distributed.Client(scheduler, timeout=_CONNECT_S)
        except (OSError, TypeError, ValueError) as exc:
            raise InputError(
                f"no scheduler answers at {scheduler} ({exc}): start `dask scheduler` there, "
                "or leave --scheduler out"
            ) from exc
        try:
            yield client
        finally:
            with contextlib.suppress(OSError, TimeoutError):
                client.close(timeout=_CONNECT_S)
