"""Everything that must be hidden in a stretch of dialogue: the recognisers, and who wins.

Each recogniser gives findings (words, label, priority); `resolve` lets the higher priority stay
whole and cuts what it meets.
"""

import bisect
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from callwatch.core.channels import Channel
from callwatch.redaction.asked import Asked
from callwatch.redaction.birth_dates import find_birth_dates
from callwatch.redaction.chains import ChainConfig, link_groups
from callwatch.redaction.dictation import dictated
from callwatch.redaction.digit_group import Group, Ordinary
from callwatch.redaction.email_addresses import find_emails
from callwatch.redaction.email_answers import find_answers
from callwatch.redaction.email_echoes import find_echoes
from callwatch.redaction.email_names import joined_names, open_names
from callwatch.redaction.expiry_dates import find_expiry_dates
from callwatch.redaction.home_addresses import find_home_addresses
from callwatch.redaction.identity_dates import find_identity_dates
from callwatch.redaction.labels import CARD, IDENTITY, NUMBER
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.papers import find_papers
from callwatch.redaction.passwords import find_passwords, find_spelled_passwords
from callwatch.redaction.said_passwords import find_said_passwords
from callwatch.redaction.seams import read_over_seams
from callwatch.redaction.tokens import ALPHABET, DOT, JOIN, LETTER, MONTH, SKIP, Token
from callwatch.redaction.vocabulary import Topic

NUMBER_PRIORITY: Final = 1
# "four one uh then one one": so many words that say nothing are hidden with the digits around them.
_MOST_BETWEEN: Final = 3
# Letters, and what joins the names of an address.
_DICTATES: Final = LETTER | ALPHABET | JOIN | DOT
# Of a number that may go on, at most three digits are ever seen.
_EAGER_DIGITS: Final = 4


class Mask(NamedTuple):
    """Words [start, end) of a line are replaced by `label`."""

    start: int
    end: int
    label: str


def find_masks(
    lines: Sequence[Line], asked: Asked, *, eager: bool = False, open_names: bool = True
) -> list[list[Mask]]:
    """What to hide in each of the lines, which are in the order of time and numbered in a row.

    `asked` is the question that stands before the first line; it is moved past the last one.
    `eager` also hides digits that may turn out to be a secret when more is said, and, with
    `open_names`, words that may turn out to be the name of an address.
    """
    language = asked.language
    read_over_seams(lines)
    awaited = []
    for line in lines:
        for group in line.groups:
            group.label = ""
        asked.observe(line)
        awaited.append(line.start_s <= asked.email_until_s)
        if awaited[-1] and line.flags & _DICTATES and dictated(line):
            asked.go_on_with_email(line)
    link_groups(lines, language)
    if eager:
        _hide_open(lines, ChainConfig().link_s)
    findings = find_emails(lines, language, awaited)
    findings += list(find_answers(lines, findings))
    findings += list(find_echoes(lines, findings))
    if eager and open_names:
        findings += _open_addresses(lines, awaited, {finding.line for finding in findings})
    findings += find_birth_dates(lines)
    findings += find_home_addresses(lines)
    findings += find_spelled_passwords(lines)
    findings += find_said_passwords(lines)
    findings += find_expiry_dates(lines, language)
    findings += find_identity_dates(lines, language)
    for line in lines:
        findings += find_papers(line)
        findings += find_passwords(line)
        if line.groups:
            findings += _numbers(line)
    return resolve(findings, lines)


def _hide_open(lines: Sequence[Line], link_s: float) -> None:
    """Digits that are no secret yet, and may become one with what is said next."""
    open_until_s = -1.0
    for group in sorted((g for line in lines for g in line.groups), key=lambda g: g.start_s):
        if not group.label and group.ordinary is Ordinary.NO:
            follows = group.start_s <= open_until_s
            if group.size >= _EAGER_DIGITS or (
                (group.size > 1 or follows) and (group.nearly_bare or follows)
            ):
                group.label = NUMBER
        if group.label or (group.nearly_bare and group.ordinary is Ordinary.NO):
            open_until_s = group.end_s + link_s


def _open_addresses(
    lines: Sequence[Line], awaited: Sequence[bool], found: set[int]
) -> Iterator[Finding]:
    """What may be the beginning of an address: spelled or joined names, and the first answer."""
    asker: Channel | None = None
    for line, is_awaited in zip(lines, awaited, strict=True):
        if line.number in found:
            asker = None
            continue
        yield from joined_names(line)
        named = next((m for m in line.mentions if m.topic is Topic.EMAIL), None)
        if named is not None:
            asker = line.channel
            yield from open_names(line, named.end)
        elif is_awaited and asker is line.channel.other and line.content:
            asker = None
            yield from open_names(line)


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
    """An identity number with the letters around its digits, a card's date with its month."""
    start, end, tokens = group.start, group.end, line.tokens
    if group.label == IDENTITY:
        while start and group.start - start < 2 and _is_letter(tokens[start - 1]):
            start -= 1
        if end < len(tokens) and _is_letter(tokens[end]):
            end += 1
    if group.label == CARD and group.ordinary is Ordinary.DATE and start:
        start -= bool(tokens[start - 1].flags & MONTH)  # "June twenty six" on a card
    return start, end


def _is_letter(token: Token) -> bool:
    """A letter that is no word of its own ("i", "å"), or what is said for one ("Quebec")."""
    return bool(token.flags & (LETTER | ALPHABET)) and token.core not in "iåæø"


def resolve(findings: Iterable[Finding], lines: Sequence[Line]) -> list[list[Mask]]:
    """The masks of each line, in order and disjoint."""
    out: list[list[Mask]] = [[] for _ in lines]
    if not lines:
        return out
    first = lines[0].number
    for finding in sorted(findings, key=lambda f: (f.line, -f.priority, f.start)):
        taken = out[finding.line - first]
        start, end = finding.start, finding.end
        free = []
        for other in taken[: bisect.bisect_left(taken, (end,))]:
            if other.end > start:
                free.append((start, min(end, other.start)))
                start = other.end
        for begin, stop in [*free, (start, end)]:
            if begin < stop:
                bisect.insort(taken, Mask(begin, stop, finding.label))
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
