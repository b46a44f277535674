"""Work whose threads stand back when somebody else wants the core."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")

# A third of the share of the screen's and the sound's threads where the cores are short: words may
# come a little later, the soft phone's sound and the overlay may not.
STAND_BACK: Final = 5


def run_at_low_priority(work: Callable[[], T]) -> T:
    """Do it in a thread of its own, and give its result or raise what it raised.

    On Linux the threads that a library starts in there, to compute in, inherit its low priority;
    the caller's own stays. Elsewhere only the thread is another one.
    """
    with ThreadPoolExecutor(1, "callwatch-loading", _lower_priority) as pool:
        return pool.submit(work).result()


def _lower_priority() -> None:
    if sys.platform == "linux":
        mine = threading.get_native_id()  # there, a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, mine, os.getpriority(os.PRIO_PROCESS, mine) + STAND_BACK)
