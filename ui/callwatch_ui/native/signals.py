"""Signals and bugs reach Python while Qt runs: Ctrl-C, the end of the session, exceptions in slots."""

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

from PyQt6.QtCore import QSocketNotifier
from PyQt6.sip import voidptr

from callwatch.core.log import logger_of

_log = logger_of(__name__)

# SIGHUP: the terminal or the session is gone.
ENDS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
MOST_BUGS = 100


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
def error_hooks(on_error: Callable[[], None]) -> Iterator[list[BaseException]]:
    """A bug in a slot or a thread is printed, logged and reported; Qt would abort. The call goes on.

    The list that this gives holds what went wrong, the first `MOST_BUGS` of it.
    """
    bugs: list[BaseException] = []

    def met(error: BaseException, what: str) -> None:
        if len(bugs) < MOST_BUGS:  # a slot that fails with every event must not fill the log
            _log.error(what, exc_info=error)
            bugs.append(error)
        on_error()

    old, old_threads = sys.excepthook, threading.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if len(bugs) < MOST_BUGS:
            old(kind, error, trace)
        met(error, "a bug in a slot")

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        if len(bugs) < MOST_BUGS:
            old_threads(args)
        if args.exc_value is not None:
            met(args.exc_value, "a bug in a thread")

    sys.excepthook, threading.excepthook = hook, thread_hook
    try:
        yield bugs
    finally:
        sys.excepthook, threading.excepthook = old, old_threads
