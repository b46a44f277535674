"""SIGTERM and SIGHUP end a command as Ctrl-C does: a call with its report, anything else cleaned up.

The Qt programs have handlers of their own (callwatch_ui/native/signals.py). Main thread.
"""

import signal
from types import FrameType
from typing import NoReturn


def end_like_ctrl_c() -> None:
    """From now on these signals raise KeyboardInterrupt; one that is ignored (nohup) stays so."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
