"""How often Python looks for objects that only refer to each other."""

import gc
from typing import Final

# (700, 10, 10) is what Python begins with. Nearly everything that an analysis makes is freed by its counts; looking
# for the rest after each 700 objects takes a twentieth of its time, and a tenth of the start.
_SELDOM: Final = (20_000, 20, 50)


def look_seldom_for_cycles() -> None:
    """For a process that analyses recordings, or runs one command."""
    gc.set_threshold(*_SELDOM)
