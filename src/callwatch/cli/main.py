"""The command line. Exit status: 0 done, 1 the work failed (one line says why), 2 wrong usage."""

import errno
import io
import os
import sys
from typing import Annotated

import typer

from callwatch import __version__
from callwatch.cli.analyze import analyze
from callwatch.cli.calls import calls_app
from callwatch.cli.console import err, out, stoppable
from callwatch.cli.desktop import call_app, desktop
from callwatch.cli.devices import devices, doctor
from callwatch.cli.models import models_app
from callwatch.cli.monitor import demo, live, replay
from callwatch.cli.phrases import phrases_app
from callwatch.cli.report import report
from callwatch.cli.trends import trends_app
from callwatch.core.errors import CallwatchError

app = typer.Typer(
    name="callwatch",
    help=(
        "Listens along to a customer call, on this machine only, and gently nudges you to keep "
        "listening.\n\nNew here? Run `callwatch demo`, then `callwatch doctor`, then "
        "`callwatch live`."
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command(rich_help_panel="Calls")(stoppable(demo))
app.command(rich_help_panel="Calls")(stoppable(live))
app.command(rich_help_panel="Calls")(stoppable(replay))
app.command(rich_help_panel="Calls")(stoppable(analyze))
app.command("app", rich_help_panel="Calls")(desktop)
app.add_typer(call_app, name="call", rich_help_panel="Calls")
app.command(rich_help_panel="After the call")(stoppable(report))
app.add_typer(calls_app, name="calls", rich_help_panel="After the call")
app.add_typer(trends_app, name="trends", rich_help_panel="After the call")
app.command(rich_help_panel="This machine")(devices)
app.command(rich_help_panel="This machine")(doctor)
app.add_typer(models_app, name="models", rich_help_panel="This machine")
app.add_typer(phrases_app, name="phrases", rich_help_panel="Phrases")


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)
    ] = False,
) -> None:
    """Options of callwatch itself."""
    if version:
        out.print(f"callwatch {__version__}")
        raise typer.Exit


def main() -> None:
    """The console script."""
    _prepare_streams()
    try:
        try:
            app()
        finally:
            # Here and not at the interpreter's end, where a full disk would be told as a traceback.
            sys.stdout.flush()
    except CallwatchError as error:
        _fail(str(error))
    except BrokenPipeError:
        _forget_output()
        sys.exit(1)
    except OSError as exc:
        if exc.errno != errno.ENOSPC:
            raise
        _forget_output()
        _fail("What was to be printed cannot be written: the disk is full; make room on it.")
    except Exception as fault:
        if os.environ.get("CALLWATCH_DEBUG"):
            raise
        _fail(
            f"callwatch met a fault of its own ({type(fault).__name__}: {fault}): run it again with "
            "CALLWATCH_DEBUG=1 in the environment and report what it prints."
        )


def _prepare_streams() -> None:
    """Streams that were closed become empty ones; what cannot be shown is replaced, not fatal."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Other programs read UTF-8, whatever the code page of a Windows console.
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def _forget_output() -> None:
    """Let what is left in the buffer go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str) -> None:
    err.print(f"callwatch: {message}", markup=False)
    sys.exit(1)


if __name__ == "__main__":
    main()
