"""Examples that the program shows when it says why: `python -m training.shown_examples`."""

import sys
from pathlib import Path
from typing import Final
from zlib import crc32

from training.examples import Example, read_examples, sentence_files

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.phrases.explain import EXAMPLE_DIR
from callwatch.phrases.pack import load_pack

# Enough to have a like one for most; the file stays below 30 kB.
PER_CATEGORY: Final = 80
_WORDS: Final = range(4, 15)


def shown(language: Language, examples: list[Example]) -> list[str]:
    """Lines `category<tab>sentence`: short training sentences of one label, always the same."""
    classes = load_pack(language).classes
    out: list[str] = []
    for category in ThreatCategory:
        said = {
            sentence
            for example in examples
            if example.labels == {category}
            for sentence in example.sentences(classes, 1)
            if len(sentence.split()) in _WORDS
        }
        some = sorted(said, key=lambda text: crc32(text.encode()))[:PER_CATEGORY]
        out += [f"{category}\t{text}" for text in sorted(some)]
    return out


def main(folder: Path = EXAMPLE_DIR) -> int:
    """Writes the file of every language."""
    folder.mkdir(exist_ok=True)
    for language in Language:
        files = sentence_files(language, held_out=False)
        lines = shown(language, [one for path in files for one in read_examples(path)])
        (folder / f"{language}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        sys.stdout.write(f"{language}: {len(lines)} examples\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
