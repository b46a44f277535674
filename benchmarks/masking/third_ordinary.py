"""Ordinary numbers of the third hand: own values in own sentences."""

import random
import re
from collections.abc import Callable
from typing import Final

from benchmarks.masking import third_digits
from benchmarks.masking.tokens import ORDINARY, Token
from benchmarks.masking.wording import Wording

_SLOT: Final = re.compile(r"\{(\w+)\}")
_TAG: Final = "\x00"


def sentence(
    language: str,
    words: Wording,
    rng: random.Random,
    number: int,
    table: third_digits.Table,
    *,
    orders: bool,
) -> list[Token]:
    """One sentence; the words of its numbers are ORDINARY."""
    line = words.choose("ordinary", "orders" if orders else "lines", rng)

    def fill(match: re.Match[str]) -> str:
        value = _value(match.group(1), language, words, rng, table)
        return " ".join(_TAG + word for word in value.split())

    out = []
    for word in _SLOT.sub(fill, line).split():
        out.append(Token(word.replace(_TAG, ""), ORDINARY if _TAG in word else "", number))
    return out


def _value(
    name: str, language: str, words: Wording, rng: random.Random, table: third_digits.Table
) -> str:
    def number(low: int, high: int) -> str:
        value = rng.randint(low, high)
        return str(value) if rng.random() < 0.6 else third_digits.cardinal(value, table, rng)

    def figures(low: int, high: int) -> str:
        return str(rng.randint(low, high))

    simple: dict[str, Callable[[], str]] = {
        "small": lambda: figures(2, 9), "count": lambda: number(2, 48), "age": lambda: number(17, 95),
        "percent": lambda: number(5, 75), "house": lambda: number(1, 240), "room": lambda: number(101, 499),
        "num4": lambda: figures(1000, 9800), "speed": lambda: figures(50, 1000),
        "meter": lambda: rng.choice((figures(1200, 98000), number(1200, 98000))), "year": lambda: figures(1985, 2025),
        "price": lambda: _price(language, rng, table), "date": lambda: _date(language, words, rng),
        "time": lambda: _time(words, rng),
    }  # fmt: skip
    return simple[name]() if name in simple else _order(rng, table)


def _price(language: str, rng: random.Random, table: third_digits.Table) -> str:
    value = rng.choice((rng.randint(9, 99), rng.randint(100, 999), rng.randint(1000, 48_000)))
    match rng.choice(("figures", "figures", "words", "cents", "grouped")):
        case "words":
            return third_digits.cardinal(value, table, rng)
        case "cents":
            return (
                f"{value % 1000}{'.' if language == 'en' else ','}{rng.choice((50, 95, 99, 25)):02}"
            )
        case "grouped":
            return f"{value:,}".replace(",", "," if language == "en" else rng.choice((" ", ".")))
        case _:
            return str(value)


def _time(words: Wording, rng: random.Random) -> str:
    form = words.choose("ordinary", "times", rng)
    return form.format(h=rng.randint(1, 12), mi=rng.choice((10, 15, 20, 30, 45, 50)))


def _date(language: str, words: Wording, rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2022, 2027)
    ending = (
        "th"
        if language != "en" or day in (11, 12, 13)
        else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    )
    name = words.all("ordinary", "months")[month - 1]
    form = words.choose("ordinary", "dates", rng)
    return form.format(
        d=day, dd=f"{day:02}", m=month, mm=f"{month:02}", y=year, month=name, th=ending
    )


def _order(rng: random.Random, table: third_digits.Table) -> str:
    digits = str(rng.randint(1, 9)) + "".join(rng.choices("0123456789", k=rng.randint(4, 7)))
    match rng.choice(("figures", "figures", "letters", "dashed", "units", "tens")):
        case "letters":
            return rng.choice(("B", "KX", "SO", "INC")) + digits
        case "dashed":
            return f"{digits[:2]}-{digits[2:]}"
        case "units" | "tens" as style:
            return " ".join(word for word, _, _ in third_digits.pieces(digits, table, style, rng))
        case _:
            return digits
