"""What of a dialogue survived its masking."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.masking.tokens import ORDINARY, Dialogue, Token

_LABEL: Final = re.compile(r"[\"'“«(]*\[[a-z]+\][.,;:!?\"'”»)]*")


@dataclass(slots=True)
class Outcome:
    """Of one dialogue: digits (of an address: words) left of each secret; ordinary words masked."""

    left: dict[int, int] = field(default_factory=dict)
    ordinary: int = 0
    masked: list[str] = field(default_factory=list)


def scored(dialogue: Dialogue, masked: Sequence[Sequence[str]]) -> Outcome:
    """Compare the masked lines with what each word stands for.

    `masked` holds every form of a line that was put out, the last one last: of a secret counts what
    any of them shows, of an ordinary number what the last one hides.
    """
    out = Outcome()
    survivors: dict[int, set[int]] = defaultdict(set)
    for line, texts in zip(dialogue.lines, masked, strict=True):
        text = texts[-1]
        kept = surviving(line.tokens, text)
        shown = [any(one) for one in zip(*(surviving(line.tokens, t) for t in texts), strict=True)]
        numbers: dict[int, list[tuple[Token, bool]]] = defaultdict(list)
        for i, token in enumerate(line.tokens):
            if token.kind == ORDINARY:
                numbers[token.number].append((token, kept[i]))
            elif token.kind and shown[i]:
                first = token.at if token.kind != "email" else 1000 * i
                survivors[token.number] |= set(range(first, first + token.count))
        for words in numbers.values():
            out.ordinary += 1
            if not all(stays for _, stays in words):
                out.masked.append(f"{line.text} -> {text}")
    out.left = {number: len(survivors[number]) for number in dialogue.secrets}
    return out


def surviving(tokens: Sequence[Token], text: str) -> list[bool]:
    """Which words are still there: what stands between labels is found in order, leftmost first."""
    words = text.split()
    kept = [False] * len(tokens)
    parts: list[list[str]] = [[]]
    for word in words:
        if _LABEL.fullmatch(word):
            parts.append([])
        else:
            parts[-1].append(word)
    at = 0
    for i, part in enumerate(parts):
        first = at if i == 0 else _find(tokens, part, at + 1, is_last=i == len(parts) - 1)
        for j, word in enumerate(part):
            if first + j >= len(tokens) or tokens[first + j].text != word:
                raise ValueError(f"{text!r} is no masked form of the line")
            kept[first + j] = True
        at = first + len(part)
    return kept


def _find(tokens: Sequence[Token], part: list[str], start: int, *, is_last: bool) -> int:
    """Where the words stand; each label hides one word at least."""
    if is_last:
        return len(tokens) - len(part)
    for at in range(start, len(tokens) - len(part) + 1):
        if [token.text for token in tokens[at : at + len(part)]] == part:
            return at
    raise ValueError(f"{part} is not in the line after word {start}")
