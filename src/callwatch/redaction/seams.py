"""Numbers whose words stand in the next utterance: a recogniser cuts a sentence anywhere.

customer  it weighs 37              a count: the unit follows
customer  kilos and is 180 wide
agent     your order number         named in the line before
agent     is 4073 71, keep it
agent     error five hundred and    one number in two lines
agent     sixty-seven, then black
"""

from collections.abc import Iterator, Sequence
from typing import Final

from callwatch.core.channels import CHANNELS, Channel
from callwatch.redaction.digit_group import Group, Ordinary
from callwatch.redaction.groups import find_groups
from callwatch.redaction.labels import find_card
from callwatch.redaction.lines import Line
from callwatch.redaction.mentions import find_mentions
from callwatch.redaction.tokens import ENDS, NUMBER, SKIP, Token

# Who pauses longer begins another sentence as often as not.
_PAUSE_S: Final = 5.0
# So many words before and after the cut say what a number beside it is.
_REACH: Final = 14
# A number's first words in a line, or its last ones.
_EDGE: Final = 3
# "Yes, I see": the other side may listen in between.
_LISTENS: Final = 1
_LONGEST: Final = 6  # an amount, a room, a meter: what is longer stands for itself
_LONGEST_NAMED: Final = 12

Place = tuple[Line, int]


def read_over_seams(lines: Sequence[Line]) -> None:
    """Explain the groups beside a cut by the words on its other side."""
    for channel in CHANNELS:
        tail: list[tuple[Token, Place]] = []
        before: Line | None = None
        reads = _reading(lines, channel)
        is_asked = False
        for line in lines:
            if line.channel is not channel:
                is_asked = is_asked or bool(line.mentions)
                if line.groups or line.mentions or line.content > _LISTENS:
                    before = None
                continue
            if not line.tokens:
                continue
            if is_asked and line.groups:
                # The answer is what was asked for, whatever is said next.
                is_asked, tail, before = False, [], None
                continue
            if line.number in reads and not (before and before.groups and before.groups[-1].named):
                tail, before = [], line
                continue
            if before is None or line.start_s - before.end_s > _PAUSE_S:
                tail = []
            elif _may_explain(before, line) and any(
                not token.flags & (NUMBER | SKIP)
                for token, _ in (*tail, *((t, 0) for t in line.tokens))
            ):
                _explain(tail, line)
            tail += [(token, (line, at)) for at, token in enumerate(line.tokens)]
            tail = tail[-_REACH:]
            before = line


def _reading(lines: Sequence[Line], channel: Channel) -> set[int]:
    """Lines of digits alone that another one of the same side follows, or goes before: they read a number out."""
    out: set[int] = set()
    before: Line | None = None
    for line in lines:
        if line.channel is not channel or not line.tokens:
            continue
        is_bare = bool(line.groups) and all(g.bare and not g.named for g in line.groups)
        if is_bare and before is not None and line.start_s - before.end_s <= 2 * _PAUSE_S:
            out |= {before.number, line.number}
        before = line if is_bare else None
    return out


def _may_explain(before: Line, line: Line) -> bool:
    """Whether a number stands at the cut that nothing in its own line explains."""
    at_cut = [g for g in before.groups[-1:] if len(before.tokens) - g.end < _EDGE]
    at_cut += [g for g in line.groups[:1] if g.start < _EDGE]
    return any(group.ordinary < Ordinary.DATE for group in at_cut)


def _explain(tail: Sequence[tuple[Token, Place]], line: Line) -> None:
    head = [(token, (line, at)) for at, token in enumerate(line.tokens[:_REACH])]
    row = [*tail, *head]
    seam = len(tail)
    tokens = [token for token, _ in row]
    last = tokens[seam - 1]
    tokens[seam - 1] = last._replace(flags=last.flags & ~ENDS)
    found = find_groups(0, tokens, find_mentions(tokens), line.language)
    digits = "".join(group.digits for group in found)
    if find_card(digits):
        return
    for group in found:
        if not _is_explained(group):
            continue
        own = [
            (where, one) for where, one in _own(group, row) if group.named or not _says(where, one)
        ]
        beside = any(one.start < _EDGE or len(where.tokens) - one.end < _EDGE for where, one in own)
        if own and beside:
            for _, one in own:
                _take(one, group)


def _is_explained(group: Group) -> bool:
    if group.named:
        return group.size <= _LONGEST_NAMED
    if group.ordinary is Ordinary.YES:
        return group.size <= _LONGEST and not group.by_form
    return group.ordinary in (Ordinary.MOMENT, Ordinary.DATE) and not group.bare


def _own(group: Group, row: Sequence[tuple[Token, Place]]) -> Iterator[tuple[Line, Group]]:
    """The groups of the lines that a group over the cut is made of."""
    seen: set[int] = set()
    for _, (line, at) in row[group.start : group.end]:
        for one in line.groups:
            if one.start <= at < one.end and id(one) not in seen:
                seen.add(id(one))
                yield line, one


def _says(line: Line, one: Group) -> bool:
    """Whether a word of its own line stands before the number, which that line has heard already."""
    return one.start > 0 and bool(line.tokens[one.start - 1].before)


def _take(one: Group, group: Group) -> None:
    if one.ordinary >= group.ordinary:
        return
    one.ordinary, one.named, one.by_word = group.ordinary, group.named, group.by_word
    one.bare = one.nearly_bare = one.brief = one.joined = False
