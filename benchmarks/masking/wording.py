"""What people say around numbers, one TOML file a language, in two halves: known and held out."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

# Two halves of the first wording, one that was written when the vocabulary was done, those of second.py and third.py.
HALVES: Final = ("known", "held-out", "both", "fresh", "second", "third")
_FOLDERS: Final = ("fresh", "second", "third")
# Lists that are no wording but material: both halves need all of them, in their order.
_WHOLE: Final = ("words", "months")


class Wording:
    """The phrases of one language, of one half."""

    def __init__(self, language: str, half: str, strange: float = 0.0) -> None:
        self._table = _read(language, half if half in _FOLDERS else "")
        self._half = half
        self._strange = strange

    def choose(self, section: str, name: str, rng: random.Random) -> str:
        """One phrase."""
        return rng.choice(self.all(section, name))

    def talk(self, section: str, name: str, rng: random.Random) -> str:
        """One phrase, a share of its words turned into words that nobody knows."""
        words = self.choose(section, name, rng).split()
        return " ".join(_unknown(rng) if rng.random() < self._strange else word for word in words)

    def table(self, section: str) -> Mapping[str, Any]:
        """A whole section, of a hand that keeps its own tables of digits there."""
        found: Mapping[str, Any] = self._table[section]
        return found

    def all(self, section: str, name: str) -> Sequence[str]:
        """All phrases of this half."""
        phrases: list[str] = self._table[section][name]
        if self._half in ("both", *_FOLDERS) or name in _WHOLE or len(phrases) < 4:
            return phrases
        return phrases[0::2] if self._half == "known" else phrases[1::2]


def _unknown(rng: random.Random) -> str:
    """A word of two or three syllables that is in no vocabulary."""
    return "".join(
        rng.choice("bdfgklmprstv") + rng.choice("aeiouy") for _ in range(rng.choice((2, 3)))
    ) + rng.choice("mnrx")


@cache
def _read(language: str, folder_name: str) -> Mapping[str, Any]:
    folder = resources.files(__package__).joinpath("wording", folder_name)
    data = folder.joinpath(f"{language}.toml").read_bytes()
    return tomllib.loads(data.decode("utf-8"))
