"""What every test gets: its own home, no leaked thread, no network beyond this machine."""

import os
import signal
import socket
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

# A loaded machine is no error.
hypothesis.settings.register_profile("callwatch", deadline=None)
hypothesis.settings.load_profile("callwatch")

# A shell that starts the tests in the background has them ignore Ctrl-C, and every program that they
# start as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Where a program looks for the user's files, on any system.
_USER_FOLDERS = (
    *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"),
    *("APPDATA", "LOCALAPPDATA"),
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in real time run one after the other, in one worker: two at once would be late."""
    for item in items:
        if any(item.get_closest_marker(name) for name in ("pulse", "window", "slow")):
            item.add_marker(pytest.mark.xdist_group("realtime"))


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
