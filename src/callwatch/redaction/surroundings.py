"""What the line around a group of digits says about it: a dictation, an order's name, a sentence."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from callwatch.redaction.digit_group import Group, Ordinary, gap_between
from callwatch.redaction.mentions import Mention
from callwatch.redaction.number_formats import (
    CLOCK_FORMAT,
    DATE_FORMAT,
    TIME_FORMAT,
    YEAR_FORMAT,
    YEARS_FORMAT,
)
from callwatch.redaction.ordinary_numbers import ordinary_of
from callwatch.redaction.tokens import (
    COPULA,
    ENDS,
    FILLER,
    GLUE,
    LISTED,
    MONEY,
    NAME,
    NUMBER,
    PRICE,
    SKIP,
    Token,
)
from callwatch.redaction.vocabulary import Topic

# "the order with 4571 1234 5678 9012": so many digits are a card's, whatever is named before them.
_MOST_NAMED: Final = 12
# A product's, a room's, a train's number; what is longer is said of a person.
_MOST_LABELLED: Final = 6
# "order number is, let me see, 4512": words that may stand between a name and its number.
_NAME_REACH: Final = 8
_FEW_WORDS: Final = 2
_NAMED_AFTER: Final = 2  # "4512 is the order"
_MOST_IN_SENTENCE: Final = 4  # what is longer is a secret in any sentence
# "six seven, what does it say, five": more digits so soon are the same number's.
_GOES_ON: Final = 4
# A line in which so many of the words are numbers, and so many digits: nobody talks like that.
_DICTATED_SHARE: Final = 0.35
_DICTATED_DIGITS: Final = 7
_BETWEEN: Final = frozenset(("between", "mellan", "mellem", "mellom"))
_NOT: Final = frozenset(("not", "inte", "ikke", "ikkje"))
_CODE_LETTERS: Final = 2
_FEW_DIGITS: Final = 3
_MOST_LINK: Final = 3
_MOST_TALK: Final = 5  # "and it goes on with": words between two groups of a number
_MOST_RATE: Final = 5


def look_around(groups: list[Group], tokens: Sequence[Token], mentions: Sequence[Mention]) -> None:
    """Set what the line says about each of its groups."""
    taken = {i for m in mentions for i in range(m.start, m.end)}
    content = [t for i, t in enumerate(tokens) if i not in taken and not t.flags & (NUMBER | SKIP)]
    dictates = _is_dictation(groups, tokens)
    short = sum(bool(t.flags & SKIP) and not t.flags & (LISTED | NUMBER) for t in tokens)
    if not dictates and short > _FEW_WORDS and any(not t.flags & NUMBER for t in tokens[:1]):
        content = content or [t for t in tokens if not t.flags & NUMBER][:_FEW_WORDS]
    nearly_bare = not content or dictates or _says_little(groups, tokens, content)
    for i, group in enumerate(groups):
        group.bare, group.nearly_bare = not content, nearly_bare
        group.content = len(content) + (short > _FEW_WORDS)
        group.joined = (
            dictates
            or (i > 0 and gap_between(groups[i - 1], group, tokens) <= 2)
            or (i + 1 < len(groups) and gap_between(group, groups[i + 1], tokens) <= 2)
        )
        group.ordinary = ordinary_of(group, tokens, taken)
        if dictates and group.ordinary is Ordinary.PERHAPS:
            group.ordinary = Ordinary.NO
        group.at_end = all(t.flags & SKIP for t in tokens[group.end :])
        group.brief = group.at_end and len(content) <= 1
        name = _is_named(group, tokens, mentions)
        goes_on = i > 0 and groups[i - 1].named
        goes_on = goes_on and gap_between(groups[i - 1], group, tokens) <= _MOST_TALK
        if (name or goes_on) and group.ordinary is not Ordinary.YES:
            group.named, group.ordinary = True, Ordinary.YES
    _join_read_out(groups, tokens)
    for i, group in enumerate(groups):
        group.in_sentence = _is_in_a_sentence(groups, i, tokens)
    if len(content) <= _FEW_WORDS:
        for i, group in enumerate(groups):
            group.joined = group.joined or _is_near_another(groups, i)
    if sum(group.size for group in groups if group.named) > _MOST_NAMED:
        for group in groups:
            if group.named:
                group.named, group.ordinary = False, Ordinary.NO
    _spread(groups, tokens)
    if any(group.ordinary is Ordinary.YES and not group.named for group in groups):
        for group in groups:
            is_year = group.ordinary is Ordinary.NO and YEAR_FORMAT.fullmatch(group.digits)
            group.brief = False  # "2 gigabytes left out of 6" says what the 6 is
            if group.ordinary is Ordinary.MOMENT or (is_year and group.parts <= 2):
                group.ordinary = Ordinary.DATE  # "fourteen of them in 2022" is no answer


def _join_read_out(groups: Sequence[Group], tokens: Sequence[Token]) -> None:
    """ "Use 99 and then 23 53 um 59 from now on": groups that nothing but talk parts, as long as a telephone number."""
    row: list[Group] = []
    for group in (*groups, None):
        if group is not None and group.ordinary <= Ordinary.PERHAPS:
            is_near = not row or gap_between(row[-1], group, tokens) <= _MOST_TALK
            if is_near:
                row.append(group)
                continue
        if len(row) > 1 and sum(one.size for one in row) >= _DICTATED_DIGITS:
            for one in row:
                one.joined, one.ordinary = True, Ordinary.NO
        row = [group] if group is not None and group.ordinary <= Ordinary.PERHAPS else []


def _is_near_another(groups: list[Group], i: int) -> bool:
    """Whether the next digits of the line are a few words away, whatever they are."""
    if groups[i].ordinary is not Ordinary.NO:
        return False
    beside = [groups[j] for j in (i - 1, i + 1) if 0 <= j < len(groups)]
    beside = [g for g in beside if g.ordinary is Ordinary.NO]
    gaps = [max(g.start, groups[i].start) - min(g.end, groups[i].end) for g in beside]
    return any(gap <= _GOES_ON for gap in gaps)


def _is_in_a_sentence(groups: Sequence[Group], i: int, tokens: Sequence[Token]) -> bool:
    """Whether a short number stands within a sentence: who reads digits out says little after them."""
    group = groups[i]
    if group.nearly_bare or group.joined or group.size > _MOST_IN_SENTENCE:
        return False
    follows = groups[i + 1] if i + 1 < len(groups) else None
    # "the Fritz Box 7590 from you in 2021": a date or a year goes on with nothing.
    is_digits = follows is not None and follows.ordinary < Ordinary.MOMENT
    if is_digits and follows is not None and follows.start - group.end <= _GOES_ON:
        return False
    after = sum(not t.flags & (NUMBER | SKIP) for t in tokens[group.end :])
    return after >= (2 if group.size > 2 else 1)


def _is_dictation(groups: list[Group], tokens: Sequence[Token]) -> bool:
    """Whether the line reads out a long number, whatever words stand between its digits."""
    if any(t.flags & (PRICE | MONEY) for t in tokens):
        groups = [g for g in groups if g.parts > 1]  # "I paid 48.25 and then another thousand"
    groups = [g for g in groups if not g.weak or g.size > 1]  # "en hp 6230": an article
    said = [t for g in groups for t in tokens[g.start : g.end] if t.flags & NUMBER]
    if any(name.startswith("time_") for t in tokens for name, tail in t.before if not tail):
        forms = (TIME_FORMAT, DATE_FORMAT, YEARS_FORMAT)  # "on 08/06 2021 at 10.30"
        said = [t for t in said if not any(form.fullmatch(t.core) for form in forms)]
    numbers = len(said)
    digits = sum(group.size for group in groups) if numbers else 0
    return digits >= _DICTATED_DIGITS and numbers >= _DICTATED_SHARE * len(tokens)


def _says_little(groups: list[Group], tokens: Sequence[Token], content: Sequence[Token]) -> bool:
    """Whether the line is digits and few words, of which one is unknown."""
    digits = sum(group.size for group in groups)
    talk = sum(not t.flags & NUMBER for t in tokens)
    return len(content) == 1 and talk <= 3 <= digits and not content[0].flags & (NAME | ENDS)


def _is_named(group: Group, tokens: Sequence[Token], mentions: Sequence[Mention]) -> bool:
    """Whether the name nearest before the group, or right after, is that of an order or a case."""
    last = next((m for m in reversed(mentions) if m.end <= group.start), None)
    if last is None:
        after = next((m for m in mentions if m.start >= group.end), None)
        return (
            after is not None
            and group.size <= (_MOST_NAMED if _says_as(tokens, group.end) else _MOST_LABELLED)
            and after.topic is Topic.ORDINARY
            and after.start - group.end <= _NAMED_AFTER
        )
    if last.topic is not Topic.ORDINARY:
        return False
    between = list(tokens[last.end : group.start])
    if (
        between
        and len(between[-1].core) <= _CODE_LETTERS
        and between[-1].core.isalpha()
        and not between[-1].flags & (COPULA | LISTED | FILLER)
    ):
        between.pop()  # "our case is SO 551 011"
    if len(between) > _NAME_REACH or any(t.flags & NUMBER for t in between):
        return False
    return all(t.flags & SKIP for t in between) or bool(between[-1].flags & COPULA)


def _says_as(tokens: Sequence[Token], at: int) -> bool:
    """ "quote 1338992 as your reference", "12345678 is the order"."""
    return at < len(tokens) and bool(tokens[at].flags & COPULA)


def _spread(groups: list[Group], tokens: Sequence[Token]) -> None:
    """ "between 1500 and 2000 kroner", "klokken 14 og 16": what is said of one holds for the other."""
    pairs = list(pairwise(groups))
    for one, other in [*((b, a) for a, b in reversed(pairs)), *pairs]:
        if one.ordinary >= Ordinary.MOMENT > other.ordinary and _is_pair(one, other, tokens):
            other.ordinary, other.named, other.like = one.ordinary, one.named, one
            other.by_word = one.by_word


def _is_pair(one: Group, other: Group, tokens: Sequence[Token]) -> bool:
    """Whether two numbers of about the same length are joined by one word ("and", "to", "eller")."""
    between = tokens[min(one.end, other.end) : max(one.start, other.start)]
    if one.ordinary is Ordinary.YES and not one.named and one.parts == other.parts == 1:
        # "I paid 412.50 and then another 9031"
        is_linked = any(t.flags & GLUE for t in between) and len(between) <= _MOST_LINK
        is_linked = is_linked and not any(t.flags & (FILLER | ENDS) for t in between)
        if is_linked and other.size <= _MOST_RATE:
            return True
    if len(between) == 1 and between[0].flags & GLUE and _is_between(one, other, tokens):
        return True
    is_count = one.ordinary is Ordinary.YES and not one.named and other.parts == 1
    is_count = is_count and other.size <= _FEW_DIGITS and one.end <= other.start
    if is_count and len(between) <= _MOST_TALK and any(t.core in _NOT for t in between):
        return True  # "8 of them, not 13"
    if one.ordinary is Ordinary.MOMENT and len(between) == 1 and between[0].flags & GLUE:
        return bool(CLOCK_FORMAT.fullmatch(other.digits))  # "kvart i 8 og 5 30"
    return (
        len(between) == 1
        and bool(between[0].flags & (GLUE | SKIP))
        and not between[0].flags & FILLER
        and abs(one.size - other.size) <= 1
        and other.size <= _MOST_LABELLED
        and (one.ordinary is not Ordinary.MOMENT or _is_like(one, other))
    )


def _is_between(one: Group, other: Group, tokens: Sequence[Token]) -> bool:
    """ "Between four and fourteen thirty": times of day, however they are said."""
    before = tokens[min(one.start, other.start) - 1].core if min(one.start, other.start) else ""
    is_clock = all(CLOCK_FORMAT.fullmatch(group.digits) for group in (one, other))
    return before in _BETWEEN and is_clock


def _is_like(one: Group, other: Group) -> bool:
    """Years beside years, times of day beside times of day, by their digits."""
    form = YEAR_FORMAT if YEAR_FORMAT.fullmatch(one.digits) else CLOCK_FORMAT
    return bool(form.fullmatch(other.digits))
