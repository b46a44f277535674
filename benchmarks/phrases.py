"""Accuracy and speed of the phrase matcher on labelled utterances.

    python benchmarks/phrases.py [--json FILE] [--errors]

Two kinds of sets, neither trained on: the sentences that the project keeps apart
(`sentences/<language>/heldout*.txt`), and CALLWATCH_DATA/phrases/*_<language>.tsv (columns id,
labels, text) when that folder is there. Beside each figure stand the matcher without embeddings
(as where their model is not) and the naive matcher: one key word.
"""

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from training.examples import read_examples, sentence_files

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.phrases.embeddings import why_no_embeddings
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import load_pack

Labelled = tuple[str, frozenset[str]]
Judge = Callable[[str], frozenset[str]]

KEY_WORDS = {
    Language.EN: {
        "leave": "cancel competitor leaving switch", "publicity": "review facebook post twitter",
        "media": "newspaper press journalist tv", "manager": "manager supervisor boss",
        "legal": "lawyer court sue legal", "physical": "kill hurt punch smash",
        "self_harm": "suicide die myself", "insult": "idiot stupid useless moron",
    },
    Language.SV: {
        "leave": "säga konkurrent byter lämnar", "publicity": "recension facebook lägger",
        "media": "tidningen journalist tv pressen", "manager": "chef chefen",
        "legal": "advokat domstol stämma polisen", "physical": "döda slå krossa",
        "self_harm": "självmord dö livet", "insult": "idiot dum jävla värdelös",
    },
    Language.DA: {
        "leave": "opsige konkurrent skifter forlader", "publicity": "anmeldelse facebook lægger",
        "media": "avisen journalist tv pressen", "manager": "chef chefen leder",
        "legal": "advokat retten sagsøge politiet", "physical": "dræbe slå smadre",
        "self_harm": "selvmord dø livet", "insult": "idiot dum fandeme ubrugelig",
    },
    Language.NB: {
        "leave": "si konkurrent bytter forlater", "publicity": "anmeldelse facebook legger",
        "media": "avisen journalist tv pressen", "manager": "sjef sjefen leder",
        "legal": "advokat retten saksøke politiet", "physical": "drepe slå knuse",
        "self_harm": "selvmord dø livet", "insult": "idiot dum jævla ubrukelig",
    },
}  # fmt: skip


def naive(language: Language) -> Judge:
    """The matcher that everybody writes first."""
    words = {key: set(text.split()) for key, text in KEY_WORDS[language].items()}
    return lambda text: frozenset(
        key for key, some in words.items() if some & set(text.lower().split())
    )


def sets(language: Language) -> Iterator[tuple[str, list[Labelled]]]:
    """Name and labelled utterances of each set that is there."""
    classes = load_pack(language).classes
    for path in sentence_files(language, held_out=True):
        examples = list(read_examples(path))
        yield (
            path.stem,
            [(s, frozenset(e.labels)) for e in examples for s in e.sentences(classes, 1)],
        )
    data = os.environ.get("CALLWATCH_DATA")
    folder = Path(data) / "phrases" if data else None
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.glob(f"*_{language}.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            yield (
                path.stem,
                [(r["text"], frozenset(r["labels"].split(",")) - {"none"}) for r in table],
            )


def score(rows: list[Labelled], judge: Judge) -> dict[str, float]:
    """Micro precision, recall and F1; harmless lines flagged; threat lines caught at all; exact."""
    right = wrong = missed = flagged = harmless = caught = 0
    for text, labels in rows:
        found = judge(text)
        right += len(found & labels)
        wrong += len(found - labels)
        missed += len(labels - found)
        harmless += not labels
        flagged += bool(found) and not labels
        caught += bool(found) and bool(labels)
    threats = len(rows) - harmless
    return {
        "utterances": len(rows),
        "precision": right / max(1, right + wrong),
        "recall": right / max(1, right + missed),
        "f1": 2 * right / max(1, 2 * right + wrong + missed),
        "harmless_flagged": flagged / max(1, harmless),
        "caught": caught / max(1, threats),
    }


def by_category(rows: list[Labelled], judge: Judge) -> dict[str, dict[str, float]]:
    """The same for each category alone."""
    out = {}
    for category in ThreatCategory:
        one = [(text, labels & {category}) for text, labels in rows]
        out[category.value] = score(one, lambda text, c=category: judge(text) & {c})  # type: ignore[misc]
    return out


def matchers(language: Language) -> dict[str, Judge]:
    """What is compared, the best first."""
    out: dict[str, Judge] = {}
    wording = PhraseMatcher.for_language(language)
    if why := why_no_embeddings():
        print(why)
    else:
        out["callwatch"] = judge_of(PhraseMatcher.for_language(language, embeddings=True))
    out["without embeddings"] = judge_of(wording)
    out["key words"] = naive(language)
    return out


def judge_of(matcher: PhraseMatcher) -> Judge:
    """The categories that a matcher finds; each text is read once."""
    return cache(lambda text: frozenset(match.category for match in matcher.match(text)))


def compile_patterns(language: Language, texts: list[str]) -> PhraseMatcher:
    """A matcher whose patterns are compiled: each is when a text first needs it, some milliseconds."""
    matcher = PhraseMatcher.for_language(language, embeddings=not why_no_embeddings())
    for text in texts:
        matcher.match(text, thorough=False)
    return matcher


def lines_a_second(matcher: PhraseMatcher, texts: list[str]) -> float:
    """What the matcher reads in a second of CPU."""
    begun = time.process_time()
    for text in texts:
        matcher.match(text)
    return len(texts) / max(1e-9, time.process_time() - begun)


def price_of_length(matcher: PhraseMatcher, texts: list[str]) -> float:
    """CPU time a word in one text of them all over that in the texts one by one; 1: it grows with the words."""
    seconds = []
    for given in (texts, [" ".join(texts)]):
        begun = time.process_time()
        for text in given:
            matcher.match(text)
        seconds.append(time.process_time() - begun)
    return seconds[1] / max(1e-9, seconds[0])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--errors", action="store_true", help="print the lines of the kept-apart sets that go wrong"
    )
    parser.add_argument("--language", choices=list(Language), action="append")
    options = parser.parse_args()
    if "CALLWATCH_DATA" not in os.environ:
        print("CALLWATCH_DATA is not set: only the sentences of the project are used.")
    results: dict[str, object] = {}
    lengths: list[str] = []
    speeds: list[str] = []
    print("| set | matcher | n | precision | recall | F1 | harmless flagged | caught | a second |")
    print("|---|---|---|---|---|---|---|---|---|")
    for language in [Language(x) for x in options.language or list(Language)]:
        judges = matchers(language)
        judge = next(iter(judges.values()))
        for name, rows in sets(language):
            texts = [text for text, _ in rows]
            for which, one in judges.items():
                begun = time.process_time()
                got = score(rows, one)
                rate = len(rows) / max(1e-9, time.process_time() - begun)
                results[f"{language}/{name}/{which}"] = {**got, "per_second": rate}
                cells = " | ".join(
                    f"{got[k]:.3f}"
                    for k in ("precision", "recall", "f1", "harmless_flagged", "caught")
                )
                print(
                    f"| {language} {name} | {which} | {got['utterances']} | {cells} | {rate:.0f} |"
                )
            results[f"{language}/{name}/categories"] = by_category(rows, judge)
            rate = lines_a_second(compile_patterns(language, texts), texts)
            results[f"{language}/{name}/compiled"] = {"per_second": rate}
            speeds.append(f"{language} {name}: {rate:.0f}")
            length = price_of_length(PhraseMatcher.for_language(language), texts)
            results[f"{language}/{name}/length"] = length
            lengths.append(f"{language} {name}: {length:.2f}")
            if options.errors and name.startswith("heldout"):
                for text, labels in rows:
                    if judge(text) != labels:
                        print(f"  want {sorted(labels)} got {sorted(judge(text))}: {text}")
    print("Lines a second once the patterns are compiled:", ", ".join(speeds))
    print("By wording, all texts as one beside one by one, CPU time:", ", ".join(lengths))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
