"""Word error rate: edits per reference word, with case, punctuation and numbers levelled."""

import re
from collections.abc import Sequence

_DIGITS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip


def normalised(text: str) -> list[str]:
    """Lower-case words without punctuation; small number words as digits."""
    text = text.lower().replace("’", "'")
    words = re.findall(r"[\w']+", text.replace("-", " "))
    return [_DIGITS.get(word.strip("'"), word.strip("'")) for word in words if word.strip("'")]


def edits(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Fewest substitutions, insertions and deletions from one to the other."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(reference, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
