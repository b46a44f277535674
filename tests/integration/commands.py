"""Runs callwatch as a person does: a process, its output, its exit status."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src" / "callwatch" / "demo" / "call.flac"


def callwatch(
    *args: str | Path, stdin: str | None = None, before: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, without a display; `before` may wrap it."""
    env = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    env |= {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'ui'}",
        "QT_QPA_PLATFORM": "offscreen",
    }
    return subprocess.run(
        [*before, sys.executable, "-m", "callwatch.cli.main", *map(str, args)],
        check=False, capture_output=True, text=True, encoding="utf-8", input=stdin,
        env=env | environment, timeout=800,
    )  # fmt: skip


def failed_kindly(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a failure; asserts status 1 and no traceback."""
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("callwatch: ")]
    assert len(lines) == 1, done.stderr
    assert "fault of its own" not in lines[0], done.stderr
    return lines[0]
