"""Threats as a recogniser would have written them: word errors of real clips, and matching with errors like theirs.

    python -m benchmarks.misheard CLIPS [--model DIR] [--talk FOLDER] [--heard FILE]

CLIPS holds LANGUAGE/transcripts.tsv (columns file, speaker, text) beside the clips that it names. Each goes
through callwatch with a Whisper model that knows the language. What the recogniser does to the text of every
second speaker is learnt (`benchmarks.mishearing`), its word error rate is printed for the others. Then errors
of that kind, at that rate, are put into up to 100 labelled threats of the sets that nothing was trained on, and into
the ordinary talk of FOLDER. A language with few words to learn from takes the letters of all clips. `--heard`
keeps what was heard, for the next time.
"""

import argparse
import csv
import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.mishearing import ErrorModel, error_rate, misheard_at
from benchmarks.ordinary import WORDS_AN_HOUR, talk_in
from benchmarks.phrases import sets
from benchmarks.speech import load, through_callwatch
from benchmarks.table import print_table, write_json
from callwatch.core.channels import Language
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.speech.choose import choose_recognizer
from callwatch.speech.whisper import WhisperConfig

Row = dict[str, Any]
THREATS: Final = 100
TALK_LINES: Final = 1200  # of each collection
ENOUGH_WORDS: Final = 300
SEEDS: Final = (1, 2, 3)
# Obliquely told on purpose, and missed half the time without any error.
OBLIQUE: Final = frozenset({"heldout", "heldout_other"})


@dataclass(frozen=True, slots=True)
class Heard:
    """One clip: who spoke, what was said, what was written."""

    speaker: str
    said: str
    heard: str


def hear(folder: Path, language: Language, model: Path | None) -> list[Heard]:
    """Recognises the clips of one language."""
    finished_only = WhisperConfig(customer_interim_every_s=math.inf)
    choice = choose_recognizer("whisper", model, language, finished_only)
    if choice.create is None:
        print(f"skipped {language}: {choice.explanation}")
        return []
    recognizer = choice.create()
    out = []
    with (folder / language / "transcripts.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            run = through_callwatch(recognizer, load(folder / language / row["file"]))
            text = " ".join(u.text for u in run.utterances if u.is_final)
            out.append(Heard(row["speaker"], row["text"], text))
    recognizer.close()
    return out


def halves(clips: list[Heard]) -> tuple[list[Heard], list[Heard]]:
    """Those of every second speaker, to learn from, and the others."""
    speakers = sorted({clip.speaker for clip in clips})
    learnt = set(speakers[::2])
    return (
        [c for c in clips if c.speaker in learnt],
        [c for c in clips if c.speaker not in learnt],
    )


def learn(clips: list[Heard]) -> ErrorModel:
    """The errors of these clips."""
    model = ErrorModel()
    for clip in clips:
        model.learn(clip.said, clip.heard)
    return model


def threats(language: Language) -> list[tuple[str, frozenset[str]]]:
    """Up to 100 labelled threats that nothing was trained on, the same ones every time."""
    rows = [row for name, rows in sets(language) if name not in OBLIQUE for row in rows if row[1]]
    random.Random(5).shuffle(rows)
    return rows[:THREATS]


def caught(
    matcher: PhraseMatcher, rows: list[tuple[str, frozenset[str]]], heard: list[str]
) -> tuple[float, float]:
    """Share of threats with any match, and with one of the right category."""
    found = [{match.category.value for match in matcher.match(text)} for text in heard]
    some = sum(bool(one) for one in found)
    right = sum(bool(one & labels) for one, (_, labels) in zip(found, rows, strict=True))
    return some / len(rows), right / len(rows)


def ordinary(folder: Path, language: Language) -> list[str]:
    """Ordinary talk: a spread of each collection."""
    out: list[str] = []
    for talk in talk_in(folder):
        if talk.language is language:
            out += talk.lines[:: len(talk.lines) // TALK_LINES + 1]
    return out


def measure(language: Language, model: ErrorModel, wanted: float, talk: list[str]) -> Iterator[Row]:
    """Caught threats and false alarms without errors, and with them."""
    matcher = PhraseMatcher.for_language(language, embeddings=True)
    rows = threats(language)
    said = [text for text, _ in rows]
    hours = sum(len(line.split()) for line in talk) / WORDS_AN_HOUR
    for rate in (0.0, wanted / 2, wanted):
        some = right = false = came_to = 0.0
        seeds = SEEDS if rate else SEEDS[:1]
        for seed in seeds:
            heard, came = misheard_at(model, said, rate, seed) if rate else (said, 0.0)
            shares = caught(matcher, rows, heard)
            some, right, came_to = some + shares[0], right + shares[1], came_to + came
        if talk:
            lines = misheard_at(model, talk, rate, SEEDS[0])[0] if rate else talk
            false = sum(len(matcher.match(line)) for line in lines) / hours
        count = len(seeds)
        yield {
            "language": language.value,
            "threats": len(rows),
            "word errors %": round(100 * came_to / count, 1),
            "caught": round(some / count, 3),
            "right category": round(right / count, 3),
            "false an hour": round(false, 2) if talk else None,
            "words of talk": sum(len(line.split()) for line in talk),
        }


def known(path: Path | None) -> dict[Language, list[Heard]]:
    """What an earlier run has heard."""
    if path is None or not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {Language(key): [Heard(**one) for one in clips] for key, clips in kept.items()}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", type=Path)
    parser.add_argument("--model", type=Path, help="folder of a Whisper model of many languages")
    parser.add_argument("--talk", type=Path, help="folder of ordinary talk, LANGUAGE/*.txt")
    parser.add_argument("--heard", type=Path, help="json file that keeps what was heard")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/misheard.json"))
    given = parser.parse_args()
    languages = [one for one in Language if (given.clips / one / "transcripts.tsv").is_file()]
    if not languages:
        print(f"skipped: {given.clips} has no LANGUAGE/transcripts.tsv (file, speaker, text)")
        return 0
    heard = known(given.heard)
    for language in languages:
        if language not in heard:
            heard[language] = hear(given.clips, language, given.model)
    if given.heard is not None:
        kept = {
            one: [{"speaker": c.speaker, "said": c.said, "heard": c.heard} for c in clips]
            for one, clips in heard.items()
        }
        given.heard.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    rows = word_errors(heard)
    print_table("Word errors of real clips, through callwatch", rows)
    everything = [clip for clips in heard.values() for clip in clips]
    matched: list[Row] = []
    for language in (one for one in languages if heard[one]):
        clips = heard[language]
        wanted = error_rate([(c.said, c.heard) for c in clips])
        enough = sum(len(c.said.split()) for c in clips) >= ENOUGH_WORDS
        model = learn(halves(clips)[0] if enough else everything)
        talk = ordinary(given.talk, language) if given.talk else []
        matched += measure(language, model, wanted, talk)
    print_table("Threats with errors of that kind", matched)
    write_json(given.json, [*rows, *matched])
    return 0


def word_errors(heard: dict[Language, list[Heard]]) -> list[Row]:
    """Word error rate of each language: of those that errors are learnt from, and of the others."""
    rows = []
    for language, clips in heard.items():
        if not clips:
            continue
        first, second = halves(clips)
        rows.append(
            {
                "language": language.value,
                "clips": len(clips),
                "speakers": len({c.speaker for c in clips}),
                "words": sum(len(c.said.split()) for c in clips),
                "WER %": round(100 * error_rate([(c.said, c.heard) for c in clips]), 1),
                "learnt from %": round(100 * error_rate([(c.said, c.heard) for c in first]), 1),
                "others %": round(100 * error_rate([(c.said, c.heard) for c in second]), 1)
                if second
                else None,
            }
        )
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
