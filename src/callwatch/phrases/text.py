"""Text as words: what rules and the classifier read, with the way back to the characters."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Stands between sentences in the matching line; no word can be it.
BOUNDARY: Final = "¶"

# What has no width: soft hyphens, joiners, byte order marks. It may lie within a word.
_UNSEEN: Final = "\u00ad\u200b-\u200f\u2060\ufeff"
# A letter or digit, then letters, digits, combining marks and inner apostrophes; or a sentence end.
_TOKEN: Final = re.compile(rf"[^\W_](?:[^\W_]|[\u0300-\u036f{_UNSEEN}]|['’´`](?=[^\W_]))*|[.!?;…]+")
# Nobody starts again with more words than these.
_REPEATED: Final = 4
_APOSTROPHES: Final = re.compile(r"['’´`]")
_UNSEEN_SIGNS: Final = re.compile(f"[{_UNSEEN}]")


@dataclass(frozen=True, slots=True)
class NormWord:
    """One word as rules see it; `start` and `end` are character offsets in the original text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NormText:
    """An utterance as words.

    `line` is what patterns search: every word and every sentence boundary followed by one
    space, with a boundary at both ends. `words` are in order; `starts[i]` is the offset of
    word i in `line`.
    """

    original: str
    words: tuple[NormWord, ...]
    line: str
    starts: tuple[int, ...]

    def word_range(self, start: int, end: int) -> tuple[int, int]:
        """Words [first, last) under the characters [start, end) of `line`."""
        first = bisect_right(self.starts, start) - 1
        if first < 0 or self.starts[first] < start:
            first += 1
        return first, max(first, bisect_right(self.starts, end - 1))

    def offsets(self, first: int, last: int) -> tuple[int, int]:
        """Character offsets in the original text of the words [first, last)."""
        if last <= first:
            return 0, 0
        return self.words[first].start, max(word.end for word in self.words[first:last])


def spoken_words(text: str) -> list[str]:
    """The words as they are said: no capitals, no punctuation but apostrophes within words."""
    found = (match.group().lower() for match in _TOKEN.finditer(text))
    return [word for word in found if word[0] not in ".!?;…"]


def normal_word(raw: str) -> str:
    """A word in the form that rules are written in, before rewriting."""
    word = _APOSTROPHES.sub("", raw)
    return plain_letters(word).lower()


def plain_letters(text: str) -> str:
    """The text with composed letters ("å" as one sign) and without what has no width."""
    return text if text.isascii() else unicodedata.normalize("NFC", _UNSEEN_SIGNS.sub("", text))


def normalise(text: str, rewrites: Mapping[str, tuple[str, ...]]) -> NormText:
    """Words of `text`; a word in `rewrites` becomes its other words (or none) at the same place.

    What is said twice in a row ("i'm gonna, i'm gonna sue") stands once: people start again.
    """
    words: list[NormWord | None] = []  # None: a sentence boundary
    for token in _TOKEN.finditer(text):
        raw = token.group()
        if raw[0] in ".!?;…":
            if words and words[-1] is not None:
                words.append(None)
            continue
        word = normal_word(raw)
        for form in rewrites.get(word, (word,)):
            words.append(NormWord(form, token.start(), token.end()))
            _drop_repeat(words)
    return _line_of(text, words)


def _drop_repeat(words: list[NormWord | None]) -> None:
    """Takes the last words away when they repeat those before them, up to _REPEATED words."""
    for count in range(1, min(_REPEATED, len(words) // 2) + 1):
        last, before = words[-count:], words[-2 * count : -count]
        if all(a and b and a.text == b.text for a, b in zip(last, before, strict=True)):
            del words[-count:]
            return


def _line_of(text: str, words: list[NormWord | None]) -> NormText:
    pieces: list[str] = [BOUNDARY, " "]
    starts: list[int] = []
    at = 2
    for word in words:
        form = BOUNDARY if word is None else word.text
        if word is not None:
            starts.append(at)
        pieces += (form, " ")
        at += len(form) + 1
    if words and words[-1] is not None:
        pieces += (BOUNDARY, " ")
    kept = tuple(word for word in words if word is not None)
    return NormText(text, kept, "".join(pieces), tuple(starts))
