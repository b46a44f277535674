"""Real processes killed by SIGKILL: at every write, before and after it, and at random moments.

A write site is a call of the system that changes a file (write, fsync, rename, unlink, mkdir, rmdir) or a statement
that changes the database, or a write of kept sound, which is also cut off in its middle. The parent forks each process
from one that has everything loaded.
"""

import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any, Final, cast

from benchmarks.reliability.kept_calls import KEPT_WORKS, own_key
from benchmarks.reliability.work import AGAIN, WORKS, Work, enter, load_all
from callwatch.audio.recording_writer import PartFile
from callwatch.store.history import CallHistory

CALLS: Final = ("write", "fsync", "replace", "rename", "unlink", "remove", "mkdir", "rmdir")
_FORK: Final = multiprocessing.get_context("fork")
_WAIT_S: Final = 300.0


@dataclass
class Result:
    """What became of the kills of one kind of work."""

    work: str
    kills: int = 0
    at_sites: int = 0
    survived: int = 0  # over before the signal came
    recovered: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Result") -> None:
        """The kills of another process."""
        self.kills += other.kills
        self.at_sites += other.at_sites
        self.survived += other.survived
        self.recovered += other.recovered
        self.wrong += other.wrong

    def row(self) -> dict[str, Any]:
        """For the table."""
        return {
            "work": self.work, "kills": self.kills, "at a write site": self.at_sites,
            "at random": self.kills - self.at_sites, "over before": self.survived,
            "recovered": self.recovered, "wrong": len(self.wrong),
        }  # fmt: skip


def kill_many(count: int, seed: int, only: str | None = None, jobs: int = 1) -> list[Result]:
    """So many kills in all, shared out among the kinds of work; `jobs` processes kill at once."""
    works = [work for work in (*WORKS, *KEPT_WORKS) if only in (None, work.name)]
    folder = Path(tempfile.mkdtemp(prefix="callwatch-bench-"))
    load_all()
    own_key()
    _in_child(folder, _make_history)
    out = []
    try:
        for work in works:
            piece = folder / f"{work.name}.wav"
            work.make(piece)
            each = count // len(works) + (count % len(works) > works.index(work))
            out.append(_kill_at_once(work, each, f"{seed} {work.name}", piece, jobs))
            print(out[-1].row(), *out[-1].wrong[:5], sep="\n  ", flush=True)
    finally:
        shutil.rmtree(folder)
    return out


def _kill_at_once(work: Work, count: int, seed: str, piece: Path, jobs: int) -> Result:
    """The kills of one kind of work, every `jobs`-th in the same process, each in a home of its own."""
    measured = _measure(work, piece)
    answers = _FORK.SimpleQueue()
    processes = [
        _FORK.Process(
            target=lambda job=job: answers.put(
                _kill(work, count, seed, piece, measured, (job, jobs))
            )
        )
        for job in range(jobs)
    ]
    for process in processes:
        process.start()
    parts = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    whole = Result(work.name)
    for part in parts:
        whole.add(part)
    return whole


def _kill(  # noqa: PLR0917
    work: Work,
    count: int,
    seed: str,
    piece: Path,
    measured: tuple[int, int, float],
    share: tuple[int, int],
) -> Result:
    result, chance = Result(work.name), random.Random(seed)
    sites, sounds, length_s = measured
    # Each site once before and once after it, those of sound first, and half of the kills at random moments.
    places = [(n, after) for n in range(1, sites + 1) for after in (False, True)]
    chance.shuffle(places)
    places = [(-n, after) for n in range(1, sounds + 1) for after in (False, True)] + places
    places = places[: max(count // 2, 1)]
    for i in range(count):
        place = places[i] if i < len(places) else None
        delay_s = chance.uniform(0.0, length_s)
        if i % share[1] != share[0]:
            continue
        with tempfile.TemporaryDirectory(prefix="callwatch-bench-") as folder:
            home = Path(folder)
            died, notes = _run(work, home, piece, place, delay_s)
            if not died:
                result.survived += 1
            result.kills += died
            result.at_sites += died and place is not None
            wrong = _after(work, home, notes)
            result.recovered += died and not wrong
            where = f"at site {place}" if place else f"after {delay_s:.3f} s"
            result.wrong += [f"{where}: {one}" for one in wrong]
        told = "; ".join(f"{where}: {one}" for one in wrong)
        print(f"{work.name}: {result.recovered} of {result.kills} recovered", told, flush=True)
    return result


def _measure(work: Work, piece: Path) -> tuple[int, int, float]:
    """How many write sites the work has, how many writes of sound, and how long it takes without a kill."""
    with tempfile.TemporaryDirectory(prefix="callwatch-bench-") as folder:
        home = Path(folder)
        died, notes = _run(work, home, piece, None, None)
        if died or "whole" not in notes:
            raise RuntimeError(f"{work.name} does not run: {notes[-3:]}")
        _, sites, sounds, length_s = notes[-1].split(" ")
        return int(sites), int(sounds), float(length_s)


def _run(
    work: Work, home: Path, piece: Path, place: tuple[int, bool] | None, delay_s: float | None
) -> tuple[bool, list[str]]:
    """One process; whether it was killed, and what it had noted."""
    shutil.copy(piece, home / "call.wav")
    shutil.copytree(
        piece.parent / "data", home / "data"
    )  # an empty history: making one takes longest
    _in_child(home, work.prepare, home)
    read, write = os.pipe()
    process = _FORK.Process(target=_child, args=(work, home, place, write))
    process.start()
    os.close(write)
    notes = bytearray()
    reader = threading.Thread(target=_drain, args=(read, notes))
    reader.start()
    if place is None and delay_s is not None and process.pid is not None:
        process.join(delay_s)
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
    process.join(_WAIT_S)
    reader.join(_WAIT_S)
    os.close(read)
    lines = notes.decode("utf-8", "replace").split("\n")[:-1]
    return process.exitcode == -signal.SIGKILL, lines


def _after(work: Work, home: Path, notes: list[str]) -> list[str]:
    """The next start, and what is wrong then."""
    try:
        _in_child(home, _recover_into, work, home, "after.json")
        if work.name in AGAIN:
            _in_child(home, work.run, home, lambda _: None)
            _in_child(home, _recover_into, work, home, "again.json")
        return work.check(home, notes)
    except Exception as fault:  # noqa: BLE001  (whatever it is, it is a finding)
        return [f"{type(fault).__name__}: {fault}"]


def _make_history() -> None:
    CallHistory().close()


def _recover_into(work: Work, home: Path, name: str) -> None:
    (home / name).write_text(json.dumps(work.recover(home)), "utf-8")


def _child(work: Work, home: Path, place: tuple[int, bool] | None, notes: int) -> None:
    enter(home)
    write = os.write
    sites = _Sites(place)
    sites.watch()
    began_s = time.monotonic()
    work.run(home, lambda text: (write(notes, text.encode() + b"\n"), None)[1])
    write(notes, f"sites {sites.count} {sites.sounds} {time.monotonic() - began_s:.3f}\n".encode())


def _in_child(home: Path, what: Callable[..., None], *args: Any) -> None:
    def run() -> None:
        enter(home)
        try:
            what(*args)
        except BaseException:  # noqa: BLE001  (this process ends here)
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    process = _FORK.Process(target=run)
    process.start()
    process.join(_WAIT_S)
    if process.exitcode != 0:
        raise RuntimeError(f"{getattr(what, '__name__', what)} ended with {process.exitcode}")


def _drain(number: int, into: bytearray) -> None:
    while data := os.read(number, 1 << 16):
        into += data


class _Sites:
    """Counts write sites, and kills this process at one; those of kept sound have numbers below 0."""

    def __init__(self, place: tuple[int, bool] | None) -> None:
        self.count = self.sounds = 0
        self._at, self._after = place or (0, False)
        self._lock = threading.Lock()

    def watch(self) -> None:
        """From now on every site counts."""
        for name in CALLS:
            setattr(os, name, self._wrapped(getattr(os, name)))
        from sqlalchemy import Engine, event

        made = PartFile.__init__

        def make(part: PartFile, path: Path) -> None:
            made(part, path)
            part.file = cast(FileIO, _CountedFile(part.file, self))

        PartFile.__init__ = make  # type: ignore[method-assign,assignment]
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", lambda _: self._reached(after=False))

    def _wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **how: Any) -> Any:
            mine = self._reached(after=False)
            out = call(*args, **how)
            if mine == self._at and self._after:
                os.kill(os.getpid(), signal.SIGKILL)
            return out

        return counted

    def write_sound(self, write: Callable[[bytes], int], data: bytes) -> int:
        """Write it in two halves; where it is killed after the first, the tail is torn."""
        with self._lock:
            self.sounds += 1
            is_here = -self.sounds == self._at
        if is_here and not self._after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = write(data[: len(data) // 2])
        if is_here:
            os.kill(os.getpid(), signal.SIGKILL)
        return done + write(data[done:])

    def _statement(self, _connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        if not text.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            self._reached(after=False)

    def _reached(self, *, after: bool) -> int:  # noqa: ARG002
        with self._lock:
            self.count += 1
            mine = self.count
        if mine == self._at and not self._after:
            os.kill(os.getpid(), signal.SIGKILL)
        return mine


class _CountedFile:
    """A file of kept sound whose writes are sites."""

    def __init__(self, file: FileIO, sites: _Sites) -> None:
        self._file, self._sites = file, sites

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: bytes) -> int:
        """All of it."""
        return self._sites.write_sound(self._file.write, bytes(data))
