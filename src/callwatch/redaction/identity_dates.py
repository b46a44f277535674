"""Identity numbers whose date is said as a date, and insurance numbers whose letters are spelled.

customer  fjortende august seksoghalvfjerds og de     [id]
customer  sidste fire nul syv ni ni                   [id]
customer  c e for elephant 71 79 90 c                 [id]
"""

from collections.abc import Iterator, Sequence
from typing import Final

from callwatch.core.channels import Language
from callwatch.redaction.labels import CARD, IDENTITY, is_identity
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.said_parts import Part, Side, sides
from callwatch.redaction.tokens import (
    ALPHABET,
    DATE_WORD,
    DAY,
    FILLER,
    GLUE,
    LETTER,
    LISTED,
    MONTH,
    NUMBER,
    SKIP,
    Token,
)
from callwatch.redaction.vocabulary import Topic, vocabulary

_PRIORITY: Final = 2  # over the digits beside it, as other papers are
_ANSWER_S: Final = 25.0
# "og de fem siste sifrene": words between the date and the last digits.
_MOST_BETWEEN: Final = 5
# "dash", "then": words within a number that say nothing.
_MOST_WITHIN: Final = 3
_REST: Final = {Language.SV: 4, Language.DA: 4, Language.NB: 5}
_INSURANCE_DIGITS: Final = 6
_MOST_TALK: Final = 2  # words that say something beside a date that was asked for
_RECENT: Final = (
    "20",
    "21",
    "22",
    "23",
    "24",
    "25",
    "26",
    "27",
)  # years in which no caller was born
_LAST_LETTERS: Final = "abcd"


def find_identity_dates(lines: Sequence[Line], language: Language) -> Iterator[Finding]:
    """The words of such numbers, with the date that they begin with."""
    if language is Language.EN:
        if any(line.flags & NUMBER for line in lines) and any(
            line.flags & (LETTER | ALPHABET) for line in lines
        ):
            for side in sides(lines, language):
                yield from _insurance_numbers(side)
        return
    if not any(line.flags & MONTH or _counts_days(line) for line in lines):
        return
    asked = _asked(lines)
    for side in sides(lines, language):
        yield from _dates(side, language, asked)


def _counts_days(line: Line) -> bool:
    """ "femte i ellevte", "tolvte første": days and months by number."""
    return sum(bool(token.flags & DAY) for token in line.tokens) > 1


def _asked(lines: Sequence[Line]) -> set[int]:
    """Lines in which an identity number may be said because it was asked for or announced."""
    out: set[int] = set()
    until_s = -1.0
    for line in lines:
        if any(mention.topic is Topic.IDENTITY for mention in line.mentions):
            until_s = line.end_s + _ANSWER_S
        if line.start_s <= until_s:
            out.add(line.number)
    return out


def _dates(side: Side, language: Language, asked: set[int]) -> Iterator[Finding]:
    parts, at = side.parts, 0
    while at < len(parts):
        found = _date(side, at, language)
        if found is None:
            at += 1
            continue
        end, date, rest = found
        last = _rest_end(side, end, rest, _REST[language])
        start = parts[at].start
        if _is_in_card(side, start, parts[(last[0] if last else end) - 1].end):
            at += 1
            continue
        is_asked = side.line_at(start).number in asked
        if last is not None and (is_asked or is_identity(date + last[1], language)):
            yield from side.findings(start, parts[last[0] - 1].end, IDENTITY, _PRIORITY)
            at = last[0]
        elif is_asked and _is_answer(side, start, date):
            yield from side.findings(start, parts[end - 1].end, IDENTITY, _PRIORITY)
            at = end
        else:
            at += 1


def _is_in_card(side: Side, start: int, end: int) -> bool:
    """Whether digits of a card are read as days and months; a month by name is none of a card's."""
    if any(side.tokens[at].flags & MONTH for at in range(start, end)):
        return False
    return any(
        group.label == CARD and group.start <= place < group.end
        for line, place in side.places[start:end]
        for group in line.groups
    )


def _is_answer(side: Side, start: int, date: str) -> bool:
    """Whether hardly anything but a date of birth is said in the line."""
    line, place = side.places[start]
    is_brief = not line.content_in(0, place) and line.content - line.months <= _MOST_TALK
    return is_brief and not date.endswith(_RECENT)


def _date(side: Side, at: int, language: Language) -> tuple[int, str, str] | None:
    """Where a date ends that begins with the part `at`, its six digits, and digits right behind it."""
    day = _day(side, side.parts[at])
    if day is None:
        return None
    place = _past(side, at + 1)
    if place is None:
        return None
    month = _month(side, side.parts[place], language)
    if month is None:
        return None
    place = _past(side, place + 1)
    if place is None or not side.parts[place].digits:
        return None
    digits = side.parts[place].digits
    need = _REST[language]
    if digits[:2] in ("19", "20") and len(digits) in (4, 4 + need):
        digits = digits[2:]
    if not 2 <= len(digits) <= 2 + need:
        return None
    return place + 1, f"{day:02d}{month:02d}{digits[:2]}", digits[2:]


def _day(side: Side, part: Part) -> int | None:
    if part.end - part.start == 1 and (value := _ordinal(side.tokens[part.start])) is not None:
        return value if 1 <= value <= 31 else None
    is_day = part.digits and len(part.digits) <= 2 and 1 <= int(part.digits) <= 31
    return int(part.digits) if is_day else None


def _month(side: Side, part: Part, language: Language) -> int | None:
    token = side.tokens[part.start]
    if part.is_month:
        return _names(language).get(token.core[:3])
    value = _ordinal(token) if part.end - part.start == 1 else None
    if value is None and token.flags & DAY and part.digits:
        value = int(part.digits)
    return value if value is not None and 1 <= value <= 12 else None


def _names(language: Language) -> dict[str, int]:
    """Months by their first three letters."""
    third, fifth, tenth = {
        Language.SV: ("mar", "maj", "okt"),
        Language.DA: ("mar", "maj", "okt"),
        Language.NB: ("mar", "mai", "okt"),
    }[language]
    row = ["jan", "feb", third, "apr", fifth, "jun", "jul", "aug", "sep", tenth, "nov"]
    names = {name: place for place, name in enumerate(row, 1)}
    return names | {"dec": 12, "des": 12}


# "First" and "second" are numbers in no vocabulary, because they mean too much else.
_FIRST: Final = {"første": 1, "första": 1, "anden": 2, "andre": 2, "andra": 2}
_TENS: Final = (("tjue", 20), ("tjugo", 20), ("tredve", 30), ("tretti", 30), ("trettio", 30))
_TURNED: Final = {
    "en": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "syv": 7, "sju": 7, "otte": 8, "åtte": 8, "ni": 9,
}  # fmt: skip
_ENDINGS: Final = {
    "første": 1, "första": 1, "andre": 2, "andra": 2, "tredje": 3, "fjerde": 4, "fjärde": 4, "femte": 5, "sjette": 6,
    "sjätte": 6, "sjuende": 7, "syvende": 7, "sjunde": 7, "åttende": 8, "åttonde": 8, "niende": 9, "nionde": 9,
}  # fmt: skip


def _ordinal(token: Token) -> int | None:
    """A day or month in one word: "tredje", "enogtyvende", "tjueførste"; None when it is none."""
    core = token.core
    if core in _FIRST:
        return _FIRST[core]
    if token.flags & NUMBER and token.flags & DAY and len(token.pieces) == 1:
        piece = token.pieces[0]
        return int(piece.digits) if piece.digits else piece.value
    for tens, value in _TENS:
        if core.startswith(tens) and core[len(tens) :] in _ENDINGS:
            return value + _ENDINGS[core[len(tens) :]]
    unit, _, rest = core.partition("og")
    if rest in ("tyvende", "tredivte", "tjuende") and unit in _TURNED:
        return (30 if rest == "tredivte" else 20) + _TURNED[unit]
    return None


def _past(side: Side, at: int) -> int | None:
    """The next part, past an "i" or a "den"."""
    for place in range(at, min(len(side.parts), at + 2)):
        part = side.parts[place]
        if part.start in side.breaks:
            return None
        flags = side.tokens[part.start].flags
        if part.digits or part.is_month or flags & DAY or not flags & (DATE_WORD | GLUE | FILLER):
            return place
    return None


def _rest_end(side: Side, at: int, digits: str, need: int) -> tuple[int, str] | None:
    """Index after the parts with the last digits, and these; None when they are not said."""
    between = 0
    while len(digits) < need and at < len(side.parts):
        part = side.parts[at]
        flags = side.tokens[part.start].flags
        if part.start in side.breaks:
            return None
        if part.digits:
            is_count = not digits and part.digits in ("4", "5") and _names_rest(side, part)
            digits += "" if is_count else part.digits
            between = 0
        elif flags & (SKIP | LISTED | FILLER | GLUE) or side.tokens[part.start].core in _NAMES:
            between += 1
            if between > _MOST_BETWEEN:
                return None
        else:
            return None
        at += 1
    return (at, digits) if len(digits) == need else None


_NAMES: Final = (
    "personnummer",
    "personnummeret",
    "streck",
    "streg",
    "bindestreck",
    "bindestrek",
    "bindestreg",
    "siste",
    "sidste",
    "sista",
)


def _names_rest(side: Side, part: Part) -> bool:
    """ "De sidste fire", "de fem siste": how many follow."""
    beside = [
        side.tokens[at].core for at in (part.start - 1, part.end) if 0 <= at < len(side.tokens)
    ]
    return any(core in ("siste", "sidste", "sista") for core in beside)


def _insurance_numbers(side: Side) -> Iterator[Finding]:
    """Two letters, six digits, one letter, with little between."""
    tokens, at = side.tokens, 0
    while at < len(tokens):
        found = _insurance(side, at) if tokens[at].flags & (LETTER | ALPHABET) else None
        if found is None:
            at += 1
            continue
        yield from side.findings(at, found, IDENTITY, _PRIORITY)
        at = found


def _insurance(side: Side, start: int) -> int | None:
    words = vocabulary(Language.EN)
    tokens, at, said, digits, between = side.tokens, start, "", "", 0
    while at < len(tokens):
        if at in side.breaks and at > start:
            return None
        link = words.as_in.beginning(tokens, at + 1, len(tokens) - 1) if at + 2 < len(tokens) else 0
        flags = tokens[at].flags
        is_letter = flags & (LETTER | ALPHABET) and not (digits and len(digits) < _INSURANCE_DIGITS)
        if is_letter:
            said += tokens[at].core[0]
            at += link + 2 if flags & LETTER and link else 1
            between = 0
            if len(digits) == _INSURANCE_DIGITS:
                return at if said[-1] in _LAST_LETTERS else None
            if len(said) > 2:
                return None
            continue
        if flags & NUMBER:
            part = next((p for p in side.parts if p.start == at), None)
            if part is None or len(said) != 2:
                return None
            digits += part.digits
            at, between = part.end, 0
            if len(digits) > _INSURANCE_DIGITS:
                return None
            continue
        between += 1
        if between > _MOST_WITHIN or not flags & SKIP or not said:
            return None
        at += 1
    return None
