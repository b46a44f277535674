"""What a recogniser is: audio of one side in, utterances with word times out.

Threads: one worker thread calls every method; a recogniser needs no locks.
"""

from dataclasses import dataclass
from typing import Protocol

from callwatch.core.audio import Samples
from callwatch.core.channels import Channel, Language
from callwatch.core.words import Utterance


@dataclass(frozen=True, eq=False, slots=True)
class SpeechChunk:
    """Voiced audio of one side: int16 (n,) at 16 kHz, starting at `start_s` on the call clock.

    Chunks of one voiced segment follow each other without a hole and share `segment_id`;
    `is_last` marks the end of the segment (its samples may be empty). `end_s` of the chunk is
    the stream time that had been consumed when it was cut.
    """

    channel: Channel
    segment_id: str
    samples: Samples
    start_s: float
    consumed_s: float
    is_last: bool = False


class Recognizer(Protocol):
    """A speech recogniser with one stream a channel.

    `accept` takes the next chunk and gives the partial and finished utterances that it led
    to (none, one or several). Word times are on the call clock. An utterance's `consumed_s` is
    that of the last chunk that it needed. `reset` forgets a channel's unfinished utterance after
    an error. `close` frees the model.
    """

    name: str
    model: str | None
    language: Language | None

    def accept(self, chunk: SpeechChunk) -> list[Utterance]: ...

    def reset(self, channel: Channel) -> None: ...

    def close(self) -> None: ...
