"""How every command that reads the history finds it, and how they print JSON."""

from typing import TYPE_CHECKING, Annotated

import typer

from callwatch.config import load_config

if TYPE_CHECKING:
    from callwatch.store.history import CallHistory

HistoryOption = Annotated[
    str | None,
    typer.Option(
        "--history",
        envvar="CALLWATCH_HISTORY",
        metavar="PATH|URL",
        help="Another history: an SQLite file, or postgresql://USER@HOST/DATABASE.",
        show_default="your data folder",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def open_history(address: str | None) -> "CallHistory":
    """The history of that address, or the one that the settings name."""
    # The database is loaded only by the commands that read it: `--help` stays quick.
    from callwatch.store.history import CallHistory

    config = load_config().config
    return CallHistory(address or config.store.url or None, config.call.agent_id)
