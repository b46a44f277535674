"""Whether cues stay on time while others take both cores: a call in real time with the overlay on, and busy loops.

Late is a cue by the wall clock: from when its sound was over (the time that it was decided by) to the moment that the
analysis hands it on, to the journal and to the overlay.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.reliability.stops import busy_loops
from benchmarks.reliability.work import BLOCK_S, CONFIG, enter, make_piece
from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.overlay import run_with_overlay
from callwatch.audio.files import open_recording
from callwatch.audio.realtime_source import RealtimeSource
from callwatch.core.cues import CueKind
from callwatch.core.events import CallStarted, CueOpened, Event

LIMIT_S: Final = 0.5
_WARM_UP_S: Final = 4.0
ACOUSTIC: Final = (CueKind.INTERRUPTION, CueKind.RAISED_VOICE, CueKind.BACKCHANNEL)


class _Lateness:
    """A sink that notes how late each event comes."""

    def __init__(self) -> None:
        self._began_s = 0.0
        self.cues: list[float] = []
        self.events: list[float] = []

    def __call__(self, event: Event) -> None:
        now_s = time.monotonic()
        if isinstance(event, CallStarted):
            self._began_s = now_s
            return
        self.events.append(now_s - self._began_s - event.time_s)
        if isinstance(event, CueOpened) and event.cue.kind in ACOUSTIC:
            self.cues.append(now_s - self._began_s - event.cue.detected_s)


def overload(seconds: float) -> list[dict[str, Any]]:
    """Without and with busy loops, so many seconds of the demo call each."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    rows = []
    with tempfile.TemporaryDirectory(prefix="callwatch-bench-") as folder:
        enter(Path(folder))
        # The app has loaded everything before a call too: the first one is not counted.
        make_piece(Path(folder) / "call.wav", (0.0, _WARM_UP_S))
        _call(Path(folder), "warm-up", _Lateness())
        make_piece(Path(folder) / "call.wav", (0.0, seconds))
        for loops in (0, 1):
            late, began_s = _Lateness(), time.process_time()
            with busy_loops(loops):
                _call(Path(folder), str(loops), late)
            rows.append(_row(loops, late, (time.process_time() - began_s) / seconds))
    return rows


def _call(folder: Path, name: str, late: _Lateness) -> None:
    source = RealtimeSource(open_recording(folder / "call.wav", block_s=BLOCK_S))
    plan = CallPlan(source, "headset", folder / name, live=True)
    run_with_overlay(CallFactory(CONFIG), plan, (late,))


def _row(loops: int, late: _Lateness, cpu_share: float) -> dict[str, Any]:
    cues, events = sorted(late.cues), sorted(late.events)
    return {
        "cores": "taken" if loops else "as they are", "load of the machine": round(os.getloadavg()[0], 1),
        "acoustic cues": len(cues), "late, median s": _at(cues, 0.5), "95 % s": _at(cues, 0.95),
        "most s": _at(cues, 1.0), f"within {LIMIT_S:g} s": sum(one <= LIMIT_S for one in cues),
        "all events": len(events), "their 95 % s": _at(events, 0.95), "CPU of a core": f"{cpu_share:.0%}",
    }  # fmt: skip


def _at(values: list[float], share: float) -> float | None:
    if not values:
        return None
    if share == 0.5:
        return statistics.median(values)
    return values[min(len(values) - 1, int(share * len(values)))]
