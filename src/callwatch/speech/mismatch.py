"""Notices that a call is not in the language that was set.

The language is set, never guessed. A recogniser of another language hears few words, and doubts
those: of the voiced time of one side only a small part is then covered by words it is sure of.

Sure share = sum over words of (length * confidence) / voiced time, over the last `window_s`.
Whisper tiny.en, measured: 0.57-0.87 on six sides of real English calls; 0-0.5, on average 0.35, on
sentences of synthetic Swedish, Danish and Norwegian and on Korean speech. Vosk hardly doubts: its
Korean model gives English words 0.55-0.88 and its own language on the telephone 0.82. There the model's
name says its language, and one of another language is refused before the call.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from callwatch.core.channels import Channel, Language
from callwatch.core.facts import Fact
from callwatch.core.words import Utterance
from callwatch.speech.protocol import SpeechChunk


@dataclass(frozen=True, slots=True)
class MismatchConfig:
    """When a mismatch is reported. Each default with its reason."""

    # So much speech of one side, some three minutes of a call: a name, an address or a few mumbled
    # sentences are not a language.
    window_s: float = 45.0
    # Shorter segments are listening words ("mm-hm", "okay then"), of which no recogniser is sure.
    least_segment_s: float = 1.5
    rolls_s: float = 0.7  # of each segment is silence before and behind the voice
    least_sure: float = 0.45  # between the shares of a right and of a wrong language
    patience_s: float = 8.0  # words come within 3 s of their segment's end, later on a slow machine


@dataclass(slots=True)
class _Segment:
    """A voiced segment: how long, and how much of it is covered by sure words."""

    id: str
    end_s: float = 0.0
    voiced_s: float = 0.0
    sure_s: float = 0.0


class LanguageCheck:
    """Chunks and utterances in; one fact for each side that is probably in another language.

    Called by the analysis thread.
    """

    def __init__(self, language: Language, config: MismatchConfig | None = None) -> None:
        self._language = language
        self._config = config or MismatchConfig()
        self._segments: dict[Channel, deque[_Segment]] = {c: deque() for c in Channel}
        self._warned: set[Channel] = set()
        self._now_s = 0.0
        self._skipped_s = 0.0
        self._lag_s = 0.0

    def note_recognition(self, skipped_s: float, lag_s: float) -> None:
        """How much speech was skipped so far, and how late words have come at most.

        Speech that nobody listened to has no words in any language: what is known is forgotten.
        """
        self._lag_s = lag_s
        if skipped_s > self._skipped_s:
            self._skipped_s = skipped_s
            for segments in self._segments.values():
                segments.clear()

    def observe(self, chunks: Iterable[SpeechChunk], utterances: Iterable[Utterance]) -> list[Fact]:
        """Takes what was fed and what was heard since the last time; gives what is to be said.

        Utterances may come later than their chunks by any time.
        """
        for chunk in chunks:
            segment = self._segment(chunk.channel, chunk.segment_id)
            segment.voiced_s += chunk.duration_s
            segment.end_s = chunk.end_s
            self._now_s = max(self._now_s, chunk.end_s)
        for utterance in utterances:
            self._add(utterance)
        return [self._fact(channel) for channel in Channel if self._is_wrong(channel)]

    def _segment(self, channel: Channel, name: str) -> _Segment:
        segments = self._segments[channel]
        if not segments or segments[-1].id != name:
            segments.append(_Segment(name))
            while self._voiced_s(self._finished(channel)[1:]) > self._config.window_s:
                segments.popleft()
        return segments[-1]

    def _add(self, utterance: Utterance) -> None:
        if not utterance.is_final:
            return
        sure_s = sum(word.span.duration_s * word.confidence for word in utterance.words)
        for segment in self._segments[utterance.channel]:
            if utterance.id == segment.id or utterance.id.startswith(f"{segment.id}."):
                segment.sure_s += sure_s

    def _finished(self, channel: Channel) -> list[_Segment]:
        """The segments that are more than listening words, and whose words have had time to come."""
        latest_s = self._now_s - self._config.patience_s - self._lag_s
        shortest_s = self._config.least_segment_s + self._config.rolls_s
        return [
            segment
            for segment in self._segments[channel]
            if segment.end_s <= latest_s and segment.voiced_s >= shortest_s
        ]

    def _voiced_s(self, segments: Iterable[_Segment]) -> float:
        return sum(segment.voiced_s - self._config.rolls_s for segment in segments)

    def _is_wrong(self, channel: Channel) -> bool:
        finished = self._finished(channel)
        voiced_s = self._voiced_s(finished)
        if channel in self._warned or voiced_s < self._config.window_s:
            return False
        if sum(segment.sure_s for segment in finished) / voiced_s >= self._config.least_sure:
            return False
        self._warned.add(channel)
        return True

    def _fact(self, channel: Channel) -> Fact:
        params = {"channel": channel.value, "language": self._language.value}
        return Fact("language_mismatch", params)
