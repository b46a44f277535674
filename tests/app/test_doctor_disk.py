"""Each fault on the disk is found, named and given a remedy, and nothing is changed by looking."""

import os
import socket
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from tests.report.builders import rich_call

from callwatch.app import doctor_disk
from callwatch.app.audit_trail import MaskCheck
from callwatch.app.doctor_disk import disk_checks
from callwatch.app.findings import Finding
from callwatch.app.folders import data_folder
from callwatch.core.log import log_path
from callwatch.speech.models.catalogue import catalogue
from callwatch.speech.models.records import write_record
from callwatch.store.history import CallHistory
from callwatch_ui.desktop import private_socket

VOSK: Final = next(model for model in catalogue() if model.engine == "vosk")


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The app's data folder, with a call in the history and no model and no run-time folder."""
    monkeypatch.setattr("callwatch.speech.models.installed._packaged", lambda: iter(()))
    monkeypatch.setattr(private_socket, "TEMPORARY", tmp_path)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("CALLWATCH_MODELS", str(tmp_path / "models"))
    with CallHistory(None) as history:
        history.add(rich_call())
    data_folder().chmod(0o700)
    return data_folder()


def found(data: Path) -> dict[str, Finding]:
    before = sorted(path for path in data.rglob("*") if "audit-trail" not in path.name)
    out = {finding.name: finding for finding in disk_checks(data)}
    after = sorted(path for path in data.rglob("*") if "audit-trail" not in path.name)
    assert [p for p in before if not p.name.endswith(("-wal", "-shm"))] == [
        p for p in after if not p.name.endswith(("-wal", "-shm"))
    ]
    return out


def test_a_whole_machine_has_no_fault(data: Path) -> None:
    assert {name: f.ok for name, f in found(data).items() if f.ok is not True} == {}


def journal(data: Path, text: str) -> None:
    folder = data / "calls" / "2026-01-01"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "events.jsonl").write_text(text)


def bad_journal(data: Path) -> None:
    journal(
        data,
        '{"time_s": null, "type": "call_started", "id": null, "channel": null, "payload": {}}\n',
    )


def deep_journal(data: Path) -> None:
    journal(data, "[" * 3000 + "\n")


def damaged_database(data: Path) -> None:
    path = data / "history.sqlite3"
    with sqlite3.connect(path) as link:
        link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = bytearray(path.read_bytes())
    whole[8192 : len(whole) // 2] = b"\xff" * (len(whole) // 2 - 8192)
    path.write_bytes(whole)


def no_database(data: Path) -> None:
    (data / "history.sqlite3").write_bytes(b"not a database at all" * 100)


def open_folder(data: Path) -> None:
    data.chmod(0o755)
    (data / "open.json").write_text("x")
    (data / "open.json").chmod(0o644)


def link(data: Path) -> None:
    (data / "calls").symlink_to("/etc")


def clock_behind(data: Path) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=60)).timestamp()
    os.utime(data / "history.sqlite3", (ahead, ahead))


def damaged_model(data: Path) -> None:
    path = Path(os.environ["CALLWATCH_MODELS"]) / "vosk-model-small-en-us-0.15"
    for name in ("am/final.mdl", "graph/HCLG.fst"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(b"x" * 100)
    write_record(path, VOSK, None, {}, "2026-01-01T00:00:00Z")
    (path / "am/final.mdl").write_bytes(b"y" * 100)


def unwritable_log(data: Path) -> None:
    log_path().parent.parent.mkdir(parents=True, exist_ok=True)
    log_path().parent.write_text("a file where the folder should be")


def squatted_socket(data: Path) -> None:
    folder = private_socket.TEMPORARY / f"callwatch-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)


_POSIX: Final = (open_folder, link, squatted_socket)
FAULTS: Final[list[tuple[Callable[[Path], None], str, str]]] = [
    (bad_journal, "journals", "cannot be read"),
    (deep_journal, "journals", "cannot be read"),
    (damaged_database, "database", "is damaged"),
    (no_database, "database", "is damaged"),
    (open_folder, "rights", "Others on this machine can read"),
    (link, "rights", "links in the data folder"),
    (clock_behind, "clock", "retention would count wrongly"),
    (damaged_model, f"model {VOSK.name}", "has changed since it was installed"),
    (unwritable_log, "log folder", "cannot be noted"),
    (squatted_socket, "app's socket", "not this user's alone"),
]


@pytest.mark.parametrize(
    ("spoil", "name", "says"),
    [
        pytest.param(*f, id=f[0].__name__, marks=[pytest.mark.posix] if f[0] in _POSIX else [])
        for f in FAULTS
    ],
)
def test_a_fault_is_found_and_has_a_remedy(
    data: Path, spoil: Callable[[Path], None], name: str, says: str
) -> None:
    spoil(data)
    findings = found(data)
    assert findings[name].ok is False
    assert says in findings[name].message
    assert findings[name].remedy
    others = {n: f.message for n, f in findings.items() if f.ok is False and n != name}
    assert others == {}


def test_what_is_left_behind_is_named_and_no_fault(data: Path) -> None:
    (data / "audio").mkdir()
    (data / "audio" / ".x.part").write_bytes(b"x")
    findings = found(data)
    assert findings["unfinished files"].ok is None
    assert "x.part" in findings["unfinished files"].message


@pytest.mark.posix  # a pipe of Windows goes with its program
def test_the_socket_of_an_app_that_died_is_no_fault_and_stays(data: Path) -> None:
    place = private_socket.socket_path()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(place)
    finding = found(data)["app's socket"]
    assert finding.ok is True
    assert "the next start takes it over" in finding.message
    assert stat.S_ISSOCK(os.stat(place).st_mode)


def test_masking_that_does_not_hide_is_found(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_disk, "check_masking", lambda: MaskCheck("", 25, 26, ""))
    assert found(data)["masking"].ok is False
