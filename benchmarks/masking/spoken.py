"""Digits as people say them in four languages: own tables, apart from those that are measured."""

import random
from collections.abc import Callable, Sequence
from typing import Final

# zero to nineteen, tens, hundred, thousand, and, double, triple
_UNITS: Final = {
    "en": "zero one two three four five six seven eight nine",
    "sv": "noll ett två tre fyra fem sex sju åtta nio",
    "da": "nul en to tre fire fem seks syv otte ni",
    "nb": "null en to tre fire fem seks sju åtte ni",
}
_TEENS: Final = {
    "en": "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "sv": "tio elva tolv tretton fjorton femton sexton sjutton arton nitton",
    "da": "ti elleve tolv tretten fjorten femten seksten sytten atten nitten",
    "nb": "ti elleve tolv tretten fjorten femten seksten sytten atten nitten",
}
_TENS: Final = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "sv": "tjugo trettio fyrtio femtio sextio sjuttio åttio nittio",
    "da": "tyve tredive fyrre halvtreds tres halvfjerds firs halvfems",
    "nb": "tjue tretti førti femti seksti sytti åtti nitti",
}
_HUNDRED: Final = {"en": "hundred", "sv": "hundra", "da": "hundrede", "nb": "hundre"}
_THOUSAND: Final = {"en": "thousand", "sv": "tusen", "da": "tusind", "nb": "tusen"}
_AND: Final = {"en": "and", "sv": "", "da": "og", "nb": "og"}
_DOUBLE: Final = {"en": "double", "sv": "dubbel", "da": "dobbelt", "nb": "dobbel"}
_TRIPLE: Final = {"en": "triple", "sv": "trippel", "da": "trippel", "nb": "trippel"}
_ORDINALS: Final = {
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second "
    "twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth",
    "sv": "första andra tredje fjärde femte sjätte sjunde åttonde nionde tionde elfte tolfte trettonde "
    "fjortonde femtonde sextonde sjuttonde artonde nittonde tjugonde tjugoförsta tjugoandra tjugotredje "
    "tjugofjärde tjugofemte tjugosjätte tjugosjunde tjugoåttonde",
    "da": "første anden tredje fjerde femte sjette syvende ottende niende tiende ellevte tolvte trettende "
    "fjortende femtende sekstende syttende attende nittende tyvende enogtyvende toogtyvende treogtyvende "
    "fireogtyvende femogtyvende seksogtyvende syvogtyvende otteogtyvende",
    "nb": "første andre tredje fjerde femte sjette sjuende åttende niende tiende ellevte tolvte trettende "
    "fjortende femtende sekstende syttende attende nittende tjuende tjueførste tjueandre tjuetredje "
    "tjuefjerde tjuefemte tjuesjette tjuesjuende tjueåttende",
}

# A word, the first digit that it stands for, and how many.
Piece = tuple[str, int, int]
STYLES: Final = ("figures", "single", "pairs", "large", "mixed", "repeats")


def unit(digit: str, language: str, rng: random.Random) -> str:
    """A digit as a word."""
    if digit == "0" and language == "en" and rng.random() < 0.4:
        return "oh"
    if digit == "1" and language in ("da", "nb", "sv") and rng.random() < 0.15:
        return {"da": "et", "nb": "ett", "sv": "en"}[language]
    return _UNITS[language].split()[int(digit)]


def ordinal(day: int, language: str) -> str:
    """The day of a month, 1 to 28."""
    return _ORDINALS[language].split()[day - 1]


def cardinal(value: int, language: str, rng: random.Random, *, joined: bool = True) -> str:
    """A number under ten million in words, as a price is said."""
    if value >= 1_000_000:
        million = {"en": "million", "sv": "miljoner", "da": "millioner", "nb": "millioner"}
        rest = value % 1_000_000
        tail = f" {cardinal(rest, language, rng)}" if rest else ""
        return f"{cardinal(value // 1_000_000, language, rng)} {million[language]}{tail}"
    if value >= 1000:
        head, rest = divmod(value, 1000)
        tail = f" {cardinal(rest, language, rng)}" if rest else ""
        return f"{cardinal(head, language, rng)} {_THOUSAND[language]}{tail}"
    if value >= 100:
        head, rest = divmod(value, 100)
        link = f" {_AND[language]}".rstrip() if rest else ""
        tail = f" {cardinal(rest, language, rng)}" if rest else ""
        return f"{_UNITS[language].split()[head]} {_HUNDRED[language]}{link}{tail}"
    pieces = _below_hundred(f"{value:02}" if value > 9 else str(value), language, rng, joined)
    return " ".join(piece[0] for piece in pieces)


def say(digits: str, language: str, style: str, rng: random.Random) -> list[Piece]:
    """One group of digits in one of the STYLES."""
    match style:
        case "figures":
            return [(digits, 0, len(digits))]
        case "pairs":
            return _row(digits, language, rng, 2)
        case "large":
            return _row(digits, language, rng, 3)
        case "repeats":
            return _repeats(digits, language, rng)
        case "mixed":
            return [
                (d if rng.random() < 0.5 else unit(d, language, rng), i, 1)
                for i, d in enumerate(digits)
            ]
        case _:
            return [(unit(d, language, rng), i, 1) for i, d in enumerate(digits)]


def _row(digits: str, language: str, rng: random.Random, size: int) -> list[Piece]:
    def say(part: str) -> list[Piece]:
        if len(part) == 1:
            return [(unit(part, language, rng), 0, 1)]
        if len(part) == 2:
            return _below_hundred(part, language, rng, rng.random() < 0.6)
        return _hundreds(part, language, rng)

    return in_parts(digits, size, say)


def in_parts(digits: str, size: int, say: Callable[[str], list[Piece]]) -> list[Piece]:
    """The digits, so many at a time, each part as `say` says it; a zero in front is said alone."""
    out: list[Piece] = []
    at = 0
    while at < len(digits):
        part = digits[at : at + size]
        part = part[0] if part[0] == "0" else part
        out += [(word, start + at, count) for word, start, count in say(part)]
        at += len(part)
    return out


def _hundreds(part: str, language: str, rng: random.Random) -> list[Piece]:
    """Three digits, the first not zero: "four hundred and eleven"."""
    rest = part[1:].lstrip("0")
    head: list[Piece] = [(unit(part[0], language, rng), 0, 1)]
    if not rest:
        return [*head, (_HUNDRED[language], 1, 2)]
    head.append((_HUNDRED[language], 1, 3 - len(rest) - 1))
    if _AND[language] and rng.random() < 0.6:
        head.append((_AND[language], 1, 0))
    tail = (
        [(unit(rest, language, rng), 0, 1)]
        if len(rest) == 1
        else _below_hundred(rest, language, rng, joined=True)
    )
    return head + [(word, at + 3 - len(rest), count) for word, at, count in tail]


def _below_hundred(part: str, language: str, rng: random.Random, joined: bool) -> list[Piece]:
    """Two digits, the first not zero; or one."""
    if len(part) == 1:
        return [(unit(part, language, rng), 0, 1)]
    if part[0] == "1":
        return [(_TEENS[language].split()[int(part[1])], 0, 2)]
    ten = _TENS[language].split()[int(part[0]) - 2]
    if part[1] == "0":
        return [(ten, 0, 2)]
    one = _UNITS[language].split()[int(part[1])]
    if language == "da" or (language == "nb" and rng.random() < 0.2):
        return [(f"{one}og{ten}", 0, 2)] if joined else [(one, 1, 1), ("og", 0, 0), (ten, 0, 1)]
    if language == "en":
        return [(f"{ten}-{one}", 0, 2)] if rng.random() < 0.2 else [(ten, 0, 1), (one, 1, 1)]
    return [(f"{ten}{one}", 0, 2)] if joined else [(ten, 0, 1), (one, 1, 1)]


def _repeats(digits: str, language: str, rng: random.Random) -> list[Piece]:
    out: list[Piece] = []
    at = 0
    while at < len(digits):
        run = len(digits[at:]) - len(digits[at:].lstrip(digits[at]))
        if run >= 3:
            out += [(_TRIPLE[language], at, 2), (unit(digits[at], language, rng), at + 2, 1)]
            at += 3
        elif run == 2:
            out += [(_DOUBLE[language], at, 1), (unit(digits[at], language, rng), at + 1, 1)]
            at += 2
        else:
            out.append((unit(digits[at], language, rng), at, 1))
            at += 1
    return out


def partition(length: int, rng: random.Random, usual: Sequence[Sequence[int]]) -> list[int]:
    """How a number of that length is grouped: mostly as usual, now and then in any way."""
    fitting = [list(sizes) for sizes in usual if sum(sizes) == length]
    if fitting and rng.random() < 0.7:
        return rng.choice(fitting)
    out: list[int] = []
    while (left := length - sum(out)) > 0:
        out.append(min(left, rng.choice((1, 2, 2, 3, 3, 4, 4, 4, 5, 6))))
    return out
