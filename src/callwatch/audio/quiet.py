"""Keeps a C library from writing to the terminal: the MP3 decoder prints a line for each odd frame."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

_STDERR: Final = 2


@contextmanager
def without_stderr(is_wanted: bool = True) -> Iterator[None]:
    """What is written to file descriptor 2 meanwhile goes nowhere; nothing happens unless wanted.

    For short calls only: the descriptor belongs to the whole process.
    """
    if not is_wanted:
        yield
        return
    try:
        kept = os.dup(_STDERR)
    except OSError:  # there is none
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDERR)
        os.close(nowhere)
        yield
    finally:
        with suppress(OSError):
            os.dup2(kept, _STDERR)
        os.close(kept)
