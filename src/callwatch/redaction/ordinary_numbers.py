"""Why a group of digits may be no secret: "450 kroner", "on May 12", "the bus 42"."""

import re
from collections.abc import Sequence
from typing import Final

from callwatch.redaction.digit_group import Group, Ordinary
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
from callwatch.redaction.tokens import (
    ALPHABET,
    COPULA,
    DATE_WORD,
    ENDS,
    GLUE,
    LARGE,
    LETTER,
    LISTED,
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
    Token,
)
from callwatch.redaction.vocabulary import fits

# "2 500 000 kronor" is an amount, sixteen digits before "kroner" are none.
_MOST_AMOUNT: Final = 9
# A meter's reading, a fault's code; cards and identity numbers are longer.
_MOST_READING: Final = 8
# A product's, a room's, a train's number; what is longer is said of a person.
_MOST_LABELLED: Final = 6
# "order number is, let me see, 4512": words that may stand between a name and its number.
_NAME_REACH: Final = 8
_FEW_WORDS: Final = 2
_DAY: Final = re.compile(r"[1-9]|[12]\d|3[01]")
_MOST_DAY: Final = 4  # "on the 12 at half past 9, the 3 May" has no more before its month
_MOST_RATE: Final = 5
_MOST_LINK: Final = 3  # "and then another"
_RATE_LINKS: Final = frozenset(("a", "an", "per", "i", "om", "each", "pr"))
# "You charged me three four nine", but "charged twice was three six three three" is read from a card.
_CODE_LETTERS: Final = 2
_LONGEST_SPELLED_PRICE: Final = 3
# "Room no 4512", but "4512 ah wait no 4513" corrects the digits before it.
_CORRECTS: Final = frozenset(("no",))
_CORRECTED_REACH: Final = 5
_COUNTS_PARTS: Final = ("no", "num", "block", "blok", "group", "grupp")
# A price is named shortly before it ("that costs you in all 450").
PRICE_REACH: Final = 4


def ordinary_of(group: Group, tokens: Sequence[Token], taken: set[int]) -> Ordinary:
    """How sure it is that a group is no secret, from the words of its line; `taken` hold mentions."""
    numbers = [t for t in tokens[group.start : group.end] if t.flags & NUMBER]
    after = tokens[group.end].flags if group.end < len(tokens) else 0
    before = tokens[group.start - 1].flags if group.start else 0
    ends = bool(numbers[-1].flags & ENDS)
    kinds = _kinds_before(tokens, group, taken)
    is_told = not group.bare and bool(kinds & {"time_weak", "time_before"})
    is_told = is_told or bool((before | after) & MONEY)
    if len(numbers) == 1 and MARKED_FORMAT.fullmatch(numbers[0].core):
        says_what = kinds or (before | after) & (MONEY | MONTH) or (after & UNIT and not ends)
        says_what = says_what or before & (GLUE | DATE_WORD) or _is_another(tokens, group.start)
        group.by_form = not says_what and not _price_before(group, tokens, taken)
    if ends and after & (MONEY | UNIT) and not after & NAME:
        ends = False  # "2848. kronor": a full stop that the recogniser put there
    if group.nearly_bare and not is_told and _is_marked(numbers):
        return Ordinary.MOMENT if group.bare else Ordinary.PERHAPS
    if group.size <= _MOST_AMOUNT and _is_amount(numbers, before, 0 if ends else after):
        return Ordinary.YES
    if after & UNIT and not ends and group.size <= (_MOST_LABELLED if group.parts == 1 else 3):
        return Ordinary.YES
    if not group.bare and "year_before" in kinds and _are_years(group, numbers):
        return Ordinary.DATE
    if _is_date(group, numbers, tokens):
        return Ordinary.DATE
    size = group.size
    if _is_rate(group, tokens):
        return Ordinary.YES
    group.by_word = True
    group.by_price = size <= 5 and _price_before(group, tokens, taken)
    if group.start and tokens[group.start - 1].core.startswith(_COUNTS_PARTS):
        group.by_price = True
    if "reading_before" in kinds and size <= _MOST_READING:
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
    spelled = size > _LONGEST_SPELLED_PRICE and _is_digit_by_digit(numbers)
    if size <= 5 and not spelled and _price_before(group, tokens, taken):
        return Ordinary.YES
    group.by_word = False
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
    noun_before = group.start > 0 and (
        _is_noun(tokens, group.start - 1, taken) or _is_model(group, tokens)
    )
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
    if flags & ALPHABET and tokens[start - 2].flags & LETTER:
        return False  # "E, Echo, 13 18": a letter that is spelled
    return bool(flags & NAME) and not flags & (NUMBER | LISTED | ENDS)


def _is_model(group: Group, tokens: Sequence[Token]) -> bool:
    """ "The XR 500 that I bought": letters that no list knows, in a sentence of other words."""
    flags = tokens[group.start - 1].flags
    is_known = flags & (LISTED | NUMBER | COPULA | DATE_WORD | GLUE | ENDS)
    return not is_known and group.content >= _FEW_WORDS and group.end < len(tokens)


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


def _are_years(group: Group, numbers: Sequence[Token]) -> bool:
    """ "In 1964 1968": several years in a row, none of them said digit by digit."""
    years = [group.digits[i : i + 4] for i in range(0, group.size, 4)]
    return (
        len(years) > 1
        and all(YEAR_FORMAT.fullmatch(year) for year in years)
        and not _is_digit_by_digit(numbers)
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
        return group.size <= _MOST_DAY  # "nine two two nine oh one eight, June of twenty-six"
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
    if tokens[start - 1].core in _CORRECTS and any(
        t.flags & NUMBER for t in tokens[max(0, start - _CORRECTED_REACH) : start]
    ):
        return set()
    if start > 1 and tokens[start - 2].flags & (ORDINAL | POSITION):
        return set()  # "third block 4571": of the number that is being read out
    if tokens[start - 1].flags & SKIP and _names_letters(tokens, start, taken):
        out = {name for name, words in tokens[start - 2].before if not words}
    for name, words in tokens[start - 1].before:
        if not words and group.bare and tokens[start - 1].flags & LISTED:
            continue  # "the number 22": the word says nothing
        first = start - 1 - len(words)
        if first >= 0 and all(fits(tokens[first + i].core, word) for i, word in enumerate(words)):
            out.add(name)
    return out


def _names_letters(tokens: Sequence[Token], start: int, taken: set[int]) -> bool:
    """ "Flight BA 3022": two letters between the word and its number."""
    if start < 2 or start - 2 in taken or tokens[start - 2].flags & ENDS:
        return False
    core = tokens[start - 1].core
    return (
        len(core) == _CODE_LETTERS
        and core.isalpha()
        and not tokens[start - 1].flags & (LISTED | GLUE | COPULA)
    )


def _kinds_behind(tokens: Sequence[Token], group: Group, taken: set[int]) -> set[str]:
    """What it is by a name and "is": "my room was 450"."""
    at = group.start - 1
    while at > 0 and group.start - at < _NAME_REACH // 2 and tokens[at].flags & (COPULA | SKIP):
        at -= 1
    if at < 1 or at == group.start - 1 or at in taken or not tokens[at + 1].flags & (COPULA | SKIP):
        return set()
    return {name for name, tail in tokens[at].before if not tail and not tokens[at].flags & SKIP}


def _is_another(tokens: Sequence[Token], start: int) -> bool:
    """ "I paid 960.99 and then another 87.95": an "and" or "to" after another number's words."""
    words = tokens[max(0, start - _MOST_LINK) : start]
    glued = [i for i, token in enumerate(words) if token.flags & GLUE]
    at = max(0, start - _MOST_LINK) + glued[0] if glued else 0
    return at > 0 and bool(tokens[at - 1].flags & NUMBER)


def _price_before(group: Group, tokens: Sequence[Token], taken: set[int]) -> bool:
    for at in range(group.start - 1, max(-1, group.start - 1 - PRICE_REACH), -1):
        if at in taken or tokens[at].flags & NUMBER:
            return False
        if tokens[at].flags & PRICE:
            return True
    return False
