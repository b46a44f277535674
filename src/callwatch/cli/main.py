"""The console script. Exit status: 0 done, 1 the work failed (one line says why), 2 wrong usage."""

import os
import sys

from callwatch.cli.tell import as_told, tell_app
from callwatch.core.errors import CallwatchError


def main() -> None:
    """Run the command line."""
    try:
        # A soft phone's hook delays the call that it tells of: it waits for no framework.
        told = as_told(sys.argv[1:])
        if told is not None:
            sys.exit(tell_app(told.command, as_json=told.as_json))
        _start_app(sys.argv[1:])
        from callwatch.cli.tree import app

        app()
    except CallwatchError as error:
        _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as fault:
        if os.environ.get("CALLWATCH_DEBUG"):
            raise
        _fail(
            f"callwatch met a fault of its own ({type(fault).__name__}: {fault}): run it again with "
            "CALLWATCH_DEBUG=1 in the environment and report what it prints."
        )


def _start_app(arguments: list[str]) -> None:
    """`callwatch` and `callwatch app`: leaves with the app's status, or returns."""
    if arguments not in ([], ["app"]):
        return
    from callwatch.app.run_desktop import NoScreenError, run_app

    try:
        sys.exit(run_app())
    except NoScreenError:
        if arguments:
            raise


def _fail(message: str) -> None:
    sys.stderr.write(f"callwatch: {message}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
