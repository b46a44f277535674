"""Number words of four languages, read as the digits that they stand for.

`number_pieces` splits one word ("femogtyve", "tjugofem", "fem") into pieces; `pieces_to_digits`
reads a row of pieces as people say long numbers: digit by digit, in tens and hundreds, doubled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import Final

from callwatch.core.channels import Language
from callwatch.redaction.vocabulary import vocabulary


class NumberTokenKind(Enum):
    """What a piece of a number word does."""

    UNIT = "unit"  # 0..9
    TEEN = "teen"  # 10..19
    TEN = "ten"  # 20, 30 .. 90
    SCALE = "scale"  # 100, 1000, 1 000 000
    TIMES = "times"  # "double", "triple": repeats the digit that follows
    PLURAL = "plural"  # "eights", "nollor": of a digit, after a count
    BY = "by"  # "three times five"
    GLUE = "glue"  # "and", "og", "och" inside a number
    DIGITS = "digits"  # already digits, as the recogniser wrote them


@dataclass(frozen=True, slots=True)
class NumberToken:
    """One piece; `value` is its number, `digits` is set for DIGITS only (zeros in front count)."""

    kind: NumberTokenKind
    value: int = 0
    digits: str = ""
    joins_next: bool = False  # "twenty" of another language, which its five follows


_NO_DIGIT: Final = (NumberTokenKind.GLUE, NumberTokenKind.PLURAL, NumberTokenKind.BY)
# English digits in a call of another language: "and", "times" and "fives" are not among them.
_ENGLISH: Final = (
    NumberTokenKind.UNIT,
    NumberTokenKind.TEEN,
    NumberTokenKind.TEN,
    NumberTokenKind.SCALE,
    NumberTokenKind.TIMES,
)
_NOT_JOINED: Final = (NumberTokenKind.PLURAL, NumberTokenKind.BY)
# "Two eights" to "five zeros"; nobody counts more equal digits.
COUNTS: Final = range(2, 6)
# Where each row of a vocabulary's numbers begins, and its step.
_ROWS: Final = (
    ("units", 0, 1, NumberTokenKind.UNIT),
    ("teens", 10, 1, NumberTokenKind.TEEN),
    ("tens", 20, 10, NumberTokenKind.TEN),
    ("plurals", 0, 1, NumberTokenKind.PLURAL),
)
_WORDS: Final = (
    ("hundred", NumberToken(NumberTokenKind.SCALE, 100)),
    ("thousand", NumberToken(NumberTokenKind.SCALE, 1000)),
    ("million", NumberToken(NumberTokenKind.SCALE, 1_000_000)),
    ("double", NumberToken(NumberTokenKind.TIMES, 2)),
    ("triple", NumberToken(NumberTokenKind.TIMES, 3)),
    ("quadruple", NumberToken(NumberTokenKind.TIMES, 4)),
    ("by", NumberToken(NumberTokenKind.BY)),
    ("and", NumberToken(NumberTokenKind.GLUE)),
)


@cache
def lexicon(language: Language) -> Mapping[str, NumberToken]:
    """Every simple number word of a language with its piece."""
    table = vocabulary(language).numbers
    words: dict[str, NumberToken] = {}
    for name, first, step, kind in _ROWS:
        for index, variants in enumerate(table[name]):
            for word in variants.split("|"):
                words.setdefault(word, NumberToken(kind, first + index * step))
    # Third to twentieth: days and months of a date of birth; "first" and "second" mean too much else.
    for value, word in enumerate(table["ordinals"], 3):
        kind = (
            NumberTokenKind.UNIT
            if value < 10
            else NumberTokenKind.TEEN
            if value < 20
            else NumberTokenKind.TEN
        )
        for variant in word.split("|"):
            words[variant] = NumberToken(kind, value)
    for name, piece in _WORDS:
        for word in table[name]:
            words[word] = piece
    return words


@cache
def _foreign(language: Language) -> Mapping[str, NumberToken]:
    """The English number words of a call in another language, where the word is not its own."""
    if language is Language.EN:
        return {}
    own = lexicon(language)
    return {
        word: replace(piece, joins_next=piece.kind is NumberTokenKind.TEN)
        for word, piece in lexicon(Language.EN).items()
        if word not in own and piece.kind in _ENGLISH and len(word) > 1  # an "o" is a letter
    }


@cache
def _split_compound(word: str, language: Language) -> tuple[NumberToken, ...] | None:
    """A compound such as "femogtyve" or "ettusenfemhundra" as pieces; None when it is no number."""
    if not word:
        return ()
    simple = lexicon(language)
    for end in range(len(word), 0, -1):
        piece = simple.get(word[:end])
        if piece is None or piece.kind in _NOT_JOINED:
            continue
        if piece.kind is NumberTokenKind.UNIT and end == 1:
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
    simple = lexicon(language).get(word) or _foreign(language).get(word)
    if simple is not None:
        return (simple,)
    if len(word) < 5 or len(word) > _LONGEST_COMPOUND or not word.replace("-", "").isalpha():
        return ()
    pieces = _split_compound(word.replace("-", ""), language) or ()
    return pieces if any(p.kind not in (*_NO_DIGIT, NumberTokenKind.TIMES) for p in pieces) else ()


def _is_small(piece: NumberToken) -> bool:
    return piece.kind in (NumberTokenKind.UNIT, NumberTokenKind.TEEN, NumberTokenKind.TEN)


def pieces_to_digits(pieces: Iterable[NumberToken], language: Language) -> str:
    """The digits that a row of pieces stands for, as a person would write them down."""
    return "".join(read_numbers(pieces, language))


def read_numbers(pieces: Iterable[NumberToken], language: Language) -> list[str]:
    """The numbers that a row of pieces says one after another, each in digits.

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
        elif piece.kind in _NO_DIGIT:
            at += 1
        elif repeated := _repeated(row, at):
            out.append(repeated)
            at += 2 if row[at + 1].kind is NumberTokenKind.PLURAL else 3
        else:
            value, at = _cardinal(row, at, language)
            out.append(str(value))
    return out


def _repeated(row: list[NumberToken], at: int) -> str:
    """ "Two eights", "three times zero": the digits; empty when nothing is counted here."""
    count, rest = row[at], row[at + 1 : at + 3]
    if count.kind is not NumberTokenKind.UNIT or count.value not in COUNTS or not rest:
        return ""
    if rest[0].kind is NumberTokenKind.PLURAL:
        return str(rest[0].value) * count.value
    if rest[0].kind is NumberTokenKind.BY and rest[1:]:
        one = rest[1]
        is_digit = one.kind in (NumberTokenKind.UNIT, NumberTokenKind.PLURAL)
        digits = str(one.value) if is_digit else one.digits
        return digits * count.value if len(digits) == 1 else ""
    return ""


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
        and (language is not Language.DA or first.joins_next)
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
    """Value and next index of one number with its hundreds, thousands and millions."""
    value, at = _group(row, at, language)
    for scale in (1000, 1_000_000):
        if value > 0 and at < len(row) and row[at] == NumberToken(NumberTokenKind.SCALE, scale):
            value, at = value * scale, at + 1
            ahead = _past_glue(row, at)
            if ahead < len(row) and _begins_rest(row[ahead]):
                rest, end = (_group if scale == 1000 else _cardinal)(row, ahead, language)
                if rest < scale:
                    value, at = value + rest, end
    return value, at


def _begins_rest(piece: NumberToken) -> bool:
    return (_is_small(piece) and piece.value > 0) or piece == NumberToken(
        NumberTokenKind.SCALE, 100
    )


def _past_glue(row: list[NumberToken], at: int) -> int:
    return at + 1 if at < len(row) and row[at].kind is NumberTokenKind.GLUE else at
