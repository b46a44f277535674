"""Where recognition runs: in the caller's thread, or in one worker for both sides.

Threads: `submit`, `poll`, `finish` and `close` are called by one analysis thread. The worker
thread alone touches the recogniser. It ends by a sentinel and join.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from callwatch.core.channels import Channel
from callwatch.core.log import logged, logger_of
from callwatch.core.words import Utterance
from callwatch.speech.protocol import ForeseeingRecognizer, Recognizer, SpeechChunk
from callwatch.speech.segment_cutter import SegmentCutter

_log: Final = logger_of(__name__)


@dataclass(frozen=True, slots=True)
class RecognitionConfig:
    """How much may wait. Each default with its reason."""

    max_waiting_s: float = 15.0  # older words come too late for a nudge; and memory is bounded
    max_failures: int = 5  # in a row: then the engine is beyond help and everything is skipped
    # At the end of the source nobody waits but the report: as long as words come, they are waited for.
    stall_s: float = 10.0  # one decode of a full window on a slow machine takes half of it
    close_timeout_s: float = 0.3  # a thread that hangs is left to itself: the report does not wait


@dataclass(frozen=True, slots=True)
class RecognitionStats:
    """What was heard and what was not. `lag_max_s` is compute time on top of stream time."""

    heard_s: float = 0.0
    skipped_s: float = 0.0
    failures: int = 0
    lag_max_s: float | None = None


class InlineRecognition:
    """Recognises at once, in the caller's thread: for recordings, where nobody waits."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._listener = _Listener(recognizer, RecognitionConfig(), None)
        self._results = _Results()

    @property
    def stats(self) -> RecognitionStats:
        """Counts so far."""
        return self._listener.stats

    def foresee(self, chunks: list[SpeechChunk]) -> None:
        """These will be submitted: a recogniser that can do several at once may prepare them."""
        if isinstance(self._recognizer, ForeseeingRecognizer):
            for chunk in chunks:
                self._recognizer.foresee(chunk)

    def submit(self, chunks: list[SpeechChunk]) -> None:
        """Recognises the chunks."""
        for chunk in chunks:
            self._results.add(self._listener.hear(chunk))

    def poll(self) -> list[Utterance]:
        """Gives what was recognised since the last time."""
        return self._results.take()

    def finish(self) -> list[Utterance]:
        """Gives the rest; there is nothing to wait for."""
        return self._results.take()

    def hurry(self, within_s: float) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Frees the recogniser."""
        self._listener.close()


class RecognitionWorker:
    """One thread for both sides, with a bounded queue.

    When it lags, the waiting chunks of a segment are joined, so that a partial result is computed
    once instead of many times; the customer is heard before the agent; and when more
    than `max_waiting_s` waits, the oldest of the agent, then of the customer, is skipped and
    counted. `clock` gives the stream time now, and is called in the worker thread.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        config: RecognitionConfig | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._config = config or RecognitionConfig()
        self._listener = _Listener(recognizer, self._config, clock)
        self._results = _Results()
        self._waiting = _Waiting()
        self._skipped_s = 0.0
        self._busy = False
        self._done = 0  # chunks
        self._deadline_s = math.inf
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="recogniser", daemon=True)
        self._thread.start()

    @property
    def stats(self) -> RecognitionStats:
        """Counts so far."""
        with self._changed:
            heard = self._listener.stats
            return replace(heard, skipped_s=heard.skipped_s + self._skipped_s)

    def submit(self, chunks: list[SpeechChunk]) -> None:
        """Queues chunks; never blocks."""
        if not chunks:
            return
        with self._changed:
            for chunk in chunks:
                if self._closed or not self._thread.is_alive():
                    self._skipped_s += chunk.duration_s
                else:
                    self._waiting.put(chunk)
            self._skipped_s += self._waiting.shed(self._config.max_waiting_s)
            self._changed.notify_all()

    def poll(self) -> list[Utterance]:
        """Gives what was recognised since the last time; never blocks."""
        return self._results.take()

    def finish(self) -> list[Utterance]:
        """Waits until all is heard, as long as words go on to come (`stall_s`) and `hurry` lets it.

        What is not heard by then is skipped and counted.
        """
        with self._changed:
            done = -1
            while not self._is_idle() and done != self._done:
                done = self._done
                self._wait_for_words(done)
                if time.monotonic() >= self._deadline_s:
                    break
            self._skipped_s += self._waiting.shed(0.0)
        return self._results.take()

    def hurry(self, within_s: float) -> None:
        """From now on `finish` waits so long at most; from any thread."""
        with self._changed:
            self._deadline_s = min(self._deadline_s, time.monotonic() + within_s)
            self._changed.notify_all()

    def close(self) -> None:
        """Ends the thread, which frees the recogniser; what still waits is skipped."""
        with self._changed:
            self._closed = True
            self._skipped_s += self._waiting.shed(0.0)
            self._changed.notify_all()
        self._thread.join(self._config.close_timeout_s)

    def _wait_for_words(self, done: int) -> None:
        """Until all is heard, or one chunk more than `done`, or it is too late. Holds the lock."""
        give_up_s = time.monotonic() + self._config.stall_s
        while not self._is_idle() and self._done == done:
            left_s = min(give_up_s, self._deadline_s) - time.monotonic()
            if left_s <= 0.0:
                return
            self._changed.wait(left_s)

    def _is_idle(self) -> bool:
        return not self._thread.is_alive() or not (self._busy or self._waiting)

    def _run(self) -> None:
        try:
            while (chunk := self._next()) is not None:
                heard = self._listener.hear(chunk)
                self._results.add(heard)
        finally:
            with self._changed:
                self._busy = False
                self._closed = True
                self._changed.notify_all()
            self._listener.close()

    def _next(self) -> SpeechChunk | None:
        """The next chunk to hear; None is the sentinel that ends the thread."""
        with self._changed:
            self._done += self._busy
            self._busy = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._closed or bool(self._waiting))
            if self._closed:
                return None
            self._busy = True
            return self._waiting.take()


class _Listener:
    """Hears chunks, counts, and gets over an engine's failures."""

    def __init__(
        self,
        recognizer: Recognizer,
        config: RecognitionConfig,
        clock: Callable[[], float] | None,
    ) -> None:
        self._recognizer = recognizer
        self._config = config
        self._clock = clock
        self._partials: dict[Channel, Utterance] = {}
        self._failed_segment: dict[Channel, str] = {}
        self._in_a_row = 0
        self.stats = RecognitionStats()

    def hear(self, chunk: SpeechChunk) -> list[Utterance]:
        """The utterances that the chunk leads to; none when the engine fails."""
        given_up = self._in_a_row >= self._config.max_failures
        if given_up or self._failed_segment.get(chunk.channel) == chunk.segment_id:
            return self._skip(chunk)
        try:
            utterances = self._recognizer.accept(chunk)
        except Exception as fault:  # noqa: BLE001  (an engine is other people's code)
            self._in_a_row += 1
            _log.warning("the engine failed (%d in a row)", self._in_a_row, exc_info=fault)
            self._failed_segment[chunk.channel] = chunk.segment_id
            with logged(_log, "the engine cannot be reset", Exception):
                self._recognizer.reset(chunk.channel)
            self.stats = replace(self.stats, failures=self.stats.failures + 1)
            return self._skip(chunk)
        self._in_a_row = 0
        heard_s = self.stats.heard_s + chunk.duration_s
        self.stats = replace(self.stats, heard_s=heard_s, lag_max_s=self._lag(chunk))
        for utterance in utterances:
            if utterance.is_final:
                self._partials.pop(chunk.channel, None)
            else:
                self._partials[chunk.channel] = utterance
        return utterances

    def close(self) -> None:
        """Frees the recogniser."""
        self._recognizer.close()

    def _skip(self, chunk: SpeechChunk) -> list[Utterance]:
        """Counts the chunk as not heard, and withdraws what its segment had led to."""
        self.stats = replace(self.stats, skipped_s=self.stats.skipped_s + chunk.duration_s)
        partial = self._partials.pop(chunk.channel, None)
        if partial is None:
            return []
        return [replace(partial, words=(), is_final=True, consumed_s=chunk.consumed_s)]

    def _lag(self, chunk: SpeechChunk) -> float | None:
        if self._clock is None:
            return self.stats.lag_max_s
        lag_s = max(0.0, self._clock() - chunk.consumed_s)
        return max(lag_s, self.stats.lag_max_s or 0.0)


class _Results:
    """What was recognised and not yet fetched; a partial is replaced by what follows it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._utterances: list[Utterance] = []

    def add(self, utterances: list[Utterance]) -> None:
        """Keeps them in order, without partials that are out of date."""
        if not utterances:
            return
        with self._lock:
            newer = {u.id for u in utterances}
            kept = [u for u in self._utterances if u.is_final or u.id not in newer]
            self._utterances = kept + utterances

    def take(self) -> list[Utterance]:
        """All of them, oldest first."""
        with self._lock:
            taken, self._utterances = self._utterances, []
        return taken


class _Waiting:
    """The queue: chunks of both sides, customer first. Used under the worker's lock."""

    def __init__(self) -> None:
        self._chunks: dict[Channel, deque[SpeechChunk]] = {
            Channel.CUSTOMER: deque(),
            Channel.AGENT: deque(),
        }
        self._ends: dict[Channel, SpeechChunk] = {}  # of segments that lost audio
        self._cutter = SegmentCutter("+")

    def __bool__(self) -> bool:
        return bool(self._ends) or any(self._chunks.values())

    @property
    def waiting_s(self) -> float:
        """Seconds of audio in the queue."""
        return sum(chunk.duration_s for side in self._chunks.values() for chunk in side)

    def put(self, chunk: SpeechChunk) -> None:
        """Adds to its side's end."""
        self._chunks[chunk.channel].append(chunk)

    def take(self) -> SpeechChunk:
        """The customer's next chunk, else the agent's, joined with those that belong to it."""
        channel = next(c for c in self._chunks if c in self._ends or self._chunks[c])
        if channel in self._ends:
            return self._ends.pop(channel)
        side = self._chunks[channel]
        parts = [side.popleft()]
        while side and side[0].segment_id == parts[0].segment_id and not parts[-1].is_last:
            parts.append(side.popleft())
        joined = parts[0]
        if len(parts) > 1:
            samples = np.concatenate([part.samples for part in parts])
            joined = replace(parts[-1], samples=samples, start_s=parts[0].start_s)
        joined = self._cutter.renamed(joined)
        self._cutter.sent(joined)
        return joined

    def shed(self, limit_s: float) -> float:
        """Drops chunks until at most `limit_s` waits; gives the seconds dropped.

        The agent's oldest go first.
        """
        dropped_s = 0.0
        for channel, side in reversed(self._chunks.items()):
            while side and self.waiting_s > limit_s:
                dropped = side.popleft()
                dropped_s += dropped.duration_s
                if (end := self._cutter.cut(channel, dropped.consumed_s)) is not None:
                    self._ends[channel] = end
        return dropped_s
