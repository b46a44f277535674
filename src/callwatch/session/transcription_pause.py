"""Keeps what is said in a pause (card payment) away from the recogniser.

    segment   |-- chunks --|== pause ==|-- chunks --|
    sent      |--------last|           |------------|  the rest under a name of its own

A recogniser takes the chunks of a segment for audio without a hole: so a segment that a pause
cuts is ended before it, and begins anew after it. Called by the analysis thread only.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import Channel
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance
from callwatch.speech.protocol import SpeechChunk

_NOTHING: Final = np.zeros(0, dtype=np.int16)


class TranscriptionPause:
    """Knows the pauses of one call, and lets through only what was said outside them."""

    def __init__(self) -> None:
        self._paused_from_s: float | None = None
        self._pauses: list[TimeSpan] = []
        self._open: dict[Channel, SpeechChunk] = {}  # the last chunk let through, not its last one
        self._renamed: dict[Channel, tuple[str, str]] = {}  # the feed's name, the name after a cut

    @property
    def is_paused(self) -> bool:
        """Whether a pause goes on."""
        return self._paused_from_s is not None

    def pause(self, at_s: float) -> list[SpeechChunk]:
        """A pause begins; gives the chunks that end the segments it cuts."""
        self._paused_from_s = at_s
        ends = [
            replace(chunk, samples=_NOTHING, start_s=chunk.end_s, is_last=True)
            for chunk in self._open.values()
        ]
        for chunk in self._open.values():
            original, name = self._renamed.get(chunk.channel, ("", ""))
            if name != chunk.segment_id:
                original = chunk.segment_id
            self._renamed[chunk.channel] = (original, f"{chunk.segment_id}~")
        self._open.clear()
        return ends

    def resume(self, at_s: float) -> TimeSpan:
        """The pause is over; gives its span."""
        begun_s = at_s if self._paused_from_s is None else self._paused_from_s
        span = TimeSpan(begun_s, max(at_s, begun_s))
        self._pauses.append(span)
        self._paused_from_s = None
        return span

    def let_through(self, chunks: list[SpeechChunk]) -> list[SpeechChunk]:
        """The chunks without the audio of any pause."""
        if self.is_paused:
            return []
        return [kept for chunk in chunks if (kept := self._outside(chunk)) is not None]

    def words_outside(self, utterance: Utterance) -> Utterance:
        """The utterance without words that touch a pause."""
        pauses = list(self._pauses)
        if self._paused_from_s is not None:
            pauses.append(TimeSpan(self._paused_from_s, float("inf")))
        if not pauses:
            return utterance
        kept = tuple(
            word
            for word in utterance.words
            if not any(
                word.span.start_s < pause.end_s and pause.start_s < word.span.end_s
                for pause in pauses
            )
        )
        return utterance if len(kept) == len(utterance.words) else utterance.with_words(kept)

    def _outside(self, chunk: SpeechChunk) -> SpeechChunk | None:
        """The chunk's part after the last pause, under the name that it goes by."""
        resumed_s = self._pauses[-1].end_s if self._pauses else 0.0
        if chunk.start_s < resumed_s:
            # What was cut late may hold audio from before the resumption.
            skip = min(round((resumed_s - chunk.start_s) * CALL_RATE_HZ), len(chunk.samples))
            start_s = chunk.start_s + skip / CALL_RATE_HZ
            chunk = replace(chunk, samples=chunk.samples[skip:], start_s=start_s)
        original, name = self._renamed.get(chunk.channel, ("", ""))
        if chunk.segment_id == original:
            chunk = replace(chunk, segment_id=name)
        begun = self._open.get(chunk.channel)
        if not len(chunk.samples) and (begun is None or begun.segment_id != chunk.segment_id):
            return None  # nothing of this segment lies outside the pause
        if chunk.is_last:
            self._open.pop(chunk.channel, None)
        else:
            self._open[chunk.channel] = chunk
        return chunk
