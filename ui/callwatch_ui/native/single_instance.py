"""One app a user: a named mutex on Windows, elsewhere a locked file beside the socket. No Qt in here.

The socket alone does not keep a second app out: on Windows two servers may listen on one pipe, and elsewhere two that
start at the same moment each find nobody there. Both locks are the system's and end with the process.
"""

import ctypes
import os
import sys
from pathlib import Path
from typing import Any, Final

if sys.platform != "win32":
    import fcntl

ERROR_ALREADY_EXISTS: Final = 183
# All sessions of the machine: a user may be logged in twice, and pipes know no sessions.
_EVERY_SESSION: Final = "Global\\"


class SingleInstance:
    """The right to be the one app at `place`, the address of its socket or pipe."""

    def __init__(self, place: str, kernel32: Any = None) -> None:
        self._place = place
        if kernel32 is None and sys.platform == "win32":
            kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
            kernel32.CreateMutexW.restype = ctypes.c_void_p
            kernel32.CloseHandle.argtypes = [ctypes.c_void_p]
        self._kernel32 = kernel32
        self._held: int | None = None

    def acquire(self) -> bool:
        """Whether this process is the one; False when another has the right.

        Raises OSError when the lock cannot be made.
        """
        return self._acquire_file() if self._kernel32 is None else self._acquire_mutex()

    def release(self) -> None:
        """Give the right back; may be repeated."""
        held, self._held = self._held, None
        if held is None:
            return
        if self._kernel32 is not None:
            self._kernel32.CloseHandle(held)
        else:
            os.close(held)

    def _acquire_mutex(self) -> bool:
        name = _EVERY_SESSION + self._place.rpartition("\\")[2]
        handle = self._kernel32.CreateMutexW(None, False, name)
        error = _last_error(self._kernel32)
        if not handle:
            return False  # another user made one of that name
        if error == ERROR_ALREADY_EXISTS:
            self._kernel32.CloseHandle(handle)
            return False
        self._held = handle
        return True

    def _acquire_file(self) -> bool:
        if sys.platform == "win32":
            raise NotImplementedError("Windows has the mutex")
        path = Path(f"{self._place}.lock")
        number = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(number)
            return False
        self._held = number
        return True


def _last_error(kernel32: Any) -> int:
    if sys.platform == "win32":
        return ctypes.get_last_error()
    return int(kernel32.GetLastError())
