"""Words with their times, as a recogniser heard them."""

from dataclasses import dataclass, replace

from callwatch.core.channels import Channel
from callwatch.core.spans import TimeSpan


@dataclass(frozen=True, slots=True)
class Word:
    """One word on the call clock; `confidence` 0..1."""

    text: str
    span: TimeSpan
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """What the recogniser may have heard instead of a whole utterance; `share` 0..1 of its belief."""

    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one side said in one go.

    `id` is the same for the partial results and the finished utterance that follows them.
    `consumed_s` is the stream time at which all the audio that the result needed had been
    consumed (the recogniser's compute time is not in it). `alternatives`: other readings of a
    finished utterance, for whoever weighs its words; they are neither kept nor shown.
    """

    id: str
    channel: Channel
    words: tuple[Word, ...]
    is_final: bool
    consumed_s: float
    alternatives: tuple[Alternative, ...] = ()

    @property
    def text(self) -> str:
        """The words as one line."""
        return " ".join(word.text for word in self.words)

    @property
    def span(self) -> TimeSpan:
        """From the first word to the last; an empty span at `consumed_s` without words."""
        if not self.words:
            return TimeSpan(self.consumed_s, self.consumed_s)
        return TimeSpan(self.words[0].span.start_s, max(w.span.end_s for w in self.words))

    def with_words(self, words: tuple[Word, ...]) -> "Utterance":
        """The same utterance with other words (for masking); its alternatives are gone."""
        return replace(self, words=words, alternatives=())
