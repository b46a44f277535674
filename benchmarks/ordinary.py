"""False threats an hour of ordinary talk, at the rate at which threats really come: almost never.

    python -m benchmarks.ordinary FOLDER [--show] [--choosing] [--true FILE]

FOLDER holds LANGUAGE/*.txt, one utterance a line (`python -m training.gather_ordinary` makes it from
public collections); without one, CALLWATCH_DATA/ordinary is taken. An hour of one side of a call is
5,700 words. Collections of sentences hold real threats ("I will kill you!"): lines that a reader judged
to be threats (training/ordinary_threats.txt, and those of --true, one a line) are not counted.
"""

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from training.ordinary import checksum, is_for_choosing, known_threats

from benchmarks.table import print_table, write_json
from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.phrases.matcher import PhraseMatch, PhraseMatcher

Row = dict[str, Any]
# One side of a call speaks some 95 words a minute, its listening counted in.
WORDS_AN_HOUR: Final = 5700


@dataclass(frozen=True, slots=True)
class Talk:
    """One file: its language, its name, its utterances."""

    language: Language
    name: str
    lines: tuple[str, ...]

    @property
    def hours(self) -> float:
        """Of one side of a call."""
        return sum(len(line.split()) for line in self.lines) / WORDS_AN_HOUR


def talk_in(folder: Path, *, choosing: bool = False) -> Iterator[Talk]:
    """Every LANGUAGE/*.txt of the folder; `choosing`: of it the lines that bounds are chosen by."""
    for language in Language:
        for path in sorted((folder / language).glob("*.txt")):
            lines = path.read_text(encoding="utf-8").splitlines()
            some = (line for line in lines if line.strip())
            kept = (line for line in some if not choosing or is_for_choosing(line))
            yield Talk(language, path.stem, tuple(kept))


def false_threats(
    talk: Talk, matcher: PhraseMatcher, true: frozenset[str]
) -> list[tuple[str, PhraseMatch]]:
    """Every match in a line that is not known to be a threat."""
    known = known_threats()
    ordinary = (line for line in talk.lines if line not in true and checksum(line) not in known)
    return [(line, match) for line in ordinary for match in matcher.match(line)]


def figures(name: str, hours: float, found: Sequence[PhraseMatch], cpu_s: float, lines: int) -> Row:
    """One line of the table."""
    count = Counter(match.category for match in found)
    return {
        "talk": name,
        "words": round(hours * WORDS_AN_HOUR),
        "false an hour": round(len(found) / hours, 2) if hours else 0.0,
        "urgent": sum(match.category.is_urgent for match in found),
        "without a rule": sum(not match.by_rule for match in found),
        **{category.value: count[category] for category in ThreatCategory},
        "lines a second": round(lines / cpu_s) if cpu_s else 0,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--language", choices=list(Language), action="append")
    parser.add_argument(
        "--no-embeddings", action="store_true", help="as where the model of meanings is not"
    )
    parser.add_argument("--show", action="store_true", help="print each false threat")
    parser.add_argument(
        "--choosing", action="store_true", help="of calibration text what nothing was trained on"
    )
    parser.add_argument("--true", type=Path, help="more lines that are threats after all")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/ordinary.json"))
    given = parser.parse_args()
    data = os.environ.get("CALLWATCH_DATA")
    folder = given.folder or (Path(data) / "ordinary" if data else None)
    if folder is None or not folder.is_dir():
        print("skipped: name a folder of ordinary talk (LANGUAGE/*.txt, one utterance a line)")
        return 0
    true = frozenset(given.true.read_text(encoding="utf-8").splitlines() if given.true else ())
    rows: list[Row] = []
    for language in [Language(one) for one in given.language or list(Language)]:
        matcher = PhraseMatcher.for_language(language, embeddings=not given.no_embeddings)
        everything: list[PhraseMatch] = []
        hours, cpu_s, lines = 0.0, 0.0, 0
        everywhere = talk_in(folder, choosing=given.choosing)
        for talk in (one for one in everywhere if one.language is language):
            begun_s = time.process_time()
            found = false_threats(talk, matcher, true)
            took_s = time.process_time() - begun_s
            matches = [match for _, match in found]
            name = f"{language}/{talk.name}"
            rows.append(figures(name, talk.hours, matches, took_s, len(talk.lines)))
            everything, hours = everything + matches, hours + talk.hours
            cpu_s, lines = cpu_s + took_s, lines + len(talk.lines)
            for line, match in found if given.show else ():
                why = match.evidence.params.get("rule", f"likeness {match.score:.2f}")
                print(f"{name} {match.category} [{why}] <{match.text}> {line}")
        if hours:
            rows.append(figures(f"{language}, all", hours, everything, cpu_s, lines))
    print_table("False threats in ordinary talk", rows)
    write_json(given.json, rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
