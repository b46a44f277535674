"""`python -m benchmarks.masking [--dialogues N] [--seed S]`: made dialogues in four languages, masked and counted.

A generator of its own makes the dialogues: cards, phones, identity numbers, addresses, codes and
expiry dates in any grouping, split over utterances and speakers, with listening words, read-backs
and corrections, among ordinary numbers that must stay. Half of the wording is held out: nothing was
tuned on it (`--half`); `--half second` and `third` take the dialogues of other hands (second.py, third.py). With --live
each utterance is masked as in a running call, and whatever was put out at any time counts, so that
the figures hold for the journal too.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.masking import second, third
from benchmarks.masking.dialogues import made
from benchmarks.masking.masked import as_a_whole, as_it_is_put_out
from benchmarks.masking.score import scored
from benchmarks.masking.tokens import Dialogue
from benchmarks.masking.wording import HALVES
from benchmarks.table import print_table, write_json

LANGUAGES: Final = ("en", "sv", "da", "nb")
KINDS: Final = ("card", "phone", "identity", "email", "code", "expiry")
# So many digits may be seen of a number that is still nobody's: the last four are on every receipt.
FEW: Final = 4
MANY: Final = 10
_HANDS: Final = {"second": second.made, "third": third.made}

Mask = Callable[[Dialogue], Sequence[Sequence[str]]]


def main() -> None:
    """Make, mask, count, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dialogues", type=int, default=4000, help="over the four languages")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="so many seeds in a row, added up")
    parser.add_argument("--first", type=int, default=0, help="begin with this dialogue of a seed")
    parser.add_argument("--half", choices=HALVES, default="both")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument(
        "--strange",
        type=float,
        default=0.0,
        help="share of the words of talk that no vocabulary knows",
    )
    parser.add_argument("--live", action="store_true", help="count what was put out at any time")
    parser.add_argument("--show", type=int, default=0, help="print so many of each kind of fault")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/masking.json"))
    options = parser.parse_args()
    mask = as_it_is_put_out if options.live else as_a_whole
    languages = options.language or list(LANGUAGES)
    rows = [
        measured(language, options, options.dialogues // len(languages), mask)
        for language in languages
    ]
    where = "put out at any time" if options.live else "left in the finished dialogue"
    print_table(
        f"Masking of {options.dialogues * options.seeds} dialogues, "
        f"seeds {options.seed} to {options.seed + options.seeds - 1}, wording {options.half}, "
        f"{options.strange:.0%} unknown words: {where}",
        [*rows, _total(rows)],
    )
    write_json(options.json, rows)


def measured(language: str, options: argparse.Namespace, count: int, mask: Mask) -> dict[str, Any]:
    """One row: how many of each kind there were, and how many left something."""
    seen, faults = Counter[str](), Counter[str]()
    shown = Counter[str]()
    lines, taken_s = 0, 0.0
    for i in range(count * options.seeds):
        seed = (options.seed + i // count) * 10_000_000 + options.first + i % count
        if options.half in _HANDS:
            dialogue = _HANDS[options.half](language, seed, options.strange)
        else:
            dialogue = made(language, options.half, seed, options.strange)
        begun_s = time.process_time()
        masked = mask(dialogue)
        taken_s += time.process_time() - begun_s
        lines += len(dialogue.lines)
        outcome = scored(dialogue, masked)
        found = [
            f for n, left in outcome.left.items() for f in _faults(dialogue.secrets[n][0], left)
        ]
        seen.update(kind for kind, _ in dialogue.secrets.values())
        seen["ordinary"] += outcome.ordinary
        found += ["ordinary"] * len(outcome.masked)
        faults.update(found)
        if f"card > {MANY}" in found:
            print(
                f"more than {MANY} digits of a card: --half {options.half} --language {language} --seed "
                f"{options.seed + i // count} --first {options.first + i % count} --dialogues 1 --show 1",
                flush=True,
            )
        for fault in set(found):
            shown[fault] += 1
            if shown[fault] <= options.show:
                _show(fault, dialogue, masked)
    row: dict[str, Any] = {
        "language": language,
        "dialogues": count * options.seeds,
        "cards": seen["card"],
    }
    row |= {f"card > {MANY}": faults[f"card > {MANY}"], f"card > {FEW}": faults[f"card > {FEW}"]}
    for kind in KINDS[1:]:
        row[f"{kind} leaked"] = f"{faults[kind]}/{seen[kind]}"
    row["ordinary masked"] = f"{faults['ordinary']}/{seen['ordinary']}"
    row["lines/s"] = round(lines / max(taken_s, 1e-9))
    return row


def _faults(kind: str, left: int) -> list[str]:
    """What is wrong when so much of a secret is left."""
    if kind == "card":
        return [f"card > {most}" for most in (MANY, FEW) if left > most]
    few = {"email": 0, "code": 1, "expiry": 2}.get(kind, FEW)
    return [kind] if left > few else []


def _show(fault: str, dialogue: Dialogue, masked: Sequence[Sequence[str]]) -> None:
    print(f"--- {fault} ({dialogue.language}): {dialogue.secrets}")
    for line, texts in zip(dialogue.lines, masked, strict=True):
        changed = "".join(f"   -> {text}" for text in texts if text != line.text)
        print(f"{line.start_s:7.1f} {line.channel[0]} {line.text}{changed}")


def _total(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name == "language":
            total[name] = "all"
        elif name == "lines/s":
            total[name] = min(values)
        elif isinstance(values[0], str):
            parts = [value.split("/") for value in values]
            bad, all_ = (sum(int(part[i]) for part in parts) for i in (0, 1))
            total[name] = f"{bad}/{all_} ({bad / max(1, all_):.2%})"
        else:
            total[name] = sum(values)
    return total


if __name__ == "__main__":
    main()
