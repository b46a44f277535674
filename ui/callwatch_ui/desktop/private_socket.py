"""Where the app's local socket lies, and who is at its other end. No Qt, no threads.

The run-time folder of the user's session is private already. Without one the socket lies in a folder of mode 0700
in /tmp, which anybody may have made first: its owner and mode are checked, and so is the user at the other end.
"""

import hashlib
import os
import socket
import stat
import struct
import sys
from pathlib import Path
from typing import Final

from callwatch.core.errors import CallwatchError
from callwatch.core.owner_only import user_sid

TEMPORARY: Final = Path("/tmp")
_PRIVATE_FOLDER: Final = 0o700
_OTHERS: Final = 0o077
# Linux: struct ucred of three ints, pid, uid, gid. macOS and BSD: struct xucred begins with a version and the uid.
_UCRED: Final = struct.Struct("3i")
_XUCRED: Final = struct.Struct("II")
_XUCRED_BYTES: Final = 76
_SOL_LOCAL: Final = 0
_LOCAL_PEERCRED: Final = 1


class SocketPlaceError(CallwatchError):
    """The folder for the socket belongs to somebody else, or others can get in."""


def socket_path() -> str:
    """Where the app listens; makes the private folder. Raises SocketPlaceError when it is not private."""
    if sys.platform == "win32":
        return pipe_of(user_sid())
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    if session and os.path.isabs(session) and _is_private(Path(session)):
        return str(Path(session) / "callwatch.sock")
    folder = TEMPORARY / f"callwatch-{os.getuid()}"
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    except OSError as exc:
        raise SocketPlaceError(
            f"The folder {folder} cannot be made ({exc.strerror}): {_REMEDY}"
        ) from exc
    if not _is_private(folder):
        raise SocketPlaceError(f"The folder {folder} is not this user's alone: {_REMEDY}")
    return str(folder / "callwatch.sock")


def pipe_of(sid: str) -> str:
    """The pipe of a user of Windows. Pipes are the machine's, and two users may have one name in two domains."""
    return rf"\\.\pipe\callwatch-{hashlib.sha256(sid.encode()).hexdigest()[:12]}"


_REMEDY: Final = "delete it, or set XDG_RUNTIME_DIR to a folder that only this user can open."


def _is_private(folder: Path) -> bool:
    """A real folder, no link, of this user, closed to all others."""
    if sys.platform == "win32":
        return True
    try:
        found = folder.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & _OTHERS
    )


def peer_uid(link: socket.socket) -> int | None:
    """The user id at the other end of a connected local socket; None where the system does not say."""
    try:
        if sys.platform == "linux":
            raw = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
            return int(_UCRED.unpack(raw)[1])
        raw = link.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_BYTES)
        return int(_XUCRED.unpack_from(raw)[1])
    except (OSError, struct.error):
        return None


def is_own_peer(link: socket.socket) -> bool:
    """Whether the other end is a program of this user; on Windows the pipe itself lets in nobody else."""
    return sys.platform == "win32" or peer_uid(link) == os.getuid()
