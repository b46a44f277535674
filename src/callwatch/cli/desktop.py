"""`callwatch app` and `callwatch call ...`: the desktop app, and talking to the one that runs."""

from typing import Annotated

import typer

from callwatch.cli.app_command import send_command
from callwatch_ui.desktop.ipc import AppCommand

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
call_app = typer.Typer(
    help="Tell the running app about a call: for the hooks of a soft phone.", no_args_is_help=True
)
HELPS = {
    AppCommand.START: "A call begins.",
    AppCommand.STOP: "The call is over: write its report.",
    AppCommand.HOLD: "The caller waits; silence is no dead air.",
    AppCommand.RESUME: "Go on after hold or pause.",
    AppCommand.TRANSFER: "The call goes to somebody else: this part of it is over.",
    AppCommand.STATUS: "What the app is doing.",
    AppCommand.PAUSE: "Card payment: nothing is transcribed until resume.",
    AppCommand.DISMISS: "Close the card below the bar.",
    AppCommand.NOT_USEFUL: "Close the card; its kind comes less often.",
}


def desktop() -> None:
    """Start the desktop app: tray icon, overlay, settings, history."""
    # Qt is loaded only by the command that needs it: `--help` and `call` stay quick.
    from callwatch.app.desktop.run import run_app

    raise typer.Exit(run_app())


def _add(command: AppCommand) -> None:
    def send(as_json: JsonOption = False) -> None:
        raise typer.Exit(send_command(command, as_json=as_json))

    call_app.command(command.value, help=HELPS[command])(send)


for _command in HELPS:
    _add(_command)
