"""Text that repeats itself: the way a speech model fails when it misses the end."""

from collections.abc import Callable, Sequence
from typing import Final

_LONG_PERIOD: Final = 4  # so many words in a row are rarely said twice at once
_LONG_COPIES: Final = 2.6  # but an upset caller does say a sentence twice
_SHORT_COPIES: Final = 4.0  # "no no no" is speech
_SUSPECT_WORDS: Final = 3  # so many words of a second copy may be the beginning of a loop


def loop_start(words: Sequence[str]) -> int | None:
    """Where the words begin to repeat themselves until the end; None when they do not.

    a b c d e  a b c d e  a b c    -> 5
    no no no no no                 -> 1
    a b c d e  a b c d e           -> None   (a sentence may be said twice)
    """
    return _first_copy(words, lambda copies, period: copies >= _copies_needed(period))


def suspected_loop_start(words: Sequence[str]) -> int | None:
    """Like `loop_start`, but one incomplete copy of a long stretch is enough."""
    return _first_copy(
        words,
        lambda copies, period: (
            (copies - 1) * period >= _SUSPECT_WORDS
            if period >= _LONG_PERIOD
            else copies >= _SHORT_COPIES
        ),
    )


def _copies_needed(period: int) -> float:
    return _LONG_COPIES if period >= _LONG_PERIOD else _SHORT_COPIES


def _first_copy(words: Sequence[str], is_loop: Callable[[float, int], bool]) -> int | None:
    plain = [word.lower().strip(".,!?;: ") for word in words]
    starts = []
    for period in range(1, len(plain)):
        start = _tail_of_period(plain, period)
        if is_loop((len(plain) - start) / period, period):
            starts.append(start + period)
    return min(starts, default=None)


def _tail_of_period(words: Sequence[str], period: int) -> int:
    """Where the longest tail begins in which every word equals the one `period` before it."""
    i = len(words) - 1
    while i >= period and words[i] == words[i - period]:
        i -= 1
    return i - period + 1
