import json
from pathlib import Path

import pytest
from tests.speech.models.test_library import whisper_files
from typer.testing import CliRunner

from callwatch.cli.models import models_app
from callwatch.core.errors import ModelError

run = CliRunner()


@pytest.fixture(autouse=True)
def only_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Models are installed into a directory of the test; packages are not looked at."""
    monkeypatch.setenv("CALLWATCH_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("callwatch.speech.models.installed._packaged", lambda: iter(()))
    return tmp_path


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A mirror with the smallest Swedish Whisper model (its weights are made up)."""
    place = tmp_path / "mirror" / "kb-whisper-tiny"
    place.mkdir(parents=True)
    for name, body in whisper_files().items():
        (place / name.replace("vocabulary.txt", "vocabulary.json")).write_bytes(body)
    (place / "vocabulary.json").write_text(json.dumps([str(i) for i in range(51_865)]))
    return tmp_path / "mirror"


def test_list_shows_languages_licence_and_what_is_installed() -> None:
    result = run.invoke(models_app, ["list", "--json"])
    assert result.exit_code == 0
    rows = {row["name"]: row for row in json.loads(result.stdout)["models"]}
    small = rows["vosk-small-en"]
    assert (small["languages"], small["licence"]) == (["en"], "Apache-2.0")
    assert small["installed"] is False
    assert small["sha256"]["vosk-model-small-en-us-0.15.zip"].startswith("30f26242")
    assert "kb-whisper-base" in run.invoke(models_app, ["list"]).stdout


def test_download_verify_remove(mirror: Path) -> None:
    done = run.invoke(models_app, ["download", "kb-whisper-tiny", "--from", str(mirror), "--json"])
    assert done.exit_code == 0, done.output
    path = Path(json.loads(done.stdout)["path"])
    again = run.invoke(models_app, ["download", "kb-whisper-tiny"])
    assert "is installed in" in again.stdout
    assert "trust on first use" in again.stdout
    [row] = json.loads(run.invoke(models_app, ["verify", "--json"]).stdout)
    assert row["in_order"] is True
    (path / "config.json").write_text('{"changed": 1}')
    broken = run.invoke(models_app, ["verify", "kb-whisper-tiny"])
    assert isinstance(broken.exception, ModelError)
    assert "config.json has changed" in broken.stdout
    (path / "model.bin").unlink()
    broken = run.invoke(models_app, ["verify", "kb-whisper-tiny"])
    assert "has no model.bin" in broken.stdout
    assert run.invoke(models_app, ["remove", "kb-whisper-tiny"]).exit_code == 0
    assert not path.exists()


def test_wrong_names_are_one_sentence() -> None:
    for arguments in (["download", "nope"], ["verify", "nope"], ["remove", "nope"]):
        failed = run.invoke(models_app, arguments)
        assert isinstance(failed.exception, ModelError)
        assert "nope" in str(failed.exception)


def test_a_long_path_is_one_line_of_its_own(mirror: Path) -> None:
    run.invoke(models_app, ["download", "kb-whisper-tiny", "--from", str(mirror)])
    [row] = [
        r
        for r in json.loads(run.invoke(models_app, ["list", "--json"]).stdout)["models"]
        if r["installed"]
    ]
    lines = run.invoke(models_app, ["list"]).stdout.splitlines()
    assert f"kb-whisper-tiny: {row['path']}" in lines
    assert all(row["path"] not in line for line in lines[: lines.index("Installed:")])
