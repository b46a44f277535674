"""How every command that reads the history finds it, and how they print JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from callwatch.cli.options import settings
from callwatch.core.errors import StoreError

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
CallId = Annotated[str, typer.Argument(metavar="ID", help="The call's id, from `calls list`.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def open_history(address: str | None) -> "CallHistory":
    """The history of that address, or the one that the settings name.

    Raises StoreError for an address that was named and leads nowhere: a slip of the pen must not
    make a new history that is empty.
    """
    # The database is loaded only by the commands that read it: `--help` stays quick.
    from callwatch.store.history import CallHistory

    if address:
        refuse_a_slip(address)
    config = settings().config
    return CallHistory(address or config.store.url or None, config.call.agent_id)


def refuse_a_slip(address: str) -> None:
    """A path that names nothing makes no empty history."""
    from callwatch.store.database import parsed

    url = parsed(address)
    path = Path(url.database or "")
    if url.get_backend_name() == "sqlite" and not path.is_file():
        raise StoreError(f"there is no history at {path}: check what --history names")
