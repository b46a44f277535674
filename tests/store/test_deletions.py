"""What is deleted is gone, also when a file is open, somebody reads, or the program is killed."""

import os
import shutil
from pathlib import Path

import pytest
from tests.report.builders import rich_call

from callwatch.core.errors import StoreError
from callwatch.store import history as history_module
from callwatch.store.history import CallHistory
from callwatch.store.place import has_pending_deletions

WORDS = b"understand"


def stored(tmp_path: Path, *ids: str) -> Path:
    """A history with these calls, each with two files in a folder of its own."""
    path = tmp_path / "history.sqlite3"
    with CallHistory(str(path)) as history:
        for call_id in ids:
            folder = tmp_path / call_id
            folder.mkdir()
            files = [folder / "report.json", folder / "report.html"]
            for file in files:
                file.write_text("words")
            history.add(rich_call(call_id), files)
    assert traces(path)
    return path


def traces(path: Path) -> bool:
    """Whether words of a call are in any file of the database."""
    return any(WORDS in file.read_bytes() for file in path.parent.glob(path.name + "*"))


def test_a_call_takes_its_files_and_their_folder_with_it(tmp_path: Path) -> None:
    path = stored(tmp_path, "a")
    looked_at = tmp_path / "reports" / "a" / "report.html"
    looked_at.parent.mkdir(parents=True)
    with CallHistory(str(path)) as history:
        history.add_files("a", [looked_at])
        looked_at.write_text("words")
        history.delete("a")
    assert not (tmp_path / "a").exists()
    assert not looked_at.parent.exists()
    assert not traces(path)


def test_a_file_that_cannot_be_deleted_keeps_no_words_in_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(tmp_path, "a")
    real = Path.unlink

    def held(self: Path, missing_ok: bool = False) -> None:
        if self.name == "report.html":
            raise PermissionError(13, "Permission denied")
        real(self, missing_ok)

    with monkeypatch.context() as broken, CallHistory(str(path)) as history:
        broken.setattr(Path, "unlink", held)
        with pytest.raises(StoreError, match=r"report.html \(Permission denied\).*next start"):
            history.delete("a")
        assert not traces(path)
    assert has_pending_deletions(str(path))
    assert (tmp_path / "a" / "report.html").exists()
    CallHistory(str(path)).close()  # the next start of anything
    assert not has_pending_deletions(f"sqlite:///{path}")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("place", ["delete_files", "compact", "no_longer_pending"])
def test_a_purge_that_dies_is_finished_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = stored(tmp_path, "a", "b", "c")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, CallHistory(str(path)) as history:
        broken.setattr(history_module, place, die)
        with pytest.raises(KeyboardInterrupt):
            history.purge()
    assert has_pending_deletions(str(path))
    with CallHistory(str(path)) as history:
        assert history.list() == []
    assert not has_pending_deletions(str(path))
    assert not [name for name in "abc" if (tmp_path / name).exists()]
    assert not traces(path)


def test_files_that_are_known_already_are_not_doubled(tmp_path: Path) -> None:
    path = stored(tmp_path, "a")
    with CallHistory(str(path)) as history:
        history.add(rich_call("a"), [tmp_path / "a" / "report.json"])
        assert history.has("a")
        assert not history.has("b")
    shutil.rmtree(tmp_path / "a")
    with CallHistory(str(path)) as history:
        history.delete("a")  # files that are gone are no fault


@pytest.mark.parametrize("url", [None, "", "postgresql://nobody@nowhere/none", "/no/such/file"])
def test_a_history_that_is_not_there_has_nothing_pending(url: str | None) -> None:
    assert not has_pending_deletions(url)


def test_an_older_history_has_nothing_pending(tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(os.urandom(4000))
    assert not has_pending_deletions(str(tmp_path / "broken"))
