"""What is left of calls that are killed, that meet faults, and that must end at once.

`python -m benchmarks.reliability kills --count 1000 --seed 17 [--only live]`, `... faults [--only journal]`,
`... stops --count 100`, `... overload --seconds 60`, `... endurance --count 60 --seconds 5 [--engine auto]`.
"""

import argparse
from pathlib import Path
from typing import Final

from benchmarks.reliability.endurance import endure
from benchmarks.reliability.faults import try_faults
from benchmarks.reliability.kills import kill_many
from benchmarks.reliability.overload import overload
from benchmarks.reliability.stops import stop_many
from benchmarks.table import print_table, write_json

PARTS: Final = ("kills", "faults", "stops", "overload", "endurance")


def main() -> None:
    """Do one part, and say what is left."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each call")
    parser.add_argument("--engine", default="none", help="of the calls of a day")
    parser.add_argument("--jobs", type=int, default=1, help="kills at once")
    parser.add_argument("--only", help="one kind of work, or a word of a fault's name")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.part == "kills":
        rows = [
            result.row()
            for result in kill_many(options.count, options.seed, options.only, options.jobs)
        ]
        title = f"{options.count} kills, seed {options.seed}"
    elif options.part == "faults":
        rows = try_faults(options.only)
        good = sum(bool(row["left as it must be"]) for row in rows)
        title = f"{good} of {len(rows)} faults left what they must"
    elif options.part == "overload":
        rows = overload(options.seconds)
        title = "Acoustic cues with the overlay on"
    elif options.part == "endurance":
        rows = endure(options.count, options.seconds, options.engine)
        title = f"{options.count} calls of {options.seconds:g} s, recogniser {options.engine}"
    else:
        rows = stop_many(options.count, options.seed)
        title = f"{options.count} stops, seed {options.seed}"
    print_table(title, rows)
    write_json(options.json or Path(f"out/benchmarks/reliability_{options.part}.json"), rows)


if __name__ == "__main__":
    main()
