"""A postal address that is asked for or announced: street, house number and postcode.

Storgatan 14 B, 114 55 Stockholm        sv
22 Acacia Avenue, London, SW1A 1AA      en
Vesterbrogade 23, 3. tv, 1620 København da
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from callwatch.redaction.dictation import is_told
from callwatch.redaction.digit_group import Group, Ordinary
from callwatch.redaction.labels import ADDRESS
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.papers import PAPER_PRIORITY
from callwatch.redaction.personal_questions import Part, find_answers
from callwatch.redaction.tokens import (
    COPULA,
    FILLER,
    LEAD_IN,
    LETTER,
    LISTED,
    MONEY,
    MONTH,
    NUMBER,
    SKIP,
    STREET,
    UNIT,
    Token,
)
from callwatch.redaction.vocabulary import Topic

# "Wait, we have just moved": the answer comes, or goes on, within this time.
_ANSWER_S: Final = 15.0
# "Norra Strandgatan", "The Old Mill": plain words of a street without a word for one.
_MOST_PLAIN: Final = 3
_BEFORE_STREET: Final = 2
# Between the parts of an address: the town, the floor, "in".
_MOST_BETWEEN: Final = 4
_MOST_TOWN: Final = 2  # "København V": words behind the last figure where no street is named
# "SW1A", "1AA", "14b": letters and figures of a postcode, or a house.
_POSTCODE: Final = 4  # digits; of a house number hardly ever
_MIXED: Final = re.compile(r"[a-z]{1,2}\d[a-z\d]?|\d[a-z]{2}|\d{1,4}[a-z]")


def find_home_addresses(lines: Sequence[Line]) -> Iterator[Finding]:
    """The words of postal addresses, and what is read back of them."""
    for line, start, end in find_answers(lines, Topic.HOME, _ANSWER_S, _address):
        yield Finding(line, start, end, ADDRESS, PAPER_PRIORITY)


def _address(line: Line, start: int, goes_on: bool) -> Part | None:
    """From the street to the last figure of a line; a postcode alone where it `goes_on`."""
    tokens = line.tokens
    streets = [i for i in range(start, len(tokens)) if tokens[i].flags & STREET]
    figures = _figures(line, start, has_street=bool(streets))
    if not figures:
        alone = _street_alone(tokens, start, streets) if streets else None
        return Part(*alone, is_last=False) if alone else None
    first = figures[0]
    if streets:
        first = min(first, _street_begin(tokens, start, streets[0]))
    else:
        begin = _after_talk(tokens, start)
        plain = [t for t in tokens[begin:first] if not t.flags & NUMBER]
        if any(is_told(line, group) for group in line.groups):
            return None  # "page 14 of the booklet", "250 megabits"
        is_street = 0 < len(plain) <= _MOST_PLAIN and not any(t.flags & COPULA for t in plain)
        if is_street:
            first = begin
        elif not goes_on and not _is_english(tokens, first):
            return None
    last = _last(tokens, first, [*figures, *streets])
    if not streets and line.content_in(last, len(tokens)) > _MOST_TOWN:
        return None
    return Part(first, last, is_last=_has_postcode(line, first, last))


def _has_postcode(line: Line, start: int, end: int) -> bool:
    """Whether a part holds a postcode; a house number alone is shorter."""
    digits = sum(len(group.digits) for group in line.groups if start <= group.start < end)
    mixed = any(_MIXED.fullmatch(t.core) for t in line.tokens[start:end])
    return digits >= _POSTCODE or mixed


def _figures(line: Line, start: int, *, has_street: bool) -> list[int]:
    """Where the numbers of an address may stand: no amounts, dates and times."""
    tokens = line.tokens
    out = {i for i in range(start, len(tokens)) if _MIXED.fullmatch(tokens[i].core)}
    for group in line.groups:
        if group.start >= start and not _is_other(group, tokens, has_street=has_street):
            out.update(range(group.start, group.end))
    return sorted(out)


def _is_other(group: Group, tokens: Sequence[Token], *, has_street: bool) -> bool:
    behind = tokens[group.end].flags if group.end < len(tokens) else 0
    before = tokens[group.start - 1].flags if group.start else 0
    if behind & (UNIT | MONEY | MONTH) or before & (MONEY | MONTH) or group.named:
        return True
    return group.ordinary in (Ordinary.MOMENT, Ordinary.DATE) and not (group.bare or has_street)


def _street_begin(tokens: Sequence[Token], start: int, street: int) -> int:
    """Index of a street's first word: "Norra" of "Norra Kyrkogatan", "Acacia" of "Acacia Avenue"."""
    begin = street
    while begin > start and street - begin < _BEFORE_STREET and _is_plain(tokens[begin - 1]):
        begin -= 1
    return begin


def _street_alone(
    tokens: Sequence[Token], start: int, streets: Sequence[int]
) -> tuple[int, int] | None:
    """A street whose number comes in another line."""
    begin = _street_begin(tokens, start, streets[0])
    return (begin, streets[0] + 1) if _after_talk(tokens, start) == begin else None


def _is_english(tokens: Sequence[Token], first: int) -> bool:
    """ "22 The Crescent": a number, and a name or two that end the line or go on to a postcode."""
    names = [token for token in tokens[first:] if not token.flags & (NUMBER | SKIP)]
    return bool(names) and len(names) <= _MOST_PLAIN and not any(t.flags & COPULA for t in names)


def _after_talk(tokens: Sequence[Token], start: int) -> int:
    talk = LEAD_IN | FILLER | LISTED | COPULA
    while start < len(tokens) and tokens[start].flags & talk and not tokens[start].flags & NUMBER:
        start += 1
    return start


def _is_plain(token: Token) -> bool:
    return not token.flags & (NUMBER | LEAD_IN | FILLER | LISTED | COPULA)


def _last(tokens: Sequence[Token], first: int, places: Sequence[int]) -> int:
    """Index after the address: parts with a few words between, and a letter behind a number."""
    end = first + 1
    for place in sorted(places):
        if place >= first and place - end <= _MOST_BETWEEN:
            end = max(end, place + 1)
    while end < len(tokens) and tokens[end].flags & (LETTER | NUMBER):
        end += 1
    return end
