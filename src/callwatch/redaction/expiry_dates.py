"""When a payment card expires: "it runs out zero two of 27", "gyldig til mai 2028", "09 / 31".

customer  4571 1234 5678 9012          [card]
customer  good till oh eight of        [card]
customer  twenty twenty-nine 346       [card]

A month and a year are nobody's secret where no card is talked of.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from callwatch.core.channels import Language
from callwatch.redaction.digit_group import Ordinary
from callwatch.redaction.labels import CARD
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.said_parts import Part, Side, sides
from callwatch.redaction.tokens import (
    COPULA,
    DATE_WORD,
    DAY,
    FILLER,
    GLUE,
    MONEY,
    MONTH,
    NUMBER,
    UNIT,
)
from callwatch.redaction.vocabulary import Topic, vocabulary

_PRIORITY: Final = 2  # over the digits beside it, as other papers are
# "It is refused, have you another one?": the date comes within this time of the digits, before or after.
_AFTER_CARD_S: Final = 120.0
_BEFORE_CARD_S: Final = 60.0
# "And the date on it?" "Wait, I turn it over."
_ANSWER_S: Final = 25.0
# Unasked it follows the last digits at once.
_FOLLOWS_S: Final = 8.0
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
# Cards are issued for some years; nobody reads out one that expired long ago.
_YEAR: Final = r"(?:20)?(?:2[4-9]|3\d|4[0-5])"
_YEAR_AND_CODE: Final = re.compile(rf"{_YEAR}(?:\d{{3,4}})?")
_BOTH: Final = re.compile(rf"{_MONTH}{_YEAR}")
_MONTH_ALONE: Final = re.compile(_MONTH)
_CODE: Final = re.compile(r"\d{3,4}")
# "It is valid, I think, till": words that say something beside the date that was asked for.
_MOST_TALK: Final = 2
# "Twelve of the year twenty nine".
_MOST_BETWEEN: Final = 2
_DAY_DIGITS: Final = 2


def find_expiry_dates(lines: Sequence[Line], language: Language) -> Iterator[Finding]:
    """The words of the dates; `lines` have their groups labelled."""
    cards = [
        (line.start_s - _BEFORE_CARD_S, line.end_s + _AFTER_CARD_S)
        for line in lines
        if any(group.label == CARD for group in line.groups)
        or any(mention.topic is Topic.CARD for mention in line.mentions)
    ]
    if not cards:
        return
    near = {
        line.number
        for line in lines
        if line.flags & (NUMBER | MONTH)
        and any(start_s <= line.start_s <= end_s for start_s, end_s in cards)
    }
    asked = _asked(lines)
    if not asked and not any(line.number in near and line.flags & MONTH for line in lines):
        return
    for side in sides(lines, language):
        yield from _of_side(side, near, asked, language)


def _asked(lines: Sequence[Line]) -> set[int]:
    """Lines in which the date may be said because it was asked for or announced."""
    out: set[int] = set()
    until_s = -1.0
    for line in lines:
        for mention in line.mentions:
            if mention.topic is Topic.EXPIRY:
                until_s = line.end_s + _ANSWER_S
        if line.start_s <= until_s:
            out.add(line.number)
        if any(mention.topic in (Topic.ORDINARY, Topic.PHONE) for mention in line.mentions):
            until_s = -1.0
    return out


def _of_side(side: Side, near: set[int], asked: set[int], language: Language) -> Iterator[Finding]:
    parts, at = side.parts, 0
    announced: set[int] = set()
    for part in parts:
        line, place = side.places[part.start]
        if any(m.topic is Topic.EXPIRY and m.start <= place for m in line.mentions):
            announced.add(line.number)
    while at < len(parts):
        part = parts[at]
        line = side.line_at(part.start)
        if line.number not in near or not (part.digits or part.is_month):
            at += 1
            continue
        is_asked = line.number in asked and (line.number in announced or _is_answer(side, part))
        end = _end(side, at, language, is_asked=is_asked)
        if end is None:
            at += 1
            continue
        yield from side.findings(part.start, parts[end - 1].end, CARD, _PRIORITY)
        at = end


def _is_answer(side: Side, part: Part) -> bool:
    """Whether hardly anything else is said in the line."""
    line, place = side.places[part.start]
    return not line.content_in(0, place) and line.content - line.months <= _MOST_TALK


def _is_explained(side: Side, part: Part) -> bool:
    """Whether the words beside a number say what it is: "klockan 9.15", "the reference is 824"."""
    line, place = side.places[part.start]
    group = next((g for g in line.groups if g.start <= place < g.end), None)
    if group is None or group.label == CARD:
        return False
    if part.end < len(side.tokens) and side.tokens[part.end].flags & DATE_WORD and not group.named:
        return False  # "08 of 2029"
    if group.named or (group.ordinary is Ordinary.YES and not group.by_form):
        return True
    return group.ordinary is Ordinary.MOMENT and not group.bare


def _end(side: Side, at: int, language: Language, *, is_asked: bool) -> int | None:
    """Index after the part that ends a date which begins with the part `at`."""
    parts, first = side.parts, side.parts[at]
    if not is_asked and not _follows_a_card(side, first):
        return None
    if first.digits and _is_explained(side, first):
        return None
    if is_asked and first.digits and _BOTH.fullmatch(first.digits):
        return _with_code(side, at + 1) if not _is_counted(side, first) else None
    if not first.is_month and not _MONTH_ALONE.fullmatch(first.digits):
        return None
    if first.is_month and _has_day(side, at):
        return None
    year, slashed = _next_number(side, at + 1, language)
    if year is None or not (first.is_month or is_asked or slashed):
        return None
    number = parts[year]
    if not _YEAR_AND_CODE.fullmatch(number.digits) or _is_counted(side, number):
        return None
    return _with_code(side, year + 1)


def _has_day(side: Side, at: int) -> bool:
    """ "The 22nd of May 2026": a day stands before the month, in the same line."""
    parts, line = side.parts, side.line_at(side.parts[at].start)
    for place in range(at - 1, max(-1, at - 3), -1):
        part = parts[place]
        if side.line_at(part.start) is not line:
            return False
        token = side.tokens[part.start]
        if token.flags & DAY and not part.digits:
            return True
        if part.digits:
            group = next(
                (g for g in line.groups if g.start <= side.places[part.start][1] < g.end), None
            )
            return len(part.digits) <= _DAY_DIGITS and (group is None or group.label != CARD)
        if not token.flags & (DATE_WORD | GLUE):
            return False
    return False


def _next_number(side: Side, at: int, language: Language) -> tuple[int | None, bool]:
    """The next number, past a slash or an "of"; and whether a slash was said."""
    signs, slashed = vocabulary(language).words["signs"], False
    for place in range(at, min(len(side.parts), at + _MOST_BETWEEN + 1)):
        part = side.parts[place]
        if part.start in side.breaks:
            return None, False
        if part.digits:
            return place, slashed
        token = side.tokens[part.start]
        is_slash = token.core in signs or token.core in ("slash", "stroke", "/")
        if not (is_slash or token.flags & (DATE_WORD | GLUE | FILLER)):
            return None, False
        slashed = slashed or is_slash
    return None, False


def _follows_a_card(side: Side, part: Part) -> bool:
    """Whether the same side's digits of a card end right before it."""
    line, place = side.places[part.start]
    before = side.places[part.start - 1][0] if part.start else line
    for one in {line.number: line, before.number: before}.values():
        for group in one.groups:
            is_before = one is not line or group.start <= place
            if group.label == CARD and is_before and line.start_s - group.end_s <= _FOLLOWS_S:
                at_end = one is line or group.at_end
                apart = place - group.end if one is line else place
                if at_end and apart <= _MOST_BETWEEN:
                    return True
    return False


def _is_counted(side: Side, part: Part) -> bool:
    after = side.tokens[part.end].flags if part.end < len(side.tokens) else 0
    return bool(after & (UNIT | MONEY)) and not after & COPULA


def _with_code(side: Side, at: int) -> int:
    """Past the three digits of the back that follow in the same line."""
    if at < len(side.parts) and side.parts[at].start not in side.breaks:
        part = side.parts[at]
        same = side.line_at(part.start) is side.line_at(part.start - 1)
        if same and part.digits and _CODE.fullmatch(part.digits) and not _is_counted(side, part):
            return at + 1
    return at
