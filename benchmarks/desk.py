"""A day at the desk: what the agent sees of interruptions, raised voices and threats, and when.

    python -m benchmarks.desk CALLS ... [--fast] [--words truth|auto|none] [--calls N]
                              [--calm PATH ...] [--process] [--json FILE]

CALLS: folders of scripted calls with truth (README.md). Without --fast each call is played in real
time into the desktop app: a real window under Xvfb, a real PulseAudio server, a soft phone's hooks;
times count from when the sound reached the app's devices. With --fast the same pipeline, policy and overlay state run
without sound and screen, as fast as the machine allows; `--words truth` then gives them the words of
the script. --calm: recordings of calm calls (files or folders), of which every card is printed with
its reason. --process: the app's CPU, memory and start, beside a Qt program that does nothing.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import soundfile

from benchmarks.desk_moments import PlayedCall, Row, Seen, coverage_rows, moment_rows, screens
from benchmarks.nudges import run_engine
from benchmarks.scripted import Truth, calls_in
from benchmarks.table import print_table, write_json
from callwatch.core.channels import Language
from callwatch.core.events import Event, NudgeShown, VoiceStarted
from callwatch.report.journal import read_journal
from callwatch.texts.facts import sentence

NOWHERE: Truth = {"conditions": {}, "segments": [], "events": []}
SETTINGS = """
schema = 2
[call]
language = "en"
[recognition]
engine = "{engine}"
[devices]
agent = "agent"
customer = "customer"
[app]
auto_calls = {auto}
"""
IDLE_S = 20.0
BEGAN = "began"


def fast(path: Path, truth: Truth, words: str) -> PlayedCall:
    """A call as fast as the machine allows."""
    events = run_engine(path, truth, words)
    return PlayedCall(path.stem, truth, events, list(screens(events)))


def run_watched(notes: Path) -> int:
    """The desktop app, which notes what each painting of the overlay showed, and when."""
    from PyQt6.QtCore import QEvent, QObject

    from callwatch.app.desktop.run import run_app
    from callwatch.audio.live import LiveCall
    from callwatch_ui.overlay.window import Overlay

    class PaintWatch(QObject):
        def __init__(self, overlay: Overlay) -> None:
            super().__init__(overlay)
            self._overlay, self._last = overlay, ""
            for part in (overlay.bar, overlay.bar.share, overlay.bar.gauge, overlay.bar.effort):
                part.installEventFilter(self)
            overlay.card.installEventFilter(self)

        def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
            if event is not None and event.type() == QEvent.Type.Paint:
                seen = Seen.of(0.0, self._overlay.state)
                line = json.dumps(
                    [seen.signal, seen.level, seen.blocks, seen.trouble, seen.nudge_id]
                )
                if line != self._last:
                    self._last = line
                    with notes.open("a") as out:
                        out.write(f"{time.time()} {line}\n")
            return False

    begin, listen = Overlay.__init__, LiveCall.__init__

    def listening(call: LiveCall, *arguments: Any, **options: Any) -> None:
        listen(call, *arguments, **options)
        with notes.open("a") as out:  # the call's clock begins
            out.write(f"{time.time()} {BEGAN}\n")

    LiveCall.__init__ = listening  # type: ignore[method-assign, assignment]

    def watched(overlay: Overlay, *arguments: object) -> None:
        begin(overlay, *arguments)  # type: ignore[arg-type]
        PaintWatch(overlay)

    Overlay.__init__ = watched  # type: ignore[method-assign, assignment]
    return run_app()


class RealDesk:
    """An X server, a sound server and the app; plays calls into it."""

    def __init__(self, folder: Path, engine: str, *, auto: bool = False) -> None:
        from tests.integration.commands import ROOT
        from tests.integration.desk import Desk
        from tests.integration.test_live_capture import split
        from tests.pulse import PulseServer
        from tests.ui.xserver import XServer

        self.folder, self.notes = folder, folder / "notes"
        self.notes.touch()
        self._screen = XServer(folder)
        self._screen.start_window_manager()
        self.server = PulseServer(sinks=())
        split(self.server)
        command = [sys.executable, "-m", "benchmarks.desk", "--app", str(self.notes)]

        class Watched(Desk):
            def start_app(self) -> "subprocess.Popen[str]":
                return subprocess.Popen(
                    command, env=self.environment, stderr=subprocess.PIPE, text=True, cwd=ROOT
                )

        begun_s = time.perf_counter()
        settings = SETTINGS.format(engine=engine, auto="true" if auto else "false")
        self.desk = Watched(self._screen, self.server, folder, settings)
        from benchmarks.app import answers, cpu_s

        while not answers(folder):
            time.sleep(0.01)
        self.start_s = time.perf_counter() - begun_s
        self.start_cpu_s = cpu_s(self.desk.app.pid)
        self.played = 0

    def play(self, path: Path, truth: Truth) -> PlayedCall:
        """One call, begun and ended by hooks."""
        before = len(self.server.recordings())
        self.desk.call("start")
        self.server.wait_for_recordings(before + 2)
        self.sound(path)
        self.desk.call("stop")
        self.played += 1
        self.desk.wait_for_reports(self.played, 120)
        newest = max(self.folder.glob("data/callwatch/calls/*/events.jsonl"))
        events = list(read_journal(newest))
        late_s = _offset_s(events, truth)
        lines = [line.split(" ", 1) for line in self.notes.read_text("utf-8").splitlines()]
        began_s = [float(at) for at, what in lines if what == BEGAN][-1]
        seen = [
            Seen(float(at) - began_s - late_s, *json.loads(what))
            for at, what in lines
            if what != BEGAN and float(at) >= began_s
        ]
        return PlayedCall(path.stem, truth, _moved(events, late_s), seen)

    def sound(self, path: Path) -> None:
        """Play a recording to its end."""
        samples, rate_hz = soundfile.read(path, dtype="int16")
        player = self.server.play("call", samples.ravel(), rate_hz, channels=2)
        player.wait(len(samples) / rate_hz + 60)

    def close(self) -> None:
        """End everything."""
        self.desk.close()
        self.server.stop()
        self._screen.close()


def _offset_s(events: Sequence[Event], truth: Truth) -> float:
    """How much later the call's clock shows the same sound than the recording does."""
    true = sorted(s["start_s"] for s in truth["segments"])
    heard = [event.start_s for event in events if isinstance(event, VoiceStarted)]
    first_s: float = heard[0] - true[0] if heard and true else 0.0
    near: list[float] = [min((h - first_s - t for t in true), key=abs) for h in heard]
    return first_s + median([d for d in near if abs(d) < 0.3] or [0.0])


def _moved(events: Sequence[Event], late_s: float) -> list[Event]:
    """The events in the time of the recording."""
    out: list[Event] = []
    for event in events:
        moved = replace(event, time_s=event.time_s - late_s)
        cue = getattr(moved, "cue", None)
        if cue is not None:
            span = replace(
                cue.span,
                start_s=max(0.0, cue.span.start_s - late_s),
                end_s=max(0.0, cue.span.end_s - late_s),
            )
            moved = replace(moved, cue=replace(cue, span=span))
        if isinstance(moved, NudgeShown):
            nudge = replace(moved.nudge, time_s=moved.nudge.time_s - late_s)
            moved = replace(moved, nudge=nudge)
        out.append(moved)
    return out


def calm_rows(paths: Sequence[Path], words: str) -> list[Row]:
    """Every card on calls that nobody calls difficult, with its reason."""
    rows: list[Row] = []
    for path in paths:
        for file in sorted(
            [path] if path.is_file() else [*path.rglob("*.wav"), *path.rglob("*.flac")]
        ):
            call = fast(file, NOWHERE, words)
            name = file.parent.name if file.stem == "call" else file.stem
            minutes = round(max((e.time_s for e in call.events), default=0.0) / 60, 1)
            cards = call.nudges()
            rows += [
                {
                    "call": name,
                    "minutes": minutes,
                    "card": f"{n.key} at {n.time_s:.0f} s",
                    "because": sentence(n.because, Language.EN),
                }
                for n in cards
            ] or [{"call": name, "minutes": minutes, "card": "none", "because": ""}]
    return rows


def process_rows(folder: Path, engine: str, call: Path | None) -> list[Row]:
    """What the app costs: with calls that begin by themselves, beside a bare Qt program."""
    from benchmarks.app import cpu_s, memory_mb

    desk = RealDesk(folder, engine, auto=True)
    try:
        control = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.app", "--control", str(folder / "control")],
            env=desk.desk.environment,
        )
        (folder / "control").touch()
        time.sleep(IDLE_S)  # warmed up
        rows: list[Row] = []
        for name, pid, start_s in (
            ("callwatch, idle", desk.desk.app.pid, desk.start_s),
            ("bare Qt program", control.pid, None),
        ):
            before_s = cpu_s(pid)
            time.sleep(IDLE_S)
            share = 100 * (cpu_s(pid) - before_s) / IDLE_S
            cpu = desk.start_cpu_s if start_s is not None else None
            row: Row = {"process": name, "start_s": start_s, "start_cpu_s": cpu}
            rows.append(row | {"cpu_percent": share} | memory_mb(pid))
        control.terminate()
        control.wait(10)
        if call is not None:
            desk.desk.call("start")
            pid, before_s, begun_s = desk.desk.app.pid, cpu_s(desk.desk.app.pid), time.time()
            desk.sound(call)
            share = 100 * (cpu_s(pid) - before_s) / (time.time() - begun_s)
            name = f"callwatch, in a call ({engine})"
            rows.append(
                {"process": name, "start_s": None, "start_cpu_s": None, "cpu_percent": share}
                | memory_mb(pid)
            )
            desk.desk.call("stop")
        return rows
    finally:
        desk.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("calls", nargs="*", type=Path)
    parser.add_argument("--fast", action="store_true", help="without sound and screen")
    parser.add_argument("--words", choices=("truth", "auto", "none"), default="auto")
    parser.add_argument("--most", type=int, default=1000, help="so many calls of each folder")
    parser.add_argument("--calm", nargs="*", type=Path, default=[])
    parser.add_argument("--process", action="store_true")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/desk.json"))
    parser.add_argument("--app", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.app is not None:
        del sys.argv[1:]
        return run_watched(chosen.app)
    missing = [name for name in ("Xvfb", "openbox", "pulseaudio") if not shutil.which(name)]
    if missing and (not chosen.fast or chosen.process):
        print(f"skipped: install {', '.join(missing)}, or use --fast")
        return 0
    found = [item for folder in chosen.calls for item in list(calls_in([folder]))[: chosen.most]]
    if not found and not chosen.calm and not chosen.process:
        print("skipped: name folders of scripted calls (see benchmarks/README.md)")
        return 0
    tables: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if found:
            played = play_all(found, folder, chosen.words, is_fast=chosen.fast)
            tables["What the agent sees"] = moment_rows(played)
            tables["Cards"] = coverage_rows(played)
        if chosen.calm:
            tables["Cards on calm calls"] = calm_rows(chosen.calm, chosen.words)
        if chosen.process:
            (folder / "process").mkdir(mode=0o700)  # the socket lies in it
            engine = "none" if chosen.words == "truth" else chosen.words
            call = found[0][0] if found else None
            tables["The process"] = process_rows(folder / "process", engine, call)
    for title, rows in tables.items():
        print_table(title, [{k: v for k, v in row.items() if k != "cards, s"} for row in rows])
    for row in tables.get("Cards", []):
        if row["cards, s"]:
            print(f"{row['call']}: {row['cards, s']}")
    write_json(
        chosen.json, [{"table": title, **row} for title, rows in tables.items() for row in rows]
    )
    return 0


def play_all(
    found: Sequence[tuple[Path, Truth]], folder: Path, words: str, *, is_fast: bool
) -> list[PlayedCall]:
    """Every call, at file speed or in real time."""
    if is_fast:
        return [fast(path, truth, words) for path, truth in found]
    desk = RealDesk(folder, "none" if words == "truth" else words)
    try:
        desk.desk.wait_for("idle")
        return [desk.play(path, truth) for path, truth in found]
    finally:
        desk.close()


if __name__ == "__main__":
    sys.exit(main())
