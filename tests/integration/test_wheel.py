"""The wheel holds everything that callwatch needs at run time, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MADE_BY_TOOLS = ("__pycache__", ".mypy_cache", ".ruff_cache")


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel, built from this folder: a checkout or an sdist."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_is_complete(inside: set[str]) -> None:
    expected = {
        path.relative_to(parent).as_posix()
        for parent in (ROOT / "src", ROOT / "ui")
        for path in parent.glob("callwatch*/**/*")
        if path.is_file() and not set(path.parts) & set(MADE_BY_TOOLS)
    }
    assert expected <= inside, sorted(expected - inside)
    for what in ("demo/call.flac", "packs/en.toml", "migrations/", "templates/", "nudges.da.toml"):
        assert any(what in name for name in inside), what


def test_only_the_two_packages_are_in_it(inside: set[str]) -> None:
    tops = {name.partition("/")[0] for name in inside}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"callwatch", "callwatch_ui"}
    for what in ("training", "tests", "benchmarks", "sentences"):
        assert not [name for name in inside if f"{what}/" in name], what
