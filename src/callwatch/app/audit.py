"""What an auditor asks for, of this machine and this user: what is kept, since when, under which settings.

Only figures, settings, versions and hashes: no word, number or name of any call, no pseudonym, no device.
"""

import hashlib
import platform
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final

from callwatch import __version__
from callwatch.app.audit_trail import now, read_trail, trail_path
from callwatch.app.folders import data_folder
from callwatch.app.mask_check import check_masking
from callwatch.config import Config, LoadedConfig, load_what_works, site_config_path
from callwatch.core.errors import CallwatchError
from callwatch.core.files import PART
from callwatch.core.log import log_path

SCHEMA: Final = "callwatch.audit/1"
# A person's, or a machine's name for its headset: no business of an auditor.
_LEFT_OUT: Final = ("call.agent_id", "devices.agent", "devices.customer", "experimental")
_SHOWN_DELETIONS: Final = 20
_PAGE: Final = 500
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_KINDS: Final = {
    ".sqlite3": "history", ".sqlite3-wal": "history", ".sqlite3-shm": "history", ".jsonl": "journals",
    ".html": "reports", ".json": "reports", ".flac": "sound", ".sealed": "sound", PART: "unfinished",
}  # fmt: skip


def audit_document() -> dict[str, Any]:
    """The evidence as plain values; checks the masking on the way. Never raises CallwatchError."""
    loaded, problem = load_what_works()
    trail = read_trail()
    check = check_masking()
    return {
        "schema": SCHEMA,
        "made_at": now(),
        "system": _system(),
        "settings": _settings(loaded, problem),
        "kept": _kept(loaded.config),
        "files": _files(data_folder()),
        "readable_by_others": list(_readable_by_others(data_folder(), log_path())),
        "deletions": [asdict(line) for line in trail.deletions[-_SHOWN_DELETIONS:]],
        "mask_check": asdict(check),
        "earlier_mask_checks": [asdict(line) for line in trail.mask_checks[-_SHOWN_DELETIONS:]],
        "packages": _packages(),
        "models": list(_models()),
    }


def _system() -> dict[str, Any]:
    return {
        "callwatch": __version__,
        "python": platform.python_version(),
        "platform": sys.platform,
        "program_sha256": _tree_hash("callwatch", "*.py"),
        "window_sha256": _tree_hash("callwatch_ui", "*.py"),
        "redaction_sha256": _tree_hash("callwatch.redaction", "*"),
    }


def _tree_hash(package: str, pattern: str) -> str:
    """One hash over the names and contents of a package's files; "" where it is not installed."""
    try:
        root = Path(str(resources.files(package)))
    except ModuleNotFoundError:
        return ""
    whole = hashlib.sha256()
    for path in sorted(root.rglob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            whole.update(path.relative_to(root).as_posix().encode() + b"\0")
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _settings(loaded: LoadedConfig, problem: str) -> dict[str, Any]:
    site = site_config_path()
    try:
        site_hash = hashlib.sha256(site.read_bytes()).hexdigest()
    except OSError:
        site_hash = None
    values = {key: value for key, value in _leaves(loaded.config) if not key.startswith(_LEFT_OUT)}
    values["store.url"] = _shown_store(loaded.config)
    return {
        "values": values,
        "locked_by_it": sorted(loaded.locked),
        "it_file_sha256": site_hash,
        "faults": bool(problem),
    }


def _shown_store(config: Config) -> str:
    from callwatch.store.database import parsed

    try:
        address = parsed(config.store.url or None)
    except CallwatchError:
        return "cannot be read"
    return "a file in the data folder" if not config.store.url else address.get_backend_name()


def _leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        inner, name = getattr(value, field.name), f"{prefix}{field.name}"
        if is_dataclass(inner):
            yield from _leaves(inner, f"{name}.")
        elif name == "recognition.model":
            yield name, Path(inner).name
        else:
            plain = isinstance(inner, bool | int | float | str)
            yield name, inner if plain else sorted(map(str, inner))


def _kept(config: Config) -> dict[str, Any]:
    """The calls of the history; `fault` when it cannot be read."""
    from callwatch.store.history import CallHistory

    days = config.store.retention_days
    empty: dict[str, Any] = {
        "calls": 0, "oldest": None, "newest": None, "older_than_retention": 0,
        "with_sound": False, "retention_days": days, "fault": None,
    }  # fmt: skip
    try:
        with CallHistory(config.store.url or None, config.call.agent_id) as history:
            starts: list[str] = []
            while page := history.list(_PAGE, len(starts)):
                starts += [call.figures.started_at for call in page]
            with_sound = history.has_audio()
    except CallwatchError:
        return empty | {"fault": "the history cannot be read: `callwatch doctor` says why"}
    limit = datetime.now(UTC) - timedelta(days=days)
    old = sum(datetime.fromisoformat(start) < limit for start in starts)
    return empty | {
        "calls": len(starts),
        "oldest": min(starts, default=None),
        "newest": max(starts, default=None),
        "older_than_retention": old,
        "with_sound": with_sound,
    }


def _files(folder: Path) -> list[dict[str, Any]]:
    """What lies in the data folder, by kind: how many, how large, the oldest."""
    count, size = Counter[str](), Counter[str]()
    oldest: dict[str, float] = {}
    for path in _all_files(folder):
        found = path.stat()
        kind = "audit trail" if path == trail_path() else _KINDS.get(path.suffix, "other")
        count[kind] += 1
        size[kind] += found.st_size
        oldest[kind] = min(oldest.get(kind, found.st_mtime), found.st_mtime)
    return [
        {
            "kind": kind,
            "files": count[kind],
            "bytes": size[kind],
            "oldest": datetime.fromtimestamp(oldest[kind], UTC).date().isoformat(),
        }
        for kind in sorted(count)
    ]


def _all_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink())


def _readable_by_others(folder: Path, log: Path) -> Iterator[str]:
    """Kinds of files that others on this machine can open; none on Windows, where profiles guard them."""
    if sys.platform == "win32":
        return
    open_files = [
        p for p in (*_all_files(folder), log) if p.is_file() and p.stat().st_mode & _OTHERS
    ]
    # In a closed folder an open file is closed as well.
    exposed = [p for p in open_files if not _is_closed(p.parent)]
    yield from sorted({_KINDS.get(path.suffix, "other") for path in exposed})


def _is_closed(folder: Path) -> bool:
    return any(
        not parent.stat().st_mode & _OTHERS
        for parent in (folder, *folder.parents)
        if parent.exists()
    )


def _packages() -> dict[str, str]:
    """The installed versions of what callwatch is made of."""
    found: dict[str, str] = {}
    try:
        lines = metadata.requires("callwatch") or ()
    except metadata.PackageNotFoundError:
        return found
    for line in lines:
        name = line.split(";")[0].strip()
        for mark in "<>=!~[ (":
            name = name.partition(mark)[0]
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return dict(sorted(found.items()))


def _models() -> Iterator[dict[str, Any]]:
    """Each speech model with the hash of its largest file, and what is wrong with it."""
    from callwatch.speech.models.installed import installed_models
    from callwatch.speech.models.library import ModelLibrary
    from callwatch.speech.models.records import digest

    for model in installed_models():
        files = [path for path in model.path.rglob("*") if path.is_file()]
        largest = max(files, key=lambda path: path.stat().st_size)
        found = ModelLibrary().verify(model)
        yield {
            "name": model.name,
            "engine": model.engine,
            "largest_file": largest.relative_to(model.path).as_posix(),
            "sha256": digest(largest, "sha256"),
            "problems": list(found.problems),
        }
