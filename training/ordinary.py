"""Ordinary talk as harmless sentences to train with: read from a folder, never kept in the project.

`python -m training.gather_ordinary` makes the folder; docs/phrases.md has each licence. Collections
of sentences hold some real threats ("I will kill you!"). Those that a person found among the lines
that look like threats are named in `ordinary_threats.txt` by their checksum, and left out.
"""

from pathlib import Path
from typing import Final
from zlib import crc32

from training.examples import SENTENCE_DIR
from training.gather_ordinary import CALIBRATION

from callwatch.core.channels import Language
from callwatch.phrases.text import spoken_words

KNOWN_THREATS: Final = SENTENCE_DIR.parent / "ordinary_threats.txt"


def checksum(text: str) -> int:
    """Of a line's words, whatever its capitals and punctuation."""
    return crc32(" ".join(spoken_words(text)).encode())


def known_threats(path: Path = KNOWN_THREATS) -> frozenset[int]:
    """Checksums of lines that are threats after all."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return frozenset(int(line, 16) for line in lines if line and not line.startswith("#"))


def is_for_choosing(text: str) -> bool:
    """Whether a line of calibration text is for choosing bounds: a quarter, never trained on."""
    return crc32(f"choose {text}".encode()) % 4 == 0


def ordinary_lines(folder: Path, language: Language, *, choosing: bool = False) -> list[str]:
    """Lines of calibration text: those to train on, or those to choose bounds by."""
    threats = known_threats()
    out: list[str] = []
    for path in sorted((folder / CALIBRATION / language).glob("*.txt")):
        lines = dict.fromkeys(path.read_text(encoding="utf-8").splitlines())
        out += [
            line
            for line in lines
            if line.strip() and is_for_choosing(line) is choosing and checksum(line) not in threats
        ]
    return out
