"""The log: one small rotating file for support, without any content of calls.

    2026-03-02 14:07:31 WARNING callwatch.session.recognition: the engine failed (1 in a row):
        RuntimeError at whisper_engine.py:141 < whisper.py:88 < recognition.py:190

A line holds a time, a module, a sentence of the program, numbers, and the kind and place of an error, never its
message: an engine may quote in it what was said. A text or a path among the values is left out whatever it is;
only what is the program's own, wrapped in `Plain`, is written. Files are readable for their owner alone. Any thread
may write; one that cannot is silent.
"""

import contextlib
import logging
import logging.handlers
import platform
import sys
import traceback
from collections.abc import Iterator
from enum import Enum
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

import platformdirs

from callwatch.core.files import open_private

# Some thousand lines: weeks of a machine with faults. With the one before it, twice that.
MAX_BYTES: Final = 512 * 1024
# The loggers of both packages; what other libraries log may hold anything and stays out.
PACKAGES: Final = ("callwatch", "callwatch_ui")
# Calls on the way to a fault that are named, the innermost first.
_FRAMES: Final = 6
_LEFT_OUT: Final = "..."


def logger_of(module: str) -> logging.Logger:
    """The logger of a module of callwatch, given as `__name__`.

    What it writes goes into the log and nowhere else: without a handler Python would print warnings, messages of
    errors included, and the handlers of a program around callwatch know nothing of what must be left out.
    """
    for name in PACKAGES:
        package = logging.getLogger(name)
        package.propagate = False
        if not package.handlers:
            package.addHandler(logging.NullHandler())
    return logging.getLogger(module)


class Plain(str):
    """A text of the program itself, such as a version: never anything of a call, a person or a path."""

    __slots__ = ()


def log_path() -> Path:
    """Where the log lies, whether it exists or not."""
    return Path(platformdirs.user_log_dir("callwatch", appauthor=False)) / "callwatch.log"


def start_log(version: str) -> None:
    """Write the log from now on. The file is made by the first fault; where it cannot be, nothing is written."""
    stop_log()
    handler = _PrivateFile(version)
    handler.setFormatter(_Formatter())
    for name in PACKAGES:
        logger = logger_of(name)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)


def stop_log() -> None:
    """Close the file; what is logged from now on goes nowhere."""
    for name in PACKAGES:
        logger = logging.getLogger(name)
        for handler in [one for one in logger.handlers if isinstance(one, _PrivateFile)]:
            logger.removeHandler(handler)
            handler.close()


@contextlib.contextmanager
def logged(logger: logging.Logger, what: str, *kinds: type[BaseException]) -> Iterator[None]:
    """Like contextlib.suppress, but the log says `what` failed, a sentence without values."""
    try:
        yield
    except kinds as fault:
        logger.warning(what, exc_info=fault)


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Readable for its owner alone; a full disk costs a line and nothing else."""

    def __init__(self, version: str) -> None:
        super().__init__(log_path(), maxBytes=MAX_BYTES, backupCount=1, delay=True)
        self._head = f"callwatch {version}, Python {platform.python_version()}, {sys.platform}\n"

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        raw = open(self.baseFilename, "ab", opener=_private)  # noqa: SIM115
        file = TextIOWrapper(raw, encoding="utf-8")
        file.write(self._head)
        return file

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Nothing: the log is not worth a word on the user's screen."""


def _private(path: str, flags: int) -> int:
    return open_private(path, flags)


class _Formatter(logging.Formatter):
    """Writes nothing that could come from a call."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: ", "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        record.asctime = self.formatTime(record, self.datefmt)
        line = self.formatMessage(record) + _sentence(record)
        fault = record.exc_info[1] if record.exc_info else None
        return line if fault is None else f"{line}: {described(fault)}"


def _sentence(record: logging.LogRecord) -> str:
    args = record.args if isinstance(record.args, tuple) else ()
    try:
        return str(record.msg) % tuple(_shown(value) for value in args)
    except (TypeError, ValueError):
        return str(record.msg)


def _shown(value: Any) -> Any:
    """A value that may be in the log: numbers, enums and what is `Plain`."""
    if isinstance(value, bool | int | float | Plain) and not isinstance(value, Enum):
        return value
    if isinstance(value, Enum):
        return value.name.lower()
    return _LEFT_OUT if value is not None else "none"


def described(fault: BaseException) -> str:
    """The kind and place of an error, without its message: `OSError 28 at files.py:31 < write.py:9`."""
    frames = reversed(traceback.extract_tb(fault.__traceback__)[-_FRAMES:])
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    number = fault.errno if isinstance(fault, OSError) else None
    kind = type(fault).__name__ + ("" if number is None else f" {number}")
    cause = fault.__cause__ or fault.__context__
    behind = f", from {described(cause)}" if cause is not None else ""
    return kind + (f" at {places}" if places else "") + behind
