import os
import stat
from pathlib import Path

import pytest

from callwatch_ui.desktop import private_socket
from callwatch_ui.desktop.private_socket import SocketPlaceError, pipe_of, socket_path


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which anybody may make files, and no session of this user."""
    monkeypatch.setattr(private_socket, "TEMPORARY", tmp_path)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return tmp_path


def own(shared: Path) -> Path:
    return shared / f"callwatch-{os.getuid()}"


def test_without_a_session_the_socket_lies_in_a_folder_of_ones_own(shared: Path) -> None:
    umask = os.umask(0)
    try:
        assert socket_path() == str(own(shared) / "callwatch.sock")
    finally:
        os.umask(umask)
    assert stat.S_IMODE(own(shared).stat().st_mode) == 0o700
    assert socket_path() == str(own(shared) / "callwatch.sock")


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701, 0o777])
def test_a_folder_that_others_can_open_is_refused(shared: Path, mode: int) -> None:
    own(shared).mkdir()
    own(shared).chmod(mode)
    with pytest.raises(SocketPlaceError, match="not this user's alone"):
        socket_path()


def test_a_link_or_a_file_in_its_place_is_refused(shared: Path) -> None:
    (shared / "elsewhere").mkdir(mode=0o700)
    own(shared).symlink_to(shared / "elsewhere")
    with pytest.raises(SocketPlaceError):
        socket_path()
    own(shared).unlink()
    own(shared).write_text("")
    with pytest.raises(SocketPlaceError, match="cannot be made"):
        socket_path()


def test_a_folder_of_another_user_is_refused(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own(shared).mkdir(mode=0o700)
    name, uid = own(shared).name, os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: uid)
    own_now = shared / f"callwatch-{uid}"
    (shared / name).rename(own_now)
    with pytest.raises(SocketPlaceError):
        socket_path()


def test_the_folder_of_the_session_is_used_when_it_is_private(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = shared / "session"
    session.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(session))
    assert socket_path() == str(session / "callwatch.sock")
    session.chmod(0o755)
    assert socket_path() == str(own(shared) / "callwatch.sock")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "relative")
    assert socket_path() == str(own(shared) / "callwatch.sock")


def test_each_user_of_windows_has_a_pipe() -> None:
    """Two of them may have the same name, in two domains."""
    anna, other = pipe_of("S-1-5-21-1-2-3-1001"), pipe_of("S-1-5-21-4-5-6-1001")
    assert anna != other
    assert anna == pipe_of("S-1-5-21-1-2-3-1001")
    assert anna.startswith("\\\\.\\pipe\\callwatch-")
