"""`callwatch team`: the group report. `callwatch database`: who may do what in a shared history."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from callwatch.cli.console import err, out
from callwatch.cli.history_option import HistoryOption, refuse_a_slip
from callwatch.cli.options import PrintedLanguage, settings
from callwatch.core.channels import Language
from callwatch.core.errors import MissingPartError, StoreError
from callwatch.core.files import path_text
from callwatch.core.roles import Role

database_app = typer.Typer(help="Who may do what in a PostgreSQL history.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="A login of the database.")]


def team(
    *,
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the report.")],
    history: HistoryOption = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Let logins with the role team read it.")
    ] = False,
    language: PrintedLanguage = Language.EN,
) -> None:
    """Trends of the group by week and queue: no agent is shown, nor can one be worked out.

    OUT/team.html, team.csv and, with pyarrow, team.parquet.
    """
    from callwatch.report.team import write_team, write_team_parquet
    from callwatch.store.team import TeamStore

    with TeamStore(_address(history)) as store:
        cells = store.cells(datetime.now(UTC))
        if publish:
            store.publish(cells)
    paths = write_team(cells, out_dir, language)
    try:
        paths.append(write_team_parquet(cells, out_dir))
    except MissingPartError as missing:
        err.print(f"note: {missing}", markup=False)
    if not cells:
        err.print("note: no group is large enough to be shown", markup=False)
    for path in paths:
        out.print(escape(path_text(path)))


@database_app.command("grant")
def grant_login(
    login: Login,
    role: Annotated[Role, typer.Option("--role", help="What it may do.")],
    agent: Annotated[str | None, typer.Option(help="The pseudonym, for the role agent.")] = None,
    history: HistoryOption = None,
) -> None:
    """Give an existing login a role: agent (own calls), batch (all), team (the group report)."""
    from callwatch.store.members import grant

    grant(_shared(history), login, role, agent)
    out.print(f"{escape(login)} is {role.value} now.")


@database_app.command("revoke")
def revoke_login(login: Login, history: HistoryOption = None) -> None:
    """Take every right on the history away from a login."""
    from callwatch.store.members import revoke

    revoke(_shared(history), login)
    out.print(f"{escape(login)} has no rights any more.")


def _address(history: str | None) -> str | None:
    if history:
        refuse_a_slip(history)
        return history
    return settings().config.store.url or None


def _shared(history: str | None) -> str:
    address = _address(history)
    if address is None:
        raise StoreError("name the shared history with --history postgresql://...")
    return address
