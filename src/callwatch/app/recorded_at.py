"""When a recording was made: from its name, as most recorders write it, else from the file's own time.

2026-01-31-1030.wav   call_20260131_103000.wav   2026-01-31 10.30.00 Anna.wav
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

# Year, month, day, hour, minute, perhaps second, with anything or nothing of -_.:T between them.
_STAMP: Final = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[-_.T ]{0,3}(\d\d)[-_.:h]?(\d\d)"
    r"(?:[-_.:m]?(\d\d))?(?!\d)"
)


def recorded_at(path: Path, duration_s: float | None) -> datetime:
    """The start of the call in UTC; a name without a zone is in this machine's time.

    The file's own time is that of its end. What cannot be told is now.
    """
    for found in _STAMP.finditer(path.stem):
        numbers = [int(part) for part in found.groups() if part is not None]
        try:
            return datetime(*numbers).astimezone(UTC)  # type: ignore[arg-type]
        except (ValueError, OverflowError):
            continue  # 99 is no month
    try:
        end = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return datetime.now(UTC)
    return end - timedelta(seconds=duration_s or 0.0)
