"""`python -m benchmarks.reliability [--kills N] [--seed S] [--only WORK]`: see benchmarks/README.md."""

import argparse
from pathlib import Path

from benchmarks.reliability.kills import kill_many
from benchmarks.table import print_table, write_json


def main() -> None:
    """Kill, and say what is left."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability")
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--only", help="one kind of work")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/reliability.json"))
    options = parser.parse_args()
    rows = [result.row() for result in kill_many(options.kills, options.seed, options.only)]
    print_table(f"{options.kills} kills, seed {options.seed}", rows)
    write_json(options.json, rows)


if __name__ == "__main__":
    main()
