"""What a recogniser makes of known text, learnt from clips with their words, to be done to other text.

Reference and heard text are aligned by words (Levenshtein). Each stretch that differs is aligned again by
letters, the spaces counted in, so that words split and join. What becomes of a letter is counted; how long a
stretch is and how often it is lost as a whole, too. `ErrorModel.mishear` draws such stretches in a text until
a wanted share of its words is wrong.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.wer import edits, normalised

Pair = tuple[list[str], list[str]]
_TRIES = 8  # drawings of a stretch until something in it is wrong


def aligned(reference: Sequence[str], heard: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Index pairs of the cheapest way from one to the other; None where one side has nothing."""
    rows = [list(range(len(heard) + 1))]
    for i, one in enumerate(reference, 1):
        row = [i]
        for j, other in enumerate(heard, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (one != other)))
        rows.append(row)
    out: list[tuple[int | None, int | None]] = []
    i, j = len(reference), len(heard)
    while i or j:
        wrong = i and j and reference[i - 1] != heard[j - 1]
        if i and j and rows[i][j] == rows[i - 1][j - 1] + bool(wrong):
            i, j = i - 1, j - 1
            out.append((i, j))
        elif i and rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
            out.append((i, None))
        else:
            j -= 1
            out.append((None, j))
    return out[::-1]


def stretches(reference: list[str], heard: list[str]) -> list[Pair]:
    """Runs of words that differ: what was said, what was heard."""
    out: list[Pair] = []
    said: list[str] = []
    got: list[str] = []
    for i, j in [*aligned(reference, heard), (-1, -1)]:
        if i is not None and j is not None and (i < 0 or reference[i] == heard[j]):
            if said or got:
                out.append((said, got))
            said, got = [], []
            continue
        said = [*said, reference[i]] if i is not None else said
        got = [*got, heard[j]] if j is not None else got
    return out


@dataclass
class ErrorModel:
    """Counts of what happens to words and letters."""

    words: int = 0
    wrong: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    letters: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def word_error_rate(self) -> float:
        """Of the text that was learnt from."""
        return self.wrong / max(1, self.words)

    def learn(self, said: str, heard: str) -> None:
        """Counts one utterance."""
        reference, got = normalised(said), normalised(heard)
        self.words += len(reference)
        self.wrong += edits(reference, got)
        for lost, found in stretches(reference, got):
            if not lost:
                continue
            self.lengths[len(lost)] += 1
            self.lost += not found
            if found:
                self._learn_letters(" ".join(lost), " ".join(found))

    def _learn_letters(self, said: str, heard: str) -> None:
        became: list[str] = [""] * len(said)
        last = 0
        for i, j in aligned(said, heard):
            last = last if i is None else i
            became[last] += heard[j] if j is not None else ""
        for letter, out in zip(said, became, strict=True):
            self.letters[letter][out] += 1

    def mishear(self, text: str, rate: float, chance: random.Random) -> str:
        """`text` with some `rate` of its words in stretches that are misheard."""
        words = normalised(text)
        sizes, weights = list(self.lengths), list(self.lengths.values())
        if not sizes:
            return " ".join(words)
        mean = sum(s * w for s, w in zip(sizes, weights, strict=True)) / sum(weights)
        begins = rate / max(1e-9, mean * (1.0 - rate) + rate)
        out: list[str] = []
        place = 0
        while place < len(words):
            if chance.random() >= begins:
                out.append(words[place])
                place += 1
                continue
            size = chance.choices(sizes, weights)[0]
            out += self._stretch(words[place : place + size], chance)
            place += size
        return " ".join(out)

    def _stretch(self, words: list[str], chance: random.Random) -> list[str]:
        if chance.random() < self.lost / max(1, sum(self.lengths.values())):
            return []
        said = " ".join(words)
        for _ in range(_TRIES):
            heard = "".join(self._letter(letter, chance) for letter in said).split()
            if heard != words:
                return heard
        return []

    def _letter(self, letter: str, chance: random.Random) -> str:
        counts = self.letters.get(letter)
        if not counts:
            return letter
        return chance.choices(list(counts), list(counts.values()))[0]


def misheard_at(
    model: ErrorModel, texts: Sequence[str], wanted: float, seed: int
) -> tuple[list[str], float]:
    """All texts at a word error rate near the wanted one, and the rate that it came to."""
    low, high = 0.0, 1.0
    out, came_to = list(texts), 0.0
    for _ in range(12):
        rate = (low + high) / 2
        chance = random.Random(seed)
        out = [model.mishear(text, rate, chance) for text in texts]
        came_to = error_rate(list(zip(texts, out, strict=True)))
        low, high = (rate, high) if came_to < wanted else (low, rate)
    return out, came_to


def error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Word error rate of (said, heard) pairs."""
    references = [normalised(said) for said, _ in pairs]
    wrong = sum(
        edits(reference, normalised(heard))
        for reference, (_, heard) in zip(references, pairs, strict=True)
    )
    return wrong / max(1, sum(len(reference) for reference in references))
