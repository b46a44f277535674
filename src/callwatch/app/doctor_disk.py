"""The doctor's checks of what lies on the disk: calls, history, models, rights, the clock, the app's socket.

Every check gives findings and never raises. Nothing is changed or deleted.
"""

import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import callwatch
from callwatch.app.desktop.socket_check import socket_finding
from callwatch.app.findings import Finding
from callwatch.app.mask_check import check_masking
from callwatch.config import load_what_works
from callwatch.core.errors import CallwatchError
from callwatch.core.files import PART
from callwatch.core.log import log_path

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
# A slow clock and one in another zone are no fault; a year-old battery is.
_CLOCK_SLACK: Final = timedelta(days=2)
_NAMED: Final = 3  # files that are named; more are counted


def disk_checks(data: Path) -> Iterator[Finding]:
    """All of them; `data` is the app's data folder."""
    yield _log_folder()
    yield _rights(data)
    yield from _calls(data)
    yield _database()
    yield _clock(data)
    yield from _models()
    yield socket_finding()
    yield _masking()


def _log_folder() -> Finding:
    folder = log_path().parent
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    is_fine = existing.is_dir() and _can_write(existing)
    if is_fine:
        return Finding("log folder", True, f"{folder} can be written.")
    remedy = f"give this user the right to write to {existing}"
    return Finding("log folder", False, f"Faults cannot be noted in {folder}.", remedy)


def _can_write(folder: Path) -> bool:
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _rights(data: Path) -> Finding:
    """Whether others on this machine can read what is kept."""
    if sys.platform == "win32" or not data.is_dir():
        return Finding("rights", True, "Nobody else can read what is kept.")
    exposed: list[Path] = []
    try:
        if data.stat().st_mode & _OTHERS:
            exposed = [
                path
                for path in sorted(data.rglob("*"))
                if path.is_file() and path.stat().st_mode & _OTHERS
            ]
        links = [path for path in sorted(data.rglob("*")) if path.is_symlink()]
    except OSError as exc:
        return Finding(
            "rights", False, f"{data} cannot be looked through ({exc.strerror}).", _own(data)
        )
    if exposed:
        return Finding(
            "rights",
            False,
            f"Others on this machine can read {_list(exposed)}.",
            f"chmod -R go= {data}",
        )
    if links:
        return Finding(
            "rights", False, f"There are links in the data folder: {_list(links)}.", "delete them"
        )
    return Finding("rights", True, "Nobody else can read what is kept.")


def _own(folder: Path) -> str:
    return f"give this user the right to read {folder}"


def _list(paths: list[Path]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(map(str, paths[:_NAMED])) + more


def _calls(data: Path) -> Iterator[Finding]:
    """Journals that cannot be read, calls that were cut short, and what was left half-written."""
    from callwatch.app.calls import JOURNAL_NAME, REPORT_NAMES
    from callwatch.report.journal import read_journal

    damaged, cut_short = [], 0
    for journal in sorted((data / "calls").glob(f"*/{JOURNAL_NAME}*")):
        if (journal.parent / REPORT_NAMES[0]).exists():
            continue
        try:
            if not any(True for _ in read_journal(journal)):
                damaged.append(journal)
            cut_short += 1
        except (CallwatchError, ValueError, OSError, RecursionError):
            damaged.append(journal)
    if damaged:
        yield Finding(
            "journals", False, f"Journals that cannot be read: {_list(damaged)}.",
            "move them away, or delete them with their folders; no report can be made of them",
        )  # fmt: skip
    elif cut_short:
        yield Finding(
            "journals",
            True,
            f"{cut_short} calls were cut short: the next start of the app ends them.",
        )
    else:
        yield Finding("journals", True, "No call was cut short.")
    parts = sorted(data.rglob(f"*{PART}")) if data.is_dir() else []
    if parts:
        yield Finding(
            "unfinished files", None, f"Left half-written: {_list(parts)}.",
            "delete them when neither a call nor a download is going on",
        )  # fmt: skip


def _database() -> Finding:
    """Whether each page of the history is as SQLite wrote it; opening it may show nothing of that."""
    from callwatch.store.database import damage_of, parsed, shown

    loaded, _ = load_what_works()
    try:
        address = parsed(loaded.config.store.url or None)
        damage = damage_of(address)
    except CallwatchError as error:
        return Finding("database", False, str(error), "correct url under [store] in the settings")
    if damage:
        return Finding(
            "database", False, f"The history in {shown(address)} is damaged ({damage}).",
            "move the file away: the reports of its calls are still there, and a new one is made",
        )  # fmt: skip
    return Finding("database", True, f"The history in {shown(address)} is whole.")


def _clock(data: Path) -> Finding:
    """A clock that is before the program, or behind what was already written here."""
    now = datetime.now(UTC)
    program = datetime.fromtimestamp(Path(callwatch.__file__).stat().st_mtime, UTC)
    files = [path for path in data.glob("*") if path.is_file()] if data.is_dir() else []
    newest = max((datetime.fromtimestamp(f.stat().st_mtime, UTC) for f in files), default=program)
    latest = max(program, newest)
    if now + _CLOCK_SLACK < latest:
        return Finding(
            "clock", False,
            f"The clock says {now.date()}, but files here are of {latest.date()}: retention would count wrongly.",
            "set the clock, best by the network's time",
        )  # fmt: skip
    return Finding("clock", True, f"The clock says {now.date()}.")


def _models() -> Iterator[Finding]:
    """Speech models whose files are not those that were installed."""
    from callwatch.speech.models.installed import installed_models
    from callwatch.speech.models.library import ModelLibrary

    library, count = ModelLibrary(), 0
    for model in installed_models():
        count += 1
        found = library.verify(model)
        if found.problems:
            yield Finding(
                f"model {model.name}", False, f"{model.name}: {'; '.join(found.problems)}.",
                f"callwatch models remove {model.name}, then callwatch models download {model.name}",
            )  # fmt: skip
            count -= 1
    yield Finding("models", True, f"{count} speech models are as they were installed.")


def _masking() -> Finding:
    check = check_masking()
    if check.passed == check.of:
        return Finding("masking", True, f"{check.of} of {check.of} built-in dialogues are masked.")
    return Finding(
        "masking", False, f"Only {check.passed} of {check.of} built-in dialogues are masked.",
        "install callwatch again; until then pause while numbers are said",
    )  # fmt: skip
