"""The wheel holds everything that callwatch needs at run time."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_is_complete(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "src/callwatch", "ui/callwatch_ui"],
        check=True, capture_output=True, text=True, cwd=ROOT,
    ).stdout.splitlines()  # fmt: skip
    expected = {name.split("/", 1)[1] for name in tracked}
    assert expected <= inside, sorted(expected - inside)
    for what in ("demo/call.flac", "packs/en.toml", "migrations/", "templates/", "nudges.da.toml"):
        assert any(what in name for name in inside), what
    assert not any("tests/" in name for name in inside)
