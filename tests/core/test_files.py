import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.access import windows_error

from callwatch.core.files import (
    PRIVATE,
    RETRY_AFTER_S,
    copy_file,
    rename,
    replace_file,
    replace_files,
)

posix = pytest.mark.posix  # permission bits and links


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def full_at(monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    """The disk is full when the nth file is flushed."""
    calls = 0

    def full(_number: int) -> None:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)


def test_folders_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "é.json"
    replace_file(path, "smörgås")
    replace_file(path, b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    assert list(path.parent.iterdir()) == [path]


def test_every_file_is_flushed_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    replace_files({tmp_path / "one": "1", tmp_path / "two": "2"})
    copy_file(tmp_path / "one", tmp_path / "three")
    assert len(flushed) == 3


@posix
def test_the_mode_is_kept_or_given(tmp_path: Path) -> None:
    path, before = tmp_path / "settings.toml", os.umask(0o027)
    try:
        replace_file(path, "new")
        assert mode(path) == 0o640
        path.chmod(0o606)
        replace_file(path, "kept")
        assert mode(path) == 0o606
        replace_file(path, "given", PRIVATE)
        assert mode(path) == PRIVATE
        copy_file(path, tmp_path / "copy", 0o644)
        assert mode(tmp_path / "copy") == 0o644
    finally:
        os.umask(before)


@posix
def test_a_link_still_points_at_its_file(tmp_path: Path) -> None:
    kept, link = tmp_path / "dotfiles" / "config.toml", tmp_path / "config.toml"
    kept.parent.mkdir()
    kept.write_text("old")
    link.symlink_to(kept)
    replace_file(link, "new")
    assert link.is_symlink()
    assert kept.read_text() == "new"


@pytest.mark.parametrize("nth", [1, 2])
def test_a_full_disk_leaves_every_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    paths = tmp_path / "one", tmp_path / "two"
    replace_files(dict.fromkeys(paths, "old"))
    full_at(monkeypatch, nth)
    with pytest.raises(OSError, match="No space left") as caught:
        replace_files(dict.fromkeys(paths, "new"))
    assert caught.value.filename == str(paths[nth - 1])
    assert {path: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys(paths, "old")


def test_a_full_disk_leaves_no_part_of_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "source", tmp_path / "out" / "target"
    source.write_text("sound")
    full_at(monkeypatch, 1)
    with pytest.raises(OSError, match="No space left"):
        copy_file(source, target)
    assert not list(target.parent.iterdir())


def held_until(monkeypatch: pytest.MonkeyPatch, tries: int) -> list[float]:
    """Windows refuses so many renames, as while an antivirus looks at the file; the waits."""
    real, waits = os.replace, list[float]()
    left = tries

    def replace(source: Path, target: Path) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise windows_error(32, "in use")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr("time.sleep", waits.append)
    return waits


def test_a_file_that_is_held_for_a_moment_is_renamed_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target, waits = tmp_path / "a", tmp_path / "b", list[float]()
    source.write_text("x")
    held_until(monkeypatch, len(RETRY_AFTER_S))
    rename(source, target, waits.append)
    assert target.read_text() == "x"
    assert tuple(waits) == RETRY_AFTER_S


def test_a_file_that_stays_open_elsewhere_is_an_error_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("x")
    held_until(monkeypatch, len(RETRY_AFTER_S) + 1)
    with pytest.raises(PermissionError):
        rename(tmp_path / "a", tmp_path / "b", lambda _: None)


def test_any_other_refusal_is_not_tried_again(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rename(tmp_path / "nothing", tmp_path / "b", lambda _: pytest.fail("waited"))


def test_what_a_killed_process_had_begun_goes_with_the_next_write(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    begun = tmp_path / f".a.json.{ended.pid:x}-0011aabb.part"
    of_ours = tmp_path / f".a.json.{os.getpid():x}-0011aabb.part"
    of_another = tmp_path / f".b.json.{ended.pid:x}-0011aabb.part"
    not_ours = tmp_path / ".a.json.backup.part"
    for path in (begun, of_ours, of_another, not_ours):
        path.write_text("half")
    long_ago_s = time.time() - 3600
    os.utime(begun, (long_ago_s, long_ago_s))
    replace_file(tmp_path / "a.json", "whole")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"a.json", of_ours.name, of_another.name, not_ours.name}
