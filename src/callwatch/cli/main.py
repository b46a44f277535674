"""The console script. Exit status: 0 done, 1 the work failed (one line says why), 2 wrong usage."""

import errno
import io
import os
import sys

from callwatch import __version__
from callwatch.cli.app_command import parse_app_request, send_command
from callwatch.cli.signals import end_like_ctrl_c
from callwatch.core.cycles import look_seldom_for_cycles
from callwatch.core.errors import CallwatchError
from callwatch.core.terminal import printable

# The matrices of a call are small. A second BLAS thread waits for its share in a busy loop, which costs
# as much again; it is read when numpy is imported. What somebody has set is left alone.
_ONE_BLAS_THREAD = ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS")


def main() -> None:
    """Run the command line."""
    for name in _ONE_BLAS_THREAD:
        os.environ.setdefault(name, "1")
    _prepare_streams()
    try:
        # A soft phone's hook delays the call it reports: it waits for no framework.
        request = parse_app_request(sys.argv[1:])
        if request is not None:
            sys.exit(send_command(request.command, as_json=request.as_json))
        from callwatch.core.log import start_log

        start_log(__version__)
        end_like_ctrl_c()
        _start_app(sys.argv[1:])
        look_seldom_for_cycles()
        from callwatch.cli.tree import app

        try:
            app()
        finally:
            # Here and not at the interpreter's end, where a full disk would show as a traceback.
            sys.stdout.flush()
    except CallwatchError as error:
        _fail(str(error))
    except BrokenPipeError:
        _forget_output()
        sys.exit(1)
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno == errno.ENOSPC:
            _forget_output()
            _fail("What was to be printed cannot be written: the disk is full; make room on it.")
        from callwatch.core.log import logger_of

        logger_of(__name__).error("a fault of its own", exc_info=fault)
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


def _start_app(arguments: list[str]) -> None:
    """`callwatch` and `callwatch app`: leaves with the app's status, or returns."""
    if arguments not in ([], ["app"]):
        return
    from callwatch.app.desktop.run import NoScreenError, run_app

    try:
        sys.exit(run_app())
    except NoScreenError:
        if arguments:
            raise


def _fail(message: str) -> None:
    sys.stderr.write(f"callwatch: {printable(message)}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
