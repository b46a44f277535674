"""Who may read a file that a test made."""

import stat
import sys
from pathlib import Path

from callwatch.core.owner_only import is_owner_only


def is_owners_alone(path: Path) -> bool:
    """Mode 0600 for a file and 0700 for a folder; on Windows an access list that names nobody else."""
    if sys.platform == "win32":
        return is_owner_only(path)
    return stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def windows_error(code: int, text: str) -> OSError:
    """The error that Python raises for a refusal of Windows, on any system."""
    error = OSError(13, text, None, code)
    if sys.platform != "win32":
        error.__dict__["winerror"] = code
    return error
