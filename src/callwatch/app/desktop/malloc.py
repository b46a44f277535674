"""Keeps an app that runs all day small: what glibc does not give back of its own accord.

Each call has threads of its own, and glibc lets every thread allocate in an arena of its own:
the gaps that they leave add up to a megabyte a call. Elsewhere than on glibc nothing is done.
"""

import ctypes
import sys
from typing import Final

# From malloc.h.
_M_ARENA_MAX: Final = -8
# The interpreter lets one thread allocate at a time anyhow; the second is for the libraries.
_ARENAS: Final = 2


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


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
