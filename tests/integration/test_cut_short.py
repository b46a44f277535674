"""Calls that a signal ends: what can be caught ends them with their report, the rest is finished by the next start."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.integration.commands import ROOT, callwatch
from tests.integration.test_live_capture import GREETING_S, part_of_demo, play, start_live
from tests.pulse import PulseServer

from callwatch.core.facts import Fact
from callwatch.document import from_document

COMMAND = (sys.executable, "-m", "callwatch.cli.main")
FAR_S = 1.0


def replay(call: Path, out: Path) -> "subprocess.Popen[str]":
    """`callwatch replay` in a process of its own, some way into the call when this returns."""
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    environment["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT / 'ui'}"
    process = subprocess.Popen(
        [*COMMAND, "replay", str(call), "--out", str(out), "--engine", "none"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for_call(process, out)
    return process


def wait_for_call(process: "subprocess.Popen[str]", out: Path) -> None:
    """Return once the call has lasted for FAR_S."""
    pause = threading.Event()
    while process.poll() is None:
        text = "".join(path.read_text("utf-8") for path in out.rglob("events.jsonl"))
        lines = text.rpartition("\n")[0].splitlines()
        if any(json.loads(line)["time_s"] >= FAR_S for line in lines):
            return
        pause.wait(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_call_with_its_report(tmp_path: Path, number: signal.Signals) -> None:
    process = replay(part_of_demo(tmp_path, 0.0, 60.0), tmp_path / "out")
    process.send_signal(number)
    _, told = process.communicate(timeout=600)
    assert process.returncode == 0, told
    summary = from_document(json.loads((tmp_path / "out" / "report.json").read_text("utf-8")))
    assert FAR_S <= summary.call.duration_s < 60.0
    assert Fact("cut_short") not in summary.input_quality.warnings


@pytest.mark.slow
def test_the_next_start_of_anything_finishes_a_call_that_was_killed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = replay(part_of_demo(tmp_path, 0.0, 60.0), out)
    running = callwatch("calls", "list")
    assert running.stderr == "", "a call that runs is left alone"
    process.kill()
    process.communicate(timeout=600)
    assert sorted(path.name for path in out.iterdir()) == ["events.jsonl"]
    done = callwatch("models", "list", "--json")
    assert done.returncode == 0
    json.loads(done.stdout)
    assert f"a call that was cut short has its report now: {out / 'report.html'}" in done.stderr
    summary = from_document(json.loads((out / "report.json").read_text("utf-8")))
    assert summary.call.duration_s >= FAR_S
    assert Fact("cut_short") in summary.input_quality.warnings
    assert callwatch("models", "list").stderr == "", "once"


@pytest.mark.slow
@pytest.mark.pulse
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_real_call_is_in_the_history_however_it_ended(
    tmp_path: Path, number: signal.Signals
) -> None:
    with PulseServer(sinks=("call", "other")) as server:
        live = start_live(
            server, tmp_path / "live", "--engine", "none",
            "--agent", "call.monitor", "--customer", "other.monitor",
        )  # fmt: skip
        play(server, part_of_demo(tmp_path, 0.0, GREETING_S))
        wait_for_call(live, tmp_path / "live")
        live.send_signal(number)
        live.communicate(timeout=600)
    data = str(tmp_path / "live" / "data")
    assert (live.returncode == 0) is (number != signal.SIGKILL)
    listed = callwatch("calls", "list", "--json", XDG_DATA_HOME=data)
    (call,) = json.loads(listed.stdout)
    assert call["duration_s"] >= FAR_S
    assert (tmp_path / "live" / "report.html").is_file()


@pytest.mark.slow
def test_a_recording_that_is_analysed_again_is_counted_once(tmp_path: Path) -> None:
    call = part_of_demo(tmp_path, 0.0, 5.0)
    for out in ("first", "second"):
        done = callwatch("analyze", call, "--out", tmp_path / out, "--engine", "none")
        assert done.returncode == 0, done.stderr
    assert len(json.loads(callwatch("calls", "list", "--json").stdout)) == 1
