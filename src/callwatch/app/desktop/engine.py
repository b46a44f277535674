"""The analysis behind the app: its calls, their warm-up, what was cut short, recordings to look at.

Loading it takes longer than all else of the app's start: the host loads it once the tray is there.
Threads as in callwatch.app.desktop.host.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from callwatch.app.analyze import BLOCK_S, WHISPER
from callwatch.app.calls import CallFactory, CallPlan, progress_sink
from callwatch.app.desktop.malloc import HeapTrimmer, trim_heap
from callwatch.app.desktop.warm_up import warm_up
from callwatch.app.overlay import RunningCall
from callwatch.app.recovery import finish_cut_short, finish_unfinished
from callwatch.audio.files import open_recording
from callwatch.audio.source import CallSource
from callwatch.config import Config
from callwatch.core.events import Event, InputWarning
from callwatch.core.facts import Fact
from callwatch.report.journal import read_journal
from callwatch.session.pipeline import Pipeline
from callwatch_ui.native.session_watch import Absence


class DesktopCall(RunningCall):
    """A live call of the app; closes its devices when it stops."""

    def __init__(
        self,
        desk: CallFactory,
        source: CallSource,
        out_dir: Path,
        sink: Callable[[Event], None],
        stopped: Callable[["DesktopCall"], None] = lambda _: None,
    ) -> None:
        self._source, self._stopped = source, stopped
        self._trimmer: HeapTrimmer | None = None
        plan = CallPlan(source, source.name, out_dir, live=True, own_folder=True)
        super().__init__(desk.open(plan, (sink,)))

    def begin(self) -> None:
        """Start the call in a thread of its own."""
        self._trimmer = HeapTrimmer()
        super().begin()

    def hold(self) -> None:
        """The caller waits: silence is no dead air."""
        self._call.runner.request(lambda pipeline: pipeline.set_on_hold(True))

    def unhold(self) -> None:
        """The talk goes on."""
        self._call.runner.request(lambda pipeline: pipeline.set_on_hold(False))

    def note_absence(self, absence: Absence, seconds: float) -> None:
        """The machine slept, or the screen was locked: the report says so."""
        what = "slept" if absence is Absence.SLEPT else "locked"
        fact = Fact("source", {"what": what, "away_s": seconds})

        def note(pipeline: Pipeline) -> list[Event]:
            pipeline.note_warning(fact)
            return [InputWarning(pipeline.now_s, None, fact)]

        self._call.runner.request(note)

    def stop(self, *, at_last_voice: bool = False) -> None:
        """End the call, write its report, let go of the devices."""
        try:
            with self._source:
                super().stop(at_last_voice=at_last_voice)
            self._stopped(self)
        finally:
            if self._trimmer is not None:
                self._trimmer.close()


class CallEngine:
    """One factory for all calls of the app: a model is loaded once, and the phrases are read once."""

    def __init__(self) -> None:
        self._desk: CallFactory | None = None
        self._making = threading.Lock()

    def factory_for(self, config: Config) -> CallFactory:
        """The factory, with these settings."""
        with self._making:
            if self._desk is None or not self._desk.try_reconfigure(config):
                if self._desk is not None:
                    self._desk.close()
                self._desk = CallFactory(config, beside_a_screen=True)
            return self._desk

    def open(
        self,
        config: Config,
        source: CallSource,
        out_dir: Path,
        sink: Callable[[Event], None],
        stopped: Callable[[DesktopCall], None],
    ) -> DesktopCall:
        """A call of `source`, not begun yet. Raises CallwatchError."""
        return DesktopCall(self.factory_for(config), source, out_dir, sink, stopped)

    def warm_up(self, config: Config) -> None:
        """Load what a call needs and have it run once. Raises CallwatchError, OSError."""
        desk = self.factory_for(config)
        warm_up(desk)
        desk.load()
        trim_heap()

    def recover(self, config: Config, folder: Path, started: datetime) -> tuple[int, int]:
        """Finish what was cut short before `started`: calls, and deletions.

        How many calls have their report now, and how many journals could not be read.
        """
        found = finish_unfinished(config)
        found += finish_cut_short(folder, config, started)
        return len(found.reports), len(found.set_aside)

    def recording(
        self, config: Config, path: Path, advance: Callable[[float, float | None], None]
    ) -> tuple[list[Event], float]:
        """The events of a journal, or of a recording after its analysis, and the call's length.

        Nothing of it is kept. Raises CallwatchError.
        """
        if path.suffix == ".jsonl":
            events = list(read_journal(path))
        else:
            events = _analysed(CallFactory(config, WHISPER), path, advance)
        return events, max((event.time_s for event in events), default=0.0)


def _analysed(
    desk: CallFactory, path: Path, advance: Callable[[float, float | None], None]
) -> list[Event]:
    events: list[Event] = []
    try:
        with TemporaryDirectory() as folder, open_recording(path, block_s=BLOCK_S) as source:
            sinks = (events.append, progress_sink(advance, source.duration_s))
            plan = CallPlan(source, path.name, Path(folder), live=False, in_history=False)
            desk.open(plan, sinks).run()
    finally:
        desk.close()
    return events
