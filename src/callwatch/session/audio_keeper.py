"""Keeps the sound of one call as it goes by, a minute behind it: by then its words are known.

Blocks wait in memory until the recogniser has had its say, so what must not be kept never reaches
the disk, not even in an unfinished file. Called by the analysis thread alone.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from callwatch.core.audio import CallBlock, Samples
from callwatch.core.channels import CHANNELS, Language
from callwatch.core.errors import CallwatchError, OutputError
from callwatch.core.events import Event, InputWarning, UtteranceFinished, UtteranceRevised
from callwatch.core.facts import Fact
from callwatch.redaction.audio_redaction import AudioRedactionConfig, AudioRedactor

WITHOUT_WORDS: Final = Fact("source", {"what": "audio_without_words"})
NOT_UNDERSTOOD: Final = Fact("source", {"what": "audio_not_understood"})


def not_written(error: CallwatchError) -> Fact:
    """The disk did not take the sound, or it cannot be encrypted."""
    return Fact("source", {"what": "audio_not_written", "reason": str(error).rstrip(".")})


@dataclass(frozen=True, slots=True)
class KeeperConfig:
    """How long sound waits for its words; the default with its reason."""

    # The longest segment (17 s), what may wait for a slow recogniser (15 s), the time it takes,
    # and a number's next group; a minute of both sides is 4 MB.
    wait_s: float = 60.0
    write_s: float = 2.0  # so much is written at a time: what may be kept is worked out less often


class SoundFile(Protocol):
    """Where the sound goes; `write` and `close` raise OutputError."""

    def write(self, samples: Samples) -> None:
        """int16 (2, n) at CALL_RATE_HZ."""

    def close(self) -> None:
        """Make the file whole; it keeps its unfinished name."""

    def discard(self) -> None:
        """Take the file away."""


class AudioKeeper:
    """Takes the blocks and the events of a call; `fault` says why nothing is kept (any more)."""

    def __init__(
        self,
        file: SoundFile,
        language: Language,
        config: KeeperConfig | None = None,
        keep: AudioRedactionConfig | None = None,
    ) -> None:
        self._file = file
        self._config = config or KeeperConfig()
        self._keepable = AudioRedactor(language, keep)
        self._waiting: deque[CallBlock] = deque()
        self._silent_from_s = math.inf
        self._kept_any = False
        self._closed = False
        self.fault: Fact | None = None

    @property
    def waiting_s(self) -> float:
        """Seconds of sound in memory."""
        return self._waiting[-1].end_s - self._waiting[0].start_s if self._waiting else 0.0

    def add(self, block: CallBlock) -> None:
        """The next block of the call."""
        if self.fault is not None or self._closed:
            return
        self._waiting.append(block)
        if self.waiting_s >= self._config.wait_s + self._config.write_s:
            self._write_until(block.end_s - self._config.wait_s)

    def on_event(self, event: Event) -> None:
        """A sink for the events of the call."""
        match event:
            case UtteranceFinished() | UtteranceRevised():
                self._keepable.hear(event.utterance)
            case InputWarning(code="paused"):
                self._keepable.pause(event.time_s)
            case InputWarning(code="resumed", span=span) if span is not None:
                self._keepable.resume(span)
            case InputWarning(code="language_mismatch"):
                # What was kept was understood; numbers in another language would not be found.
                self._silent_from_s = min(self._silent_from_s, event.time_s)

    def close(self) -> bool:
        """No more words come: write the rest. Whether there is a whole file with sound in it."""
        if self._closed:
            return self.fault is None
        self._write_until(float("inf"))
        self._closed = True
        if self.fault is None and not self._kept_any:
            self._give_up(NOT_UNDERSTOOD)
        if self.fault is None:
            try:
                self._file.close()
            except OutputError as exc:
                self._give_up(not_written(exc))
        return self.fault is None

    def discard(self) -> None:
        """Keep nothing of this call."""
        self._closed = True
        self._waiting.clear()
        self._file.discard()

    def _write_until(self, time_s: float) -> None:
        """Write the waiting blocks that end before `time_s`."""
        while self._waiting and self._waiting[0].end_s <= time_s and self.fault is None:
            self._write(self._next_blocks(time_s))

    def _next_blocks(self, until_s: float) -> list[CallBlock]:
        """Blocks of about `write_s` together, taken from those that wait."""
        blocks = [self._waiting.popleft()]
        end_s = min(until_s, blocks[0].start_s + self._config.write_s)
        while self._waiting and self._waiting[0].end_s <= end_s:
            blocks.append(self._waiting.popleft())
        return blocks

    def _write(self, blocks: list[CallBlock]) -> None:
        said = np.concatenate([block.samples for block in blocks], axis=1)
        samples = np.zeros(said.shape, dtype=np.int16)
        for channel in CHANNELS if blocks[-1].end_s <= self._silent_from_s else ():
            row = said[channel.index]
            gains = self._keepable.gains(channel, blocks[0].start_s, len(row))
            if gains.any():
                samples[channel.index] = np.round(row * gains).astype(np.int16)
                self._kept_any = True
        try:
            self._file.write(samples)
        except OutputError as exc:
            # A full disk costs the recording, not the call.
            self._give_up(not_written(exc))
        self._keepable.forget_before(blocks[-1].end_s)

    def _give_up(self, fault: Fact) -> None:
        if self.fault is None:
            self.fault = fault
            self._waiting.clear()
            self._file.discard()
