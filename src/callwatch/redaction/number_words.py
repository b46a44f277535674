"""Number words of four languages, read as the digits that they stand for.

`number_pieces` splits one word ("femogtyve", "tjugofem", "fem") into pieces; `pieces_to_digits`
reads a row of pieces as people say long numbers: digit by digit, in tens and hundreds, doubled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final

from callwatch.core.channels import Language


class NumberTokenKind(Enum):
    """What a piece of a number word does."""

    UNIT = "unit"  # 0..9
    TEEN = "teen"  # 10..19
    TEN = "ten"  # 20, 30 .. 90
    SCALE = "scale"  # 100, 1000
    TIMES = "times"  # "double", "triple": repeats the digit that follows
    GLUE = "glue"  # "and", "og", "och" inside a number
    DIGITS = "digits"  # already digits, as the recogniser wrote them


@dataclass(frozen=True, slots=True)
class NumberToken:
    """One piece; `value` is its number, `digits` is set for DIGITS only (zeros in front count)."""

    kind: NumberTokenKind
    value: int = 0
    digits: str = ""


_UNITS: Final[Mapping[Language, str]] = {
    Language.EN: "zero|oh|o|nought|nil|null one two three four five six seven eight nine|niner",
    Language.SV: "noll|nolla en|ett|et|etta två|tvåa tre|trea fyra fem|femma sex|sexa sju|sjua "
    "åtta nio|nie|nia",
    Language.DA: "nul en|et|ét|én|etter|ettal to|toer tre|treer fire|firer fem|femmer|femtal "
    "seks|sekser syv|syver otte|otter ni|nier|nital",
    Language.NB: "null en|ett|én|ein|ener to|toer tre|treer fire|firer fem|femmer seks|sekser "
    "sju|syv|sjuer|syver åtte|åtter ni|nier",
}
_TEENS: Final[Mapping[Language, str]] = {
    Language.EN: "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    Language.SV: "tio|tie elva tolv tretton fjorton femton sexton sjutton arton nitton",
    Language.DA: "ti elleve tolv tretten fjorten femten seksten sytten atten nitten",
    Language.NB: "ti elleve tolv tretten fjorten femten seksten sytten atten nitten",
}
_TENS: Final[Mapping[Language, str]] = {
    Language.EN: "twenty thirty forty|fourty fifty sixty seventy eighty ninety",
    Language.SV: "tjugo|tjugi|tjuge trettio|tretti fyrtio|fyrti|förti femtio|femti sextio|sexti "
    "sjuttio|sjutti åttio|åtti nittio|nitti",
    Language.DA: "tyve|tjue tredive|tredve fyrre|fyrretyve halvtreds|halvtres tres|treds "
    "halvfjerds|halvfjers firs halvfems",
    Language.NB: "tjue|tyve tretti|tredve førti|førr femti seksti sytti åtti nitti",
}
# Third to twentieth: days and months of a date of birth; "first" and "second" mean too much else.
_ORDINALS: Final[Mapping[Language, str]] = {
    Language.EN: "",
    Language.SV: "tredje fjärde femte sjätte sjunde åttonde nionde tionde elfte tolfte trettonde "
    "fjortonde femtonde sextonde sjuttonde artonde nittonde tjugonde",
    Language.DA: "tredje fjerde femte sjette syvende ottende niende tiende ellevte|elvte tolvte "
    "trettende fjortende femtende sekstende syttende attende nittende tyvende",
    Language.NB: "tredje fjerde femte sjette sjuende|syvende åttende niende tiende ellevte tolvte "
    "trettende fjortende femtende sekstende syttende attende nittende tjuende",
}
_OTHERS: Final[Mapping[Language, tuple[str, str, str, str, str]]] = {
    # hundred, thousand, double, triple, and
    Language.EN: ("hundred|hundreds", "thousand", "double|doubled", "triple|treble", "and"),
    Language.SV: ("hundra", "tusen", "dubbel|dubbla|dubbelt", "trippel|tredubbel", "och|å"),
    Language.DA: (
        "hundrede|hundred|hundre",
        "tusinde|tusind|tusen",
        "dobbelt|dobbel|double",
        "trippel|tredobbelt",
        "og",
    ),
    Language.NB: ("hundre", "tusen", "dobbelt|dobbel", "trippel|tredobbel|tredobbelt", "og|å"),
}


@cache
def lexicon(language: Language) -> Mapping[str, NumberToken]:
    """Every simple number word of a language with its piece."""
    words: dict[str, NumberToken] = {}
    for start, step, kind, table in (
        (0, 1, NumberTokenKind.UNIT, _UNITS),
        (10, 1, NumberTokenKind.TEEN, _TEENS),
        (20, 10, NumberTokenKind.TEN, _TENS),
    ):
        for index, variants in enumerate(table[language].split()):
            for word in variants.split("|"):
                words[word] = NumberToken(kind, start + index * step)
    for value, variants in enumerate(_ORDINALS[language].split(), 3):
        kind = (
            NumberTokenKind.UNIT
            if value < 10
            else NumberTokenKind.TEEN
            if value < 20
            else NumberTokenKind.TEN
        )
        for word in variants.split("|"):
            words[word] = NumberToken(kind, value)
    hundred, thousand, double, triple, glue = _OTHERS[language]
    for variants, piece in (
        (hundred, NumberToken(NumberTokenKind.SCALE, 100)),
        (thousand, NumberToken(NumberTokenKind.SCALE, 1000)),
        (double, NumberToken(NumberTokenKind.TIMES, 2)),
        (triple, NumberToken(NumberTokenKind.TIMES, 3)),
        (glue, NumberToken(NumberTokenKind.GLUE)),
    ):
        for word in variants.split("|"):
            words[word] = piece
    return words


@cache
def _split_compound(word: str, language: Language) -> tuple[NumberToken, ...] | None:
    """A compound such as "femogtyve" or "ettusenfemhundra" as pieces; None when it is no number."""
    if not word:
        return ()
    simple = lexicon(language)
    for end in range(len(word), 0, -1):
        piece = simple.get(word[:end])
        if piece is None or (piece.kind is NumberTokenKind.UNIT and end == 1):
            continue
        rest = _split_compound(word[end:], language)
        if rest is not None:
            return (piece, *rest)
    return None


# No number word of the four languages that people say in one breath is longer.
_LONGEST_COMPOUND: Final = 40


def number_pieces(word: str, language: Language) -> tuple[NumberToken, ...]:
    """The pieces of one lower-case word without punctuation; empty when it is no number word."""
    if word.isascii() and word.isdigit():
        return (NumberToken(NumberTokenKind.DIGITS, digits=word),)
    simple = lexicon(language).get(word)
    if simple is not None:
        return (simple,)
    if len(word) < 5 or len(word) > _LONGEST_COMPOUND or not word.replace("-", "").isalpha():
        return ()
    pieces = _split_compound(word.replace("-", ""), language) or ()
    return (
        pieces
        if any(p.kind not in (NumberTokenKind.GLUE, NumberTokenKind.TIMES) for p in pieces)
        else ()
    )


def _is_small(piece: NumberToken) -> bool:
    return piece.kind in (NumberTokenKind.UNIT, NumberTokenKind.TEEN, NumberTokenKind.TEN)


def pieces_to_digits(pieces: Iterable[NumberToken], language: Language) -> str:
    """The digits that a row of pieces stands for, as a person would write them down.

    "fem hundra tolv" -> 512; "nineteen eighty five" -> 1985; "double five" -> 55; "fem og tyve
    halvtreds" -> 2550; "zero seven" -> 07. Twenty and five join in every language but Danish, where
    the five stands first.
    """
    row = list(pieces)
    out: list[str] = []
    at = 0
    while at < len(row):
        piece = row[at]
        if piece.kind is NumberTokenKind.DIGITS:
            out.append(piece.digits)
            at += 1
        elif piece.kind is NumberTokenKind.TIMES:
            following = row[at + 1] if at + 1 < len(row) else None
            if following is not None and following.kind in (
                NumberTokenKind.UNIT,
                NumberTokenKind.DIGITS,
            ):
                digits = following.digits or str(following.value)
                out.append(digits * piece.value if len(digits) <= 2 else digits)
                at += 1
            at += 1
        elif piece.kind is NumberTokenKind.GLUE:
            at += 1
        else:
            value, at = _cardinal(row, at, language)
            out.append(str(value))
    return "".join(out)


def _below_hundred(row: list[NumberToken], at: int, language: Language) -> tuple[int, int]:
    """Value and next index of a number under a hundred that begins at `at`."""
    first = row[at]
    after = row[at + 1] if at + 1 < len(row) else None
    if first.kind is NumberTokenKind.UNIT and first.value > 0 and after is not None:
        third = row[at + 2] if at + 2 < len(row) else None
        if (
            after.kind is NumberTokenKind.GLUE
            and third is not None
            and third.kind is NumberTokenKind.TEN
        ):
            return third.value + first.value, at + 3
    if (
        first.kind is NumberTokenKind.TEN
        and after is not None
        and after.kind is NumberTokenKind.UNIT
        and after.value > 0
        and language is not Language.DA
    ):
        return first.value + after.value, at + 2
    return first.value, at + 1


def _group(row: list[NumberToken], at: int, language: Language) -> tuple[int, int]:
    """Value and next index of a number under a thousand that begins at `at`."""
    value = 1
    if row[at].kind is not NumberTokenKind.SCALE:
        value, at = _below_hundred(row, at, language)
    if value > 0 and at < len(row) and row[at] == NumberToken(NumberTokenKind.SCALE, 100):
        value, at = value * 100, at + 1
        ahead = _past_glue(row, at)
        if ahead < len(row) and _is_small(row[ahead]) and row[ahead].value > 0:
            rest, at = _below_hundred(row, ahead, language)
            value += rest
    return value, at


def _cardinal(row: list[NumberToken], at: int, language: Language) -> tuple[int, int]:
    """Value and next index of one number with its hundreds and thousands."""
    value, at = _group(row, at, language)
    if value > 0 and at < len(row) and row[at] == NumberToken(NumberTokenKind.SCALE, 1000):
        value, at = value * 1000, at + 1
        ahead = _past_glue(row, at)
        if ahead < len(row) and (
            (_is_small(row[ahead]) and row[ahead].value > 0)
            or row[ahead] == NumberToken(NumberTokenKind.SCALE, 100)
        ):
            rest, at = _group(row, ahead, language)
            value += rest
    return value, at


def _past_glue(row: list[NumberToken], at: int) -> int:
    return at + 1 if at < len(row) and row[at].kind is NumberTokenKind.GLUE else at
