"""The first and the last digits of a number that is read out, where its reader says more beside them.

customer  the one you charged twice was 50208        drawn in: the next line goes on with it
customer  9024 1609                                  [card]
customer  865, oops my glasses, 41                   drawn in: beside hidden digits of its line
customer  and it finishes 7705                       drawn in: ends a short line of the same reader
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from callwatch.core.channels import CHANNELS
from callwatch.redaction.asides import is_counted, is_named_between
from callwatch.redaction.digit_group import Group, Ordinary
from callwatch.redaction.labels import CODE, EMAIL, NUMBER
from callwatch.redaction.lines import Line
from callwatch.redaction.ordinary_numbers import PRICE_REACH
from callwatch.redaction.tokens import MONEY, PRICE, UNIT

# "oops my glasses", "what does it say": words of an aside within a number.
_MOST_ASIDE: Final = 4
# "then on the other line 5020": words that say something, of a line that goes on with a number.
_MOST_CARRYING: Final = 3
# "Okay so I'll go on, 23": before the first digits of a line that goes on.
_MOST_LEADING: Final = 3
# In one line a number of any length is found by itself.
_FEWEST_LINES: Final = 2
_LONGEST_PRICE: Final = 4
# One digit at the end of a sentence is a count as often as not.
_SHORTEST: Final = 2


def label_rows(lines: Sequence[Line], pause_s: float, fewest: int) -> None:
    """Label what one speaker says in lines that end with digits, when they have so many together.

    Whatever else the lines say: nobody counts or pays so much in a row.
    """
    for channel in CHANNELS:
        row: list[Line] = []
        for line in lines:
            if line.channel is not channel or not (line.groups or line.content):
                continue
            ends = bool(line.groups) and line.groups[-1].at_end and bool(_read_out(line))
            if not ends or (row and line.start_s - row[-1].end_s > pause_s):
                _label_row(row, fewest)
                row = []
            if ends:
                row.append(line)
        _label_row(row, fewest)


def _read_out(line: Line) -> list[Group]:
    return [g for g in line.groups if _may_belong(g) or _is_no_price(line, g)]


def _label_row(row: Sequence[Line], fewest: int) -> None:
    groups = [group for line in row for group in _read_out(line)]
    open_ = [group for group in groups if not group.label]
    if len(row) < _FEWEST_LINES or sum(group.size for group in open_) < fewest:
        return
    for group in open_:
        group.label = NUMBER


def draw_in_edges(lines: Sequence[Line], link_s: float) -> None:
    """Label the digits beside labelled ones; `link_s`: seconds that a reader pauses at most."""
    labelled = [line for line in lines if any(group.label for group in line.groups)]
    if not labelled:
        return
    for line in labelled:
        _draw_in_beside(line)
    for channel in CHANNELS:
        own = [line for line in lines if line.channel is channel and (line.groups or line.content)]
        pairs = [(a, b) for a, b in pairwise(own) if a.groups and b.groups]
        for before, after in reversed(pairs):
            if _opens(before, after, lines, link_s):
                before.groups[-1].label = after.groups[0].label
                _draw_in_beside(before)
        for before, after in pairs:
            if _goes_on(before, after, lines, link_s):
                after.groups[0].label = before.groups[-1].label
                _draw_in_beside(after)


def _draw_in_beside(line: Line) -> None:
    """Digits a few words from hidden ones of the same line."""
    for groups in (line.groups, line.groups[::-1]):
        for labelled, group in pairwise(groups):
            if not labelled.label or group.label:
                continue
            first, second = sorted((labelled, group), key=lambda g: g.start)
            apart = second.start - first.end
            content = line.content_in(first.end, second.start)
            is_row = group.ordinary is Ordinary.PERHAPS and group.parts > 1
            belongs = _may_belong(group)
            belongs = belongs or (not content and (is_row or _is_no_price(line, group)))
            if belongs and apart <= _MOST_ASIDE and (group.size >= _SHORTEST or not content):
                group.label = labelled.label


def _may_belong(group: Group) -> bool:
    return group.ordinary is Ordinary.NO or (group.by_form and not group.named)


def _only_after_a_price(line: Line, group: Group) -> bool:
    """ "The one you charged twice was 50208": a price by a word before it, and by nothing else."""
    around = line.tokens[max(0, group.start - 1) : group.end + 1]
    if group.named or any(token.flags & (MONEY | UNIT) for token in around):
        return False
    if group.like is not None:  # "charged twice was 34341 then 42731": by the price of its pair
        return _only_after_a_price(line, group.like)
    before = line.tokens[max(0, group.start - PRICE_REACH) : group.start]
    return any(token.flags & PRICE for token in before)


def _is_no_price(line: Line, group: Group) -> bool:
    """Digits as no price is said: many of them, or one after another."""
    is_row = group.size == _LONGEST_PRICE and any(
        other.like is group or group.like is other for other in line.groups
    )  # "charged twice was 3434 then 4273"
    return (is_row or _is_read_out(group)) and _only_after_a_price(line, group)


def _is_read_out(group: Group) -> bool:
    return group.size > _LONGEST_PRICE or group.parts > 1


def _counts(line: Line, apart_from: Group) -> bool:
    """Whether another number of the line is an amount or a count: "you took 129 pounds"."""
    return any(
        group.ordinary is Ordinary.YES
        and group is not apart_from
        and not (group.named or group.weak)
        and not _only_after_a_price(line, group)
        for group in line.groups
    )


def _opens(before: Line, after: Line, lines: Sequence[Line], link_s: float) -> bool:
    """Whether a sentence ends with the first digits of what the next line reads out."""
    group, following = before.groups[-1], after.groups[0]
    if group.label or following.label in ("", EMAIL) or not group.at_end:
        return False
    if not (_may_belong(group) or _is_no_price(before, group)):
        return False
    if _counts(before, group) and not (group.by_form or group.joined or _is_read_out(group)):
        return False  # "you took 129 pounds and it should have been 249"
    if group.size < _SHORTEST and not group.joined:
        return False
    leads = after.says_little or after.content_in(0, following.start) <= _MOST_LEADING
    in_time = following.start_s - group.end_s <= link_s
    return leads and in_time and not is_named_between(group, following, lines)


def _flows_on(before: Line, after: Line, lines: Sequence[Line], link_s: float) -> bool:
    """ "45 66" "and nine one, that is my card": the last digits begin a sentence of the same breath."""
    labelled, group = before.groups[-1], after.groups[0]
    if group.label or labelled.label in ("", CODE, EMAIL) or not labelled.at_end:
        return False
    if group.ordinary > Ordinary.PERHAPS or after.content_in(0, group.start):
        return False
    if group.size < _SHORTEST and not group.joined:
        return False
    is_soon = after.start_s - before.end_s <= link_s / 2
    return is_soon and not is_counted(after) and not is_named_between(labelled, group, lines)


def _goes_on(before: Line, after: Line, lines: Sequence[Line], link_s: float) -> bool:
    """Whether a short line ends with more of what the one before it read out."""
    labelled, group = before.groups[-1], after.groups[0]
    if _flows_on(before, after, lines, link_s):
        return True
    is_brief = group.ordinary is Ordinary.PERHAPS and group.brief and group.size > _SHORTEST
    if group.label or labelled.label in ("", CODE, EMAIL) or not (_may_belong(group) or is_brief):
        return False
    if not (group.at_end and after.content <= _MOST_CARRYING) or is_counted(after):
        return False
    return group.start_s - labelled.end_s <= link_s and not is_named_between(labelled, group, lines)
