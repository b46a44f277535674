"""Ordinary talk for calibration and for the benchmark, from copies of public collections.

    python -m training.gather_ordinary SOURCES OUT

SOURCES is a folder with what docs/phrases.md lists (what is absent is named and left out). OUT gets
`calibration/LANGUAGE/NAME.txt`, which weights may be fitted to, and `apart/LANGUAGE/NAME.txt`,
which only `benchmarks.ordinary` reads: one utterance a line. No text of others is in the project.
"""

import argparse
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

from callwatch.core.channels import Language

CALIBRATION: Final = "calibration"
APART: Final = "apart"
# A turn of talk: shorter pieces of a running transcript are put together up to this.
_TURN_WORDS: Final = 14
_SENTENCE_END: Final = re.compile(r"(?<=[.?!])\s+")
_LETTER: Final = re.compile(r"[^\W\d_]")

# One utterance, with the name of the conversation or the sentence that it is sorted by.
Utterance = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """A collection. `apart_share`: the share, by conversation, that is kept apart."""

    name: str
    language: Language
    pattern: str
    read: Callable[[Path], Iterable[Utterance]]
    apart_share: float


def lines(path: Path) -> Iterator[Utterance]:
    """A file of sentences, one a line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield line, line


def column(number: int) -> Callable[[Path], Iterator[Utterance]]:
    """A column of a table with tabs, counted from 0; each sentence once."""

    def read(path: Path) -> Iterator[Utterance]:
        rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
        for text in dict.fromkeys(row[number] for row in rows if len(row) > number):
            yield text, text

    return read


def conllu(path: Path) -> Iterator[Utterance]:
    """The sentences of a treebank; `#` stands for a pause, `kj-` for a broken word."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# text = "):
            text = re.sub(r"\s+", " ", re.sub(r"#|\b\w+-(?=\s)", " ", line[9:]))
            yield text, path.name


def running(path: Path) -> Iterator[Utterance]:
    """A transcript without speakers, cut into turns at the ends of sentences."""
    yield from turns(path.read_text(encoding="utf-8", errors="replace"), path.name)


def turns(text: str, name: str) -> Iterator[Utterance]:
    """Sentences put together up to the length of a turn."""
    turn: list[str] = []
    for sentence in _SENTENCE_END.split(" ".join(text.split())):
        turn.append(sentence)
        if sum(len(part.split()) for part in turn) >= _TURN_WORDS:
            yield " ".join(turn), name
            turn = []
    if turn:
        yield " ".join(turn), name


def taskmaster(path: Path) -> Iterator[Utterance]:
    """What the customers of the Taskmaster dialogues say."""
    for dialogue in json.loads(path.read_text(encoding="utf-8")):
        for turn in dialogue["utterances"]:
            if turn["speaker"] == "user":
                yield turn["text"], dialogue["conversation_id"]


def piped_turns(path: Path) -> Iterator[Utterance]:
    """The turns of a call whose lines are `speaker|words|act`."""
    turn: list[str] = []
    before = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        speaker, said, *_ = (*line.split("|"), "")
        if speaker != before:
            yield from turns(_plain_transcript(" ".join(turn)), path.name)
            turn, before = [], speaker
        turn.append(said)
    yield from turns(_plain_transcript(" ".join(turn)), path.name)


def schema_guided(path: Path) -> Iterator[Utterance]:
    """What the customers of the schema-guided dialogues say."""
    for dialogue in json.loads(path.read_text(encoding="utf-8")):
        for turn in dialogue["turns"]:
            if turn["speaker"] == "USER":
                yield turn["utterance"], path.name + dialogue["dialogue_id"]


def switchboard(path: Path) -> Iterator[Utterance]:
    """The turns of the 36 telephone calls in NLTK's sample (`switchboard.zip`)."""
    with zipfile.ZipFile(path) as archive:
        text = archive.read("switchboard/transcript").decode("latin-1")
    for line in text.splitlines():
        said = re.match(r"(?:SPEAKER )?[AB]\.?[\w ]*: ?(.*)", line) or re.match(r"[AB] (.*)", line)
        yield from turns(_plain_transcript(said.group(1) if said else line), path.name)


def masc(path: Path) -> Iterator[Utterance]:
    """The spoken part of MASC (`masc_tagged.zip`), words without their tags."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(n for n in archive.namelist() if re.search(r"/spoken/.+\.txt", n)):
            words = re.findall(r"(\S+)_[^\s_]+", archive.read(name).decode("utf-8", "replace"))
            text = re.sub(r" (?=[.,?!;:]|n't|'\w)", "", " ".join(words))
            yield from turns(_plain_transcript(text), name)


def _plain_transcript(text: str) -> str:
    return re.sub(r"<[^>]*>|\[[^\]]*\]|\{\w|[{}/#+*]|\b[AB]\.\d+:?", " ", text)


SOURCES: Final = (
    Source("taskmaster", Language.EN, "taskmaster/*.json", taskmaster, 0.3),
    Source("ami", Language.EN, "ami/*.transcript.txt", running, 0.3),
    Source("masc", Language.EN, "masc_tagged.zip", masc, 0.3),
    Source("common_voice", Language.EN, "common_voice/en.txt", lines, 0.7),
    Source("switchboard", Language.EN, "switchboard.zip", switchboard, 1.0),
    Source("switchboard_calls", Language.EN, "switchboard_calls/*.txt", piped_turns, 1.0),
    Source("schema_guided", Language.EN, "schema_guided/*.json", schema_guided, 1.0),
    Source("tatoeba", Language.SV, "tatoeba/swe.tsv", column(2), 0.3),
    Source("common_voice", Language.SV, "common_voice/sv.txt", lines, 0.3),
    Source("talbanken", Language.SV, "ud/sv_talbanken*.conllu", conllu, 1.0),
    Source("lines", Language.SV, "ud/sv_lines*.conllu", conllu, 1.0),
    Source("tatoeba", Language.DA, "tatoeba/dan-eng.tsv", column(1), 0.3),
    Source("common_voice", Language.DA, "common_voice/da.txt", lines, 0.3),
    Source("ddt", Language.DA, "ud/da_ddt*.conllu", conllu, 1.0),
    Source("tatoeba", Language.NB, "tatoeba/nob-eng.tsv", column(1), 0.3),
    Source("common_voice", Language.NB, "common_voice/nb.txt", lines, 0.3),
    Source("ndt", Language.NB, "ud/no_bokmaal*.conllu", conllu, 1.0),
    Source("lia", Language.NB, "ud/no_nynorsklia*.conllu", conllu, 1.0),
)


def is_apart(name: str, share: float) -> bool:
    """Whether a conversation is kept apart; the same answer for ever."""
    return crc32(name.encode()) % 1000 < share * 1000


def gather(sources: Path, out: Path) -> list[str]:
    """Writes both parts; gives a line for each file, or for each collection that is absent."""
    report = []
    for source in SOURCES:
        parts: dict[str, list[str]] = {CALIBRATION: [], APART: []}
        for path in sorted(sources.glob(source.pattern)):
            for text, name in source.read(path):
                said = " ".join(text.split())
                if _LETTER.search(said):
                    part = APART if is_apart(name, source.apart_share) else CALIBRATION
                    parts[part].append(said)
        if not any(parts.values()):
            report.append(f"{source.language}/{source.name}: not in {sources}")
        for part, said_here in parts.items():
            if said_here:
                path = out / part / source.language / f"{source.name}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("\n".join(said_here) + "\n", encoding="utf-8")
                words = sum(len(one.split()) for one in said_here)
                report.append(
                    f"{part}/{source.language}/{source.name}: {len(said_here)} lines, {words} words"
                )
    return report


def main() -> int:
    """Gathers, and says what came from where."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sources", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    if not given.sources.is_dir():
        sys.stderr.write(f"There is no folder {given.sources}: name the one with the copies.\n")
        return 1
    print("\n".join(gather(given.sources, given.out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
