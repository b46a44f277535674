"""Runs of digits in an utterance: where they are, what they are, and whether they must be hidden.

A run is a row of number tokens with at most a few fillers between them. A run of seven digits or
more is hidden whatever it is, because the shortest number that reaches a person (a local telephone
number) has seven and hardly any amount, year or count has. Shorter runs are hidden only when the
words around them ask for a secret (see masking_context).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stdnum import luhn
from stdnum.dk import cpr
from stdnum.no import fodselsnummer
from stdnum.se import personnummer

from callwatch.core.channels import Language
from callwatch.redaction.number_words import NumberToken, NumberTokenKind, pieces_to_digits
from callwatch.redaction.tokens import LONG_RUN, WEAK_FILLERS, Token, TokenKind

CARD: Final = "[card]"
IBAN: Final = "[iban]"
IDENTITY: Final = "[id]"
PHONE: Final = "[phone]"
EMAIL: Final = "[email]"
CODE: Final = "[code]"
NUMBER: Final = "[number]"
LABELS: Final = (CARD, IBAN, IDENTITY, PHONE, EMAIL, CODE, NUMBER)

# "4111 uh then 1111": more than three words between the groups and it is two numbers.
_MOST_FILLERS: Final = 3
# Payment cards have 13 to 19 digits (ISO/IEC 7812) and begin with 2 to 6.
_CARD_DIGITS: Final = range(13, 20)
# Only the label of a run depends on the search; a run longer than this is hidden all the same.
_SEARCHED_DIGITS: Final = 80

_YEAR: Final = re.compile(r"(?:19|20)\d\d(?:[-–/](?:(?:19|20)?\d\d))?")
_DATE: Final = re.compile(
    r"(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)?\d\d"
    r"|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)?\d\d"
)
_BIRTH_DATE: Final = re.compile(
    r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d"
)
# Said, not written: "nineteen eighty five", "nine thirty".
_SPOKEN_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_SPOKEN_TIME: Final = re.compile(r"(?:1[0-2]|[1-9])[0-5]\d")
_HOME_ADDRESS: Final = re.compile(r"192\.168\.\d{1,3}\.\d{1,3}")  # every router's, nobody's
_TIME: Final = re.compile(r"(?:[01]?\d|2[0-4])[:.][0-5]\d(?:[:.][0-5]\d)?")
# 1.234.567,50 and 12 345: grouped in threes or with two decimals, as money is written.
_AMOUNT: Final = re.compile(r"\d{1,3}(?:[.,']\d{3})+(?:[.,]\d\d)?|\d+[.,]\d\d")
_MONEY: Final = frozenset(
    [
        "kr",
        "kroner",
        "krone",
        "kronor",
        "krona",
        "kronar",
        "kronner",
        "spänn",
        "spenn",
        "lapper",
        "euro",
        "euros",
        "eur",
        "pound",
        "pounds",
        "quid",
        "dollar",
        "dollars",
        "bucks",
        "cents",
        "pence",
        "øre",
        "öre",
        "nok",
        "sek",
        "dkk",
        "gbp",
        "usd",
        "%",
        "percent",
        "procent",
        "prosent",
    ]
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of digits: tokens [start, end) and the digits that they stand for."""

    start: int
    end: int
    digits: str


def find_runs(tokens: Sequence[Token], language: Language) -> list[Run]:
    """All runs of digits, in order; they begin and end with a number token."""
    runs: list[Run] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind is not TokenKind.NUMBER:
            at += 1
            continue
        end = _run_end(tokens, at)
        pieces = [piece for token in tokens[at:end] for piece in _pieces_of(token)]
        digits = pieces_to_digits(pieces, language)
        if digits:
            runs.append(Run(at, end, digits))
        at = end
    return runs


def _pieces_of(token: Token) -> tuple[NumberToken, ...]:
    if token.kind is TokenKind.NUMBER:
        return token.pieces
    return (NumberToken(NumberTokenKind.GLUE),) if token.core in ("and", "och", "og", "å") else ()


def _run_end(tokens: Sequence[Token], start: int) -> int:
    """Index after the last number token of the run that begins at `start`."""
    end = start + 1
    at = end
    while at < len(tokens) and at - end <= _MOST_FILLERS:
        token = tokens[at]
        if token.kind is TokenKind.NUMBER:
            between = tokens[end:at]
            weak = any(t.core in WEAK_FILLERS for t in between)
            both_spoken = tokens[end - 1].is_spoken and token.is_spoken
            after_then = any(t.core in ("then", "så", "sen", "sedan") for t in between)
            if weak and not both_spoken and not after_then:
                break
            end = at + 1
        elif token.kind is TokenKind.OTHER:
            break
        at += 1
    return end


def is_harmless(run: Run, tokens: Sequence[Token], language: Language) -> bool:
    """A date, a time, a list of years or an amount: long, perhaps, but nobody's secret."""
    numbers = [t for t in tokens[run.start : run.end] if t.kind is TokenKind.NUMBER]
    if any(t.is_spoken for t in numbers):
        return _is_spoken_range(tokens[run.start : run.end], language)
    if all(_YEAR.fullmatch(t.core) for t in numbers):
        return len(numbers) == 1 or all(t.ends_clause for t in numbers[:-1])
    if all(_DATE.fullmatch(t.core) or _TIME.fullmatch(t.core) for t in numbers):
        return len(numbers) <= 2
    if len(numbers) == 1 and _HOME_ADDRESS.fullmatch(numbers[0].core):
        return True
    return len(numbers) == 1 and bool(_AMOUNT.fullmatch(numbers[0].core)) and len(run.digits) <= 9


def is_spoken_year(run: Run, tokens: Sequence[Token]) -> bool:
    """ "nineteen eighty five", not "one nine eight five"."""
    return _is_moment(tokens[run.start : run.end], run.digits, _SPOKEN_YEAR)


def _is_spoken_range(tokens: Sequence[Token], language: Language) -> bool:
    """Two years or two times of day: "nine thirty to eleven fifteen"."""
    joints = [
        i
        for i, token in enumerate(tokens[1:], 1)
        if token.core in WEAK_FILLERS and _is_rounded(tokens[i - 1])
    ]
    return any(
        all(
            _is_moment(part, pieces_to_digits([p for t in part for p in _pieces_of(t)], language))
            for part in (tokens[:joint], tokens[joint + 1 :])
        )
        for joint in joints
    )


def _is_moment(tokens: Sequence[Token], digits: str, *kinds: re.Pattern[str]) -> bool:
    """A year or a time of day in tens and hundreds, not digit by digit."""
    kinds = kinds or (_SPOKEN_YEAR, _SPOKEN_TIME)
    return any(_is_rounded(token) for token in tokens) and any(
        kind.fullmatch(digits) for kind in kinds
    )


def _is_rounded(token: Token) -> bool:
    large = (NumberTokenKind.TEEN, NumberTokenKind.TEN, NumberTokenKind.SCALE)
    return any(piece.kind in large for piece in token.pieces)


def is_amount(run: Run, tokens: Sequence[Token]) -> bool:
    """Whether a word for money (or percent) stands right after the run or before it."""
    after = tokens[run.end].core if run.end < len(tokens) else ""
    before = tokens[run.start - 1].core if run.start else ""
    return after in _MONEY or before in _MONEY or tokens[run.start].core[:1] in "£$€"


def is_birth_date(digits: str) -> bool:
    """Six digits that can begin an identity number (YYMMDD, DDMMYY)."""
    return bool(_BIRTH_DATE.fullmatch(digits))


def is_long(run: Run) -> bool:
    """Seven digits or more."""
    return len(run.digits) >= LONG_RUN


def label_of(digits: str, language: Language, begins_plus: bool = False) -> str:
    """The label for a long run: card, IBAN, identity number, telephone number, or just number."""
    if has_card(digits):
        return CARD
    if not begins_plus and _is_identity(digits, language):
        return IDENTITY
    return PHONE if begins_plus or _is_phone(digits, language) else NUMBER


def has_card(digits: str) -> bool:
    """Whether a card number (13 to 19 digits, Luhn) lies anywhere in the digits."""
    digits = digits[:_SEARCHED_DIGITS]
    return any(
        digits[start] in "23456" and luhn.is_valid(digits[start : start + length])
        for length in _CARD_DIGITS
        for start in range(len(digits) - length + 1)
    )


def _is_identity(digits: str, language: Language) -> bool:
    """A Swedish, Danish or Norwegian identity number; the call's own country is asked first."""
    if language in (Language.DA, Language.NB):
        return (len(digits) == 10 and cpr.is_valid(digits)) or fodselsnummer.is_valid(digits)
    if len(digits) not in (10, 12):
        return fodselsnummer.is_valid(digits)
    return not digits.startswith("07") and personnummer.is_valid(_with_sign(digits))


def _with_sign(digits: str) -> str:
    """The form with a hyphen before the last four, which the check expects."""
    return f"{digits[:-4]}-{digits[-4:]}"


def _is_phone(digits: str, language: Language) -> bool:
    if digits.startswith("00"):
        return 10 <= len(digits) <= 15
    if language in (Language.DA, Language.NB):
        return len(digits) == 8 or (len(digits) == 10 and digits[:2] in ("45", "47"))
    return digits.startswith("0") and 8 <= len(digits) <= 11
