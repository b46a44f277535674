"""Whole calls with sockets forbidden, and where the system allows it in a network namespace without interfaces."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile as sf

from .commands import DEMO

# Imported by every Python program that is started with it on its path: internet sockets are noted and refused.
FORBIDDEN = """
import os, socket
_make = socket.socket.__init__
def _refuse(self, family=-1, type=-1, proto=-1, fileno=None):
    if fileno is None and family in (-1, socket.AF_INET, socket.AF_INET6):
        with open(os.environ["SOCKETS_NOTED"], "a") as file:
            file.write("a socket\\n")
        raise PermissionError("no network here")
    _make(self, family, type, proto, fileno)
socket.socket.__init__ = _refuse
def _no_lookup(*_):
    with open(os.environ["SOCKETS_NOTED"], "a") as file:
        file.write("a name was looked up\\n")
    raise PermissionError("no network here")
socket.getaddrinfo = socket.gethostbyname = _no_lookup
"""


def namespace() -> list[str]:
    """What puts a program into a network namespace of its own; nothing where that is not allowed."""
    prefix = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None:
        return []
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if tried.returncode == 0 else []


@pytest.fixture
def environment(tmp_path: Path, own_home: Path) -> dict[str, str]:
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(FORBIDDEN)
    return os.environ | {
        "PYTHONPATH": os.pathsep.join([str(guard), *sys.path]),
        "SOCKETS_NOTED": str(tmp_path / "noted"),
        "HOME": str(own_home),
    }


@pytest.mark.slow
def test_whole_calls_open_no_internet_socket_and_need_no_network(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    audio, rate_hz = sf.read(DEMO)
    sf.write(tmp_path / "call.wav", audio[: 20 * rate_hz], rate_hz)
    out = tmp_path / "out"
    journal = out / "call" / "events.jsonl"
    for arguments in (
        ("analyze", str(tmp_path / "call.wav"), "--out", str(out)),
        ("replay", str(tmp_path / "call.wav"), "--out", str(tmp_path / "replay"), "--engine", "none"),
        ("report", str(journal), "--out", str(tmp_path / "again")),
        ("calls", "list"),
        ("audit", "--out", str(tmp_path / "audit")),
        ("support", "--out", str(tmp_path / "support.zip")),
        ("models", "list"),
    ):  # fmt: skip
        done = subprocess.run(
            [*namespace(), sys.executable, "-m", "callwatch.cli.main", *arguments],
            env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (arguments, done.stderr)
    assert not (tmp_path / "noted").exists()
    assert (out / "call" / "report.html").is_file()


def test_the_guard_notes_what_a_program_tries(tmp_path: Path, environment: dict[str, str]) -> None:
    code = "import urllib.request as u; u.urlopen('http://127.0.0.1:9/')"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert (tmp_path / "noted").read_text()
