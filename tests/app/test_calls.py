"""What a finished call leaves: its report whatever the history does; no words where none are kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from callwatch.app.calls import CallFactory, CallOutcome, CallPlan, output_folders
from callwatch.audio.files import open_recording
from callwatch.config import Config, RecognitionConfig, StoreConfig
from callwatch.store.history import CallHistory

NAMES = ["events.jsonl", "report.html", "report.json"]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "quiet.wav"
    noise = np.random.default_rng(1).normal(0.0, 0.001, (32_000, 2))
    sf.write(path, noise, 16_000)
    return path


def run(recording: Path, out: Path, store: StoreConfig, *, own_folder: bool = False) -> CallOutcome:
    config = replace(Config(), recognition=RecognitionConfig(engine="none"), store=store)
    with open_recording(recording, block_s=0.5) as source:
        plan = CallPlan(source, "quiet.wav", out, live=False, own_folder=own_folder)
        return CallFactory(config).open(plan).run()


def test_a_history_that_fails_costs_nobody_the_report(recording: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_text("no history at all", "utf-8")
    out = tmp_path / "out"
    outcome = run(recording, out, StoreConfig(url=f"sqlite:///{broken}"))
    assert "report is written" in (outcome.history_fault or "")
    assert sorted(path.name for path in out.iterdir()) == NAMES
    assert broken.read_text("utf-8") == "no history at all"


@pytest.mark.parametrize("own_folder", [True, False])
def test_files_in_a_folder_of_our_own_go_with_the_call(
    recording: Path, tmp_path: Path, own_folder: bool
) -> None:
    url = f"sqlite:///{tmp_path / 'calls.sqlite'}"
    outcome = run(recording, tmp_path / "out", StoreConfig(url=url), own_folder=own_folder)
    with CallHistory(url) as history:
        history.delete(outcome.summary.call.id)
    left = sorted(path.name for path in (tmp_path / "out").glob("*"))
    assert left == ([] if own_folder else NAMES)
    assert (tmp_path / "out").exists() is not own_folder


def test_equal_names_never_share_a_folder() -> None:
    names = [path.name for path in output_folders(Path("o"), ["a", "a", "a-2", "a", "b"])]
    assert names == ["a", "a-3", "a-2", "a-4", "b"]
    plain = [path.name for path in output_folders(Path("o"), ["a", "a", "a"])]
    assert plain == ["a", "a-2", "a-3"]
