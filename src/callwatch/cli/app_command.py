"""What `callwatch call ...` does, with the standard library alone: it takes a tenth of a second."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from callwatch.core.errors import CallwatchError
from callwatch.core.terminal import printable
from callwatch_ui.desktop.ipc import AppBusyError, AppCommand, send

# `show` is for a second start of the app, not for a hook.
REMOTE_COMMANDS = tuple(command for command in AppCommand if command is not AppCommand.SHOW)


@dataclass(frozen=True, slots=True)
class AppRequest:
    """A command for the running app."""

    command: AppCommand
    as_json: bool


def parse_app_request(arguments: Sequence[str]) -> AppRequest | None:
    """`call COMMAND [--json]`; None for anything else, `--help` and misspellings among it.

    Soft phones append the caller's number of their own accord: it is neither read nor kept.
    """
    match list(arguments):
        case ["call", "--json", name, *_] if name in REMOTE_COMMANDS:
            return AppRequest(AppCommand(name), as_json=True)
        case ["call", name, *rest] if name in REMOTE_COMMANDS and "--help" not in rest:
            return AppRequest(AppCommand(name), as_json="--json" in rest)
        case _:
            return None


def send_command(command: AppCommand, *, as_json: bool) -> int:
    """Tell the running app and print its answer; the exit status.

    Raises CallwatchError when nothing was answered; with `as_json` that is printed as JSON first.
    """
    try:
        answer = send(command)
    except CallwatchError as error:
        if as_json:
            is_running = isinstance(error, AppBusyError)
            _print({"ok": False, "running": is_running, "state": None, "message": str(error)})
        raise
    if as_json:
        state = answer.state.value
        _print({"ok": answer.ok, "running": True, "state": state, "message": answer.message})
    else:
        (sys.stdout if answer.ok else sys.stderr).write(printable(answer.message) + "\n")
    return 0 if answer.ok else 1


def _print(record: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
