import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.access import is_owners_alone
from tests.report.builders import rich_call
from typer.testing import CliRunner

from callwatch.app.audit_trail import Deletion, note_deletion, read_trail, trail_path
from callwatch.app.mask_check import check_masking
from callwatch.cli.tree import app
from callwatch.config import site_config_path
from callwatch.store.history import CallHistory


def audited(out: Path) -> tuple[int, str, dict[str, Any]]:
    done = CliRunner().invoke(app, ["audit", "--out", str(out)])
    return done.exit_code, done.stdout, json.loads((out / "audit.json").read_text())


@pytest.fixture(autouse=True)
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callwatch.speech.models.installed._packaged", lambda: iter(()))


def test_the_page_says_what_is_kept_deleted_locked_and_checked(tmp_path: Path) -> None:
    site_config_path().parent.mkdir(parents=True)
    site_config_path().write_text("schema = 2\n[store]\nretention_days = 3650\n")
    with CallHistory(None) as history:
        history.add(rich_call())
    note_deletion(3, "retention")
    note_deletion(0, "purge")
    status, _, document = audited(tmp_path)
    assert status == 0
    assert document["kept"]["calls"] == 1
    assert document["settings"]["locked_by_it"] == ["store.retention_days"]
    assert len(document["settings"]["it_file_sha256"]) == 64
    (line,) = document["deletions"]
    assert (line["calls"], line["why"]) == (3, "retention")
    page = (tmp_path / "audit.html").read_text()
    for words in ("Last deletions", "store.retention_days", "3650", "26 of 26", "unsafe"):
        assert (words in page) is (words != "unsafe")
    assert is_owners_alone(tmp_path / "audit.json")


def test_each_audit_is_remembered_and_deletions_by_command_too(tmp_path: Path) -> None:
    call = rich_call()
    with CallHistory(None) as history:
        history.add(call)
    assert CliRunner().invoke(app, ["calls", "delete", call.call.id, "--yes"]).exit_code == 0
    check_masking()
    document = audited(tmp_path)[2]
    assert len(document["earlier_mask_checks"]) == 1
    assert [line.why for line in read_trail().deletions] == ["delete"]


def test_what_is_not_as_it_should_be_is_said_with_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CallHistory(None) as history:
        history.add(rich_call())
    later = datetime.now(UTC) + timedelta(days=3650)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return later

    monkeypatch.setattr("callwatch.app.audit.datetime", Clock)
    status, said, _ = audited(tmp_path)
    assert status == 1
    assert "older than the retention time" in said


@pytest.mark.parametrize(
    "text", ["", "[" * 5000, "[]", '{"deletions": 3}', '{"deletions": [{"x": 1}]}']
)
def test_a_damaged_record_counts_as_none(text: str) -> None:
    trail_path().parent.mkdir(parents=True)
    trail_path().write_text(text)
    note_deletion(2, "purge")
    (line,) = read_trail().deletions
    assert line == Deletion(line.at, 2, "purge")
