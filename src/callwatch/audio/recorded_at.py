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

# What recorders write: 20260131-091500, 2026-01-31T09.15.00, 2026_01_31_0915.
_MOMENT: Final = re.compile(
    r"(?<!\d)(20\d\d)([-_.]?)([01]\d)\2([0-3]\d)[-_.T ]{0,3}([0-2]\d)[-_.:h]?([0-5]\d)"
    r"(?:[-_.:m]?([0-5]\d))?(?!\d)"
)
# Seconds since 1970, 2001 to 2033: what Asterisk puts into a name.
_EPOCH: Final = re.compile(r"(?<!\d)(1[0-9]{9})(?!\d)")


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


def began_at(path: Path, duration_s: float | None, ended_at: datetime | None = None) -> datetime:
    """The start of a call in UTC, by whatever is known of its recording.

    A name without a zone is in this machine's time; `ended_at`, or else the file's own time, is that
    of its end. Where neither can be told it is now.
    """
    found = recorded_at(path) or moment_in(path.stem)
    if found is not None:
        return found.astimezone(UTC)
    try:
        end = ended_at or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return datetime.now(UTC)
    return end.astimezone(UTC) - timedelta(seconds=duration_s or 0.0)


def moment_in(name: str) -> datetime | None:
    """The first date with a time of day in a file's name; a recorder's clock has this machine's zone."""
    for found in _MOMENT.finditer(name):
        year, _, month, day, hour, minute, second = found.groups()
        with contextlib.suppress(ValueError, OverflowError):  # 2026-02-30 is no day
            local = datetime(
                int(year), int(month), int(day), int(hour), int(minute), int(second or 0)
            )
            return local.astimezone()
    epoch = _EPOCH.search(name)
    return None if epoch is None else datetime.fromtimestamp(int(epoch[1]), UTC)
