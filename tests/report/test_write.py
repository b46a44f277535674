import json
import os
from pathlib import Path

import pytest
from tests.access import is_owners_alone
from tests.report.builders import rich_call

from callwatch.core.channels import Language
from callwatch.core.errors import OutputError
from callwatch.document import from_document
from callwatch.report.write import write_report


def test_both_files_are_written_for_their_owner_alone(tmp_path: Path) -> None:
    paths = write_report(rich_call(), tmp_path / "a" / "b", Language.EN)
    assert from_document(json.loads(paths.json.read_text(encoding="utf-8"))) == rich_call()
    assert paths.html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert {p.name for p in paths.json.parent.iterdir()} == {"report.json", "report.html"}
    for path in (paths.json, paths.html):
        assert is_owners_alone(path)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("not a folder")
    with pytest.raises(OutputError, match="choose another folder"):
        write_report(rich_call(), tmp_path / "out", Language.EN)
    assert (tmp_path / "out").read_text() == "not a folder"


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_full_disk_leaves_the_older_report_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    paths = write_report(rich_call("old"), tmp_path, Language.EN)
    before = {path: path.read_bytes() for path in (paths.json, paths.html)}
    calls = 0

    def full(_number: int) -> None:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_report(rich_call("new"), tmp_path, Language.EN)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_unwritable_folder_is_told() -> None:
    # Nobody may make folders there, not even root.
    with pytest.raises(OutputError, match="cannot be written"):
        write_report(rich_call(), Path("/proc/callwatch/out"), Language.EN)
