"""Runs one call: source -> pipeline -> sinks, with the recogniser beside it.

Threads: `run` is the analysis thread (the caller's own, or one that `start` makes). `stop`,
`pause`, `resume`, `hold` and `dismiss` may be called from any thread: they put a request into a
bounded queue that the analysis thread empties between blocks. Sinks are called by the analysis
thread and must not wait.
"""

import queue
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from callwatch.audio.source import CallSource
from callwatch.core.channels import CHANNELS
from callwatch.core.errors import CallwatchError
from callwatch.core.events import Event, InputWarning
from callwatch.core.summary import CallSummary, Performance
from callwatch.session.pipeline import Pipeline
from callwatch.session.recognition import InlineRecognition, RecognitionStats, RecognitionWorker
from callwatch.session.summary_builder import SummaryBuilder
from callwatch.session.transcription_gaps import TranscriptionGaps

if sys.platform == "win32":
    import psutil
else:
    import resource

Sink = Callable[[Event], None]
Request = Callable[[Pipeline], Sequence[Event] | None]

# A person presses a handful of buttons in a second at most; more than this is a fault.
REQUESTS: Final = 64
FINISH_TIMEOUT_S: Final = 60.0  # a slow machine may still be decoding the last sentences


class CallRunner:
    """One call from its first block to its summary."""

    def __init__(
        self,
        source: CallSource,
        pipeline: Pipeline,
        recognition: InlineRecognition | RecognitionWorker | None,
        sinks: Sequence[Sink] = (),
    ) -> None:
        self._source = source
        self._pipeline = pipeline
        self._recognition = recognition
        self._record = SummaryBuilder()
        self._skipped = TranscriptionGaps()
        self._sinks: tuple[Sink, ...] = (self._record, *sinks)
        self._requests: queue.Queue[Request] = queue.Queue(REQUESTS)
        self._stopping = threading.Event()
        self._ends_at_last_voice = False
        self._thread: threading.Thread | None = None
        # Not Thread.join alone: Ctrl-C in it makes Python take a running thread for an ended one.
        self._ended = threading.Event()
        self._error: CallwatchError | None = None
        self._summary: CallSummary | None = None

    def run(self) -> CallSummary:
        """Run the call to its end (or to `stop`) in this thread.

        Raises CallwatchError when the source fails; what had been decided is in the sinks.
        """
        wall_s, cpu_s = time.monotonic(), time.process_time()
        try:
            self._emit(self._pipeline.start())
            for block in self._source.blocks():
                self._emit(self._pipeline.process(block))
                self._recognise()
                self._serve_requests()
                if self._stopping.is_set():
                    break
            self._emit(self._pipeline.end_audio())
            self._recognise(finish=True)
            self._note_source()
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
            self._emit(self._pipeline.end_call(performance, at_last_voice=self._ends_at_last_voice))
        finally:
            self._source.close()
            if self._recognition is not None:
                self._recognition.close()
        self._summary = self._record.summary()
        return self._summary

    def start(self, on_finished: Callable[["CallRunner"], None] | None = None) -> None:
        """Run the call in a thread of its own; `on_finished` is called by that thread."""

        def work() -> None:
            try:
                self.run()
            except CallwatchError as error:
                self._error = error
            finally:
                # After a fault too: a window that waits for the end must not wait for ever.
                self._ended.set()
                if on_finished is not None:
                    on_finished(self)

        self._thread = threading.Thread(target=work, name="callwatch-analysis")
        self._thread.start()

    def stop(self) -> None:
        """End the call at the next block; the summary covers what was heard."""
        self._stopping.set()
        self._source.close()

    def end_at_last_voice(self) -> None:
        """When this call ends, what came after its last voice was only waiting: leave it out."""
        self._ends_at_last_voice = True

    def join(self, timeout_s: float | None = None) -> CallSummary | None:
        """Wait for the end; gives the summary, None when the call still runs.

        Raises the CallwatchError that ended the call, and RuntimeError when a fault ended it.
        """
        if self._thread is not None and self._ended.wait(timeout_s):
            self._thread.join()
            if self._error is not None:
                raise self._error
            if self._summary is None:
                raise RuntimeError("the analysis of the call ended without a result")
        return self._summary

    def request(self, request: Request) -> None:
        """Ask something of the pipeline, from any thread; when the queue is full it is an error."""
        try:
            self._requests.put_nowait(request)
        except queue.Full as exc:
            raise CallwatchError(
                "Too many requests wait for this call: wait a second and repeat the last one."
            ) from exc

    def _emit(self, events: Sequence[Event]) -> None:
        for event in events:
            for sink in self._sinks:
                sink(event)

    def _recognise(self, finish: bool = False) -> None:
        if self._recognition is None:
            self._pipeline.take_chunks()
            return
        self._recognition.submit(self._pipeline.take_chunks())
        heard = self._recognition.finish(FINISH_TIMEOUT_S) if finish else self._recognition.poll()
        for utterance in heard:
            self._emit(self._pipeline.hear(utterance))
        stats = self._recognition.stats
        self._pipeline.note_recognition(stats.skipped_s, stats.lag_max_s or 0.0)
        self._emit(self._skipped.observe(stats, self._pipeline.now_s))

    def _serve_requests(self) -> None:
        while not self._requests.empty():
            self._emit(self._requests.get_nowait()(self._pipeline) or ())

    def _note_source(self) -> None:
        for channel in CHANNELS:
            if (ppm := self._source.drift_ppm(channel)) is not None:
                self._pipeline.note_drift(channel, ppm)
        for warning in self._source.warnings():
            self._pipeline.note_warning(warning)
            self._emit([InputWarning(self._pipeline.now_s, None, warning)])


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
