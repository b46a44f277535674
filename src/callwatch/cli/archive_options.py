"""Options of the commands that take many recordings: which ones, and what their names say."""

from pathlib import Path
from typing import Annotated

import typer

from callwatch.app.archive.gather import Selection
from callwatch.app.archive.names import NamePattern
from callwatch.app.archive.pairs import PairPattern

Pattern = Annotated[
    list[str] | None,
    typer.Option(
        "--pattern",
        metavar="GLOB",
        help="Only files in folders whose name (or path, with a slash) fits; repeatable.",
    ),
]
Pairs = Annotated[
    str | None,
    typer.Option(
        "--pairs",
        metavar="AGENT,CUSTOMER",
        help="Mono files that belong together: `*-agent.wav,*-customer.wav`.",
    ),
]
NameExpression = Annotated[
    str | None,
    typer.Option(
        "--name-pattern",
        metavar="REGEX",
        help="What file names say: groups time, queue, agent, language.",
    ),
]
Manifest = Annotated[
    list[Path] | None,
    typer.Option(
        "--manifest",
        metavar="CSV",
        help="A list of recordings: file (or agent_file, customer_file), started_at, queue, "
        "language, agent.",
    ),
]


def selected(patterns: list[str] | None, pairs: str | None, names: str | None) -> Selection:
    """What these options say; ConfigError for one that cannot be used."""
    joined = PairPattern.parse(pairs) if pairs else None
    return Selection(tuple(patterns or ()), joined, NamePattern(names))
