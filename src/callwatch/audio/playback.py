"""Sound from memory to the default output: encrypted recordings are heard without a file in clear."""

import sys
import threading
from collections.abc import Iterable

import numpy as np

from callwatch.core.audio import CALL_RATE_HZ, Samples

# How soon a stop is heard.
_PIECE: int = CALL_RATE_HZ // 5


def play(blocks: Iterable[Samples], stop: threading.Event) -> None:
    """Play int16 (2, n) blocks at CALL_RATE_HZ until they end or `stop` is set; from its own thread.

    Raises MissingPartError or InputError when nothing can be played.
    """
    if sys.platform == "win32":
        from callwatch.audio.loopback import open_output
    else:
        from callwatch.audio.portaudio import open_output
    with open_output() as write:
        for block in blocks:
            for at in range(0, block.shape[1], _PIECE):
                if stop.is_set():
                    return
                write(np.ascontiguousarray(block[:, at : at + _PIECE].T))
