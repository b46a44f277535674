"""A real call through real devices gives the report that its recording gives."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import soundfile
from tests.integration.commands import DEMO, ROOT, callwatch
from tests.pulse import PulseServer

pytestmark = [pytest.mark.pulse, pytest.mark.slow]

_ENGINE = ("--engine", "none")


def split(server: PulseServer) -> None:
    """One sink whose left is heard on `agent` and whose right on `customer`: two devices."""
    server.add_sink("call")
    for name, side in (("agent", "front-left"), ("customer", "front-right")):
        server.pactl(
            "load-module", "module-remap-source", "master=call.monitor", f"source_name={name}",
            f"master_channel_map={side}", "channel_map=mono", "remix=no",
        )  # fmt: skip


def listen(server: PulseServer, out_dir: Path, *devices: str, recordings: int) -> dict[str, Any]:
    """Run `callwatch live`, play the demo call to it, end it with Ctrl-C; its report."""
    samples, rate_hz = soundfile.read(DEMO, dtype="int16")
    environment = {
        **os.environ,
        **server.environment,
        "HOME": str(out_dir),
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'ui'}",
    }
    command = [sys.executable, "-m", "callwatch.cli.main", "live", "--no-overlay", *_ENGINE]
    with subprocess.Popen(
        [*command, *devices, "--out", str(out_dir)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as live:
        server.wait_for_recordings(recordings)
        player = server.play("call", samples.ravel(), rate_hz, channels=2)
        player.wait(180)
        live.send_signal(signal.SIGINT)
        _, told = live.communicate(timeout=60)
    assert live.returncode == 0, told
    assert "Traceback" not in told
    (path,) = out_dir.rglob("report.json")
    report: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return report


def analyzed(out_dir: Path) -> dict[str, Any]:
    """The report of the recording itself."""
    done = callwatch("analyze", DEMO, "--out", out_dir, *_ENGINE)
    assert done.returncode == 0, done.stderr
    (path,) = out_dir.rglob("report.json")
    report: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return report


def kinds(report: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Cues in order, by kind and side."""
    return [(cue["kind"], cue["channel"]) for cue in report["cues"]]


@pytest.mark.parametrize(
    ("devices", "recordings"),
    [
        (("--agent", "agent", "--customer", "customer"), 2),
        (("--agent", "call.monitor"), 1),
    ],
    ids=["two devices", "one two-channel device"],
)
def test_a_live_call_is_measured_like_its_recording(
    tmp_path: Path, devices: tuple[str, ...], recordings: int
) -> None:
    expected = analyzed(tmp_path / "analyze")
    with PulseServer(sinks=()) as server:
        split(server)
        # Remapped sources record from their master themselves.
        idle = len(server.recordings())
        heard = listen(server, tmp_path / "live", *devices, recordings=idle + recordings)
    for side in ("agent", "customer"):
        talk_s = heard["metrics"]["talk_s"][side]
        assert talk_s == pytest.approx(expected["metrics"]["talk_s"][side], rel=0.02)
        assert heard["metrics"]["interruptions"][side] == expected["metrics"]["interruptions"][side]
    assert kinds(heard) == kinds(expected)
