"""The name of an address said once more: repeated by the other side, or begun again by its owner.

customer  lars thomsen one seven             [email]
agent     yes, lars thomsen one seven        yes, [email]
customer  at example dot dk                  [email]
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from callwatch.redaction.labels import EMAIL
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.tokens import (
    ADDRESS,
    ALPHABET,
    AT,
    DOT,
    JOIN,
    LEAD_IN,
    LETTER,
    NUMBER,
    PAIR,
    SKIP,
    WEAK_AT,
    WEAK_DOT,
    Token,
)

# An address is read back within a few utterances.
_AGAIN_S: Final = 25.0
_LINKS: Final = JOIN | DOT | WEAK_DOT
# One word alone is a first name as often as not, which stays.
_FEWEST: Final = 2


def find_echoes(lines: Sequence[Line], found: Sequence[Finding]) -> Iterator[Finding]:
    """The words of names in `found` wherever they are said again; `lines` numbered in a row."""
    if not found:
        return
    first = lines[0].number
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for finding in found:
        spans[finding.line].append((finding.start, finding.end))
    names: dict[int, set[str]] = {}
    for number, ranges in spans.items():
        tokens = lines[number - first].tokens
        names[number] = {t.core for start, end in ranges for t in _name(tokens[start:end])}
    for line in lines:
        near = [
            cores
            for number, cores in names.items()
            if abs(lines[number - first].start_s - line.start_s) <= _AGAIN_S
        ]
        if near:
            yield from _runs(line, set().union(*near), spans.get(line.number, ()))


def _name(tokens: Sequence[Token]) -> Iterator[Token]:
    """What stands before the @, without the words that join it."""
    for token in tokens:
        if token.flags & (AT | WEAK_AT | ADDRESS | PAIR):
            return
        if not token.flags & _LINKS:
            yield token


def _runs(line: Line, names: set[str], taken: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    tokens, at = line.tokens, 0
    free = [not any(start <= i < end for start, end in taken) for i in range(len(tokens))]
    while at < len(tokens):
        end = at
        while end < len(tokens) and free[end] and _is_again(tokens[end], names, inside=end > at):
            end += 1
        while end > at and tokens[end - 1].flags & _LINKS:
            end -= 1
        if end - at >= _FEWEST and any(_tells(token) for token in tokens[at:end]):
            yield Finding(line.number, at, end, EMAIL, 0)
        at = max(end, at + 1)


def _is_again(token: Token, names: set[str], *, inside: bool) -> bool:
    return token.core in names or (inside and bool(token.flags & _LINKS))


def _tells(token: Token) -> bool:
    """Whether a word is more of a name than "and", "a" or "seven"."""
    return not token.flags & (SKIP | LEAD_IN | LETTER | NUMBER | ALPHABET | _LINKS)
