"""Threats in the words of an utterance: sentences are put before the matcher, and its scores
weighed by how well the words were heard.
"""

from dataclasses import dataclass
from typing import Protocol

from callwatch.core.cues import ThreatCategory
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.detectors.sentences import sentence_spans
from callwatch.phrases.matcher import PhraseMatch
from callwatch.phrases.words import words_under


class Matches(Protocol):
    """What finds threats in a text; `PhraseMatcher` does."""

    def match(self, text: str, *, thorough: bool = True) -> list[PhraseMatch]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Found:
    """A threat in some words; `first` is the place of its first word."""

    category: ThreatCategory
    score: float
    span: TimeSpan
    evidence: Fact
    first: int


class ThreatReader:
    """Words in, threats out; ThreatConfig explains the bars. Keeps no state."""

    def __init__(
        self,
        matcher: Matches,
        *,
        min_score: float,
        min_score_without_rule: float,
        unsure_word_weight: float,
    ) -> None:
        self._matcher = matcher
        self._min_score = min_score
        self._min_score_without_rule = min_score_without_rule
        self._unsure_word_weight = unsure_word_weight

    def find_surely(self, words: tuple[Word, ...]) -> list[Found]:
        """What is left of a quick reading's finds when the words are read thoroughly."""
        if not self.find(words, thorough=False):
            return []
        return self.find(words)

    def find(self, words: tuple[Word, ...], seam: int = 0, *, thorough: bool = True) -> list[Found]:
        """The surest match of each category, scored by how well the words were heard.

        Rules read everything, because what makes a phrase harmless may stand a sentence away; likeness
        is judged sentence by sentence. `seam`: where two utterances were put together.
        Partial results come several times a second: they are not read thoroughly.
        """
        best: dict[ThreatCategory, Found] = {}
        spans = sentence_spans(words, seam)
        whole = (0, len(words))
        for span in spans if whole in spans else [whole, *spans]:
            said = " ".join(word.text for word in words[slice(*span)])
            only_rules = span == whole and len(spans) > 1
            for match in self._matcher.match(said, thorough=thorough and not only_rules):
                if len(spans) > 1 and match.by_rule is not only_rules:
                    continue
                found = self._judge(match, words, span)
                known = best.get(match.category)
                if found is not None and (known is None or found.score > known.score):
                    best[match.category] = found
        return list(best.values())

    def _judge(
        self, match: PhraseMatch, words: tuple[Word, ...], span: tuple[int, int]
    ) -> Found | None:
        """The match over `words[span]` with its score; None when it is too unsure."""
        said = words_under(words[slice(*span)], match.start, match.end)
        if not said:
            return None
        heard = sum(min(1.0, max(0.0, word.confidence)) for word in said) / len(said)
        low = self._unsure_word_weight
        score = match.score * (low + (1.0 - low) * heard)
        if score < (self._min_score if match.by_rule else self._min_score_without_rule):
            return None
        place = span[0] + words[slice(*span)].index(said[0])
        when = TimeSpan(said[0].span.start_s, max(word.span.end_s for word in said))
        return Found(match.category, score, when, match.evidence, place)


def laid_over(utterance: Utterance, text: str) -> tuple[Word, ...]:
    """Another reading's words with the times of the words in the same place, all equally sure."""
    heard = utterance.words
    texts = text.split()
    sure = sum(word.confidence for word in heard) / len(heard)
    return tuple(
        Word(text, heard[i * len(heard) // len(texts)].span, sure) for i, text in enumerate(texts)
    )
