"""The desktop app itself, on a real screen with real devices: start, memory, GUI blocks, CPU.

`python -m benchmarks.app [RESULT.json] [--calls N]` starts an Xvfb and a PulseAudio server of its
own, plays the demo call into them and tells the app of it as a soft phone's hook does. On a busy
machine the GUI thread waits for a core as everybody does: that part of a block is told apart. A
control runs beside it, a bare Qt program with the same timer: its blocks are the machine's own.
"""

import argparse
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.table import print_table, write_json

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

LIMITS = {"start_s": 1.5, "memory_mb": 200.0, "block_ms": 30.0, "idle_cpu_percent": 1.0}
STEP_S = 0.005
BINS_MS = (5.0, 10.0, 20.0, 30.0, 50.0)
CALL_S = 45.0
IDLE_S = 10.0


class Block(NamedTuple):
    """A time in which a GUI thread did not come round: its end (s), and its parts (ms)."""

    end_s: float
    wall_ms: float
    own_ms: float
    waited_ms: float

    def overlap_ms(self, other: "Block") -> float:
        """How much of it is in the other one too."""
        begun_s = max(self.end_s - self.wall_ms / 1e3, other.end_s - other.wall_ms / 1e3)
        return max(0.0, 1e3 * (min(self.end_s, other.end_s) - begun_s))


def run_control(notes: Path) -> int:
    """A Qt program that does nothing but note its late ticks."""
    from PyQt6.QtWidgets import QApplication

    app = QApplication(sys.argv[:1])
    watch(app, notes)
    return app.exec()


def run_watched(notes: Path) -> int:
    """The app, noting its late ticks."""
    from PyQt6.QtWidgets import QApplication

    from callwatch.app.desktop.run import run_app

    app = QApplication(sys.argv[:1])
    watch(app, notes)
    return run_app()


def watch(app: "QApplication", notes: Path) -> None:
    """A timer every 5 ms that notes each late tick: when, how late, and why."""
    from PyQt6.QtCore import Qt, QTimer

    schedule = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
    before: list[tuple[float, float, float]] = []

    def tick() -> None:
        waited_s = int(schedule.read_text("ascii").split()[1]) / 1e9
        now = (time.perf_counter(), time.thread_time(), waited_s)
        if before:
            late_s, own_s, waited_s = (b - a for a, b in zip(before.pop(), now, strict=True))
            if late_s > 2 * STEP_S:
                late_s -= STEP_S
                with notes.open("a") as out:
                    out.write(f"{time.time()} {late_s * 1e3} {own_s * 1e3} {waited_s * 1e3}\n")
        before.append(now)

    timer = QTimer(app)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start(round(STEP_S * 1e3))


def memory_mb(pid: int) -> dict[str, float]:
    """Resident, and the app's fair part of what it shares."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    found = dict(re.findall(r"^(Rss|Pss): +(\d+)", text, re.MULTILINE))
    return {name.lower() + "_mb": int(value) / 1024 for name, value in found.items()}


def held(pid: int, environment: dict[str, str]) -> dict[str, float]:
    """Memory, threads, open files and windows on the screen."""
    folder = Path(f"/proc/{pid}")
    command = ["xdotool", "search", "--pid", str(pid)]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return memory_mb(pid) | {
        "threads": len(list((folder / "task").iterdir())),
        "files": len(list((folder / "fd").iterdir())),
        "windows": len(found.stdout.split()),
    }


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def blocks(notes: Path, span: tuple[float, float]) -> list[Block]:
    """The blocks inside a span of time."""
    rows = (Block(*map(float, line.split())) for line in notes.read_text().splitlines())
    return [row for row in rows if span[0] <= row.end_s <= span[1]]


def beyond_machine_ms(block: Block, control: list[Block]) -> float:
    """What is left of it without waiting for a core, and without what the control suffered too."""
    shared_ms = sum(block.overlap_ms(other) for other in control)
    return max(0.0, block.wall_ms - max(block.waited_ms, shared_ms))


def distribution(name: str, blocks_ms: list[float]) -> dict[str, Any]:
    """How many of each length, and the longest."""
    edges = [*BINS_MS, math.inf]
    counts = {
        f"{low:g}-{high:g} ms": sum(low < ms <= high for ms in blocks_ms)
        for low, high in pairwise(edges)
    }
    return {"during calls": name, **counts, "longest": max(blocks_ms, default=0.0)}


def measure(
    folder: Path, calls: int, seconds: float, engine: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from tests.integration.commands import ROOT
    from tests.integration.desk import Desk
    from tests.integration.test_app import BY_HAND
    from tests.integration.test_live_capture import part_of_demo, play, split
    from tests.pulse import PulseServer
    from tests.ui.xserver import XServer

    notes, noise = folder / "blocks", folder / "noise"
    notes.touch()
    noise.touch()

    settings = BY_HAND.replace('engine = "none"', f'engine = "{engine}"')

    class WatchedDesk(Desk):
        def start_app(self) -> "subprocess.Popen[str]":
            command = [sys.executable, "-m", "benchmarks.app", "--app", str(notes)]
            return subprocess.Popen(
                command, env=self.environment, stderr=subprocess.PIPE, text=True, cwd=ROOT
            )

    rows: list[dict[str, Any]] = []
    screen = XServer(folder)
    try:
        screen.start_window_manager()
        with PulseServer(sinks=()) as server:
            split(server)
            recording = part_of_demo(folder, 0.0, seconds)
            # An installed program has its bytecode: the first start makes it.
            with Desk(screen, server, folder, settings) as desk:
                desk.wait_for("idle")
                time.sleep(IDLE_S)
                before_s = cpu_s(desk.app.pid)
                time.sleep(IDLE_S)
                idle = 100 * (cpu_s(desk.app.pid) - before_s) / IDLE_S
                rows.append({"when": "idle, nothing watched", "cpu_percent": idle})
            begun = time.perf_counter()
            with WatchedDesk(screen, server, folder, settings) as desk:
                while not answers(folder):
                    time.sleep(0.01)
                rows.append({"when": "ready", "start_s": time.perf_counter() - begun})
                rows[-1] |= memory_mb(desk.app.pid) | {"cpu_s": cpu_s(desk.app.pid)}
                time.sleep(IDLE_S)
                rows.append({"when": "warmed up"} | held(desk.app.pid, desk.environment))
                command = [sys.executable, "-m", "benchmarks.app", "--control", str(noise)]
                control = subprocess.Popen(command, env=desk.environment, cwd=ROOT)
                spans = []
                for number in range(1, calls + 1):
                    start_s, before_s = time.time(), cpu_s(desk.app.pid)
                    desk.call("start")
                    server.wait_for_recordings(2)
                    play(server, recording)
                    spans.append((start_s, time.time()))
                    used_s = cpu_s(desk.app.pid) - before_s
                    in_call = memory_mb(desk.app.pid)
                    desk.call("stop")
                    desk.wait_for_reports(number, 90)
                    share = 100 * used_s / (spans[-1][1] - spans[-1][0])
                    rows.append({"when": f"call {number}", "cpu_percent": share})
                    late, other = blocks(notes, spans[-1]), blocks(noise, spans[-1])
                    rows[-1] |= in_call | {
                        "block_ms": max((b.wall_ms for b in late), default=0.0),
                        "control_ms": max((b.wall_ms for b in other), default=0.0),
                        "beyond_machine_ms": max(
                            (beyond_machine_ms(b, other) for b in late), default=0.0
                        ),
                        "own_work_ms": max((b.own_ms for b in late), default=0.0),
                    }
                    rows[-1]["load"] = os.getloadavg()[0]
                    time.sleep(2)
                    rows.append(
                        {"when": f"after call {number}"} | held(desk.app.pid, desk.environment)
                    )
                control.terminate()
                control.wait(10)
    finally:
        screen.close()
    both = [(b, blocks(noise, span)) for span in spans for b in blocks(notes, span)]
    return rows, [
        distribution("the app, by the clock", [b.wall_ms for b, _ in both]),
        distribution(
            "the control, by the clock", [b.wall_ms for s in spans for b in blocks(noise, s)]
        ),
        distribution("the app, not waiting for a core", [b.wall_ms - b.waited_ms for b, _ in both]),
        distribution("the app, beyond the machine", [beyond_machine_ms(b, o) for b, o in both]),
        distribution("the app's own work", [b.own_ms for b, _ in both]),
    ]


def answers(folder: Path) -> bool:
    from callwatch_ui.desktop.ipc import AppBusyError, AppCommand, AppNotRunningError, send

    try:
        return send(AppCommand.STATUS, str(folder / "callwatch.sock")).ok
    except (AppNotRunningError, AppBusyError):
        return False


def verdicts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each limit with the worst that was measured."""
    names = {
        "start_s": [row.get("start_s") for row in rows],
        "memory_mb": [row.get("rss_mb") for row in rows],
        "block_ms": [row.get("beyond_machine_ms") for row in rows],
        "idle_cpu_percent": [row.get("cpu_percent") for row in rows if "idle" in row["when"]],
    }
    worst = {name: max(v for v in values if v is not None) for name, values in names.items()}
    return [
        {"figure": n, "worst": v, "limit": LIMITS[n], "kept": "yes" if v <= LIMITS[n] else "NO"}
        for n, v in worst.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", nargs="?", type=Path)
    parser.add_argument("--calls", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=CALL_S, help="length of a call")
    parser.add_argument("--engine", default="none", help="none, or auto for what is installed")
    parser.add_argument("--app", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--control", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.app is not None:
        del sys.argv[1:]
        return run_watched(chosen.app)
    if chosen.control is not None:
        return run_control(chosen.control)
    missing = [name for name in ("Xvfb", "openbox", "pulseaudio") if not shutil.which(name)]
    if missing:
        print(f"skipped: install {', '.join(missing)} to measure the app")
        return 0
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(folder) / "bytecode"))
        rows, block_rows = measure(Path(folder), chosen.calls, chosen.seconds, chosen.engine)
    columns = {name: None for row in rows for name in row}
    print_table("The desktop app", [columns | row for row in rows])
    print_table("Blocks of the GUI thread", block_rows)
    limits = verdicts(rows)
    if chosen.engine != "none":  # the limit of memory is without a recogniser
        limits = [row for row in limits if row["figure"] != "memory_mb"]
    print_table("Limits", limits)
    if chosen.result is not None:
        write_json(chosen.result, [*rows, *block_rows, *limits])
    return 0 if all(row["kept"] == "yes" for row in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
