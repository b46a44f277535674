"""Digits as a third hand says and writes them: own tables (wording/third), other habits than spoken.py."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from benchmarks.masking.spoken import Piece, in_parts

Table = Mapping[str, str | Sequence[str]]
STYLES: Final = (
    "units",
    "units",
    "figures",
    "figures",
    "figures",
    "twos",
    "tens",
    "large",
    "counted",
    "double",
    "mixed",
)


def pieces(digits: str, table: Table, style: str, rng: random.Random) -> list[Piece]:
    """A stretch of digits in one of the STYLES."""
    match style:
        case "figures":
            return [(digits, 0, len(digits))]
        case "twos":
            return [
                (digits[i : i + 2], i, len(digits[i : i + 2])) for i in range(0, len(digits), 2)
            ]
        case "tens":
            return _cut(digits, table, rng, 2)
        case "large":
            return _cut(digits, table, rng, 3)
        case "counted":
            return _runs(digits, table, rng, counted=True)
        case "double":
            return _runs(digits, table, rng, counted=False)
        case "mixed":
            return [
                (d if rng.random() < 0.5 else _unit(d, table, rng), i, 1)
                for i, d in enumerate(digits)
            ]
        case _:
            return [(_unit(d, table, rng), i, 1) for i, d in enumerate(digits)]


def cardinal(value: int, table: Table, rng: random.Random) -> str:
    """A count under a million in words."""
    if value < 10:
        return str(table["units"][value]).split("|")[0]
    if value < 100:
        return " ".join(word for word, _, _ in _two(str(value), table, rng))
    if value < 1000:
        head, rest = divmod(value, 100)
        link = f" {table['and']}".rstrip() if rest else ""
        words = f"{cardinal(head, table, rng)} {table['hundred']}{link}"
    else:
        head, rest = divmod(value, 1000)
        words = f"{cardinal(head, table, rng)} {table['thousand']}"
    return f"{words} {cardinal(rest, table, rng)}" if rest else words


def _unit(digit: str, table: Table, rng: random.Random) -> str:
    forms = str(table["units"][int(digit)]).split("|")
    return forms[0] if rng.random() < 0.65 else rng.choice(forms)


def _cut(digits: str, table: Table, rng: random.Random, size: int) -> list[Piece]:
    def say(part: str) -> list[Piece]:
        if len(part) == 1:
            return [(_unit(part, table, rng), 0, 1)]
        return _two(part, table, rng) if len(part) == 2 else _three(part, table, rng)

    return in_parts(digits, size, say)


def _two(part: str, table: Table, rng: random.Random) -> list[Piece]:
    """Two digits, the first not zero."""
    if part[0] == "1":
        return [(str(table["teens"]).split()[int(part[1])], 0, 2)]
    forms = str(table["tens"]).split()[int(part[0]) - 2].split("|")
    ten = forms[0] if rng.random() < 0.8 else rng.choice(forms)
    if part[1] == "0":
        return [(ten, 0, 2)]
    one = str(table["units"][int(part[1])]).split("|")[0]
    ones_first = str(table["thousand"]) == "tusind" or ten in ("tyve", "tredve", "førr")
    if table["ones_first"] and ones_first:
        return [(f"{one}og{ten}", 0, 2)]
    if str(table["and"]) == "and":
        return [(f"{ten}-{one}", 0, 2)] if rng.random() < 0.5 else [(ten, 0, 1), (one, 1, 1)]
    return [(f"{ten}{one}", 0, 2)] if rng.random() < 0.6 else [(ten, 0, 1), (one, 1, 1)]


def _three(part: str, table: Table, rng: random.Random) -> list[Piece]:
    head: list[Piece] = [
        (str(table["units"][int(part[0])]).split("|")[0], 0, 1),
        (str(table["hundred"]), 0, 0),
    ]
    rest = part[1:]
    if rest == "00":
        return [head[0], (head[1][0], 1, 2)]
    link: list[Piece] = [(str(table["and"]), 0, 0)] if table["and"] and rng.random() < 0.7 else []
    if rest[0] == "0":
        return [*head, *link, (str(table["units"][int(rest[1])]).split("|")[0], 1, 2)]
    return [
        *head,
        *link,
        *((word, 1 + first, count) for word, first, count in _two(rest, table, rng)),
    ]


def _runs(digits: str, table: Table, rng: random.Random, *, counted: bool) -> list[Piece]:
    """ "Three zeros", "double four": equal digits in a row at once."""
    out: list[Piece] = []
    at = 0
    while at < len(digits):
        run = min(len(digits[at:]) - len(digits[at:].lstrip(digits[at])), 4 if counted else 3)
        if run > 1:
            if counted:
                first = str(table["units"][run]).split("|")[0]
                second = rng.choice(str(table["plural"][int(digits[at])]).split("|"))
            else:
                first = rng.choice(table["double"] if run == 2 else table["triple"])
                second = _unit(digits[at], table, rng)
            words = first.split()
            out += [(word, at, run - 1) for word in words]
            out.append((second, at + run - 1, 1))
        else:
            out.append((_unit(digits[at], table, rng), at, 1))
        at += run
    return out
