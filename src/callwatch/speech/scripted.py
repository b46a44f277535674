"""A recogniser that reads its words from a script: whole calls can be written in a test."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.speech.protocol import SpeechChunk

_TAIL_S: Final = 0.25  # a script's last word may end a little after the voice


@dataclass(frozen=True, slots=True)
class ScriptedUtterance:
    """What `channel` says from `start_s` to `end_s`; the words share the time evenly."""

    channel: Channel
    start_s: float
    end_s: float
    text: str
    confidence: float = 1.0

    def words(self) -> tuple[Word, ...]:
        """The words with their times."""
        texts = self.text.split()
        step_s = (self.end_s - self.start_s) / max(1, len(texts))
        return tuple(
            Word(
                text,
                TimeSpan(self.start_s + i * step_s, self.start_s + (i + 1) * step_s),
                self.confidence,
            )
            for i, text in enumerate(texts)
        )


class ScriptedRecognizer:
    """Hears a word of the script once the voiced audio has passed the word's end.

    A word counts for the segment in which it begins. Partial results follow every chunk that
    brings new words; the finished utterance comes with the segment's last chunk.
    """

    name = "scripted"

    def __init__(
        self, script: Iterable[ScriptedUtterance], language: Language | None = None
    ) -> None:
        self.model: str | None = None
        self.language = language
        self._words: dict[Channel, list[Word]] = {channel: [] for channel in Channel}
        for line in sorted(script, key=lambda line: line.start_s):
            self._words[line.channel].extend(line.words())
        self._heard: dict[Channel, Utterance | None] = dict.fromkeys(Channel)

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:
        """Gives the words that end before the chunk does."""
        words = self._words[chunk.channel]
        before = self._heard[chunk.channel]
        if before is None or before.id != chunk.segment_id:
            before = Utterance(chunk.segment_id, chunk.channel, (), False, chunk.consumed_s)
            while words and words[0].span.end_s <= chunk.start_s:
                words.pop(0)  # said where no voice was passed on
        limit_s = chunk.end_s + (_TAIL_S if chunk.is_last else 0.0)
        new = []
        while words and words[0].span.end_s <= limit_s + 1e-6:
            new.append(words.pop(0))
        heard = replace(
            before,
            words=before.words + tuple(new),
            is_final=chunk.is_last,
            consumed_s=chunk.consumed_s,
        )
        self._heard[chunk.channel] = None if chunk.is_last else heard
        return [heard] if heard.words and (new or chunk.is_last) else []

    def reset(self, channel: Channel) -> None:
        """Forgets the unfinished utterance."""
        self._heard[channel] = None

    def close(self) -> None:
        """Has nothing to free."""
