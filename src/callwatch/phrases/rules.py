"""The rules of a pack, ready to search: which hits, which guards, over which words."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from callwatch.phrases.grammar import Anchor, Classes, Gap, Sequence, anchors, to_regex
from callwatch.phrases.pack import Rule
from callwatch.phrases.text import BOUNDARY, NormText

# Words that the anchor table remembers; a call uses some thousands.
_WORD_MEMORY = 20_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule matched the words [first, last)."""

    rule: Rule
    first: int
    last: int

    def overlaps(self, first: int, last: int) -> bool:
        """Whether the hit shares a word with [first, last)."""
        return self.first < last and first < self.last


class _Searcher:
    """One pattern, compiled when first needed: most patterns of a pack never are."""

    __slots__ = ("_classes", "_reach", "_regex", "_sequence", "rule")

    def __init__(
        self, rule: Rule, sequence: Sequence, classes: Classes, *, reach: bool = False
    ) -> None:
        self.rule = rule
        self._reach = reach
        self._sequence = sequence
        self._classes = classes
        self._regex: re.Pattern[str] | None = None

    def find(self, text: NormText) -> list[tuple[int, int]]:
        if self._regex is None:
            body = to_regex(self._sequence, self._classes)
            if self._reach and isinstance(self._sequence[-1], Gap):
                body = body.removesuffix("?")
            self._regex = re.compile("(?<= )" + body)
        return [text.word_range(*found.span()) for found in self._regex.finditer(text.line)]


class RuleSet:
    """Searches many rules in one text, trying only those of which an anchor word is there.

    With `reach` a gap at the end of a pattern takes in the words that follow (guards); without,
    it takes none, so that a hit names no more words than it needs.
    """

    def __init__(self, rules: Iterable[Rule], classes: Classes, *, reach: bool = False) -> None:
        self._patterns: list[_Searcher] = []
        self._unless: dict[str, list[_Searcher]] = {}
        self._exact: dict[str, list[int]] = {}
        self._open: list[tuple[Anchor, int]] = []
        self._always: list[int] = []
        for rule in rules:
            for sequence in rule.patterns:
                self._index(sequence, classes, len(self._patterns))
                self._patterns.append(_Searcher(rule, sequence, classes, reach=reach))
            if rule.unless:
                self._unless[rule.id] = [
                    _Searcher(rule, sequence, classes) for sequence in rule.unless
                ]
        self._indices_of = lru_cache(maxsize=_WORD_MEMORY)(self._indices)

    def _index(self, sequence: Sequence, classes: Classes, number: int) -> None:
        found = anchors(sequence, classes)
        if found is None:
            self._always.append(number)
            return
        for anchor in found:
            if anchor[0] == "=":
                self._exact.setdefault(anchor[1], []).append(number)
            else:
                self._open.append((anchor, number))

    def _indices(self, word: str) -> frozenset[int]:
        opened = (number for anchor, number in self._open if fits(anchor, word))
        return frozenset((*self._exact.get(word, ()), *opened))

    def search(self, text: NormText) -> list[Hit]:
        """Every hit, in the order of the pack, then of the text."""
        wanted: set[int] = set(self._always)
        for form in {word.text for word in text.words}:
            wanted |= self._indices_of(form)
        hits: list[Hit] = []
        for number in sorted(wanted):
            searcher = self._patterns[number]
            found = searcher.find(text)
            if found and not any(
                guard.find(text) for guard in self._unless.get(searcher.rule.id, ())
            ):
                hits += [
                    Hit(searcher.rule, first, _end(text, last) if searcher.rule.quotes else last)
                    for first, last in found
                    if last > first
                ]
        return hits


def _end(text: NormText, last: int) -> int:
    """The first word of the next sentence after the word before `last`."""
    boundary = text.line.find(f" {BOUNDARY}", text.starts[last - 1])
    return bisect_right(text.starts, boundary)


def fits(anchor: Anchor, word: str) -> bool:
    """Whether a word looks as the anchor asks."""
    sign, part = anchor
    if sign == "=":
        return word == part
    if sign == "^":
        return word.startswith(part)
    return word.endswith(part) if sign == "$" else part in word
