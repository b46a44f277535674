"""Digits that stand in a row, and how sure it is that they are no secret."""

from collections.abc import Sequence
from enum import IntEnum

from callwatch.core.channels import Channel
from callwatch.redaction.tokens import SKIP, Token


class Ordinary(IntEnum):
    """How sure it is that a group is no secret; the middle two say why."""

    NO = 0
    PERHAPS = 1  # looks like a year, a model or a count
    MOMENT = 2  # "in 2019", "klokken 14 30": may be a group of a card all the same
    DATE = 3  # a date: may be a part of an identity number
    YES = 4


class Group:
    """Digits that stand in a row: the words [start, end) of a line. `label` when they are hidden."""

    __slots__ = (
        "at_end", "bare", "brief", "by_form", "by_price", "by_word",
        "channel", "content", "digits", "end", "end_s", "in_sentence",
        "joined", "label", "like", "line", "named", "nearly_bare", "ordinary", "parts", "start", "start_s", "weak",
    )  # fmt: skip

    def __init__(self, line: int, start: int, end: int, digits: str, *, weak: bool) -> None:
        self.line, self.start, self.end, self.digits = line, start, end, digits
        self.channel = Channel.CUSTOMER
        self.parts = 1  # numbers said one after another: "twenty five" 1, "two five" 2
        self.weak = weak  # articles alone ("en", "oh")
        self.ordinary = Ordinary.NO
        self.named = False  # it is an order's, a case's
        self.by_form = (
            False  # its written form alone makes it look like an amount or a time: "43.54"
        )
        self.by_word = (
            False  # a word beside it alone makes it ordinary: "you charged 4512", "no 4512"
        )
        self.by_price = (
            False  # that word names a price or counts a part: "charged 4512", "block 4512"
        )
        self.bare = False  # the line holds nothing but numbers and words that say nothing
        self.nearly_bare = False  # one unknown word among few apart
        self.in_sentence = False  # more is said after it: "the 4512 keeps crashing"
        self.content = 0  # words of its line that say something, names of secrets apart
        self.at_end = False  # nothing is said after it in its line
        self.brief = False  # at the end of a line that says next to nothing: "carrying on with 4"
        self.joined = False  # another group stands beside it
        self.like: Group | None = None  # the one that it is ordinary with: "1500 and 2000 kroner"
        self.label = ""
        self.start_s = self.end_s = 0.0

    @property
    def size(self) -> int:
        """How many digits."""
        return len(self.digits)


def gap_between(before: Group, after: Group, tokens: Sequence[Token]) -> int:
    """Words between two groups of a line; many when one of them says something."""
    between = tokens[before.end : after.start]
    return len(between) if all(t.flags & SKIP for t in between) else 99
