"""What every test gets: its own home, no leaked thread, no network beyond this machine."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# Each worker, and each program that it starts, computes on one thread: several workers with a pool of
# threads each only get in each other's way. Read when numpy is imported, so set before any of it.
for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_pool, "1")

# An xdist worker has no name of its own, and soundcard asks for one.
if sys.argv == ["-c"]:
    sys.argv = ["pytest"]

# A loaded machine is no error.
hypothesis.settings.register_profile("callwatch", deadline=None)
hypothesis.settings.load_profile("callwatch")

# A shell that starts the tests in the background has them ignore Ctrl-C or its own end, and every program that they
# start as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


# Where a program looks for the user's files, on any system.
_USER_FOLDERS = (
    *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"),
    *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA"),
    # Windows itself says where these folders are, whatever its environment holds; platformdirs reads these first.
    *("WIN_PD_OVERRIDE_APPDATA", "WIN_PD_OVERRIDE_LOCAL_APPDATA", "WIN_PD_OVERRIDE_COMMON_APPDATA"),
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several workers, a file runs in one of them, and all files with a sound server in the same one.

    The tests of a file share what it costs to set up; and two sound servers at once would both be late.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "sound" if "mark.pulse" in (config.rootpath / file).read_text("utf-8") else file

    return ByFile(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long in real time comes first, so that nobody waits for it in the end."""
    if sys.platform == "win32":
        left_out = [item for item in items if item.get_closest_marker("posix")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("posix")]
    names = ("pulse", "window", "slow")
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in names))


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, data and caches of a test never touch those of the user."""
    home = tmp_path_factory.mktemp("home")
    for name in _USER_FOLDERS:
        monkeypatch.setenv(name, str(home / name.lower()))
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(home / "site"))
    monkeypatch.delenv("CALLWATCH_CONFIG", raising=False)
    return home


@pytest.fixture(autouse=True)
def no_leaked_thread() -> Iterator[None]:
    """A test that leaves a thread alive fails and names it."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and not t.daemon]
    for thread in left:
        thread.join(2.0)
    alive = [t.name for t in left if t.is_alive()]
    assert not alive, f"threads left alive: {alive}"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections leave this machine in no test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            assert address[0] in ("127.0.0.1", "::1", "localhost"), f"network access: {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
