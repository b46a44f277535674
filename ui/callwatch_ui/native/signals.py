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

ENDS = (signal.SIGINT, signal.SIGTERM)


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
    """A bug in a slot or a thread is printed and ends the call in good order; Qt would abort.

    The list that this gives holds what went wrong.
    """
    bugs: list[BaseException] = []
    old, old_threads = sys.excepthook, threading.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        old(kind, error, trace)
        _log.error("a bug in a slot", exc_info=error)
        bugs.append(error)
        on_error()

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        old_threads(args)
        if args.exc_value is not None:
            _log.error("a bug in a thread", exc_info=args.exc_value)
            bugs.append(args.exc_value)
        on_error()

    sys.excepthook, threading.excepthook = hook, thread_hook
    try:
        yield bugs
    finally:
        sys.excepthook, threading.excepthook = old, old_threads
