"""International bank account numbers, written in one word, in groups, or spelled."""

import re
from collections.abc import Sequence
from typing import Final

from stdnum import iban

from callwatch.redaction.digit_runs import Run

# The longest IBAN has 34 characters: nine groups of four; people leave a dash or two between.
_MOST_GROUPS: Final = 12
_BEGINS: Final = re.compile(r"\W*[A-Za-z]{2}\d\d")


def find_ibans(words: Sequence[str]) -> list[tuple[int, int]]:
    """Word ranges [start, end) such as "GB29 NWBK 6016 1331 9268 19", in order and disjoint."""
    out: list[tuple[int, int]] = []
    at = 0
    while at < len(words):
        end = _end(words, at) if _BEGINS.match(words[at]) else None
        if end is None:
            at += 1
        else:
            out.append((at, end))
            at = end
    return out


def country_start(words: Sequence[str], run: Run) -> int | None:
    """Where the two letters before a run of digits begin, when they make it an IBAN; else None."""
    for back in (1, 2):
        letters = "".join(words[max(0, run.start - back) : run.start]).strip(".,:;")
        if len(letters) == 2 and letters.isalpha() and _is_iban(letters.upper() + run.digits):
            return run.start - back
    return None


def _end(words: Sequence[str], start: int) -> int | None:
    joined = ""
    for at in range(start, min(len(words), start + _MOST_GROUPS)):
        joined += re.sub(r"\W", "", words[at]).upper()
        if _is_iban(joined):
            return at + 1
    return None


def _is_iban(text: str) -> bool:
    return 15 <= len(text) <= 34 and text.isascii() and iban.is_valid(text, check_country=False)
