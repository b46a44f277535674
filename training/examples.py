"""Training sentences: labelled lines, and the sentences that one line stands for."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.errors import ConfigError
from callwatch.phrases.grammar import Classes, expand, parse

SENTENCE_DIR: Final = Path(__file__).parent / "sentences"
NONE: Final = "none"
# How many sentences one line with choices gives: enough for its words to be seen together.
DRAWS: Final = 4


# Pairs of words that differ between Danish and Norwegian, one pair a line.
SISTER_WORDS: Final = SENTENCE_DIR / "da_nb.txt"


@dataclass(frozen=True, slots=True)
class Example:
    """One line of a sentence file; `labels` is empty for harmless ones."""

    text: str
    labels: frozenset[ThreatCategory]

    def sentences(self, classes: Classes, draws: int = DRAWS) -> list[str]:
        """Up to `draws` different sentences of the line, the same ones every time."""
        if not re.search(r"[(\[<]", self.text):
            return [self.text]
        sequence = parse(self.text, prose=True)
        chance = random.Random(crc32(self.text.encode()))
        drawn = (" ".join(expand(sequence, classes, chance)) for _ in range(draws))
        return list(dict.fromkeys(drawn))


def sentence_files(language: Language, *, held_out: bool, root: Path = SENTENCE_DIR) -> list[Path]:
    """The files to train on, or those kept apart, in order of their names."""
    files = sorted((root / language).glob("*.txt"))
    return [path for path in files if path.name.startswith("heldout") == held_out]


def read_examples(path: Path) -> Iterator[Example]:
    """The labelled lines of one file; ConfigError names the line that is wrong."""
    labels: frozenset[ThreatCategory] | None = None
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("=="):
            labels = _labels(line[2:], f"{path}:{number}")
        elif labels is None:
            raise ConfigError(
                f"{path}:{number}: a sentence before any heading; begin with == and its labels."
            )
        else:
            yield Example(line, labels)


def _labels(text: str, where: str) -> frozenset[ThreatCategory]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == [NONE]:
        return frozenset()
    try:
        return frozenset(ThreatCategory(name) for name in names)
    except ValueError as exc:
        raise ConfigError(f"{where}: {exc}; use {', '.join(ThreatCategory)} or none.") from exc


def sister_words(into: Language, path: Path = SISTER_WORDS) -> dict[str, str]:
    """Danish words to Norwegian ones (`into` NB), or the other way; ambiguous ones the first way."""
    words: dict[str, str] = {}
    for raw in path.read_text(encoding="utf-8").splitlines():
        if raw.startswith("#") or not raw.strip():
            continue
        danish, *norwegian = (word.replace("_", " ") for word in raw.split())
        if into is Language.NB:
            words.setdefault(danish, norwegian[0])
        else:
            for word in norwegian:
                words.setdefault(word, danish)
    return words


def translate(text: str, words: dict[str, str]) -> str:
    """`text` with each known word replaced; the rest, most of it common to both, stays."""
    return re.sub(r"\w+", lambda m: words.get(m.group().lower(), m.group()), text)
