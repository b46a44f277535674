"""A call that something cut short gets its report and its place in the history."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.desktop.crash_recovery import finish_cut_short
from callwatch.app.desktop.warm_up import Until
from callwatch.audio.files import open_recording
from callwatch.config import Config, RecognitionConfig, StoreConfig
from callwatch.core.facts import Fact
from callwatch.store.history import CallHistory

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def cut_short(folder: Path, config: Config) -> Path:
    """The app's folder of a call whose journal ends in the middle of a line."""
    call = Path(str(resources.files("callwatch.demo").joinpath("call.flac")))
    out = folder / "calls" / "2026-03-01-110000"
    with Until(open_recording(call, block_s=0.5), 24.0) as source:
        plan = CallPlan(source, "headset", out, live=False, in_history=False)
        outcome = CallFactory(config).open(plan).run()
    raw = outcome.journal.read_bytes()
    outcome.journal.write_bytes(raw[: len(raw) * 2 // 3])
    for path in (outcome.paths.html, outcome.paths.json):
        path.unlink()
    at_s = (NOW - timedelta(hours=1)).timestamp()
    os.utime(outcome.journal, (at_s, at_s))
    return out


def test_a_call_that_was_cut_short_is_finished_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'calls.sqlite'}"
    config = replace(
        Config(), recognition=RecognitionConfig(engine="none"), store=StoreConfig(url=url)
    )
    call = cut_short(tmp_path, config)
    broken = tmp_path / "calls" / "2026-03-01-090000"
    broken.mkdir()
    (broken / "events.jsonl").write_text("nonsense\n\n", "utf-8")
    assert finish_cut_short(tmp_path, config, NOW - timedelta(hours=2)) == 0  # it may still run
    assert finish_cut_short(tmp_path, config, NOW + timedelta(days=4000)) == 1
    assert finish_cut_short(tmp_path, config, NOW + timedelta(days=4000)) == 0
    assert (call / "report.html").stat().st_size > 10_000
    with CallHistory(url) as history:
        (stored,) = history.list()
        assert 12 < stored.figures.duration_s < 24
        warnings = history.get(stored.figures.call_id).input_quality.warnings
        assert Fact("cut_short") in warnings
        history.delete(stored.figures.call_id)
    assert not (call / "events.jsonl").exists()
    assert [path.name for path in broken.iterdir()] == ["events.jsonl"]
