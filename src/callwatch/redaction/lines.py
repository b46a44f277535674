"""An utterance as masking sees it, and what the recognisers find in it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from callwatch.core.channels import Channel, Language
from callwatch.redaction.digit_group import Group
from callwatch.redaction.groups import find_groups
from callwatch.redaction.mentions import find_mentions
from callwatch.redaction.tokens import MONTH, NUMBER, SKIP, tokenize

# "aha, right you are", "moving on, 45 12": so few words beside digits, or none, are no talk of
# their own, whatever the words are.
_FEW_WORDS: Final = 4
# A line in which so large a share of the words are digits dictates.
_DICTATED: Final = 0.35


class Finding(NamedTuple):
    """Words [start, end) of a line to be hidden behind `label`; of two that meet the higher
    `priority` stays whole."""

    line: int
    start: int
    end: int
    label: str
    priority: int


class Line:
    """One utterance: its words, and their tokens, mentions and groups of digits.

    `times` holds the start and the end of each word; without it the words share the line's span.
    """

    __slots__ = (
        "channel",
        "content",
        "end_s",
        "flags",
        "groups",
        "language",
        "mentions",
        "months",
        "number",
        "says_little",
        "start_s",
        "tokens",
        "words",
    )  # fmt: skip

    def __init__(  # noqa: PLR0917
        self,
        number: int,
        channel: Channel,
        words: Sequence[str],
        span_s: tuple[float, float],
        language: Language,
        times: Sequence[tuple[float, float]] | None = None,
    ) -> None:
        self.number, self.channel, self.words = number, channel, words
        self.language = language
        self.start_s, self.end_s = span_s
        self.tokens = tokens = tokenize(words, language)
        flags = content = months = talk = 0
        speaks = False
        for token in tokens:
            flags |= token.flags
            if token.phrases:
                speaks = True
            if token.flags & NUMBER:
                continue
            talk += 1
            if not token.flags & SKIP:
                content += 1
                if token.flags & MONTH:
                    months += 1
        self.flags, self.content, self.months = flags, content, months
        self.says_little = talk <= _FEW_WORDS or talk <= (1.0 - _DICTATED) * len(tokens)
        self.mentions = find_mentions(tokens) if speaks else []
        self.groups: list[Group] = []
        if flags & NUMBER:
            self.groups = find_groups(number, tokens, self.mentions, language)
            for group in self.groups:
                group.channel = channel
                group.start_s, group.end_s = self.time_of(group.start, group.end, times)

    def renumber(self, number: int) -> None:
        """Another place in the row of lines."""
        self.number = number
        for group in self.groups:
            group.line = number

    def time_of(
        self, start: int, end: int, times: Sequence[tuple[float, float]] | None
    ) -> tuple[float, float]:
        """When the words [start, end) are said."""
        if times is not None:
            return times[start][0], times[end - 1][1]
        each_s = (self.end_s - self.start_s) / len(self.words)
        return self.start_s + start * each_s, self.start_s + end * each_s

    def content_in(self, start: int, end: int) -> int:
        """How many of the words [start, end) say something."""
        return sum(not t.flags & (NUMBER | SKIP) for t in self.tokens[start:end])
