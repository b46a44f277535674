"""All commands of the command line, loaded when they are called."""

from typing import Annotated

import typer

from callwatch.cli.console import err, out
from callwatch.cli.lazy import STYLE, LazyCommand, lazy_group
from callwatch.core.build import this_build

_CALLS, _AFTER, _MACHINE = "Calls", "After the call", "This machine"
COMMANDS = {
    "demo": LazyCommand("callwatch.cli.monitor", "demo", _CALLS, can_be_stopped=True),
    "live": LazyCommand("callwatch.cli.monitor", "live", _CALLS, can_be_stopped=True),
    "replay": LazyCommand("callwatch.cli.monitor", "replay", _CALLS, can_be_stopped=True),
    "analyze": LazyCommand("callwatch.cli.analyze", "analyze", _CALLS, can_be_stopped=True),
    "batch": LazyCommand("callwatch.cli.batch", "batch", _CALLS, can_be_stopped=True),
    "app": LazyCommand("callwatch.cli.desktop", "desktop", _CALLS),
    "call": LazyCommand("callwatch.cli.desktop", "call_app", _CALLS),
    "report": LazyCommand("callwatch.cli.report", "report", _AFTER, can_be_stopped=True),
    "calls": LazyCommand("callwatch.cli.calls", "calls_app", _AFTER),
    "trends": LazyCommand("callwatch.cli.trends", "trends_app", _AFTER),
    "team": LazyCommand("callwatch.cli.team", "team", _AFTER),
    "database": LazyCommand("callwatch.cli.team", "database_app", _AFTER),
    "devices": LazyCommand("callwatch.cli.devices", "devices", _MACHINE),
    "doctor": LazyCommand("callwatch.cli.devices", "doctor", _MACHINE),
    "audit": LazyCommand("callwatch.cli.audit", "audit", _MACHINE),
    "support": LazyCommand("callwatch.cli.audit", "support", _MACHINE),
    "autostart": LazyCommand("callwatch.cli.autostart", "autostart", _MACHINE),
    "models": LazyCommand("callwatch.cli.models", "models_app", _MACHINE),
    "redact": LazyCommand("callwatch.cli.redact", "redact", _AFTER),
    "phrases": LazyCommand("callwatch.cli.phrases", "phrases_app", "Phrases"),
}
app = typer.Typer(
    name="callwatch",
    cls=lazy_group(COMMANDS),
    help=(
        "Listens along to a customer call, on this machine only, and gently nudges you to keep "
        "listening.\n\nWithout a command it starts the desktop app. New here? Run `callwatch demo`, "
        "then `callwatch doctor`, then `callwatch`."
    ),
    **STYLE,
)


@app.callback(invoke_without_command=True)
def about(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)
    ] = False,
) -> None:
    """Options of callwatch itself."""
    if version:
        out.print(str(this_build()))
        raise typer.Exit
    if context.invoked_subcommand not in (None, "app", "call"):  # the app does it by itself
        _finish_what_was_cut_short()
    if context.invoked_subcommand is None:
        # Where there is a display, main.py has started the app instead.
        typer.echo(context.get_help())


def _finish_what_was_cut_short() -> None:
    """Calls that a kill or a power failure ended, of the app or of any command: see app/recovery.py."""
    from callwatch.app.unfinished import any_cut_short

    if not any_cut_short():
        return
    from callwatch.app.recovery import finish_unfinished, notes_of
    from callwatch.config import load_what_works

    for note in notes_of(finish_unfinished(load_what_works()[0].config)):
        err.print(f"note: {note}", markup=False)
