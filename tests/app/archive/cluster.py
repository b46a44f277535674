"""A real scheduler and real workers, each a process of its own, for tests."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile as sf
from distributed import Client
from tests.integration.commands import DEMO, ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Cluster:
    """`address` is the scheduler's; the processes may be killed."""

    address: str
    folder: Path
    scheduler: subprocess.Popen[bytes]
    options: tuple[str, ...] = ()
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self) -> None:
        self.workers.append(
            _dask(
                self.folder, "worker", self.address, "--nthreads", "1", "--no-nanny",
                "--no-dashboard", "--local-directory", str(self.folder), *self.options,
            )
        )  # fmt: skip

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait(60)


@contextlib.contextmanager
def started(
    folder: Path, workers: int = 2, scheme: str = "tcp", options: tuple[str, ...] = ()
) -> Iterator[Cluster]:
    """A scheduler with that many workers, ended at the end."""
    port = free_port()
    scheduler = _dask(
        folder, "scheduler", "--host", f"{scheme}://127.0.0.1", "--port", str(port),
        "--no-dashboard", *options,
    )  # fmt: skip
    cluster = Cluster(f"{scheme}://127.0.0.1:{port}", folder, scheduler, options)
    try:
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        for process in (*cluster.workers, scheduler):
            if process.poll() is None:
                cluster.kill(process)


def ready(address: str, workers: int) -> None:
    """Wait until the scheduler and so many workers are there."""
    with Client(address, timeout=60) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(workers, timeout=120)


def _dask(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = dict(os.environ, PYTHONPATH=f"{ROOT / 'src'}{os.pathsep}{ROOT / 'ui'}")
    log = (folder / f"{arguments[0]}.log").open("ab")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments], stdout=log, stderr=log, env=environment
        )


def short_calls(folder: Path, count: int, seconds: float = 2.0) -> list[Path]:
    """Recordings that differ, cut from the demo call, of two rates."""
    audio, rate_hz = sf.read(DEMO)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        start = round(number * 1.7 * rate_hz)
        piece = audio[start : start + round(seconds * rate_hz)]
        path = folder / f"20260301-10{number:02}00.wav"
        sf.write(
            path, piece if number % 2 else np.repeat(piece, 2, axis=0), rate_hz * (2 - number % 2)
        )
        paths.append(path)
    return paths
