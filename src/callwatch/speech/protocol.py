"""What a recogniser is: audio of one side in, utterances with word times out.

Threads: one worker thread calls every method; a recogniser needs no locks.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.channels import Channel, Language
from callwatch.core.words import Utterance


@dataclass(frozen=True, eq=False, slots=True)
class SpeechChunk:
    """Voiced audio of one side: int16 (n,) at 16 kHz, starting at `start_s` on the call clock.

    Chunks of one voiced segment follow each other without a gap and share `segment_id`;
    `is_last` marks the end of the segment (its samples may be empty). `consumed_s` is the
    stream time that had been consumed when the chunk was cut: a little more than its end,
    because the voice decision comes late.
    """

    channel: Channel
    segment_id: str
    samples: Samples
    start_s: float
    consumed_s: float
    is_last: bool = False

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / CALL_RATE_HZ

    @property
    def end_s(self) -> float:
        """Call time just after the last sample."""
        return self.start_s + self.duration_s


class RecognitionError(Exception):
    """The engine failed on this chunk; after `reset` the next segment can be recognised again."""


class Recognizer(Protocol):
    """A speech recogniser with one stream a channel.

    `accept` takes the next chunk and gives the partial and finished utterances that it led
    to (none, one or several). Word times are on the call clock. An utterance's `consumed_s` is
    that of the last chunk that it needed. A chunk may hold many seconds: a worker that lags
    behind joins what waits, and then wants one partial result for all of it. A finished
    utterance without words withdraws the partial results of the same id. `accept` raises
    RecognitionError when the engine fails; `reset` then forgets the channel's unfinished
    utterance. `close` frees the model.
    """

    name: str
    model: str | None
    language: Language | None

    def accept(self, chunk: SpeechChunk) -> list[Utterance]: ...

    def reset(self, channel: Channel) -> None: ...

    def close(self) -> None: ...


@runtime_checkable
class ForeseeingRecognizer(Protocol):
    """A recogniser that gains by knowing which chunks will come, as it does in a recording.

    `foresee` takes them in their order, before `accept` does, and decides nothing: what is
    accepted leads to the same utterances, at the same chunk.
    """

    def foresee(self, chunk: SpeechChunk) -> None: ...
