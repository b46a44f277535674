"""The desktop app on Windows: a real window, real WASAPI streams, told by a soft phone's hooks."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from tests.integration.commands import DEMO
from tests.integration.test_live_capture import kept_up
from tests.pulse import PulseServer
from tests.ui.xserver import XServer
from tests.wine.windows import Windows, cues_of, report_in, windows_path

# The agent cuts in on the customer within these seconds of the demo call.
SPAN_S = (6.0, 32.3)
SETTINGS = """
schema = 2
[call]
language = "en"
[devices]
agent = "headset"
customer = "far-end"
[recognition]
engine = "none"
[app]
auto_calls = false
"""
# Posts what a key press makes of Windows: WM_HOTKEY (0x312), to every thread of the app that has windows.
PRESS = """
import ctypes, sys
from ctypes import wintypes
user32, key = ctypes.windll.user32, int(sys.argv[1])
threads = set()
@ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
def look(window, _):
    text = ctypes.create_unicode_buffer(256)
    user32.GetWindowTextW(window, text, 256)
    if "callwatch" in text.value.lower():
        threads.add(user32.GetWindowThreadProcessId(window, None))
    return True
user32.EnumWindows(look, 0)
print(len(threads), all(user32.PostThreadMessageW(thread, 0x312, key, 0) for thread in threads))
"""
TOGGLE = 0x0C11


class App:
    """The app of one user, with a sink that stands for the call."""

    def __init__(self, server: PulseServer, windows: Windows) -> None:
        self.server, self.windows = server, windows
        self.process = windows.start("app")

    def hook(self, command: str) -> str:
        """What `callwatch call COMMAND` answers: the state."""
        done = self.windows.callwatch("call", command, "--json")
        answer = json.loads(done.stdout)
        assert answer["ok"], done.stdout
        return str(answer["state"])

    def wait_until_it_answers(self) -> None:
        """Return once the app listens to hooks."""
        until_s = time.monotonic() + 300
        while self.windows.callwatch("call", "status").returncode != 0:
            assert self.process.poll() is None, "the app ended"
            assert time.monotonic() < until_s, "the app does not answer"

    def reports(self) -> list[Path]:
        return sorted(self.windows.data.rglob("calls/*/report.json"))

    def wait_for_reports(self, count: int) -> None:
        for _ in range(600):
            if len(self.reports()) >= count:
                return
            threading.Event().wait(0.2)
        raise AssertionError(f"{len(self.reports())} reports of {count}")

    def events(self) -> list[dict[str, object]]:
        """What the newest journal holds by now."""
        journals = sorted(self.windows.data.rglob("events.jsonl"))
        text = journals[-1].read_text("utf-8") if journals else ""
        whole, _, _ = text.rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def wait_for_call_time(self, time_s: float) -> None:
        for _ in range(1500):
            if any(float(str(event["time_s"])) >= time_s for event in self.events()):
                return
            threading.Event().wait(0.2)
        raise AssertionError(f"the call did not come to {time_s} s")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    with PulseServer(sinks=("call",)) as server:
        # One sink whose left is heard on one device and whose right on another.
        for name, side in (("headset", "front-left"), ("far-end", "front-right")):
            server.pactl(
                "load-module", "module-remap-source", "master=call.monitor", f"source_name={name}",
                f"master_channel_map={side}", "channel_map=mono", "remix=no",
                f"source_properties=device.description={name}",
            )  # fmt: skip
        screen = XServer(folder)
        config = folder / "config.toml"
        config.write_text(SETTINGS, "utf-8")
        windows = Windows(
            folder / "home", DISPLAY=screen.display, CALLWATCH_CONFIG=windows_path(config),
            PULSE_SERVER=server.environment["PULSE_SERVER"],
            XDG_RUNTIME_DIR=server.environment["XDG_RUNTIME_DIR"],
        )  # fmt: skip
        windows.end_all()
        running = App(server, windows)
        try:
            running.wait_until_it_answers()
            yield running
        finally:
            windows.end_all()
            running.process.wait(60)
            assert running.process.stdout is not None
            running.process.stdout.close()
            screen.close()


def play_both(server: PulseServer) -> None:
    """Play a part of the demo call, to its end."""
    samples, rate_hz = soundfile.read(DEMO, dtype="int16")
    part = samples[round(SPAN_S[0] * rate_hz) : round(SPAN_S[1] * rate_hz)]
    server.play("call", part.ravel(), rate_hz, channels=2).wait(300)


def test_a_call_told_by_hooks_has_its_cues_and_its_report(app: App) -> None:
    assert app.hook("start") == "running"
    app.wait_for_call_time(1.0)
    play_both(app.server)
    app.wait_for_call_time(SPAN_S[1] - SPAN_S[0] + 2.0)
    assert app.hook("stop") == "idle"
    app.wait_for_reports(1)
    report = report_in(app.reports()[0].parent)
    if kept_up(report):  # else the report says what this machine was too slow for
        assert ("interruption", "agent", None) in cues_of(report)
    for side in ("agent", "customer"):
        assert report["metrics"]["talk_s"][side] > 2.0


def test_a_second_start_shows_the_first_and_ends(app: App) -> None:
    second = app.windows.callwatch("app")
    assert second.returncode == 0, second.stdout
    assert app.hook("status") == "idle"


def test_a_hot_key_begins_and_ends_a_call(app: App) -> None:
    before = len(app.reports())
    pressed = app.windows.python("-c", PRESS, str(TOGGLE))
    assert pressed.stdout.strip().endswith("True"), pressed.stdout
    assert app.hook("status") == "running"
    app.wait_for_call_time(1.0)
    app.windows.python("-c", PRESS, str(TOGGLE))
    app.wait_for_reports(before + 1)
    assert app.hook("status") == "idle"


# What Windows sends to every window at log-off: may the session end (0x11), and it does (0x16).
LOG_OFF = """
import ctypes
from ctypes import wintypes
user32 = ctypes.windll.user32
windows = []
@ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
def look(window, _):
    text = ctypes.create_unicode_buffer(256)
    user32.GetWindowTextW(window, text, 256)
    if "callwatch" in text.value.lower():
        windows.append(window)
    return True
user32.EnumWindows(look, 0)
print([user32.SendMessageW(window, 0x11, 0, 0) for window in windows[:1]])
"""


def test_log_off_ends_a_call_with_its_report(app: App) -> None:
    before = len(app.reports())
    assert app.hook("start") == "running"
    app.wait_for_call_time(1.0)
    asked = app.windows.python("-c", LOG_OFF)
    assert asked.stdout.strip() == "[1]", asked.stdout
    # Windows was answered when the report was there, and not before.
    assert len(app.reports()) == before + 1
