"""When a recording was made: what the file itself says, else its name, else the file's own time.

2026-01-31-1030.wav   call_20260131_103000.wav   2026-01-31 10.30.00 Anna.wav
"""

import contextlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from callwatch.audio.soundfiles import tagged_date
from callwatch.audio.wavsize import broadcast_date
from callwatch.core.errors import CallwatchError

# Year, month, day, hour, minute, perhaps second, with anything or nothing of -_.:T between them.
_STAMP: Final = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[-_.T ]{0,3}(\d\d)[-_.:h]?(\d\d)"
    r"(?:[-_.:m]?(\d\d))?(?!\d)"
)


def rfc3339(moment: datetime) -> str:
    """A moment that knows its zone as text, in UTC, whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def recorded_at(path: Path) -> datetime | None:
    """When the recording began, with a zone; None when the file does not say, or not to the minute.

    Broadcast Wave's chunk first, then the tag `date` (WAV, FLAC, Ogg, MP3). A time without a zone
    is in this machine's. A file that cannot be read says nothing: reading it says why.
    """
    texts: list[str | None] = []
    with contextlib.suppress(OSError):
        texts.append(broadcast_date(path))
    with contextlib.suppress(CallwatchError):
        texts.append(tagged_date(path))
    for text in filter(None, texts):
        with contextlib.suppress(ValueError, OverflowError):
            if len(text) < len("2026-01-31T09:15"):
                continue
            return datetime.fromisoformat(text.strip()).astimezone()
    return None


def began_at(path: Path, duration_s: float | None) -> datetime:
    """The start of a call in UTC, by whatever is known of its recording.

    A name without a zone is in this machine's time; the file's own time is that of its end. Where
    neither can be told it is now.
    """
    found = recorded_at(path) or _named(path.stem)
    if found is not None:
        return found.astimezone(UTC)
    try:
        end = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return datetime.now(UTC)
    return end - timedelta(seconds=duration_s or 0.0)


def _named(stem: str) -> datetime | None:
    for found in _STAMP.finditer(stem):
        numbers = [int(part) for part in found.groups() if part is not None]
        with contextlib.suppress(ValueError, OverflowError):  # 99 is no month
            return datetime(*numbers).astimezone()  # type: ignore[arg-type]
    return None
