"""Text that repeats itself: the way a speech model fails when it misses the end."""

from collections.abc import Hashable, Sequence
from typing import Final, TypeVar

Item = TypeVar("Item", bound=Hashable)

_LONG_PERIOD: Final = 4  # so many words or tokens in a row are hardly said twice at once
_SHORT_REPEATS: Final = 4  # "no no no" is speech, "no" four times and more at the end is not


def without_loop(items: Sequence[Item]) -> list[Item]:
    """The items up to where they begin to repeat themselves until the end.

        a b c d e  a b c d e  a b      -> a b c d e
        no no no no no no              -> no
        a b a b c                      -> a b a b c   (does not go on to the end)

    A short period (under four items) must come at least four times, a long one twice; a
    repetition that breaks off in its middle counts when its broken part is at least half.
    """
    best = len(items)
    for period in range(1, len(items) // 2 + 1):
        start = _tail_of_period(items, period)
        repeats = (len(items) - start) / period
        needed = 1.5 if period >= _LONG_PERIOD else _SHORT_REPEATS
        if repeats >= needed and start + period < best:
            best = start + period
    return list(items[:best])


def _tail_of_period(items: Sequence[Item], period: int) -> int:
    """Where the longest tail begins in which every item equals the one `period` before it."""
    i = len(items) - 1
    while i >= period and items[i] == items[i - period]:
        i -= 1
    return i - period + 1
