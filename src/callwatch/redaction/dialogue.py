"""Everything that must be hidden in a stretch of dialogue: the recognisers, and who wins.

Each recogniser gives findings (words, label, priority); `resolve` lets the higher priority stay
whole and cuts what it meets.
"""

import bisect
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from callwatch.redaction.asked import Asked
from callwatch.redaction.chains import link_groups
from callwatch.redaction.email_addresses import find_emails
from callwatch.redaction.groups import Group, Ordinary
from callwatch.redaction.labels import IDENTITY, NUMBER
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.papers import find_papers
from callwatch.redaction.tokens import LETTER, SKIP, Token

NUMBER_PRIORITY: Final = 1
# "four one uh then one one": so many words that say nothing are hidden with the digits around them.
_MOST_BETWEEN: Final = 3
# Of a number that may go on, at most three digits are ever seen.
_EAGER_DIGITS: Final = 4


class Mask(NamedTuple):
    """Words [start, end) of a line are replaced by `label`."""

    start: int
    end: int
    label: str


def find_masks(lines: Sequence[Line], asked: Asked, *, eager: bool = False) -> list[list[Mask]]:
    """What to hide in each of the lines, which are in the order of time and numbered in a row.

    `asked` is the question that stands before the first line; it is moved past the last one.
    `eager` also hides digits that may turn out to be a secret when more is said.
    """
    language = asked.language
    awaited = []
    for line in lines:
        for group in line.groups:
            group.label = ""
        asked.observe(line)
        awaited.append(line.start_s <= asked.email_until_s)
    link_groups(lines, language)
    if eager:
        _hide_open(lines)
    findings = find_emails(lines, language, awaited)
    for line in lines:
        findings += find_papers(line)
        if line.groups:
            findings += _numbers(line)
    return resolve(findings, lines)


def _hide_open(lines: Sequence[Line]) -> None:
    """Digits that are no secret yet, and may become one with what is said next."""
    for line in lines:
        for group in line.groups:
            if group.label or group.ordinary >= Ordinary.MOMENT:
                continue
            if group.size >= _EAGER_DIGITS or (group.nearly_bare and group.size > 1):
                if group.ordinary is Ordinary.NO:
                    group.label = NUMBER


def _numbers(line: Line) -> Iterable[Finding]:
    """The labelled groups of a line, those of one number with the few words between them."""
    before: Group | None = None
    out: list[Finding] = []
    for group in line.groups:
        if not group.label:
            before = None
            continue
        start, end = _with_letters(line, group)
        between = line.tokens[before.end : group.start] if before is not None else []
        joins = before is not None and before.label == group.label and len(between) <= _MOST_BETWEEN
        if joins and all(token.flags & SKIP for token in between):
            out[-1] = out[-1]._replace(end=end)
        else:
            out.append(Finding(line.number, start, end, group.label, NUMBER_PRIORITY))
        before = group
    return out


def _with_letters(line: Line, group: Group) -> tuple[int, int]:
    """An identity number with the letters that are said around its digits."""
    start, end, tokens = group.start, group.end, line.tokens
    if group.label == IDENTITY:
        while start and group.start - start < 2 and _is_letter(tokens[start - 1]):
            start -= 1
        if end < len(tokens) and _is_letter(tokens[end]):
            end += 1
    return start, end


def _is_letter(token: Token) -> bool:
    """A letter that is no word of its own ("i", "å")."""
    return bool(token.flags & LETTER) and token.core not in "iåæø"


def resolve(findings: Iterable[Finding], lines: Sequence[Line]) -> list[list[Mask]]:
    """The masks of each line, in order and disjoint."""
    out: list[list[Mask]] = [[] for _ in lines]
    if not lines:
        return out
    first = lines[0].number
    for finding in sorted(findings, key=lambda f: (f.line, -f.priority, f.start)):
        taken = out[finding.line - first]
        start, end = finding.start, finding.end
        for other in taken[: bisect.bisect_left(taken, (end,))]:
            if other.end > start and other.start <= start:
                start = min(end, other.end)
            elif start < other.start < end:
                end = other.start
        if start < end:
            bisect.insort(taken, Mask(start, end, finding.label))
    return [_merged(masks) for masks in out]


def _merged(masks: list[Mask]) -> list[Mask]:
    """Masks of one label that touch become one."""
    out: list[Mask] = []
    for mask in masks:
        if out and out[-1].end == mask.start and out[-1].label == mask.label:
            out[-1] = out[-1]._replace(end=mask.end)
        else:
            out.append(mask)
    return out
