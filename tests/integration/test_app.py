"""The desktop app on a real screen with real devices, told by real hooks."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.commands import callwatch
from tests.integration.desk import Desk
from tests.integration.test_live_capture import (
    INTERRUPTION_S,
    await_call_time,
    cues,
    kept_up,
    part_of_demo,
    play,
    report_in,
    split,
)
from tests.pulse import PulseServer
from tests.ui.xserver import XServer

pytestmark = [pytest.mark.pulse, pytest.mark.window, pytest.mark.slow]

BY_HAND = """
[call]
language = "en"
[recognition]
engine = "none"
[devices]
agent = "agent"
customer = "customer"
[app]
auto_calls = false
"""
BY_ITSELF = BY_HAND.replace("auto_calls = false", "end_after_silence_s = 4.0")
# The part of the demo call in which both speak in turn, and again after the call has begun by itself.
TALK_S = (45.95, 63.9)
# The bar alone is lower than this, with a card it is higher.
BAR_PX = 90


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XServer]:
    out = XServer(tmp_path_factory.mktemp("screen"))
    try:
        out.start_window_manager()
        yield out
    finally:
        out.close()


@pytest.fixture(scope="module")
def server() -> Iterator[PulseServer]:
    with PulseServer(sinks=()) as out:
        split(out)
        yield out


def test_a_call_told_by_hooks_is_measured_like_its_recording(
    screen: XServer, server: PulseServer, tmp_path: Path
) -> None:
    call = part_of_demo(tmp_path, *INTERRUPTION_S)
    done = callwatch("analyze", call, "--out", tmp_path / "analyze", "--engine", "none")
    assert done.returncode == 0, done.stderr
    expected = report_in(tmp_path / "analyze")
    with Desk(screen, server, tmp_path, BY_HAND) as desk:
        desk.wait_for("idle")
        before = len(server.recordings())
        assert desk.call("start").stdout == "callwatch: watching a call.\n"
        server.wait_for_recordings(before + 2)
        refused = desk.call("start")
        assert refused.returncode == 1
        assert refused.stderr == "That is not possible now: callwatch is watching a call.\n"
        assert desk.overlay_size()[1] < BAR_PX
        begun_s = time.monotonic()
        play(server, call)
        await_call_time(desk.app, tmp_path / "data", time.monotonic() - begun_s + 2.0)
        for command, told in (
            ("hold", "on hold"), ("resume", "watching a call"),
            ("pause", "paused"), ("resume", "watching a call"),
        ):  # fmt: skip
            answer = desk.call(command)
            assert answer.stdout == f"callwatch: {told}.\n", answer.stderr
        assert desk.call("transfer").stdout == "callwatch: ready.\n"
        (heard,) = desk.wait_for_reports(1)
        assert desk.close() == ""
        assert desk.app.returncode == 0
    if not kept_up(heard):
        return
    for side in ("agent", "customer"):
        talk_s = heard["metrics"]["talk_s"][side]
        assert talk_s == pytest.approx(expected["metrics"]["talk_s"][side], rel=0.05)
    assert cues(expected, "interruption") == [("agent", None)]
    assert cues(heard, "interruption") == cues(expected, "interruption")


def test_a_call_begins_when_both_speak_and_ends_with_silence(
    screen: XServer, server: PulseServer, tmp_path: Path
) -> None:
    with Desk(screen, server, tmp_path, BY_ITSELF) as desk:
        before = len(server.recordings())
        desk.wait_for("idle")
        server.wait_for_recordings(before + 2)
        play(server, part_of_demo(tmp_path, *TALK_S))
        (heard,) = desk.wait_for_reports(1)
        desk.wait_for("idle")
        assert desk.close() == ""
    assert min(heard["metrics"]["talk_s"].values()) > 0
    # It ended with its last voice: nothing of the waiting is in the report.
    last_s = max(segment["end_s"] for segment in heard["segments"])
    assert heard["call"]["duration_s"] == pytest.approx(last_s, abs=0.05)
    assert cues(heard, "slow_response") == cues(heard, "dead_air") == []


def test_a_session_that_ends_during_a_call_leaves_its_report(
    screen: XServer, server: PulseServer, tmp_path: Path
) -> None:
    with Desk(screen, server, tmp_path, BY_HAND) as desk:
        desk.wait_for("idle")
        before = len(server.recordings())
        desk.call("start")
        server.wait_for_recordings(before + 2)
        assert desk.close() == ""
        assert desk.app.returncode == 0
        assert len(list(tmp_path.glob("data/callwatch/calls/*/report.json"))) == 1


def test_a_screen_that_crashes_during_a_call_costs_no_call(
    screen: XServer, server: PulseServer, tmp_path: Path
) -> None:
    own = XServer(tmp_path)
    try:
        with Desk(own, server, tmp_path, BY_HAND) as desk:
            desk.wait_for("idle")
            before = len(server.recordings())
            desk.call("start")
            server.wait_for_recordings(before + 2)
            play(server, part_of_demo(tmp_path, *INTERRUPTION_S))
            own.kill()
            desk.app.communicate(timeout=600)
            assert list(tmp_path.glob("data/callwatch/calls/*/events.jsonl"))
            assert not list(tmp_path.glob("data/callwatch/calls/*/report.json"))
    finally:
        own.close()
    with Desk(screen, server, tmp_path, BY_HAND) as desk:
        desk.wait_for("idle")
        (saved,) = desk.wait_for_reports(1)
        assert desk.close() == ""
    assert saved["call"]["duration_s"] > (INTERRUPTION_S[1] - INTERRUPTION_S[0]) / 2
    assert min(saved["metrics"]["talk_s"].values()) > 0
    (listed,) = json.loads(
        callwatch("calls", "list", "--json", XDG_DATA_HOME=str(tmp_path / "data")).stdout
    )
    assert listed["id"] == saved["call"]["id"]


def test_a_second_app_shows_the_first_and_leaves(
    screen: XServer, server: PulseServer, tmp_path: Path
) -> None:
    with Desk(screen, server, tmp_path, BY_HAND) as desk:
        desk.wait_for("idle")
        second = desk.start_app()
        _, told = second.communicate(timeout=600)
        assert (second.returncode, told) == (0, "")
        assert desk.state() == "idle"
        assert desk.app.poll() is None


def test_without_a_tray_or_devices_the_overlay_tells(screen: XServer, tmp_path: Path) -> None:
    with PulseServer(sinks=()) as silent, Desk(screen, silent, tmp_path, BY_HAND) as desk:
        desk.wait_for("idle")
        assert desk.overlay_size()[1] < BAR_PX
        desk.call("start")
        desk.wait_for("idle")
        assert desk.overlay_size()[1] > BAR_PX
        assert not list(tmp_path.glob("data/callwatch/calls/*"))
        assert desk.close() == ""


def test_a_broken_settings_file_is_kept_and_told(
    screen: XServer, server: PulseServer, tmp_path: Path
) -> None:
    broken = "[overlay\ntheme = "
    with Desk(screen, server, tmp_path, broken) as desk:
        desk.wait_for("idle")
        assert desk.overlay_size()[1] > BAR_PX
        assert desk.config.read_text("utf-8") == broken
        assert desk.close() == ""
