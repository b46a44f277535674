"""Words of thanks and delight, and those that greet: where they are meant.

    "oh my gosh thank you so much"            meant
    "thanks for nothing"                      an ironic phrase
    "great, I have waited for three weeks"    a complaint stands beside it

The words are data, one file per language in friendly_words/.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from callwatch.core.channels import Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Word

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FriendlyLexicon:
    """`warm` phrases of thanks, praise and delight; `greetings` and goodbyes.

    `irony` are phrases that mean the opposite; `cancels`, negations and complaints, make those that
    stand within `reach` words doubtful.
    """

    warm: frozenset[Phrase]
    greetings: frozenset[Phrase]
    irony: frozenset[Phrase]
    cancels: frozenset[Phrase]
    reach: int = 8

    def warm_spans(self, words: Sequence[Word]) -> list[TimeSpan]:
        """When thanks and delight were said and meant."""
        plain, at = _positions(words)
        doubtful = self._found(plain, self.cancels) + self._found(plain, self.irony)
        return [
            _span(words, at, first, end)
            for first, end in self._found(plain, self.warm)
            if not any(first - self.reach < stop and start < end + self.reach
                       for start, stop in doubtful)
        ]  # fmt: skip

    def greeting_spans(self, words: Sequence[Word]) -> list[TimeSpan]:
        """When somebody greeted or said goodbye."""
        plain, at = _positions(words)
        return [_span(words, at, first, end) for first, end in self._found(plain, self.greetings)]

    @staticmethod
    def _found(plain: list[str], phrases: frozenset[Phrase]) -> list[tuple[int, int]]:
        """Where the phrases stand: (first, end) in words."""
        lengths = sorted({len(phrase) for phrase in phrases})
        return [
            (first, first + length)
            for first in range(len(plain))
            for length in lengths
            if first + length <= len(plain) and tuple(plain[first : first + length]) in phrases
        ]


@cache
def friendly_lexicon(language: Language) -> FriendlyLexicon:
    """The friendly words of a language."""
    source = files("callwatch.detectors").joinpath("friendly_words", f"{language.value}.json")
    data: dict[str, list[str]] = json.loads(source.read_text(encoding="utf-8"))

    def phrases(*names: str) -> frozenset[Phrase]:
        return frozenset(tuple(_plain(text)) for name in names for text in data[name])

    return FriendlyLexicon(
        warm=phrases("delight", "thanks"),
        greetings=phrases("greetings"),
        irony=phrases("irony"),
        cancels=phrases("cancels"),
    )


def _positions(words: Sequence[Word]) -> tuple[list[str], list[int]]:
    """The plain words, and which of `words` each comes from."""
    pairs = [(plain, i) for i, word in enumerate(words) for plain in _plain(word.text)]
    return [plain for plain, _ in pairs], [i for _, i in pairs]


def _span(words: Sequence[Word], at: list[int], first: int, end: int) -> TimeSpan:
    return TimeSpan(words[at[first]].span.start_s, words[at[end - 1]].span.end_s)


def _plain(text: str) -> list[str]:
    """Lower case words without marks."""
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text.lower().replace("’", "'"))
