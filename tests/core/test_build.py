from pathlib import Path

import pytest

from callwatch import __version__
from callwatch.core.build import BUILD_FILE, Build, how_to_install, interpreter, this_build


def test_a_bundle_knows_what_it_is_and_of_which_commit(tmp_path: Path) -> None:
    (tmp_path / BUILD_FILE).write_text('{"kind": "msi", "build": "3f2a9c1"}')
    build = this_build(tmp_path)
    assert build == Build("msi", "3f2a9c1")
    assert str(build) == f"callwatch {__version__} (msi, 3f2a9c1)"
    assert "Settings > Apps" in how_to_install("vosk", build)


@pytest.mark.parametrize("text", [None, "not json", "[]", "{}"])
def test_without_a_whole_file_it_is_pips(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / BUILD_FILE).write_text(text)
    build = this_build(tmp_path)
    assert str(build) == f"callwatch {__version__} (pip)"
    assert how_to_install("vosk", build) == "pip install vosk"


@pytest.mark.parametrize("kind", ["msi", "deb", "folder"])
def test_no_bundle_speaks_of_pip(kind: str) -> None:
    assert "pip" not in how_to_install("vosk", Build(kind))


@pytest.mark.parametrize(
    ("running", "name"),
    [
        ("C/callwatch.exe", "python.exe"), ("C/callwatchw.exe", "pythonw.exe"),
        ("C/python.exe", "python.exe"), ("/usr/bin/python3.11", "python3.11"),
    ],
)  # fmt: skip
def test_a_launcher_is_no_interpreter(running: str, name: str) -> None:
    assert Path(interpreter(running)).name == name
