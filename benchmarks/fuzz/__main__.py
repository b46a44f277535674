"""`python -m benchmarks.fuzz [--seconds N] [--seed S] [--target NAME]...`: hostile input for everything that reads.

Each target gets an equal share of the time. A fault is an exception that is no refusal in one sentence; the first of
each kind is printed with its input, and the same seed finds it again. Exit status 1 when there is one.
"""

import argparse
import random
import shutil
import sys
import time
import traceback
import zlib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.fuzz.mutation import mutated
from benchmarks.fuzz.targets import TARGETS, Target
from benchmarks.table import print_table, write_json

_SHOWN_BYTES: Final = 600
# Cases between two sweeps of the folder.
_BATCH: Final = 50


def main() -> None:
    """Feed every target, print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=list(TARGETS), action="append")
    parser.add_argument("--cases", type=int, help="at most so many of each, whatever the time")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/fuzz.json"))
    options = parser.parse_args()
    names = options.target or list(TARGETS)
    each_s = options.seconds / len(names)
    rows = []
    for name in names:
        rows.append(fuzzed(name, TARGETS[name], options.seed, each_s, options.cases))
        print(rows[-1], flush=True)
    whole = {
        "target": "all",
        **{key: sum(row[key] for row in rows) for key in ("cases", "refused", "faults")},
    }
    print_table(f"Fuzzing for {options.seconds:.0f} s, seed {options.seed}", [*rows, whole])
    write_json(options.json, rows)
    sys.exit(bool(whole["faults"]))


def fuzzed(
    name: str, target: Target, seed: int, seconds: float, most: int | None = None
) -> dict[str, Any]:
    """One row: so many cases, refused in a sentence, and faults; each new kind is printed."""
    rng = random.Random(f"{seed}/{name}")
    began_s = time.monotonic()
    until_s = began_s + seconds
    good = target.make_seeds()
    kinds = Counter[str]()
    cases = refused = 0
    with TemporaryDirectory(prefix="callwatch-fuzz-") as place:
        folder = Path(place) / "x"
        while time.monotonic() < until_s and (most is None or cases < most):
            folder.mkdir()
            for _ in range(_BATCH if most is None else min(_BATCH, most - cases)):
                if time.monotonic() >= until_s:
                    break
                data = mutated(good, rng)
                cases += 1
                try:
                    refused += target.run(data, folder)
                except Exception as fault:  # noqa: BLE001 - any of them is what is looked for
                    kind = _kind(fault)
                    kinds[kind] += 1
                    if kinds[kind] == 1:
                        _show(name, seed, cases, fault, data)
            shutil.rmtree(folder)
    return {
        "target": name, "cases": cases, "refused": refused, "faults": sum(kinds.values()),
        "kinds": len(kinds), "cases/s": round(cases / max(time.monotonic() - began_s, 1e-9)),
    }  # fmt: skip


def _kind(fault: BaseException) -> str:
    frames = traceback.extract_tb(fault.__traceback__)
    own = [f"{Path(f.filename).name}:{f.lineno}" for f in frames if "callwatch" in f.filename]
    return f"{type(fault).__name__} at {own[-1] if own else '?'}"


def _show(name: str, seed: int, case: int, fault: BaseException, data: bytes) -> None:
    print(f"--- {name}, seed {seed}, case {case}: {_kind(fault)}: {str(fault)[:300]}")
    print(f"    {len(data)} bytes, crc {zlib.crc32(data):08x}: {data[:_SHOWN_BYTES]!r}")
    traceback.print_exception(fault, limit=-4, file=sys.stdout)


if __name__ == "__main__":
    main()
