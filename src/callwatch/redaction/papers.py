"""Numbers with letters in them: IBANs, British insurance numbers."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from callwatch.redaction.digit_group import Group
from callwatch.redaction.labels import IBAN, IDENTITY
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.number_checks import is_iban
from callwatch.redaction.tokens import LETTER, NUMBER, PAPER

PAPER_PRIORITY: Final = 2
# The longest IBAN has 34 characters: nine groups of four; people leave a dash or two between.
_MOST_GROUPS: Final = 12
_BEGINS: Final = re.compile(r"[a-z]{2}\d\d.*")
_INSURANCE: Final = re.compile(r"[a-z]{2}\d{6}[a-d]")
_INSURANCE_DIGITS: Final = 6


def find_papers(line: Line) -> Iterator[Finding]:
    """IBANs and insurance numbers of one line."""
    if not line.flags & (NUMBER | PAPER):
        return
    if line.flags & PAPER:
        for start, end in find_ibans(line.words):
            yield Finding(line.number, start, end, IBAN, PAPER_PRIORITY)
        for at, token in enumerate(line.tokens):
            if token.flags & PAPER and _INSURANCE.fullmatch(token.core):
                yield Finding(line.number, at, at + 1, IDENTITY, PAPER_PRIORITY)
    for group in line.groups:
        if (start_at := country_start(line.words, group)) is not None:
            yield Finding(line.number, start_at, group.end, IBAN, PAPER_PRIORITY)
        elif group.size == _INSURANCE_DIGITS and (around := _insurance(line, group)):
            yield Finding(line.number, *around, IDENTITY, PAPER_PRIORITY)


def find_ibans(words: Sequence[str]) -> list[tuple[int, int]]:
    """Word ranges [start, end) such as "GB29 NWBK 6016 1331 9268 19", in order and disjoint."""
    out: list[tuple[int, int]] = []
    at = 0
    while at < len(words):
        end = _iban_end(words, at) if _BEGINS.match(re.sub(r"\W", "", words[at]).lower()) else None
        if end is None:
            at += 1
        else:
            out.append((at, end))
            at = end
    return out


def country_start(words: Sequence[str], group: Group) -> int | None:
    """Where the two letters before a group of digits begin, when they make it an IBAN; else None."""
    for back in (1, 2):
        letters = "".join(words[max(0, group.start - back) : group.start]).strip(".,:;")
        if len(letters) == 2 and letters.isalpha() and _is_iban(letters.upper() + group.digits):
            return group.start - back
    return None


def _insurance(line: Line, group: Group) -> tuple[int, int] | None:
    """ "Q Q 12 34 56 C": the letters around six digits, when both are there."""
    tokens, start, end = line.tokens, group.start, group.end
    if start and len(tokens[start - 1].core) == 2 and tokens[start - 1].core not in _WORDS:
        start -= 1
    elif start > 1 and all(t.flags & LETTER for t in tokens[start - 2 : start]):
        start -= 2
    if end < len(tokens) and tokens[end].core in ("a", "b", "c", "d"):
        return (start, end + 1) if start < group.start else None
    return (start, end) if start == group.start - 2 else None


# Two letters that are a word before a number of six digits ("it is 482130").
_WORDS: Final = frozenset(
    [
        "is",
        "my",
        "it",
        "so",
        "or",
        "of",
        "on",
        "er",
        "en",
        "et",
        "ja",
        "jo",
        "så",
        "og",
        "nu",
        "de",
        "vi",
        "du",
        "på",
        "om",
        "av",
        "at",
        "to",
        "in",
    ]
)


def _iban_end(words: Sequence[str], start: int) -> int | None:
    joined = ""
    for at in range(start, min(len(words), start + _MOST_GROUPS)):
        joined += re.sub(r"\W", "", words[at]).upper()
        if _is_iban(joined):
            return at + 1
    return None


def _is_iban(text: str) -> bool:
    return 15 <= len(text) <= 34 and text.isascii() and is_iban(text)
