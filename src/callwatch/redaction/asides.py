"""Short numbers of sentences about something else, which no reading of a secret draws in.

customer  you charged me 129 pounds and it should have been 249      aside
customer  the number is 070 123                                      read out
customer  45 67                                                      read out
customer  it declines, listen, 516292                                goes on in the next line
customer  1234 5678                                                  read out
"""

from collections.abc import Callable, Sequence
from typing import Final

from callwatch.redaction.digit_group import Group, Ordinary
from callwatch.redaction.lines import Line
from callwatch.redaction.tokens import SKIP

# Two words that say something make a sentence; one is in a reading's way now and then.
_SENTENCE: Final = 2
# A line with so many unexplained digits reads a number out, whatever else it says.
_READS_OUT: Final = 7

# "Ring me on 928892" "Sorry, one second, my screen is frozen" "and then 29": hardly any count has so many digits.
_LONG: Final = 4
_MOST_INTERRUPTING: Final = 6

# How many words that say something stand between two groups.
Between = Callable[[Group, Group], int]


def find_asides(
    groups: Sequence[Group], lines: Sequence[Line], content_between: Between
) -> set[Group]:
    """The groups (in the order of time) of sentences in which no number is read out.

    A group at the edge of such a sentence is none when the same speaker goes on with bare digits in
    the line beside it, with nothing said between.
    """
    first = lines[0].number
    talks = {line.number for line in lines if line.groups and _talks(line)}
    out: set[Group] = set()
    for i, group in enumerate(groups):
        if group.line not in talks and not _is_by_the_way(group):
            continue
        if is_counted(lines[group.line - first]):
            out.add(group)
            continue
        after = groups[i + 1] if i + 1 < len(groups) else None
        before = groups[i - 1] if i else None
        opens = after is not None and group.at_end and _reads(after, group, talks)
        opens = opens and after is not None and content_between(group, after) <= _apart(group)
        ends = before is not None and _begins(group, lines[group.line - first])
        ends = ends and before is not None and _reads(before, group, talks)
        ends = ends and before is not None and not content_between(before, group)
        if not (
            (opens and after is not None and not is_named_between(group, after, lines))
            or (ends and before is not None and not is_named_between(before, group, lines))
        ):
            out.add(group)
    return out


def _talks(line: Line) -> bool:
    """Whether a line is a sentence in which no long number is said."""
    content = line.groups[0].content + is_counted(line)
    if any(g.label or g.nearly_bare for g in line.groups) or content < _SENTENCE:
        return False
    open_ = [g for g in line.groups if g.ordinary <= Ordinary.PERHAPS]
    if sum(g.parts for g in open_) > 1 and open_[-1].at_end and not is_counted(line):
        return False  # "the final bit is 8 six 9582"
    return sum(g.size for g in open_ if g.ordinary is Ordinary.NO) < _READS_OUT


def _is_by_the_way(group: Group) -> bool:
    """ "Kirkevej 198, isn't it?": looks ordinary, and more is said in its line."""
    is_alone = group.nearly_bare or group.joined or group.label
    return group.ordinary is Ordinary.PERHAPS and group.content > 0 and not is_alone


def is_counted(line: Line, apart_from: Group | None = None) -> bool:
    """Whether a number of the line, another one than `apart_from`, is plainly an amount or a count."""
    return any(
        g.ordinary is Ordinary.YES and not g.named and g is not apart_from for g in line.groups
    )


def _reads(other: Group, group: Group, talks: set[int]) -> bool:
    """Whether the same speaker reads digits out in the line beside it."""
    if other.channel is not group.channel or other.line == group.line or other.line in talks:
        return False
    return other.bare or other.nearly_bare


def _apart(group: Group) -> int:
    """How many words may stand before the digits that go on with it."""
    return _MOST_INTERRUPTING if group.size >= _LONG else 0


def _begins(group: Group, line: Line) -> bool:
    return all(token.flags & SKIP for token in line.tokens[: group.start])


def is_named_between(before: Group, after: Group, lines: Sequence[Line]) -> bool:
    """Whether something is asked for or named between two groups: a reading begins there."""
    first = lines[0].number
    for line in lines[before.line - first : after.line - first + 1]:
        for mention in line.mentions:
            is_behind = line.number > before.line or mention.start >= before.end
            is_ahead = line.number < after.line or mention.end <= after.start
            if is_behind and is_ahead:
                return True
    return False
