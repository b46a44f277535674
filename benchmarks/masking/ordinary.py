"""Sentences with numbers that must stay: prices, dates, times, ages, orders, models, counts."""

import random
import re
from collections.abc import Callable
from typing import Final

from benchmarks.masking import spoken
from benchmarks.masking.tokens import ORDINARY, Token
from benchmarks.masking.wording import Wording

_SLOT: Final = re.compile(r"\{(\w+)\}")
_TAG: Final = "\x00"


def sentence(language: str, words: Wording, rng: random.Random, number: int) -> list[Token]:
    """One sentence; the words of its numbers are ORDINARY."""
    line = words.choose("ordinary", "lines", rng)

    def fill(match: re.Match[str]) -> str:
        value = _value(match.group(1), language, words, rng)
        return " ".join(_TAG + word for word in value.split())

    out: list[Token] = []
    for word in _SLOT.sub(fill, line).split():
        marked = _TAG in word
        out.append(Token(word.replace(_TAG, ""), ORDINARY if marked else "", number))
    return out


def _value(slot: str, language: str, words: Wording, rng: random.Random) -> str:
    def number(low: int, high: int) -> str:
        value = rng.randint(low, high)
        return str(value) if rng.random() < 0.5 else spoken.cardinal(value, language, rng)

    simple: dict[str, Callable[[], str]] = {
        "small": lambda: number(2, 9),
        "count": lambda: number(2, 40),
        "age": lambda: number(18, 92),
        "hour": lambda: number(7, 19),
        "house": lambda: number(1, 180),
        "percent": lambda: number(2, 70),
        "speed": lambda: str(rng.choice((50, 100, 250, 500, 1000))),
        "order4": lambda: (
            number(1000, 9999) if rng.random() < 0.3 else str(rng.randint(1000, 9999))
        ),
    }
    if slot in simple:
        return simple[slot]()
    match slot:
        case "price":
            return _price(language, rng)
        case "date":
            return _date(language, words, rng)
        case "time":
            return _time(language, words, rng)
        case "year":
            return _year(language, rng)
        case "order":
            return order(language, rng)
        case _:
            return _model(language, words, rng)


def _price(language: str, rng: random.Random) -> str:
    value = rng.choice((rng.randint(10, 99), rng.randint(100, 999), rng.randint(1000, 39_999)))
    if rng.random() < 0.08:
        value = rng.randint(10, 99) * 100_000
    style = rng.random()
    if style < 0.35:
        return spoken.cardinal(value, language, rng)
    if style < 0.55:
        return f"{value:,}".replace(",", "," if language == "en" else rng.choice((" ", ".")))
    if style < 0.65:
        return f"{value % 1000}{'.' if language == 'en' else ','}{rng.randint(0, 99):02}"
    return str(value)


def _date(language: str, words: Wording, rng: random.Random) -> str:
    day, month = rng.randint(1, 28), rng.randint(1, 12)
    dayth = spoken.ordinal(day, language)
    if rng.random() < 0.4:
        end = {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day not in (11, 12, 13) else 0, "th")
        sv = "a" if day % 10 in (1, 2) and day not in (11, 12) else "e"
        dayth = {"en": f"{day}{end}", "sv": f"{day}:{sv}"}.get(language, f"{day}.")
    values = {
        "day": str(day), "dd": f"{day:02}", "mm": f"{month:02}", "m": str(month), "dayth": dayth,
        "month": words.all("ordinary", "months")[month - 1], "year": str(rng.randint(2019, 2026)),
    }  # fmt: skip
    return words.choose("ordinary", "dates", rng).format_map(values)


def _time(language: str, words: Wording, rng: random.Random) -> str:
    hour, minute = rng.randint(1, 12), rng.choice((5, 10, 15, 20, 30, 40, 45, 50))
    values = {
        "h": str(hour), "mi": f"{minute:02}", "hw": spoken.cardinal(hour, language, rng),
        "miw": spoken.cardinal(minute, language, rng),
    }  # fmt: skip
    return words.choose("ordinary", "times", rng).format_map(values)


def _year(language: str, rng: random.Random) -> str:
    year = rng.randint(1950, 2024)
    if rng.random() < 0.6:
        return str(year)
    if year >= 2000:
        return spoken.cardinal(year, language, rng)
    head, tail = divmod(year, 100)
    between = {"en": "", "sv": "hundra", "da": "hundrede og", "nb": "hundre og"}[language]
    return (
        f"{spoken.cardinal(head, language, rng)} {between} {spoken.cardinal(tail, language, rng)}"
    )


def order(language: str, rng: random.Random) -> str:
    """A number of an order or a case, in figures or words."""
    digits = str(rng.randint(1, 9)) + "".join(rng.choices("0123456789", k=rng.randint(3, 7)))
    style = rng.random()
    if style < 0.5:
        return digits
    if style < 0.6:
        return f"{rng.choice('ABKMX')}{rng.choice('BCDT')}{digits}"
    if style < 0.7:
        return f"{digits[:-2]} {digits[-2:]}"
    pieces = spoken.say(digits, language, rng.choice(("single", "pairs")), rng)
    return " ".join(piece[0] for piece in pieces)


def _model(language: str, words: Wording, rng: random.Random) -> str:
    value = rng.randint(10, 99)
    return words.choose("ordinary", "models", rng).format_map(
        {
            "n1": rng.randint(2, 9),
            "n2": value,
            "n3": rng.randint(100, 980),
            "n4": rng.randint(1000, 8999),
            "w2": spoken.cardinal(value, language, rng),
        }
    )
