import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from callwatch.app.calls import CallFactory
from callwatch.app.desktop.warm_up import warm_up
from callwatch.config import Config
from callwatch.speech.choose import RecognizerChoice
from callwatch.speech.scripted import ScriptedRecognizer

# A whole call of the app, after the warm-up: what it loads would have held up the screen.
PROGRAM = """
import sys, threading
from importlib import resources
from pathlib import Path
from callwatch.app.desktop import host as desktop
from callwatch.app.desktop.host import AppHost
from callwatch.app.desktop.warm_up import Until
from callwatch.audio.files import open_recording
from callwatch.config import load_config
call = Path(str(resources.files("callwatch.demo").joinpath("call.flac")))
desktop.open_live = lambda *_, **__: Until(open_recording(call, block_s=0.1), 24.0)
desktop.data_folder = lambda: Path(sys.argv[1]) / "data"
host = AppHost(load_config(Path(sys.argv[1]) / "config.toml", Path(sys.argv[1]) / "none"))
host.warm_up()
known, over = set(sys.modules), threading.Event()
running = host.start(lambda _: None)
running.on_finished(over.set)
assert over.wait(100)
running.stop()
assert running.outcome.history_fault is None, running.outcome.history_fault
assert running.outcome.summary.cues
print(*sorted(set(sys.modules) - known))
"""


def test_a_call_of_the_app_loads_nothing_more(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        f'[store]\nurl = "sqlite:///{(tmp_path / "calls.sqlite").as_posix()}"\n[recognition]\nengine = "none"\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


@pytest.fixture
def desk() -> CallFactory:
    config = Config()
    return CallFactory(replace(config, recognition=replace(config.recognition, engine="none")))


def test_nothing_of_a_rehearsal_is_left(
    desk: CallFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = threading.active_count()
    warm_up(desk)
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before


def test_the_desks_own_recogniser_is_loaded_once_and_not_used(desk: CallFactory) -> None:
    made: list[ScriptedRecognizer] = []

    def create() -> ScriptedRecognizer:
        made.append(ScriptedRecognizer([]))
        return made[-1]

    desk.choice = RecognizerChoice(create, "test", None, "")
    warm_up(desk)
    assert made == []
    desk.load()
    desk.load()
    assert len(made) == 1


# The tray waits for none of these: they come with the engine.
ENGINE_PARTS = ("onnxruntime", "sqlalchemy", "jinja2", "phonenumbers", "callwatch.session.pipeline")
START = """
import sys
from pathlib import Path
from callwatch.app.desktop.host import AppHost
from callwatch.config import load_config
AppHost(load_config(Path(sys.argv[1]) / "config.toml", Path(sys.argv[1]) / "none"))
print(*sorted(sys.modules))
"""


def test_the_start_of_the_app_does_not_load_the_engine(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("schema = 2\n")
    done = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "XDG_DATA_HOME": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(ENGINE_PARTS).isdisjoint(done.stdout.split())
