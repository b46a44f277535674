"""Journals of crashed calls and looked-at reports go in time too."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from callwatch.app.desktop.retention import delete_old_files

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def call(folder: Path, days_old: float) -> Path:
    folder.mkdir(parents=True)
    journal = folder / "events.jsonl"
    journal.write_text("{}\n", "utf-8")
    at_s = (NOW - timedelta(days=days_old)).timestamp()
    for path in (journal, folder):
        os.utime(path, (at_s, at_s))
    return folder


def test_only_what_is_older_than_the_retention_goes(tmp_path: Path) -> None:
    old, young = call(tmp_path / "calls" / "a", 31), call(tmp_path / "calls" / "b", 29)
    report = call(tmp_path / "reports" / "c", 1)
    history = tmp_path / "history.sqlite3"
    history.write_text("kept", "utf-8")
    assert delete_old_files(tmp_path, 30, NOW) == 2
    assert (old.exists(), young.exists(), report.exists()) == (False, True, False)
    assert history.exists()


def test_a_folder_that_is_not_there_yet_holds_nothing(tmp_path: Path) -> None:
    assert delete_old_files(tmp_path / "none", 30, NOW) == 0
