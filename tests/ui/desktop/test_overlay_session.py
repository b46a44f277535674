import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from callwatch.core.channels import Channel, Language
from callwatch.core.errors import InputError
from callwatch.core.events import Event, VoiceStarted
from callwatch_ui.desktop.overlay_session import run_with_overlay
from callwatch_ui.native.platforms import has_display
from callwatch_ui.settings import OverlaySettings

SETTINGS = OverlaySettings(theme="light", reduced_motion=True)


class ScriptedCall:
    """A call whose engine thread tells some events; it ends by itself or by `stop`."""

    def __init__(self, sink: Callable[[Event], None], ends_by_itself: bool) -> None:
        self.stops = 0
        self._sink = sink
        self._over = threading.Event()
        self._callbacks: list[Callable[[], None]] = []
        self.told = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ends_by_itself,))
        self._thread.start()

    def _run(self, ends_by_itself: bool) -> None:
        for i in range(50):
            self._sink(VoiceStarted(float(i), Channel.AGENT, float(i)))
        self.told.set()
        if not ends_by_itself:
            self._over.wait(60)
        self._over.set()
        for callback in self._callbacks:
            callback()

    def stop(self, *, at_last_voice: bool = False) -> None:
        self.stops += 1
        self._over.set()
        self._thread.join(60)

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def on_finished(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)
        if self._over.is_set():
            callback()


def test_it_ends_with_the_call(qtbot: QtBot) -> None:
    calls: list[ScriptedCall] = []

    def start(sink: Callable[[Event], None]) -> ScriptedCall:
        calls.append(ScriptedCall(sink, ends_by_itself=True))
        return calls[0]

    assert run_with_overlay(start, Language.DA, SETTINGS) == 0
    assert calls[0].stops == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_stops_the_call_in_good_order(qtbot: QtBot) -> None:
    calls: list[ScriptedCall] = []

    def start(sink: Callable[[Event], None]) -> ScriptedCall:
        calls.append(ScriptedCall(sink, ends_by_itself=False))
        assert calls[0].told.wait(60)
        os.kill(os.getpid(), signal.SIGINT)
        return calls[0]

    assert run_with_overlay(start, Language.EN, SETTINGS) == 0
    assert calls[0].stops >= 1


def test_what_start_raises_is_raised_to_the_caller(qtbot: QtBot) -> None:
    def start(sink: Callable[[Event], None]) -> ScriptedCall:
        raise InputError("No microphone: plug one in.")

    with pytest.raises(InputError, match="plug one in"):
        run_with_overlay(start, Language.EN, SETTINGS)


def test_no_display_is_an_answer_not_an_abort(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not has_display()
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for display in ("", ":987", "nowhere.invalid:0", "garbage"):
        monkeypatch.setenv("DISPLAY", display)
        assert not has_display()


BROKEN = """
import threading
from callwatch.core.channels import Channel, Language
from callwatch.core.events import VoiceStarted
from callwatch_ui.native.signals import MAX_BUGS
from callwatch_ui.overlay import window as overlay
from callwatch_ui.desktop import overlay_session
from callwatch_ui.settings import OverlaySettings

shown = []
show_message = overlay.Overlay.show_message
def keep(self, message):
    shown.append(message)
    show_message(self, message)
overlay.Overlay.show_message = keep

class Handle:
    def stop(self): pass
    def on_finished(self, callback):
        self.callback = callback

handle = Handle()

def start(sink):
    def engine():
        sink(VoiceStarted(0.0, Channel.AGENT, 0.0))
        raise ValueError("spoken words of a thread")
    threading.Thread(target=engine).start()
    return handle

seen = []
def broken(state, event):
    seen.append(event)
    if len(seen) < 3:
        handle_again()
    else:
        handle.callback()
    raise RuntimeError("spoken words")

def handle_again():
    bridge(VoiceStarted(1.0, Channel.AGENT, 1.0))

def begin(sink):
    global bridge
    bridge = sink
    return start(sink)

overlay.reduce = broken
status = overlay_session.run_with_overlay(begin, Language.EN, OverlaySettings())
print(len(seen), len(shown), sorted("ValueError" in one for one in shown), "spoken" in str(shown))
raise SystemExit(status)
"""


def test_a_bug_in_a_slot_or_thread_ends_nothing_and_is_named_once_without_its_words() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.strip() == "3 2 [False, True] False", done.stderr
    assert done.stderr.count("a bug in a slot: RuntimeError") == 1
    assert done.stderr.count("a bug in a thread: ValueError") == 1
    assert "spoken" not in done.stderr
