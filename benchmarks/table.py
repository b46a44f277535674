"""How benchmarks print and keep what they measured, and where they find recordings."""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


def print_table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """One row a mapping; the keys of the first are the columns."""
    table = Table(title=title)
    for name in rows[0] if rows else ():
        table.add_column(name)
    for row in rows:
        table.add_row(*(_shown(value) for value in row.values()))
    Console(width=160).print(table)


def write_json(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """The same figures for other programs, with the machine that they were measured on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "system": platform.system(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
    path.write_text(json.dumps({"machine": machine, "rows": list(rows)}, indent=1) + "\n", "utf-8")


def data_dir() -> Path:
    """The directory of recordings (CALLWATCH_DATA); leaves with a sentence when there is none."""
    folder = optional_data_dir()
    if folder is None:
        print("skipped: set CALLWATCH_DATA to a directory of recordings (see benchmarks/README.md)")
        sys.exit(0)
    return folder


def optional_data_dir() -> Path | None:
    """The directory of recordings, for benchmarks that have something to measure without it."""
    name = os.environ.get("CALLWATCH_DATA")
    return Path(name) if name and Path(name).is_dir() else None


def _shown(value: Any) -> str:
    return (
        "-"
        if value is None
        else f"{value:.3f}".rstrip("0").rstrip(".")
        if isinstance(value, float)
        else str(value)
    )
