"""A real call through real devices gives the report that its recording gives."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import soundfile
from tests.integration.commands import DEMO, ROOT, callwatch
from tests.pulse import PulseServer

pytestmark = [pytest.mark.pulse, pytest.mark.slow]

Report = dict[str, Any]


# The part of the demo call with the interruption; both ends lie in a pause.
INTERRUPTION_S = (10.9, 21.9)


def part_of_demo(folder: Path, start_s: float, end_s: float) -> Path:
    """A recording of a part of the demo call."""
    samples, rate_hz = soundfile.read(DEMO, dtype="int16")
    path = folder / "call.wav"
    soundfile.write(path, samples[round(start_s * rate_hz) : round(end_s * rate_hz)], rate_hz)
    return path


def split(server: PulseServer) -> None:
    """One sink whose left is heard on `agent` and whose right on `customer`: two devices."""
    server.add_sink("call")
    for name, side in (("agent", "front-left"), ("customer", "front-right")):
        server.pactl(
            "load-module", "module-remap-source", "master=call.monitor", f"source_name={name}",
            f"master_channel_map={side}", "channel_map=mono", "remix=no",
        )  # fmt: skip


def start_live(server: PulseServer, out_dir: Path, *options: str) -> "subprocess.Popen[str]":
    """`callwatch live` in a process of its own, listening when this returns."""
    out_dir.mkdir()
    devices = sum(option in ("--agent", "--customer") for option in options)
    # Remapped sources record from their master themselves.
    wanted = len(server.recordings()) + devices
    live = subprocess.Popen(
        [sys.executable, "-m", "callwatch.cli.main", "live", "--no-overlay", *options,
         "--out", str(out_dir)],
        env={
            **os.environ,
            **server.environment,
            "XDG_DATA_HOME": str(out_dir / "data"),
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'ui'}",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    server.wait_for_recordings(wanted)
    return live


def play(server: PulseServer, path: Path) -> None:
    """Play a recording into the sink `call`, to its end."""
    samples, rate_hz = soundfile.read(path, dtype="int16")
    server.play("call", samples.ravel(), rate_hz, channels=2).wait(600)


def await_call_time(live: "subprocess.Popen[str]", out_dir: Path, time_s: float) -> None:
    """Return once the call has come to a time: a slow machine hears a while behind what is played."""
    while live.poll() is None:
        text = "".join(path.read_text("utf-8") for path in out_dir.rglob("events.jsonl"))
        whole, _, _ = text.rpartition("\n")
        if any(json.loads(line)["time_s"] >= time_s for line in whole.splitlines()):
            return
        threading.Event().wait(0.2)


def end(live: "subprocess.Popen[str]", out_dir: Path) -> Report:
    """End a live call as a person does, by Ctrl-C; its report."""
    live.send_signal(signal.SIGINT)
    _, told = live.communicate(timeout=600)
    assert live.returncode == 0, told
    assert "Traceback" not in told
    return report_in(out_dir)


def report_in(out_dir: Path) -> Report:
    """The one report below a folder."""
    (path,) = out_dir.rglob("report.json")
    report: Report = json.loads(path.read_text("utf-8"))
    return report


def kept_up(report: Report) -> bool:
    """Whether the machine was fast enough for the call; where it was not, the report has to say so."""
    lost_s = sum(report["input_quality"][side]["dropped_s"] for side in ("agent", "customer"))
    skipped_s = report["performance"]["stt_skipped_s"] or 0.0
    if lost_s <= 0.01 * report["call"]["duration_s"] and skipped_s == 0.0:
        return True
    told = " ".join(report["input_quality"]["warnings"])
    assert any(part in told for part in ("delivered nothing", "dropped", "not transcribed")), told
    return False


def cues(report: Report, kind: str) -> list[tuple[str, str | None]]:
    """Sides, and categories where there are any, of the cues of a kind, in order."""
    return [(cue["channel"], cue.get("category")) for cue in report["cues"] if cue["kind"] == kind]


@pytest.mark.parametrize(
    ("options", "span_s"),
    [
        (("--engine", "auto", "--agent", "agent", "--customer", "customer"), (6.0, 32.3)),
        (("--engine", "none", "--agent", "call.monitor"), INTERRUPTION_S),
    ],
    ids=["two devices and words", "one two-channel device"],
)
def test_a_live_call_is_measured_like_its_recording(
    tmp_path: Path, options: tuple[str, ...], span_s: tuple[float, float]
) -> None:
    call = part_of_demo(tmp_path, *span_s)
    done = callwatch("analyze", call, "--out", tmp_path / "analyze", *options[:2])
    assert done.returncode == 0, done.stderr
    expected = report_in(tmp_path / "analyze")
    with PulseServer(sinks=()) as server:
        split(server)
        live = start_live(server, tmp_path / "live", *options)
        begun_s = time.monotonic()
        play(server, call)
        await_call_time(live, tmp_path / "live", time.monotonic() - begun_s + 2.0)
        heard = end(live, tmp_path / "live")
    if not kept_up(heard):
        return
    for side in ("agent", "customer"):
        talk_s = heard["metrics"]["talk_s"][side]
        assert talk_s == pytest.approx(expected["metrics"]["talk_s"][side], rel=0.05)
    assert cues(expected, "interruption") == [("agent", None)]
    for kind in ("interruption", "backchannel", "raised_voice", "threat"):
        assert cues(heard, kind) == cues(expected, kind)


# The agent's greeting is over by then.
GREETING_S = 6.1


def test_a_device_that_was_away_is_a_gap_in_the_report(tmp_path: Path) -> None:
    call = part_of_demo(tmp_path, 0.0, GREETING_S)
    with PulseServer(sinks=("call", "other")) as server:
        live = start_live(
            server, tmp_path / "live", "--engine", "none",
            "--agent", "call.monitor", "--customer", "other.monitor",
        )  # fmt: skip
        play(server, call)
        server.remove(server.module_of("call"))
        server.add_sink("call")
        server.wait_for_recordings(2)
        play(server, call)
        heard = end(live, tmp_path / "live")
    lost_s = {side: heard["input_quality"][side]["dropped_s"] for side in ("agent", "customer")}
    assert lost_s["customer"] < lost_s["agent"] < heard["call"]["duration_s"]
    told = " ".join(heard["input_quality"]["warnings"])
    assert "Monitor of call (agent) was lost" in told
    assert "is heard again" in told
    # Both times that it was played the agent's greeting was heard, and it has one sentence.
    said = [item["start_s"] for item in heard["segments"] if item["channel"] == "agent"]
    assert max(said) - min(said) > GREETING_S - 1.0 - lost_s["agent"]
