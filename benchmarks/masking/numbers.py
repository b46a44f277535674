"""Secrets with valid check digits, made at random; none belongs to anybody on purpose."""

import random
from typing import Final

from stdnum import luhn
from stdnum.no import fodselsnummer

_CARDS: Final = (
    ("4", 16), ("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15), ("34", 15),
    ("4571", 16), ("36", 14), ("6011", 16), ("5020", 16), ("5018", 13), ("6759", 19),
)  # fmt: skip
CARD_GROUPS: Final = (
    (4, 4, 4, 4), (4, 4, 4, 4), (4, 4, 4, 4), (2,) * 8, (8, 8), (4, 6, 5), (4, 4, 4, 3), (4, 6, 4), (6, 4, 6),
    (1,) * 16, (4, 4, 8), (4, 4, 4, 4, 3), (3, 3, 3, 3, 4),
)  # fmt: skip
PHONE_GROUPS: Final = (
    (2, 2, 2, 2), (3, 2, 3), (3, 3, 2), (4, 4), (8,), (3, 3, 2, 2), (3, 3, 4), (5, 6), (5, 3, 3),
    (4, 3, 4), (3, 2, 2, 3),
)  # fmt: skip
IDENTITY_GROUPS: Final = ((6, 4), (2, 2, 2, 4), (6, 5), (2, 2, 2, 5), (2, 2, 2, 2, 2), (3, 2, 4))


def card(rng: random.Random) -> str:
    """Digits of a payment card."""
    prefix, length = rng.choice(_CARDS)
    body = prefix + _digits(length - len(prefix) - 1, rng)
    return body + str(luhn.calc_check_digit(body))


def phone(language: str, rng: random.Random) -> str:
    """Digits of a telephone number of the country, mostly mobile."""
    match language:
        case "en" if rng.random() < 0.3:
            return rng.choice(("212", "415", "617")) + rng.choice("23456789") + _digits(6, rng)
        case "en":
            return "07" + rng.choice("45789") + _digits(8, rng)
        case "sv":
            return "07" + rng.choice("02369") + _digits(7, rng)
        case "da":
            return rng.choice(("2", "3", "5", "6", "7", "9")) + rng.choice("0123") + _digits(6, rng)
        case _:
            return rng.choice(("4", "9", "9", "2")) + rng.choice("1235") + _digits(6, rng)


def identity(language: str, rng: random.Random) -> str:
    """An identity number of the country: SSN, personnummer, CPR, fødselsnummer."""
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(40, 99)
    match language:
        case "en":
            return (
                f"{rng.randrange(100, 666):03}{rng.randrange(1, 99):02}{rng.randrange(1, 9999):04}"
            )
        case "sv":
            body = f"{year}{month:02}{day:02}{_digits(3, rng)}"
            return body + str(luhn.calc_check_digit(body))
        case "da":
            return f"{day:02}{month:02}{year}{_digits(4, rng)}"
        case _:
            while True:
                body = f"{day:02}{month:02}{year}{rng.randrange(0, 500):03}"
                first = fodselsnummer.calc_check_digit1(body)
                second = fodselsnummer.calc_check_digit2(body + first)
                if len(first) == len(second) == 1:  # "10" is no digit: such numbers are not given
                    return body + first + second


def insurance(rng: random.Random) -> tuple[str, str, str]:
    """A British insurance number: two letters, six digits, a letter."""
    return "".join(rng.choices("ABCEGHJKLMNPRSTW", k=2)), _digits(6, rng), rng.choice("ABCD")


def _digits(count: int, rng: random.Random) -> str:
    return "".join(rng.choices("0123456789", k=count))
