"""Whether the clock may be believed when calls are deleted by their age.

A clock that is set 60 days ahead by mistake would delete everything, for good. So the time of the last look is kept
with what else knows how time passes:

    same start of the machine    its uptime clock, which nobody can set: the two must agree
    another start                a gap of up to `gap_s` is believed; a longer one only once the clock has gone on
                                 from there for `confirm_s` without going back

Until then nothing is deleted by age. A person who says `calls purge` is believed at once. No threads.
"""

import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from callwatch.core.files import PRIVATE, replace_file
from callwatch.core.log import logged, logger_of
from callwatch.validation import check_types

_log: Final = logger_of(__name__)

CLOCK_FILE: Final = "clock.json"
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class ClockConfig:
    """What is plausible. Each default with its reason."""

    gap_s: float = 4 * 86_400.0  # a long weekend without the machine
    confirm_s: float = (
        86_400.0  # a wrong clock is seen within a day, by appointments and the network
    )
    drift_s: float = 3_600.0  # between wall and uptime clock: a time zone set as UTC is no jump


@dataclass(frozen=True, slots=True)
class ClockEvidence:
    """The last look: wall clock, seconds since 1970; uptime, s; which start of the machine.

    `doubted_since_s`: the wall clock of the first look after a jump that is not yet believed, with the wall
    clock before it; both None while all is well.
    """

    wall_s: float
    uptime_s: float
    boot: str
    doubted_since_s: float | None = None
    before_s: float | None = None


def uptime_s() -> float:
    """Seconds since the machine started, sleep included where the system can tell."""
    return (
        time.clock_gettime(time.CLOCK_BOOTTIME)
        if hasattr(time, "CLOCK_BOOTTIME")
        else time.monotonic()
    )


def boot_id() -> str:
    """Which start of the machine this is; "" where it cannot be told: then the gap decides."""
    try:
        return _BOOT_ID.read_text("utf-8").strip()
    except (OSError, ValueError):
        return ""


def look(last: ClockEvidence | None, now: ClockEvidence, config: ClockConfig) -> ClockEvidence:
    """The evidence after this look; `doubted_since_s` is set while the clock is not believed."""
    if last is None:
        return now
    passed_s = now.wall_s - last.wall_s
    if last.doubted_since_s is not None:
        since_s, before_s = last.doubted_since_s, last.before_s or last.doubted_since_s
        if now.wall_s < since_s:  # set back: what was doubted was wrong
            return look(ClockEvidence(before_s, 0.0, ""), now, config)
        if not _is_plausible(last, now, passed_s, config):
            return ClockEvidence(now.wall_s, now.uptime_s, now.boot, now.wall_s, before_s)
        if now.wall_s - since_s >= config.confirm_s:
            return now
        return ClockEvidence(now.wall_s, now.uptime_s, now.boot, since_s, before_s)
    if _is_plausible(last, now, passed_s, config):
        return now
    return ClockEvidence(now.wall_s, now.uptime_s, now.boot, now.wall_s, last.wall_s)


def _is_plausible(
    last: ClockEvidence, now: ClockEvidence, passed_s: float, config: ClockConfig
) -> bool:
    if now.boot and now.boot == last.boot:
        return passed_s - (now.uptime_s - last.uptime_s) <= config.drift_s
    return passed_s <= config.gap_s


def believed_now(
    folder: Path, now: datetime | None = None, config: ClockConfig | None = None
) -> datetime | None:
    """The time, when calls may be deleted by their age; None while the clock is not believed.

    `folder` is where the evidence lies. Where it cannot be kept the clock is believed.
    """
    moment = now or datetime.now(UTC)
    path = folder / CLOCK_FILE
    seen = look(
        _load(path),
        ClockEvidence(moment.timestamp(), uptime_s(), boot_id()),
        config or ClockConfig(),
    )
    with logged(_log, "the clock's evidence cannot be kept", OSError):
        replace_file(path, json.dumps(asdict(seen)), PRIVATE)
    if seen.doubted_since_s is None:
        return moment
    _log.warning("the clock jumped: nothing is deleted by age until it is confirmed")
    return None


def _load(path: Path) -> ClockEvidence | None:
    try:
        evidence = ClockEvidence(**json.loads(path.read_bytes()))
        check_types(evidence)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return evidence
