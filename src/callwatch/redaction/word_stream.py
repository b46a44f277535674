"""The words of one side of a call in a row, over its utterances."""

from dataclasses import dataclass

from callwatch.redaction.tokens import Token


@dataclass(slots=True)
class WordStream:
    """The words of one side in a row, each with its line and place; `breaks` where it paused long."""

    tokens: list[Token]
    places: list[tuple[int, int]]
    breaks: set[int]


def begins_line(stream: WordStream, at: int) -> bool:
    """Whether an utterance other than the first begins at this word."""
    return at > 0 and stream.places[at - 1][0] != stream.places[at][0]
