"""Groups of digits in an utterance: where they are, what they are, and what is ordinary about them.

A group is a row of number words or figures with nothing between. Whether it is a secret is decided
over the whole dialogue (see dialogue.py); here stand the reasons why it may be none: "450 kroner",
"on May 12", "order 4512", "the bus 42".
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from callwatch.core.channels import Language
from callwatch.redaction.digit_group import Group, Ordinary
from callwatch.redaction.mentions import Mention
from callwatch.redaction.number_formats import (
    AMOUNT_FORMAT,
    CLOCK_FORMAT,
    DATE_FORMAT,
    DAY_AND_MONTH_FORMAT,
    HOME_NETWORK_FORMAT,
    MARKED_FORMAT,
    SYMBOL_FORMAT,
    TIME_FORMAT,
    YEAR_FORMAT,
    YEARS_FORMAT,
)
from callwatch.redaction.number_words import (
    COUNTS,
    NumberToken,
    NumberTokenKind,
    read_numbers,
)
from callwatch.redaction.tokens import (
    COPULA,
    COUNTED,
    DATE_WORD,
    ENDS,
    FILLER,
    GLUE,
    LARGE,
    LISTED,
    LISTENING,
    MONEY,
    MONTH,
    NAME,
    NUMBER,
    ORDINAL,
    POSITION,
    PRICE,
    SKIP,
    SPOKEN,
    UNIT,
    WEAK,
    Token,
)
from callwatch.redaction.vocabulary import Topic, vocabulary

# "2 500 000 kronor" is an amount, sixteen digits before "kroner" are none.
_MOST_AMOUNT: Final = 9
# "the order with 4571 1234 5678 9012": so many digits are a card's, whatever is named before them.
_MOST_NAMED: Final = 12
# A product's, a room's, a train's number; what is longer is said of a person.
_MOST_LABELLED: Final = 6
# "order number is, let me see, 4512": words that may stand between a name and its number.
_NAME_REACH: Final = 8
_FEW_WORDS: Final = 2
_NAMED_AFTER: Final = 2  # "4512 is the order"
_MOST_IN_SENTENCE: Final = 4  # what is longer is a secret in any sentence
_GOES_ON: Final = (
    4  # "six seven, what does it say, five": more digits so soon are the same number's
)
# A line in which so many of the words are numbers, and so many digits: nobody talks like that.
_DICTATED_SHARE: Final = 0.35
_DICTATED_DIGITS: Final = 7
_DAY: Final = re.compile(r"[1-9]|[12]\d|3[01]")
_MOST_LINK: Final = 3
_MOST_RATE: Final = 5
_RATE_LINKS: Final = frozenset(("a", "an", "per", "i", "om", "each", "pr"))
# A price is named shortly before it ("that costs you in all 450").
_PRICE_REACH: Final = 4


def find_groups(
    line: int, tokens: Sequence[Token], mentions: Sequence[Mention], language: Language
) -> list[Group]:
    """The groups of a line in order, each with what is ordinary about it."""
    taken = {i for m in mentions if m.whole for i in range(m.start, m.end)}
    groups: list[Group] = []
    at, count = 0, len(tokens)
    while at < count:
        if not tokens[at].flags & NUMBER or at in taken or _counts_a_noun(tokens, at):
            at += 1
            continue
        end = at + 1
        while end < count and end not in taken and (step := _step(tokens, end)):
            end += step
        part = tokens[at:end]
        said = _numbers(part, language)
        if any(said) and not all(_is_scale(t) for t in part):
            weak = all(t.flags & (WEAK | GLUE | FILLER) for t in part)
            groups.append(Group(line, at, end, "".join(said), weak=weak))
            groups[-1].parts = len(said)
        at = end
    groups = _without_articles(groups, tokens, language)
    if groups:
        _look_around(groups, tokens, mentions)
    return groups


def _counts_a_noun(tokens: Sequence[Token], at: int) -> bool:
    """ "Tredje blokk", "tredje våningen": an ordinal before what it counts is no digit."""
    if not tokens[at].flags & ORDINAL or tokens[at].flags & ENDS or at + 1 >= len(tokens):
        return False
    return not tokens[at + 1].flags & (NUMBER | MONTH | SKIP)


def _is_scale(token: Token) -> bool:
    """A "thousand" alone: "tusen takk"."""
    return bool(token.pieces) and all(p.kind is NumberTokenKind.SCALE for p in token.pieces)


def _step(tokens: Sequence[Token], at: int) -> int:
    """How many words on the group goes: 1 for a number, 2 over a dash or an "and" in a number."""
    token = tokens[at]
    if token.flags & NUMBER:
        return 1
    if token.flags & COUNTED:
        return _counted_step(tokens, at)
    if at + 1 >= len(tokens) or not tokens[at + 1].flags & NUMBER:
        return 0
    if token.flags & GLUE and tokens[at - 1].pieces and tokens[at + 1].pieces:
        before, after = tokens[at - 1].pieces[-1].kind, tokens[at + 1].pieces[0].kind
        is_inside = before is NumberTokenKind.SCALE or (
            before is NumberTokenKind.UNIT and after is NumberTokenKind.TEN
        )
        return 2 if is_inside else 0
    return 0 if token.core.strip("-–—/") else 2


def _counted_step(tokens: Sequence[Token], at: int) -> int:
    """Past "eights" after "two", past "times zero" after "three"."""
    before = tokens[at - 1].pieces
    if not before or before[-1].kind is not NumberTokenKind.UNIT or before[-1].value not in COUNTS:
        return 0
    if tokens[at].pieces[0].kind is NumberTokenKind.PLURAL:
        return 1
    after = tokens[at + 1].pieces[:1] if at + 1 < len(tokens) else ()
    is_digit = any(
        p.kind in (NumberTokenKind.UNIT, NumberTokenKind.PLURAL) or len(p.digits) == 1
        for p in after
    )
    return 2 if is_digit else 0


def _numbers(tokens: Sequence[Token], language: Language) -> list[str]:
    if len(tokens) == 1 and len(tokens[0].pieces) == 1 and tokens[0].pieces[0].digits:
        return [tokens[0].pieces[0].digits]
    glue = (NumberToken(NumberTokenKind.GLUE),)
    pieces = [p for t in tokens for p in (glue if t.flags & GLUE else t.pieces)]
    return read_numbers(pieces, language)


def _without_articles(
    groups: list[Group], tokens: Sequence[Token], language: Language
) -> list[Group]:
    """Without articles before a word: "en" is a digit beside digits, or when nothing follows."""
    if not any(group.weak for group in groups):
        return groups
    out = []
    pronoun_after = vocabulary(language).numbers.get("pronoun_after", ())
    for i, group in enumerate(groups):
        if group.weak and group.start and tokens[group.start - 1].core in pronoun_after:
            continue
        beside = (i > 0 and _gap(groups[i - 1], group, tokens) <= 1) or (
            i + 1 < len(groups) and _gap(group, groups[i + 1], tokens) <= 1
        )
        is_last = group.end == len(tokens) or tokens[group.end].flags & (FILLER | LISTENING)
        if not group.weak or group.size > 1 or beside or is_last:
            out.append(group)
    return out


def _gap(before: Group, after: Group, tokens: Sequence[Token]) -> int:
    """Words between two groups of a line; many when one of them says something."""
    between = tokens[before.end : after.start]
    return len(between) if all(t.flags & SKIP for t in between) else 99


def _look_around(groups: list[Group], tokens: Sequence[Token], mentions: Sequence[Mention]) -> None:
    taken = {i for m in mentions for i in range(m.start, m.end)}
    content = [t for i, t in enumerate(tokens) if i not in taken and not t.flags & (NUMBER | SKIP)]
    dictates = _is_dictation(groups, tokens)
    short = sum(bool(t.flags & SKIP) and not t.flags & (LISTED | NUMBER) for t in tokens)
    if not dictates and short > _FEW_WORDS and any(not t.flags & NUMBER for t in tokens[:1]):
        content = content or [t for t in tokens if not t.flags & NUMBER][:_FEW_WORDS]
    nearly_bare = not content or dictates or _says_little(groups, tokens, content)
    for i, group in enumerate(groups):
        group.bare, group.nearly_bare = not content, nearly_bare
        group.joined = (
            dictates
            or (i > 0 and _gap(groups[i - 1], group, tokens) <= 2)
            or (i + 1 < len(groups) and _gap(group, groups[i + 1], tokens) <= 2)
        )
        group.ordinary = _ordinary(group, tokens, taken)
        if dictates and group.ordinary is Ordinary.PERHAPS:
            group.ordinary = Ordinary.NO
        group.at_end = all(t.flags & SKIP for t in tokens[group.end :])
        group.brief = group.at_end and len(content) <= 1
        group.in_sentence = _is_in_a_sentence(group, tokens)
        name = _is_named(group, tokens, mentions)
        goes_on = i > 0 and groups[i - 1].named and _gap(groups[i - 1], group, tokens) <= 2
        if (name or goes_on) and group.ordinary is not Ordinary.YES:
            group.named, group.ordinary = True, Ordinary.YES
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
            if group.ordinary is Ordinary.MOMENT or (is_year and group.parts <= 2):
                group.ordinary = Ordinary.DATE  # "fourteen of them in 2022" is no answer


def _is_near_another(groups: list[Group], i: int) -> bool:
    """Whether the next digits of the line are a few words away, whatever they are."""
    if groups[i].ordinary is not Ordinary.NO:
        return False
    beside = [groups[j] for j in (i - 1, i + 1) if 0 <= j < len(groups)]
    beside = [g for g in beside if g.ordinary is Ordinary.NO]
    gaps = [max(g.start, groups[i].start) - min(g.end, groups[i].end) for g in beside]
    return any(gap <= _GOES_ON for gap in gaps)


def _is_in_a_sentence(group: Group, tokens: Sequence[Token]) -> bool:
    """Whether a short number stands within a sentence: who reads digits out says little after them."""
    if group.nearly_bare or group.joined or group.size > _MOST_IN_SENTENCE:
        return False
    if any(t.flags & NUMBER for t in tokens[group.end : group.end + _GOES_ON]):
        return False
    after = sum(not t.flags & (NUMBER | SKIP) for t in tokens[group.end :])
    return after >= (2 if group.size > 2 else 1)


def _is_dictation(groups: list[Group], tokens: Sequence[Token]) -> bool:
    """Whether the line reads out a long number, whatever words stand between its digits."""
    if any(t.flags & (PRICE | MONEY) for t in tokens):
        groups = [g for g in groups if g.parts > 1]  # "I paid 48.25 and then another thousand"
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
    between = tokens[last.end : group.start]
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
            other.ordinary, other.named = one.ordinary, one.named


def _is_pair(one: Group, other: Group, tokens: Sequence[Token]) -> bool:
    """Whether two numbers of about the same length are joined by one word ("and", "to", "eller")."""
    between = tokens[min(one.end, other.end) : max(one.start, other.start)]
    if one.ordinary is Ordinary.YES and not one.named and one.parts == other.parts == 1:
        # "I paid 412.50 and then another 9031"
        is_linked = any(t.flags & GLUE for t in between) and len(between) <= _MOST_LINK
        is_linked = is_linked and not any(t.flags & (FILLER | ENDS) for t in between)
        if is_linked and other.size <= _MOST_RATE:
            return True
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


def _is_like(one: Group, other: Group) -> bool:
    """Years beside years, times of day beside times of day, by their digits."""
    form = YEAR_FORMAT if YEAR_FORMAT.fullmatch(one.digits) else CLOCK_FORMAT
    return bool(form.fullmatch(other.digits))


def _ordinary(group: Group, tokens: Sequence[Token], taken: set[int]) -> Ordinary:
    numbers = [t for t in tokens[group.start : group.end] if t.flags & NUMBER]
    after = tokens[group.end].flags if group.end < len(tokens) else 0
    before = tokens[group.start - 1].flags if group.start else 0
    ends = bool(numbers[-1].flags & ENDS)
    kinds = _kinds_before(tokens, group, taken)
    is_told = not group.bare and bool(kinds & {"time_weak", "time_before"})
    is_told = is_told or bool((before | after) & MONEY)
    if group.nearly_bare and not is_told and _is_marked(numbers):
        return Ordinary.MOMENT if group.bare else Ordinary.PERHAPS
    if group.size <= _MOST_AMOUNT and _is_amount(numbers, before, 0 if ends else after):
        return Ordinary.YES
    if after & UNIT and not ends and group.size <= (_MOST_LABELLED if group.parts == 1 else 3):
        return Ordinary.YES
    if _is_date(group, numbers, tokens):
        return Ordinary.DATE
    size = group.size
    if _is_rate(group, tokens):
        return Ordinary.YES
    if "labels" in _kinds_behind(tokens, group, taken) and size <= 4 and not group.bare:
        return Ordinary.YES
    if "labels" in kinds and size <= _MOST_LABELLED and (group.parts == 1 or size <= 4):
        return Ordinary.YES
    if "age_before" in kinds and size <= 2:
        return Ordinary.YES
    if size <= 4 and "time_before" in kinds:
        return Ordinary.MOMENT
    is_year = bool(YEAR_FORMAT.fullmatch(group.digits)) and not _is_digit_by_digit(numbers)
    if is_year and "year_before" in kinds:
        return Ordinary.MOMENT
    if "time_weak" in kinds and not group.bare and _is_clock(group, numbers):
        return Ordinary.MOMENT
    if size <= 4 and _is_product(tokens, group.start, taken):
        return Ordinary.YES
    if size <= 5 and _price_before(group, tokens, taken):
        return Ordinary.YES
    return _perhaps(group, numbers, tokens, taken, is_year=is_year)


def _perhaps(
    group: Group,
    numbers: Sequence[Token],
    tokens: Sequence[Token],
    taken: set[int],
    *,
    is_year: bool,
) -> Ordinary:
    """A shape or a noun beside it that makes a short number look ordinary."""
    if group.bare or group.size > 4:
        return Ordinary.NO
    if is_year and not _is_row(group, numbers):
        return Ordinary.MOMENT
    if (group.nearly_bare and group.size > 2) or _is_row(group, numbers):
        return Ordinary.NO
    noun_before = group.start > 0 and _is_noun(tokens, group.start - 1, taken)
    noun_before = noun_before and not tokens[group.start - 1].flags & (ENDS | COPULA)
    # "2239 netop 86": a word right behind digits is none of the next ones'.
    noun_before = noun_before and not (group.start > 1 and tokens[group.start - 2].flags & NUMBER)
    # "Miele 4512", but "kontrol 45": where hardly anything else is said, the word is none of its.
    noun_before = noun_before and (len(tokens) - len(numbers) > _FEW_WORDS)
    noun_after = group.end < len(tokens) and _is_noun(tokens, group.end, taken)
    noun_after = noun_after and not numbers[-1].flags & ENDS and group.size <= 3
    return Ordinary.PERHAPS if noun_before or noun_after else Ordinary.NO


def _is_product(tokens: Sequence[Token], start: int, taken: set[int]) -> bool:
    """A name with a capital inside a sentence stands right before: "the Miele 5209"."""
    if start < 2 or start - 1 in taken:
        return False
    flags = tokens[start - 1].flags
    return bool(flags & NAME) and not flags & (NUMBER | LISTED | ENDS)


def _is_noun(tokens: Sequence[Token], at: int, taken: set[int]) -> bool:
    return at not in taken and not tokens[at].flags & (NUMBER | SKIP)


def _is_rate(group: Group, tokens: Sequence[Token]) -> bool:
    """ "582 a month", "70 i måneden"."""
    if group.end + 1 >= len(tokens) or group.size > _MOST_RATE or group.parts > 1:
        return False
    link, unit = tokens[group.end : group.end + 2]
    return not link.flags & ENDS and link.core in _RATE_LINKS and bool(unit.flags & UNIT)


def _is_clock(group: Group, numbers: Sequence[Token]) -> bool:
    """A time of day as it is said: "nine thirty", not "one eight five five"."""
    digit_by_digit = group.size > 2 and _is_digit_by_digit(numbers)
    is_clock = group.size <= 2 or bool(CLOCK_FORMAT.fullmatch(group.digits))
    return group.size <= 4 and not digit_by_digit and is_clock


def _is_row(group: Group, numbers: Sequence[Token]) -> bool:
    """Figures beside others ("71 99", "57 seven"), or digit by digit: no model, no year."""
    has_figures = not all(t.flags & SPOKEN for t in numbers)
    return group.parts > 1 and (has_figures or _is_digit_by_digit(numbers))


def _is_digit_by_digit(numbers: Sequence[Token]) -> bool:
    return len(numbers) > 1 and not any(
        t.flags & LARGE or len(t.pieces[0].digits) > 1 for t in numbers
    )


def _is_amount(numbers: Sequence[Token], before: int, after: int) -> bool:
    if (before | after) & MONEY:
        return True
    if any(p.value == 1_000_000 for t in numbers for p in t.pieces):
        return True
    if len(numbers) > 1:
        return False
    core = numbers[0].core
    return bool(
        AMOUNT_FORMAT.fullmatch(core)
        or SYMBOL_FORMAT.fullmatch(core)
        or HOME_NETWORK_FORMAT.fullmatch(core)
    )


def _is_marked(numbers: Sequence[Token]) -> bool:
    """ "38.33", "18-49": with nothing beside it, as likely a group of a card as an amount or a time."""
    core = numbers[0].core
    if len(numbers) > 1 or not MARKED_FORMAT.fullmatch(core):
        return False
    forms = (DATE_FORMAT, TIME_FORMAT, DAY_AND_MONTH_FORMAT, AMOUNT_FORMAT, YEARS_FORMAT)
    return any(form.fullmatch(core) for form in forms)


def _is_date(group: Group, numbers: Sequence[Token], tokens: Sequence[Token]) -> bool:
    if not any(t.flags & SPOKEN for t in numbers):
        if all(DATE_FORMAT.fullmatch(t.core) or TIME_FORMAT.fullmatch(t.core) for t in numbers):
            return len(numbers) <= 2
        if len(numbers) == 2 and DAY_AND_MONTH_FORMAT.fullmatch(numbers[0].core):
            return bool(YEAR_FORMAT.fullmatch(numbers[1].core))  # "01/04 2023"
        if all(YEARS_FORMAT.fullmatch(t.core) for t in numbers) and group.size > 4:
            return all(t.flags & ENDS for t in numbers[:-1])
    if group.size > 8:
        return False
    # "May 12", "12 May 2024", "the 3 of May"
    start, end, count = group.start, group.end, len(tokens)
    if start and tokens[start - 1].flags & MONTH:
        return True
    if end < count and tokens[end].flags & MONTH:
        return True
    if group.size <= 2 and _is_day_of_month(tokens, start, end):
        return True
    is_last = end == count and start > 1 and not group.bare and _DAY.fullmatch(group.digits)
    if is_last and tokens[start - 1].core == "den" and tokens[start].flags & ENDS:
        return True  # "kommer senest den 9."
    far = start > 1 and tokens[start - 1].flags & DATE_WORD and tokens[start - 2].flags & MONTH
    ahead = end + 1 < count and tokens[end].flags & DATE_WORD and tokens[end + 1].flags & MONTH
    return bool(far or ahead)


def _is_day_of_month(tokens: Sequence[Token], start: int, end: int) -> bool:
    """ "Den 18. i 11.", both of them."""
    flags = [t.flags for t in tokens[max(0, start - 3) : start]]
    ahead = [t.flags for t in tokens[end : end + 2]]
    opens = bool(flags) and flags[-1] & DATE_WORD
    is_day = opens and len(ahead) > 1 and ahead[0] & DATE_WORD and ahead[1] & NUMBER
    is_month = opens and len(flags) > 2 and flags[-2] & NUMBER and flags[-3] & DATE_WORD
    return bool(is_day or is_month)


def _kinds_before(tokens: Sequence[Token], group: Group, taken: set[int]) -> set[str]:
    """What the phrases that end right before a group say it is."""
    start = group.start
    if not start or start - 1 in taken or tokens[start - 1].flags & ENDS:
        return set()
    out = set()
    if start > 1 and tokens[start - 2].flags & (ORDINAL | POSITION):
        return set()  # "third block 4571": of the number that is being read out
    for name, words in tokens[start - 1].before:
        if not words and group.bare and tokens[start - 1].flags & LISTED:
            continue  # "the number 22": the word says nothing
        first = start - 1 - len(words)
        if first >= 0 and all(tokens[first + i].core == word for i, word in enumerate(words)):
            out.add(name)
    return out


def _kinds_behind(tokens: Sequence[Token], group: Group, taken: set[int]) -> set[str]:
    """What it is by a name and "is": "my room was 450"."""
    at = group.start - 1
    while at > 0 and group.start - at < _NAME_REACH // 2 and tokens[at].flags & (COPULA | SKIP):
        at -= 1
    if at < 1 or at == group.start - 1 or at in taken or not tokens[at + 1].flags & (COPULA | SKIP):
        return set()
    return {name for name, tail in tokens[at].before if not tail and not tokens[at].flags & SKIP}


def _price_before(group: Group, tokens: Sequence[Token], taken: set[int]) -> bool:
    for at in range(group.start - 1, max(-1, group.start - 1 - _PRICE_REACH), -1):
        if at in taken or tokens[at].flags & NUMBER:
            return False
        if tokens[at].flags & PRICE:
            return True
    return False
