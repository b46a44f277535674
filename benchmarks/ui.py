"""What the overlay costs: cue to painted card, blocks of the GUI thread, idle CPU, start, memory.

`python benchmarks/ui.py [RESULT.json]` starts its own Xvfb when there is no display. Prints a
table, writes JSON, and ends with status 1 when a limit is broken. A block is counted without the
time in which the GUI thread was ready and had no core; a bare Qt program beside it is the control.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from PyQt6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer
from PyQt6.QtWidgets import QApplication, QWidget

from callwatch.core.channels import Channel, Language
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.events import EscalationChanged, MeterUpdated, NudgeClosed, NudgeShown
from callwatch.core.facts import Fact
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch_ui.native.event_bridge import EventBridge
from callwatch_ui.overlay.window import Overlay
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.translator import Translator

LIMITS = {
    "cue_to_card_p95_ms": 50.0,
    "gui_block_max_ms": 30.0,
    "idle_cpu_percent": 1.0,
    "idle_repaints": 0.0,
    "start_s": 1.5,
    "peak_memory_mb": 200.0,
}
CARDS = 200
IDLE_S = 10.0
CONTROL_S = 10.0  # about as long as the call


class CardWatch(QObject):
    """Notes when the card was painted, and counts all paint events."""

    def __init__(self, overlay: Overlay) -> None:
        super().__init__()
        self.card = overlay.card
        self.painted = threading.Event()
        self.paints = 0
        for part in (overlay, *overlay.findChildren(QWidget)):
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        if event is not None and event.type() == QEvent.Type.Paint:
            self.paints += 1
            if watched is self.card:
                QTimer.singleShot(0, self.painted.set)
        return False


class BlockWatch(QTimer):
    """Ticks every 5 ms; a late tick is a time in which the GUI thread was busy, or had no core."""

    STEP_MS = 5

    def __init__(self) -> None:
        super().__init__()
        self.worst_ms = self.worst_not_waiting_ms = self.worst_own_ms = 0.0
        self._clock = QElapsedTimer()
        self._own_s = self._waited_ms = 0.0
        self.setInterval(self.STEP_MS)
        self.setTimerType(Qt.TimerType.PreciseTimer)
        self.timeout.connect(self._tick)

    def _tick(self) -> None:
        own_s, waited_ms = time.thread_time(), waited_for_a_core_ms()
        if self._clock.isValid():
            late_ms = self._clock.nsecsElapsed() / 1e6 - self.STEP_MS
            self.worst_ms = max(self.worst_ms, late_ms)
            rest_ms = late_ms - (waited_ms - self._waited_ms)
            self.worst_not_waiting_ms = max(self.worst_not_waiting_ms, rest_ms)
            self.worst_own_ms = max(self.worst_own_ms, 1e3 * (own_s - self._own_s))
        self._own_s, self._waited_ms = own_s, waited_ms
        self._clock.restart()


def waited_for_a_core_ms() -> float:
    """How long this thread has been ready to run, and had no core, since it began."""
    schedule = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
    return int(schedule.read_text("ascii").split()[1]) / 1e6 if schedule.exists() else 0.0


def control(seconds: float) -> float:
    """The longest block (ms) of a Qt program that does nothing else: the machine's own."""
    app = QApplication(sys.argv[:1])
    watch = BlockWatch()
    watch.start()
    QTimer.singleShot(int(seconds * 1000), app.exit)
    app.exec()
    return watch.worst_ms


def nudge(i: int) -> Nudge:
    text = "Keep listening\nLet the pressure out. Your turn will come."
    return Nudge(
        f"n{i}", "keep_listening", text, NudgeLevel.ADVICE, float(i), True, Fact("no_pause")
    )


def play_call(bridge: EventBridge, watch: CardWatch, delays_ms: list[float]) -> None:
    """The engine's side: a lively call at 30 times its pace, from a thread of its own."""
    levels = list(EscalationLevel)
    for i in range(CARDS):
        talk = {Channel.AGENT: i * 0.4, Channel.CUSTOMER: i * 0.6}
        bridge(MeterUpdated(float(i), talk, {}, {Channel.CUSTOMER: i % 6 - 1.0}))
        change = EscalationChange(float(i), levels[i % 4], levels[(i - 1) % 4])
        bridge(EscalationChanged(float(i), change))
        watch.painted.clear()
        begun = time.perf_counter()
        bridge(NudgeShown(float(i), nudge(i)))
        if watch.painted.wait(5):
            delays_ms.append((time.perf_counter() - begun) * 1000)
        bridge(NudgeClosed(float(i), f"n{i}", "cue closed"))
        time.sleep(0.03)


def measure(started: float) -> dict[str, float]:
    app = QApplication(sys.argv[:1])
    overlay = Overlay(Translator(Language.EN), OverlaySettings(theme="light"))
    bridge = EventBridge()
    bridge.arrived.connect(overlay.on_events)
    watch, blocks = CardWatch(overlay), BlockWatch()
    overlay.show()
    while not watch.paints:
        app.processEvents()
    start_s = time.time() - started
    delays_ms: list[float] = []

    def play() -> None:
        play_call(bridge, watch, delays_ms)
        app.exit()

    player = threading.Thread(target=play)
    bare = subprocess.Popen(
        [sys.executable, __file__, "--control", str(CONTROL_S)], stdout=subprocess.PIPE, text=True
    )
    QTimer.singleShot(300, blocks.start)
    QTimer.singleShot(400, player.start)
    app.exec()
    player.join(10)
    blocks.stop()
    QTimer.singleShot(1000, app.exit)
    app.exec()
    paints, cpu = watch.paints, time.process_time()
    QTimer.singleShot(int(IDLE_S * 1000), app.exit)
    app.exec()
    delays_ms.sort()
    printed, _ = bare.communicate(timeout=60)
    return {
        "cards": float(len(delays_ms)),
        "cue_to_card_median_ms": statistics.median(delays_ms),
        "cue_to_card_p95_ms": delays_ms[int(0.95 * len(delays_ms))],
        "gui_block_max_ms": blocks.worst_not_waiting_ms,
        "gui_block_by_the_clock_ms": blocks.worst_ms,
        "gui_thread_own_work_max_ms": blocks.worst_own_ms,
        "control_block_by_the_clock_ms": float(printed),
        "idle_cpu_percent": 100 * (time.process_time() - cpu) / IDLE_S,
        "idle_repaints": float(watch.paints - paints),
        "start_s": start_s,
        "peak_memory_mb": peak_memory_mb(),
    }


def peak_memory_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


def on_own_display() -> subprocess.Popen[bytes] | None:
    """An Xvfb of our own when there is no display; None when there is one (or no Xvfb)."""
    if os.environ.get("DISPLAY") or not shutil.which("Xvfb"):
        return None
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1600x900x24"]
    server = subprocess.Popen(command, pass_fds=(writer,), stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        os.environ["DISPLAY"] = f":{pipe.readline().strip()}"
    return server


def main() -> int:
    if len(sys.argv) > 2 and sys.argv[1] == "--measure":
        print(json.dumps(measure(float(sys.argv[2]))))
        return 0
    if len(sys.argv) > 2 and sys.argv[1] == "--control":
        print(control(float(sys.argv[2])))
        return 0
    server = on_own_display()
    if not os.environ.get("DISPLAY"):
        print("No display and no Xvfb: install Xvfb to measure the overlay.")
        return 0
    try:
        command = [sys.executable, __file__, "--measure", str(time.time())]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    finally:
        if server is not None:
            server.terminate()
            server.wait(10)
    figures: dict[str, float] = json.loads(done.stdout)
    broken = [name for name, limit in LIMITS.items() if figures[name] > limit]
    for name, value in figures.items():
        limit = f"limit {LIMITS[name]:g}" if name in LIMITS else ""
        print(f"{name:24} {value:9.2f}  {limit}{'  BROKEN' if name in broken else ''}")
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(figures, indent=1))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
