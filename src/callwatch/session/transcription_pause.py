"""Keeps what is said in a pause (card payment) away from the recogniser.

A segment that a pause cuts is ended before it, and its rest is a segment of its own. Called by the
analysis thread only.
"""

from dataclasses import replace

from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import CHANNELS
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance
from callwatch.speech.protocol import SpeechChunk
from callwatch.speech.segment_cutter import SegmentCutter


class TranscriptionPause:
    """Knows the pauses of one call, and lets through only what was said outside them."""

    def __init__(self) -> None:
        self._paused_from_s: float | None = None
        self._pauses: list[TimeSpan] = []
        self._cutter = SegmentCutter("~")

    @property
    def is_paused(self) -> bool:
        """Whether a pause goes on."""
        return self._paused_from_s is not None

    def pause(self, at_s: float) -> list[SpeechChunk]:
        """A pause begins; gives the chunks that end the segments it cuts."""
        self._paused_from_s = at_s
        ends = (self._cutter.cut(channel, at_s) for channel in CHANNELS)
        return [end for end in ends if end is not None]

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
        chunk = self._cutter.renamed(chunk)
        if not len(chunk.samples) and not self._cutter.has_begun(chunk):
            return None  # nothing of this segment lies outside the pause
        self._cutter.sent(chunk)
        return chunk
