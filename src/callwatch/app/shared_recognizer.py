"""One recogniser for all calls, whose model is loaded once.

Threads: `load` and `close` from any; a SharedRecognizer is used by the worker of its call. A worker that hangs in
the engine keeps it: the next call begins at once, waits for it in its own worker, and then loads another one.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.errors import CallwatchError
from callwatch.core.log import logger_of
from callwatch.core.words import Utterance
from callwatch.speech.protocol import (
    ForeseeingRecognizer,
    RecognitionError,
    Recognizer,
    SpeechChunk,
)

_log: Final = logger_of(__name__)

# One decode of a full window on a slow machine takes half of it.
HUNG_S: Final = 10.0
CLOSE_S: Final = 0.5


class Engine:
    """A loaded recogniser, and which call has it."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.recognizer = recognizer
        self.lock = threading.Lock()
        self.owner: object = None


class EnginePool:
    """Holds the engine; `create` loads one and may raise ModelError."""

    def __init__(self, create: Callable[[], Recognizer], hung_s: float = HUNG_S) -> None:
        self._create = create
        self._loading = threading.Lock()
        self._engine: Engine | None = None
        self.hung_s = hung_s

    def load(self) -> Engine:
        """The engine, loaded when it is not."""
        with self._loading:  # wanted by the first call while the app's start still loads it
            if self._engine is None:
                self._engine = Engine(self._create())
            return self._engine

    def replace(self, hung: Engine) -> Engine:
        """Another engine in the place of one that hangs; that one is left to its thread."""
        with self._loading:
            if self._engine is hung:
                _log.error("the recogniser hangs: another one is loaded")
                self._engine = None
        return self.load()

    def close(self) -> None:
        """Free the engine, unless a thread hangs in it."""
        with self._loading:
            engine, self._engine = self._engine, None
        if engine is not None and engine.lock.acquire(timeout=CLOSE_S):
            try:
                engine.recognizer.close()
            finally:
                engine.lock.release()


class SharedRecognizer:
    """A recogniser that outlives its call: closing it only forgets the call."""

    def __init__(self, pool: EnginePool) -> None:
        self._pool = pool
        self._has_begun = False
        recognizer = pool.load().recognizer
        self.name, self.model = recognizer.name, recognizer.model
        self.language: Language | None = recognizer.language

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:
        """See Recognizer."""
        with self._engine() as recognizer:
            return recognizer.accept(chunk)

    def foresee(self, chunk: SpeechChunk) -> None:
        """See ForeseeingRecognizer; nothing for one that is none."""
        with self._engine() as recognizer:
            if isinstance(recognizer, ForeseeingRecognizer):
                recognizer.foresee(chunk)

    def reset(self, channel: Channel) -> None:
        """See Recognizer."""
        with self._engine() as recognizer:
            recognizer.reset(channel)

    def close(self) -> None:
        """Ready for the next call, unless that has begun already."""
        engine = self._pool.load()
        if engine.owner is self and engine.lock.acquire(timeout=CLOSE_S):
            try:
                _forget(engine.recognizer)
            finally:
                engine.lock.release()

    @contextmanager
    def _engine(self) -> Iterator[Recognizer]:
        """The engine for this call alone; RecognitionError when a later call has it."""
        engine = self._pool.load()
        if not engine.lock.acquire(timeout=self._pool.hung_s):
            engine = self._another(engine)
        try:
            if engine.owner is not self:
                if self._has_begun and engine.owner is not None:
                    raise RecognitionError("the next call has begun")
                _forget(engine.recognizer)
                engine.owner, self._has_begun = self, True
            yield engine.recognizer
        finally:
            engine.lock.release()

    def _another(self, hung: Engine) -> Engine:
        try:
            engine = self._pool.replace(hung)
        except CallwatchError as exc:
            raise RecognitionError("no other recogniser can be loaded") from exc
        engine.lock.acquire()
        return engine


def _forget(recognizer: Recognizer) -> None:
    for channel in CHANNELS:
        recognizer.reset(channel)
