"""Signals and bugs reach Python while Qt runs: Ctrl-C, the end of the session, exceptions in slots."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Final

from PyQt6.QtCore import QSocketNotifier
from PyQt6.sip import voidptr

from callwatch.core.log import described, logger_of

_log = logger_of(__name__)

# Different bugs of one run that are logged and shown; more help nobody, and the list must not grow.
MAX_BUGS: Final = 20

# SIGHUP: the terminal or the session is gone.
ENDS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def interrupts(on_interrupt: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and the end of the session reach Python while Qt runs.

    The signal wakes a socket that Qt watches. A second one ends the process at once.
    """
    awake, sleeper = socket.socketpair()
    for end in (awake, sleeper):
        end.setblocking(False)
    notifier = QSocketNotifier(voidptr(sleeper.fileno()), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda *_: sleeper.recv(64))

    def handle(_number: int, _frame: FrameType | None) -> None:
        for number in ENDS:
            signal.signal(number, signal.SIG_DFL)
        on_interrupt()

    old_handlers = {number: signal.signal(number, handle) for number in ENDS}
    old_fd = signal.set_wakeup_fd(awake.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(old_fd)
        for number, old_handler in old_handlers.items():
            signal.signal(number, old_handler)
        notifier.setEnabled(False)
        awake.close()
        sleeper.close()


@contextmanager
def error_hooks(on_fault: Callable[[str], None]) -> Iterator[list[str]]:
    """A bug in a slot or a thread is logged and reported, and the app goes on; without this Qt would abort.

    `on_fault` gets the kind and place of each bug, once however often it happens, in the thread where it happened.
    Nothing of its message is written: it may quote what was said. With CALLWATCH_DEBUG set all of it is printed.
    The list that this gives holds what `on_fault` was told.
    """
    bugs: list[str] = []
    old, old_threads = sys.excepthook, threading.excepthook

    def note(error: BaseException, where: str) -> None:
        bug = described(error)
        if bug in bugs or len(bugs) >= MAX_BUGS:
            return
        bugs.append(bug)
        _log.error(where, exc_info=error)
        sys.stderr.write(f"callwatch: {where}: {bug}\n")
        on_fault(bug)

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if os.environ.get("CALLWATCH_DEBUG"):
            old(kind, error, trace)
        note(error, "a bug in a slot")

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        if os.environ.get("CALLWATCH_DEBUG"):
            old_threads(args)
        if args.exc_value is not None:
            note(args.exc_value, "a bug in a thread")

    sys.excepthook, threading.excepthook = hook, thread_hook
    try:
        yield bugs
    finally:
        sys.excepthook, threading.excepthook = old, old_threads
