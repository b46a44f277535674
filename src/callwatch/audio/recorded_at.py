"""When a recording was made, by what the file itself says."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from callwatch.audio.soundfiles import tagged_date
from callwatch.audio.wavsize import broadcast_date
from callwatch.core.errors import CallwatchError


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
