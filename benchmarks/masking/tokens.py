"""The words of generated dialogues, each with what it stands for."""

from dataclasses import dataclass, field
from typing import Final

ORDINARY: Final = "ordinary"


@dataclass(frozen=True, slots=True)
class Token:
    """One word. `kind` and `number` say what it belongs to; `at`, `count` its digits there.

    Words of talk have no kind. A word such as "hundred" or "and" inside a number stands for no
    digit of its own (count 0).
    """

    text: str
    kind: str = ""
    number: int = 0
    at: int = 0
    count: int = 0


@dataclass(slots=True)
class Line:
    """What one side said in one go."""

    channel: str
    tokens: list[Token]
    start_s: float
    end_s: float

    @property
    def text(self) -> str:
        """As a recogniser would write it."""
        return " ".join(token.text for token in self.tokens)


@dataclass(slots=True)
class Dialogue:
    """A made call; `secrets` maps the number of each secret to its kind and its digits."""

    language: str
    lines: list[Line] = field(default_factory=list)
    secrets: dict[int, tuple[str, str]] = field(default_factory=dict)


def talk(text: str) -> list[Token]:
    """Words that stand for nothing."""
    return [Token(word) for word in text.split()]
