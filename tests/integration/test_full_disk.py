"""A history on a disk that is full or read-only, for real: small file systems of our own."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile as sf

from .commands import DEMO, callwatch, failed_kindly

# A private mount namespace: no root needed where users may have one, and nothing is left behind.
NAMESPACE = ("unshare", "--mount", "--map-root-user")


def _may_mount() -> bool:
    if shutil.which(NAMESPACE[0]) is None:
        return False
    mount = (*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt")
    return subprocess.run(mount, check=False, capture_output=True).returncode == 0


needs_mount = pytest.mark.skipif(not _may_mount(), reason="no file system may be mounted here")

# Keeps what is in the folder and leaves no room beside it.
FULL = """
cp -a "$1" "$1.kept" && mount -t tmpfs -o size=2m none "$1" && cp -a "$1.kept/." "$1/"
cat /dev/zero > "$1/fill" 2>/dev/null
"""
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"'


@pytest.fixture
def short(tmp_path: Path) -> Path:
    audio, rate_hz = sf.read(DEMO)
    path = tmp_path / "call.wav"
    sf.write(path, audio[: 4 * rate_hz], rate_hz)
    return path


def analyse(short: Path, out: Path, disk: Path, prepare: str) -> str:
    """The one sentence of an analysis whose history lies on that disk."""
    script = f'{prepare}\nshift; exec "$@"'
    done = callwatch(
        *("analyze", short, "--out", out, "--engine", "none"),
        before=(*NAMESPACE, "sh", "-c", script, "sh", str(disk)),
    )
    return failed_kindly(done)


@needs_mount
@pytest.mark.parametrize(
    ("prepare", "said"), [(READ_ONLY, "cannot be written"), (FULL, "make room")]
)
@pytest.mark.parametrize("exists", [True, False])
def test_the_report_is_written_although_the_history_cannot_be(
    short: Path, tmp_path: Path, own_home: Path, prepare: str, said: str, exists: bool
) -> None:
    if exists:
        first = callwatch("analyze", short, "--out", tmp_path / "first", "--engine", "none")
        assert first.returncode == 0, first.stderr
    disk = own_home / "xdg_data_home" / "callwatch"
    disk.mkdir(parents=True, exist_ok=True)
    out = tmp_path / "out"
    sentence = analyse(short, out, disk, prepare)
    assert said in sentence or (not exists and "cannot be made" in sentence), sentence
    assert "the report is written" in sentence
    report = json.loads((out / "call" / "report.json").read_text())
    assert report["call"]["duration_s"] == 4.0
    names = sorted(path.name for path in (out / "call").iterdir())
    assert names == ["events.jsonl", "report.html", "report.json"]
    if exists:
        listed = json.loads(callwatch("calls", "list", "--json").stdout)
        assert len(listed if isinstance(listed, list) else listed["calls"]) == 1, "the first stays"


def test_old_calls_that_cannot_be_deleted_do_not_cost_the_new_one(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from callwatch.app.analyze import Analysis, AnalysisInput, analyze_calls
    from callwatch.config import Config
    from callwatch.core.channels import Channel
    from callwatch.core.errors import StoreError
    from callwatch.store.history import CallHistory

    def fail(*_: object) -> int:
        raise StoreError("recording.flac is not deleted: delete it by hand")

    monkeypatch.setattr(CallHistory, "delete_older_than", fail)
    config = Config()
    config = replace(config, recognition=replace(config.recognition, engine="none"))
    with Analysis(config) as analysis:
        sides = (Channel.AGENT, Channel.CUSTOMER)
        (call,) = analyze_calls(
            analysis, [AnalysisInput(short)], tmp_path / "out", sides, in_history=True
        )
        outcome = call.run(lambda reached_s, total_s: None)
    assert outcome.paths.html.exists()
    assert outcome.history_fault is not None
    assert "too old" in outcome.history_fault
    assert "by hand" in outcome.history_fault
    with CallHistory() as history:
        assert history.get(outcome.summary.call.id).cues == outcome.summary.cues
