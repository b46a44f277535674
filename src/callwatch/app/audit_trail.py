"""When calls were deleted and when the masking was last checked: one small file beside the history.

It holds times, counts and a word for the occasion, nothing of a call. A file that cannot be read or written costs a
line of the log and nothing else. Any thread of one process may write; of two processes that write at once, one line
is lost.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from callwatch.app.folders import data_folder
from callwatch.core.files import PRIVATE, replace_file
from callwatch.core.log import logged, logger_of

_log: Final = logger_of(__name__)
# Years of a machine that deletes every day.
_MOST_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Deletion:
    """So many calls went at `at` (RFC 3339), because of `why`: retention, delete or purge."""

    at: str
    calls: int
    why: str


@dataclass(frozen=True, slots=True)
class MaskCheck:
    """How many of the built-in dialogues were masked as they must be."""

    at: str
    passed: int
    of: int
    version: str


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """What was recorded, oldest first."""

    deletions: tuple[Deletion, ...] = ()
    mask_checks: tuple[MaskCheck, ...] = field(default=())


def trail_path() -> Path:
    """Where the record lies."""
    return data_folder() / "audit-trail.json"


def read_trail() -> AuditTrail:
    """What was recorded; what cannot be read counts as nothing."""
    try:
        value = json.loads(trail_path().read_text("utf-8"))
        return AuditTrail(
            tuple(Deletion(**line) for line in value["deletions"]),
            tuple(MaskCheck(**line) for line in value["mask_checks"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return AuditTrail()


def note_deletion(calls: int, why: str) -> None:
    """So many calls were deleted just now; none is no event."""
    if calls:
        trail = read_trail()
        _write(replace(trail, deletions=(*trail.deletions, Deletion(now(), calls, why))))


def note_mask_check(check: MaskCheck) -> None:
    """The masking was checked."""
    trail = read_trail()
    _write(replace(trail, mask_checks=(*trail.mask_checks, check)))


def now() -> str:
    """This moment, RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _write(trail: AuditTrail) -> None:
    value: dict[str, Any] = {
        "deletions": [asdict(line) for line in trail.deletions[-_MOST_KEPT:]],
        "mask_checks": [asdict(line) for line in trail.mask_checks[-_MOST_KEPT:]],
    }
    with logged(_log, "the audit trail was not written", OSError):
        replace_file(trail_path(), json.dumps(value, indent=1), PRIVATE)
