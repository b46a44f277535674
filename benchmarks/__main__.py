"""`python -m benchmarks` lists what there is; `make bench BENCH=phrases` runs one."""

import importlib
import pkgutil
import runpy
import sys

import benchmarks
from benchmarks.table import print_table

HELPERS = {
    "__main__",
    "desk_moments",
    "hard_calls",
    "mutants",
    "synthesis",
    "table",
    "threat_calls",
    "wer",
}


def main() -> None:
    """Run the named benchmark with the rest of the command line, or list them all."""
    names = [m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in HELPERS]
    if len(sys.argv) > 1 and sys.argv[1] in names:
        name = sys.argv.pop(1)
        runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)
        return
    rows = []
    for name in names:
        document = importlib.import_module(f"benchmarks.{name}").__doc__ or ""
        rows.append({"benchmark": name, "what it measures": document.strip().splitlines()[0]})
    print_table("Benchmarks", rows)


if __name__ == "__main__":
    main()
