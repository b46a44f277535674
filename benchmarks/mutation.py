"""Whether the tests beside a module notice when one of its numbers is another.

    python -m benchmarks.mutation [ROOM ...] [--jobs N]

Each numeric default of a config (x1.5 and x0.67; truth values flipped) and each numeric constant
of a module is changed in memory, and the module's own tests are run: tests/ROOM/test_MODULE.py,
and those of MORE. ROOM is a folder or a module: `session`, `detectors/pace`, `ui/desktop/auto_call`.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.mutants import Mutant, mutants_of
from benchmarks.table import print_table, write_json

ROOT: Final = Path(__file__).parents[1]
# Where a room's code lies, its package, and its tests.
ROOTS: Final = {
    "ui": (ROOT / "ui" / "callwatch_ui", "callwatch_ui", ROOT / "tests" / "ui"),
    "": (ROOT / "src" / "callwatch", "callwatch", ROOT / "tests"),
}
# Modules whose tests are, or are also, in another module's file (below tests/). A room's entry
# holds for its modules that have no test file of their own.
MORE: Final = {
    "audio/stream_aligner": ("audio/test_channel_aligner.py",),
    "detectors/floor": ("detectors/test_turn_taking.py",),
    "detectors/overlap_rules": ("detectors/test_turn_taking.py",),
    "detectors/history": ("detectors/test_overlap_features.py",),
    "detectors/spurts": ("detectors/test_overlap_features.py",),
    "detectors/spurt_tracker": ("detectors/test_overlap_features.py",),
    "detectors/raised_voice": ("detectors/test_no_raised_voice.py",),
    "redaction": ("redaction/test_redactor.py", "redaction/test_audio_redaction.py"),
    "redaction/dictation": ("redaction/test_line_dictation.py", "redaction/test_email_answers.py"),
    "redaction/email_names": (
        "redaction/test_email_addresses.py",
        "redaction/test_email_answers.py",
    ),
    "redaction/passwords": ("redaction/test_spelled_passwords.py",),
    "redaction/personal_questions": (
        "redaction/test_birth_dates.py",
        "redaction/test_home_addresses.py",
        "redaction/test_spelled_passwords.py",
    ),
    "redaction/surroundings": ("redaction/test_ordinary_numbers.py", "redaction/test_redactor.py"),
    "report": ("report/test_html.py", "report/test_exports.py", "report/test_sentences.py"),
    "session": ("session/test_nudge_calls.py",),
    "session/attention_budget": ("session/test_nudges.py", "session/test_nudge_calls.py"),
    "session/audio_keeper": ("redaction/test_audio_redaction.py",),
    "voice/crosstalk/kalman_filter": ("voice/crosstalk/test_canceller.py",),
    "voice/crosstalk/leak_estimator": ("voice/crosstalk/test_canceller.py",),
    "voice/crosstalk/echo_detector": ("voice/crosstalk/test_canceller.py",),
    "voice/effort": ("voice/effort/test_estimator.py",),
    "voice/effort/norms": ("voice/effort/test_baseline.py", "voice/effort/test_sliding_window.py"),
    "voice/quality/separation": ("voice/quality/test_monitor.py",),
    "voice/quality/sound_checks": ("voice/quality/test_monitor.py",),
    "voice/vad/level_tracker": ("voice/vad/test_endpointing.py",),
    "voice/vad/silero_weights": (
        "voice/vad/test_speech_probability.py",
        "voice/vad/test_silero.py",
    ),
}
# A mutant that makes its tests run for so many times as long is noticed: they hang.
SLOW_TIMES: Final = 10.0
LEAST_LIMIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Module:
    """A module with numbers, and the test files that should notice them."""

    room: str
    mutants: list[Mutant]
    tests: tuple[Path, ...]


def main() -> None:
    """Change, run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", default=["session"], metavar="ROOM")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2))
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/mutation.json"))
    options = parser.parse_args()
    modules = [module for room in options.rooms for module in modules_in(room)]
    if not modules:
        print(f"no numbers are in {', '.join(options.rooms)}: name rooms such as session")
        sys.exit(1)
    rows: list[dict[str, Any]] = []
    survivors: list[str] = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for module in modules:
            limit_s = limit_of(module.tests)
            if limit_s is None:
                print(f"{module.room}: its tests fail without a change, or there are none")
            noticed = list(
                pool.map(lambda m, k=module, s=limit_s: notices(k, m, s), module.mutants)
            )
            rows += rows_of(module, noticed)
            survivors += [
                mutant.label
                for mutant, seen in zip(module.mutants, noticed, strict=True)
                if not seen
            ]
            print(f"{module.room}: {sum(noticed)} of {len(noticed)}", file=sys.stderr)
    rows.append(total(rows))
    print_table("Changed numbers that the tests notice", rows)
    for label in survivors:
        print(label)
    write_json(options.json, [*rows, *({"survivor": label} for label in survivors)])


def modules_in(room: str) -> list[Module]:
    """The modules of a room, or the one that it names, that have numbers."""
    prefix = "ui" if room == "ui" or room.startswith("ui/") else ""
    inside = room.removeprefix(prefix).strip("/")
    root, package, tests = ROOTS[prefix]
    target = root / inside
    paths = sorted(target.rglob("*.py")) if target.is_dir() else [target.with_suffix(".py")]
    out = []
    for path in paths:
        name = path.relative_to(root).with_suffix("")
        mutants = mutants_of(path, ".".join((package, *name.parts))) if path.exists() else []
        if mutants:
            shown = (Path(prefix) / name).as_posix()
            out.append(Module(shown, mutants, tests_of(tests, name)))
    return out


def tests_of(tests: Path, name: Path) -> tuple[Path, ...]:
    """A module's own test file and those of MORE; without any, those of its room."""
    own = tests / name.parent / f"test_{name.name}.py"
    files = [own, *(tests / more for more in MORE.get(name.as_posix(), ()))]
    found = tuple(file for file in files if file.exists())
    room = MORE.get(name.parent.as_posix(), ())
    return found or tuple(path for more in room if (path := tests / more).exists())


def limit_of(tests: Sequence[Path]) -> float | None:
    """How long the unchanged tests may take when they hang; None when they do not pass."""
    start = time.perf_counter()
    if not tests or not passes(tests, {}, None):
        return None
    return max(LEAST_LIMIT_S, SLOW_TIMES * (time.perf_counter() - start))


def notices(module: Module, mutant: Mutant, limit_s: float | None) -> bool:
    """Whether a test fails, or hangs, with the mutant."""
    return limit_s is not None and not passes(module.tests, mutant.environment(), limit_s)


def passes(tests: Sequence[Path], environment: dict[str, str], limit_s: float | None) -> bool:
    """Whether all tests pass, in a process of their own."""
    paths = os.pathsep.join(str(ROOT / part) for part in ("src", "ui", "."))
    command = [
        sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider",
        "-p", "benchmarks.mutants", "-o", "addopts=--import-mode=importlib", *map(str, tests),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=ROOT, timeout=limit_s, check=False, capture_output=True,
            env={
                **os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1",
                "OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen", **environment,
            },
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def rows_of(module: Module, noticed: Sequence[bool]) -> list[dict[str, Any]]:
    """One row a config."""
    rows: dict[str, dict[str, Any]] = {}
    for mutant, seen in zip(module.mutants, noticed, strict=True):
        row = rows.setdefault(
            mutant.group, {"module": module.room, "config": mutant.group, "noticed": 0, "of": 0}
        )
        row["noticed"] += int(seen)
        row["of"] += 1
    return [{**row, "share": row["noticed"] / row["of"]} for row in rows.values()]


def total(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The sum of all rows."""
    noticed, count = sum(row["noticed"] for row in rows), sum(row["of"] for row in rows)
    return {
        "module": "all", "config": "", "noticed": noticed, "of": count, "share": noticed / count
    }  # fmt: skip


if __name__ == "__main__":
    main()
