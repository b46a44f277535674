"""What the classifier sees of an utterance: words, word pairs, word classes, parts of words, rules.

Every feature is a 32-bit number (crc32 of its name, the same on every machine) with the words
that carry it, so that a decision can be led back to words.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from zlib import crc32

from callwatch.phrases.grammar import Anchor, single_words
from callwatch.phrases.pack import Pack
from callwatch.phrases.rules import Hit, fits
from callwatch.phrases.text import NormText

# (feature, first word, last word + 1)
Feature = tuple[int, int, int]

# Parts of words of these lengths catch inflection, compounds and misspelling.
_PART_LENGTHS: Final = (3, 4, 5)
_WORD_MEMORY: Final = 20_000


class FeatureReader:
    """Features of texts in one language; the pack's one-word classes are part of them."""

    def __init__(self, pack: Pack) -> None:
        exact: dict[str, list[str]] = {}
        opened: list[tuple[Anchor, str]] = []
        for name, entries in pack.classes.items():
            for anchor in single_words(entries):
                if anchor[0] == "=":
                    exact.setdefault(anchor[1], []).append(name)
                else:
                    opened.append((anchor, name))
        self._exact = exact
        self._opened = opened
        self.word = lru_cache(maxsize=_WORD_MEMORY)(self._word)

    def _word(self, word: str) -> tuple[str, tuple[int, ...]]:
        """The word's class sign (or the word itself), and its own features."""
        names = self._exact.get(word, []) + [n for anchor, n in self._opened if fits(anchor, word)]
        own = [_code(f"w={word}"), *(_code(f"c={name}") for name in dict.fromkeys(names))]
        edged = f"_{word}_"
        if len(word) > 3:
            parts = {edged[i : i + n] for n in _PART_LENGTHS for i in range(len(edged) - n + 1)}
            own += sorted(_code(f"p={part}") for part in parts)
        return (f"<{names[0]}>" if names else word), tuple(own)

    def read(self, text: NormText, hits: Iterable[Hit], guards: Iterable[Hit]) -> list[Feature]:
        """All features of the text and of what the rules found in it."""
        words = [word.text for word in text.words]
        known = [self.word(word) for word in words]
        signs = [sign for sign, _ in known]
        out: list[Feature] = []
        for i, (_, own) in enumerate(known):
            out += [(code, i, i + 1) for code in own]
        padded = ["^", *words, "$"]
        out += _pairs("b", padded, 1)
        out += _triples("t", padded)
        out += _pairs("m", ["^", *signs, "$"], 1)
        out += _triples("n", ["^", *signs, "$"])
        out += _pairs("s", signs, 2)
        out += _pairs("u", signs, 3)
        for hit in hits:
            strength = "strong" if hit.rule.strong else "weak"
            out.append((_code(f"r={hit.rule.labels[0]}/{strength}"), hit.first, hit.last))
        for hit in guards:
            out += [(_code(f"g={label}"), hit.first, hit.last) for label in hit.rule.labels]
        return out


def _pairs(kind: str, words: list[str], step: int) -> list[Feature]:
    shift = 1 if words and words[0] == "^" else 0
    return [
        (_code(f"{kind}={words[i]} {words[i + step]}"), max(0, i - shift), i + step + 1 - shift)
        for i in range(len(words) - step)
    ]


def _triples(kind: str, words: list[str]) -> list[Feature]:
    return [
        (_code(f"{kind}={words[i]} {words[i + 1]} {words[i + 2]}"), max(0, i - 1), i + 2)
        for i in range(len(words) - 2)
    ]


def _code(name: str) -> int:
    return crc32(name.encode())
