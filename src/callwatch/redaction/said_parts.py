"""What one side says as a row of numbers, months and other words, over its utterances.

customer  juni            month 6
customer  skråstrek       other
customer  tjue tjuesju    number 2027
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.number_words import NumberToken, NumberTokenKind, read_numbers
from callwatch.redaction.tokens import GLUE, MONTH, NUMBER, ORDINAL, Token

# Who dictates pauses at most so long.
_GOES_ON_S: Final = 12.0
_MARKS: Final = frozenset("/-.")


class Part(NamedTuple):
    """The words [start, end) of a side: a number (`digits`), a month, or neither."""

    start: int
    end: int
    digits: str = ""
    is_month: bool = False
    said: tuple[str, ...] = ()  # the numbers one after another: "twenty twenty seven" 20 27


@dataclass(frozen=True, slots=True)
class Side:
    """The words of one side, each with its line and place in it, and what they are.

    `breaks`: words before which it paused for long.
    """

    tokens: Sequence[Token]
    places: Sequence[tuple[Line, int]]
    breaks: frozenset[int]
    parts: Sequence[Part]

    def line_at(self, at: int) -> Line:
        """The line of a word."""
        return self.places[at][0]

    def findings(self, start: int, end: int, label: str, priority: int) -> Iterator[Finding]:
        """The words [start, end), hidden in each of their lines."""
        at = start
        while at < end:
            line, first = self.places[at]
            last = at
            while last + 1 < end and self.places[last + 1][0] is line:
                last += 1
            yield Finding(line.number, first, self.places[last][1] + 1, label, priority)
            at = last + 1


def sides(lines: Sequence[Line], language: Language) -> list[Side]:
    """Both sides of a dialogue."""
    return [_side(lines, side, language) for side in CHANNELS]


def _side(lines: Sequence[Line], channel: Channel, language: Language) -> Side:
    tokens: list[Token] = []
    places: list[tuple[Line, int]] = []
    breaks: set[int] = set()
    answers: set[int] = set()
    end_s = 0.0
    for line in lines:
        if line.channel is not channel:
            if line.mentions:
                answers.add(len(tokens))
            continue
        if line.start_s - end_s > _GOES_ON_S:
            breaks.add(len(tokens))
        tokens += line.tokens
        places += [(line, at) for at in range(len(line.tokens))]
        end_s = line.end_s
    return Side(tokens, places, frozenset(breaks), list(_parts(tokens, breaks | answers, language)))


def _parts(tokens: Sequence[Token], begins: set[int], language: Language) -> Iterator[Part]:
    """Numbers end where the side paused, or where the other side asked for something else."""
    at = 0
    while at < len(tokens):
        flags = tokens[at].flags
        end = at + 1
        if flags & NUMBER:
            while not flags & ORDINAL and end < len(tokens) and end not in begins:
                if tokens[end].flags & ORDINAL or not (step := _step(tokens, end)):
                    break
                end += step
            said = _said(tokens[at:end], language)
            yield Part(at, end, "".join(said), said=tuple(said))
        else:
            yield Part(at, end, is_month=bool(flags & MONTH))
        at = end


def _step(tokens: Sequence[Token], at: int) -> int:
    """1 for a number that follows, 2 over the "og" of "syv og tyve"."""
    if tokens[at].flags & NUMBER:
        return 1
    if not tokens[at].flags & GLUE or at + 1 >= len(tokens) or not tokens[at + 1].flags & NUMBER:
        return 0
    before, after = tokens[at - 1].pieces, tokens[at + 1].pieces
    is_scale = before[-1].kind is NumberTokenKind.SCALE
    is_turned = before[-1].kind is NumberTokenKind.UNIT and after[0].kind is NumberTokenKind.TEN
    return 2 if is_scale or is_turned else 0


def _said(tokens: Sequence[Token], language: Language) -> list[str]:
    """The numbers one after another; "03/27" is two."""
    out: list[str] = []
    run: list[NumberToken] = []
    for token in tokens:
        marked = len(token.pieces) == 1 and _MARKS.intersection(token.core)
        if not marked:
            run += [NumberToken(NumberTokenKind.GLUE)] if not token.flags & NUMBER else token.pieces
            continue
        out += read_numbers(run, language)
        run = []
        out += [digits for digits in _unmarked(token.core).split() if digits.isdigit()]
    return out + read_numbers(run, language)


def _unmarked(core: str) -> str:
    return "".join(" " if sign in _MARKS else sign for sign in core)
