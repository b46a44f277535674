"""Keeps an app that runs all day small: what glibc does not give back of its own accord.

Each call has threads of its own, and glibc lets every thread allocate in an arena of its own:
the gaps that they leave add up to a megabyte a call. Elsewhere than on glibc nothing is done.
"""

import ctypes
import sys
import threading
from typing import Final

from callwatch.core.closing import ClosedByWith

# From malloc.h.
_M_ARENA_MAX: Final = -8
# The interpreter lets one thread allocate at a time anyhow; the second is for the libraries.
_ARENAS: Final = 2
# A recogniser lets go of some 30 MB after each sentence; to return it takes a few milliseconds.
TRIM_EVERY_S: Final = 5.0


def limit_arenas() -> bool:
    """Share few arenas between all threads; call before there are any. Whether that was done."""
    allocator = _glibc()
    return allocator is not None and bool(allocator.mallopt(_M_ARENA_MAX, _ARENAS))


def trim_heap() -> bool:
    """Return to the system what is free; some milliseconds, so from a helper thread."""
    allocator = _glibc()
    if allocator is None:
        return False
    allocator.malloc_trim(0)
    return True


class HeapTrimmer(ClosedByWith):
    """Returns free memory every `every_s` seconds until it is closed, from a thread of its own."""

    def __init__(self, every_s: float = TRIM_EVERY_S) -> None:
        self._closing = threading.Event()
        self._thread = threading.Thread(
            target=self._keep, args=(every_s,), name="callwatch-trim", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Return what is free once more, and end; may be repeated."""
        self._closing.set()
        self._thread.join()

    def _keep(self, every_s: float) -> None:
        while trim_heap() and not self._closing.wait(every_s):
            pass
        trim_heap()


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
