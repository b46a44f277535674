"""Runs one call: source -> pipeline -> sinks, with the recogniser beside it.

Threads: `run` is the analysis thread (the caller's own, or one that `start` makes). `stop`, `end`,
`pause`, `resume`, `hold` and `dismiss` may be called from any thread: they put a request into a
bounded queue that the analysis thread empties between blocks. Sinks are called by the analysis
thread and must not wait.

No fault of a part ends a call: a sink that raises gets no more events, a block that cannot be
analysed is left out, a live source that fails ends the call with its report. Each is reported.
Only a CallwatchError of a sink ends a call: somebody wants no more of it.
"""

import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from callwatch.audio.source import CallSource
from callwatch.core.channels import CHANNELS
from callwatch.core.errors import CallwatchError
from callwatch.core.events import Event, InputWarning
from callwatch.core.facts import Fact
from callwatch.core.log import logger_of
from callwatch.core.summary import CallSummary, Performance
from callwatch.session.pipeline import Pipeline
from callwatch.session.recognition import InlineRecognition, RecognitionStats, RecognitionWorker
from callwatch.session.summary_builder import SummaryBuilder
from callwatch.session.transcription_gaps import TranscriptionGaps

if sys.platform == "win32":
    import psutil
else:
    import resource

_log: Final = logger_of(__name__)

# Cues on time while others compute: three times the share of an ordinary thread.
FIRST: Final = -5

Sink = Callable[[Event], None]
Request = Callable[[Pipeline], Sequence[Event] | None]
Notices = Callable[[], Sequence[Fact]]


@dataclass(frozen=True, slots=True)
class RunnerConfig:
    """Bounds. Each default with its reason; those of stopping leave a second for the report."""

    # A person presses a handful of buttons in a second at most; more than this is a fault.
    requests: int = 64
    words_s: float = 1.2  # after `stop`: the sentence that was being said is decoded by then
    close_s: float = 0.5  # a sound server that hangs is left to its thread
    end_s: float = 2.0  # after `end`: then the report is made of what was decided so far


class CallRunner:
    """One call from its first block to its summary.

    `notices` is asked between blocks what else there is to report. `is_live`: the sound cannot be
    heard again, so a source that fails ends the call in good order.
    """

    def __init__(
        self,
        source: CallSource,
        pipeline: Pipeline,
        recognition: InlineRecognition | RecognitionWorker | None,
        sinks: Sequence[Sink] = (),
        *,
        notices: Notices = tuple,
        is_live: bool = False,
        config: RunnerConfig | None = None,
    ) -> None:
        self._config = config or RunnerConfig()
        self._source = source
        self._pipeline = pipeline
        self._recognition = recognition
        self._notices = notices
        self._is_live = is_live
        self._record = SummaryBuilder()
        self._skipped = TranscriptionGaps()
        self._sinks: list[Sink] = [self._record, *sinks]
        self._requests: queue.Queue[Request] = queue.Queue(self._config.requests)
        self._stopping = threading.Event()
        self._closing: threading.Thread | None = None
        self._emitting = threading.Lock()
        self._is_cut_off = False
        self._analysis_failed = False
        self._ends_at_last_voice = False
        self._thread: threading.Thread | None = None
        # Not Thread.join alone: Ctrl-C in it makes Python take a running thread for an ended one.
        self._ended = threading.Event()
        self._error: CallwatchError | None = None
        self._summary: CallSummary | None = None

    def run(self) -> CallSummary:
        """Run the call to its end (or to `stop`) in this thread.

        Raises CallwatchError when the source fails and is not live, or never gave any sound; what
        had been decided is in the sinks.
        """
        wall_s, cpu_s = time.monotonic(), time.process_time()
        try:
            self._emit(self._pipeline.start())
            self._listen()
            self._decide(self._pipeline.end_audio)
            self._recognise(finish=True)
            self._note_source()
            self._decide(self._end_call, wall_s, cpu_s)
        finally:
            self._close_source()
            if self._recognition is not None:
                self._recognition.close()
        self._summary = self._record.summary()
        return self._summary

    def start(self, on_finished: Callable[["CallRunner"], None] | None = None) -> None:
        """Run the call in a thread of its own; `on_finished` is called by that thread."""

        def work() -> None:
            _come_first()
            try:
                self.run()
            except CallwatchError as error:
                self._error = error
            finally:
                # After a fault too: a window that waits for the end must not wait for ever.
                self._ended.set()
                if on_finished is not None:
                    on_finished(self)

        self._thread = threading.Thread(target=work, name="callwatch-analysis", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the call at the next block; the summary covers what was heard."""
        self._stopping.set()
        if self._recognition is not None:
            self._recognition.hurry(self._config.words_s)
        self._close_source()

    def end(self) -> CallSummary:
        """Stop the call and give its summary, in any case within `end_s`.

        A thread that hangs is cut off: nothing that it decides from now on counts. Raises the
        CallwatchError that ended the call.
        """
        self.stop()
        summary = self.join(self._config.end_s)
        if summary is None:
            _log.error("the analysis does not end: it is cut off")
            self._is_cut_off = True
            has_lock = self._emitting.acquire(timeout=self._config.close_s)  # unless a sink hangs
            summary = self._record.summary()
            if has_lock:
                self._emitting.release()
        return summary

    def end_at_last_voice(self) -> None:
        """When this call ends, what came after its last voice was only waiting: leave it out."""
        self._ends_at_last_voice = True

    def join(self, timeout_s: float | None = None) -> CallSummary | None:
        """Wait for the end; gives the summary, None when the call still runs.

        Raises the CallwatchError that ended the call.
        """
        if self._thread is not None and self._ended.wait(timeout_s):
            self._thread.join()
            if self._error is not None:
                raise self._error
            if self._summary is None:  # a fault ended it: what had been decided is there
                self._summary = self._record.summary()
        return self._summary

    def request(self, request: Request) -> None:
        """Ask something of the pipeline, from any thread; when the queue is full it is an error."""
        try:
            self._requests.put_nowait(request)
        except queue.Full as exc:
            raise CallwatchError(
                "Too many requests wait for this call: wait a second and repeat the last one."
            ) from exc

    def _listen(self) -> None:
        try:
            for block in self._source.blocks():
                if not self._decide(self._pipeline.process, block):
                    self._pipeline.skip(block)
                self._recognise()
                for fact in self._notices():
                    self._report(fact)
                self._serve_requests()
                if self._stopping.is_set():
                    break
        except (CallwatchError, OSError) as error:
            if not self._is_live or self._pipeline.audio_s <= 0.0:
                raise
            _log.error("the source failed in the call", exc_info=error)
            self._report(Fact("source_failed", {"reason": str(error)}))

    def _end_call(self, wall_s: float, cpu_s: float) -> Sequence[Event]:
        audio_s = self._pipeline.audio_s
        stats = self._recognition.stats if self._recognition else RecognitionStats()
        if (missed := self._skipped.warning(stats)) is not None:
            self._pipeline.note_warning(missed)
        performance = Performance(
            real_time_factor=_ratio(time.monotonic() - wall_s, audio_s),
            audio_s=round(audio_s, 3),
            cpu_s=round(time.process_time() - cpu_s, 3),
            peak_memory_mb=peak_memory_mb(),
            dropped_s=round(self._pipeline.dropped_s, 3),
            stt_lag_max_s=_rounded(stats.lag_max_s),
            stt_skipped_s=_rounded(stats.skipped_s if self._recognition else None),
        )
        return self._pipeline.end_call(performance, at_last_voice=self._ends_at_last_voice)

    def _emit(self, events: Sequence[Event]) -> None:
        with self._emitting:
            for event in () if self._is_cut_off else events:
                for sink in tuple(self._sinks):
                    try:
                        sink(event)
                    except CallwatchError:  # so does a window stop what it no longer wants
                        raise
                    except Exception as fault:  # noqa: BLE001  (one output must not cost the others)
                        self._sink_failed(sink, fault)

    def _sink_failed(self, sink: Sink, fault: Exception) -> None:
        """It gets no more events; the summary's own misses only the one that it could not take."""
        _log.error("an output of the call failed", exc_info=fault)
        if sink is not self._record:
            self._sinks.remove(sink)
        note = Fact("stage_failed", {"stage": "output"})
        self._pipeline.note_warning(note)
        warning = InputWarning(self._pipeline.now_s, None, note)
        # Not by _emit: the lock is held, and a sink that fails again is dropped by the next event.
        for other in tuple(self._sinks):
            try:
                other(warning)
            except Exception as again:  # noqa: BLE001
                _log.error("an output of the call failed", exc_info=again)

    def _decide(self, step: Callable[..., Sequence[Event] | None], *args: Any) -> bool:
        """Emit what a step decides; one that fails is left out, and False says so."""
        try:
            events = step(*args) or ()
        except Exception as fault:  # noqa: BLE001  (sound and journal go on)
            if not self._analysis_failed:
                self._analysis_failed = True
                _log.error("a step of the analysis failed", exc_info=fault)
                self._report(Fact("stage_failed", {"stage": "analysis"}))
            return False
        self._emit(events)
        return True

    def _report(self, fact: Fact) -> None:
        """Something about the call itself, for the screen, the journal and the report."""
        self._pipeline.note_warning(fact)
        self._emit([InputWarning(self._pipeline.now_s, None, fact)])

    def _recognise(self, finish: bool = False) -> None:
        if self._recognition is None:
            self._pipeline.take_chunks()
            return
        self._recognition.submit(self._pipeline.take_chunks())
        heard = self._recognition.finish() if finish else self._recognition.poll()
        for utterance in heard:
            self._decide(self._pipeline.hear, utterance)
        stats = self._recognition.stats
        self._pipeline.note_recognition(stats.skipped_s, stats.lag_max_s or 0.0)
        self._emit(self._skipped.observe(stats, self._pipeline.now_s))

    def _serve_requests(self) -> None:
        while not self._requests.empty():
            self._decide(self._requests.get_nowait(), self._pipeline)

    def _note_source(self) -> None:
        for channel in CHANNELS:
            if (ppm := self._source.drift_ppm(channel)) is not None:
                self._pipeline.note_drift(channel, ppm)
        for warning in self._source.warnings():
            self._report(warning)

    def _close_source(self) -> None:
        """Close it in a thread of its own: a driver may hang, the end of the call may not."""
        if self._closing is None:
            self._closing = threading.Thread(
                target=self._source.close, name="callwatch-closing", daemon=True
            )
            self._closing.start()
            self._closing.join(self._config.close_s)


def _come_first() -> None:
    """This call before other programs where the cores are short, if the system lets it (Linux, by a limit).

    The main thread too: while it draws it holds the interpreter's lock, and analysis waits for both.
    """
    if sys.platform == "linux":
        for thread in (threading.get_native_id(), os.getpid()):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, thread, FIRST)


def peak_memory_mb() -> float:
    """The most memory that this process has held so far, MB."""
    if sys.platform == "win32":
        return round(float(psutil.Process().memory_info().peak_wset) / 1e6, 1)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def _ratio(seconds: float, audio_s: float) -> float | None:
    return round(seconds / audio_s, 4) if audio_s > 0 else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
