"""Words that were written without the letters å ä ö æ ø, or with a neighbour's, as a pack writes them.

sagsoege -> sagsøge     anmæler -> anmäler     slar -> slar (too short to be sure)
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from callwatch.phrases.grammar import Choice, Literal, Sequence

# Short words, and words that end in many ways, often differ by such a letter alone (har, här; spara,
# spåra): a word that has merely lost it must be a whole one, and as long as this.
_SHORTEST: Final = 5
_SHORTEST_BARE: Final = 8
_SPECIAL: Final = re.compile("[åäöæø]")
_PAIRS: Final = re.compile("aa|ae|oe")
_BARE: Final = re.compile("aa|ae|oe|[åäæöø]")
_WORD_MEMORY: Final = 20_000


class SpokenForms(Mapping[str, tuple[str, ...]]):
    """What each word is read as: the pack's rewrites, and words of its patterns spelt otherwise."""

    def __init__(
        self, rewrites: Mapping[str, tuple[str, ...]], patterns: Iterable[Sequence]
    ) -> None:
        self._rewrites = dict(rewrites)
        words = {word for pattern in patterns for word in _literals(pattern)}
        self._known = words | self._rewrites.keys()
        letters = set("".join(words))
        self._foreign = set("äöæø") - letters  # of the neighbours: no pack uses both pairs
        self._exact = _by_bare(word for word in words if "*" not in word)
        self._stems = _by_bare(word[:-1] for word in words if word.endswith("*"))
        self._spelt = lru_cache(maxsize=_WORD_MEMORY)(self._spell)

    def __getitem__(self, word: str) -> tuple[str, ...]:
        spelt = self._spelt(word)
        if spelt == word and word not in self._rewrites:
            raise KeyError(word)
        return self._rewrites.get(spelt, (spelt,))

    def __iter__(self) -> Iterator[str]:
        return iter(self._rewrites)

    def __len__(self) -> int:
        return len(self._rewrites)

    def _spell(self, word: str) -> str:
        if len(word) < _SHORTEST or word in self._known:
            return word
        otherwise = _PAIRS.search(word) or not self._foreign.isdisjoint(word)
        lost = len(word) >= _SHORTEST_BARE and not _SPECIAL.search(word)
        if (otherwise or lost) and (spelt := self._exact.get(_bare(word))):
            return spelt
        for size in range(len(word) if otherwise else 0, _SHORTEST - 1, -1):
            if stem := self._stems.get(_bare(word[:size])):
                return stem + word[size:]
        return word


def _literals(pattern: Sequence) -> Iterator[str]:
    """Every word and stem of a pattern."""
    for node in pattern:
        match node:
            case Literal(text) if not text.startswith("*"):
                yield text
            case Choice(options, _):
                for option in options:
                    yield from _literals(option)
            case _:
                pass


def _by_bare(words: Iterable[str]) -> dict[str, str]:
    """Words with special letters by their bare spelling; where two share one, neither."""
    out: dict[str, str] = {}
    for word in sorted(words):
        if len(word) >= _SHORTEST and _SPECIAL.search(word):
            bare = _bare(word)
            out[bare] = word if bare not in out else ""
    return out


def _bare(word: str) -> str:
    """The word without special letters and without the pairs that stand for them."""
    return _BARE.sub(lambda found: "o" if found.group() in ("oe", "ö", "ø") else "a", word)
