"""Runs a call under the overlay: Qt in the main thread, the engine in its own.

`start` and `stop` run in one helper thread, so that loading a model never freezes the screen.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication

from callwatch.core.channels import Language
from callwatch.core.events import Event
from callwatch_ui.desktop.call_handle import CallHandle, NudgeFeedback
from callwatch_ui.desktop.ipc import AppCommand, AppState
from callwatch_ui.desktop.tray import AppMenu
from callwatch_ui.native.event_bridge import EventBridge, connect_queued
from callwatch_ui.native.global_shortcut import CLOSE_CARD, JUDGE_CARD, global_hotkey
from callwatch_ui.native.platforms import preferred_platform
from callwatch_ui.native.signals import error_hooks, interrupts
from callwatch_ui.overlay.state import Phase
from callwatch_ui.overlay.window import Overlay
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.translator import Translator

Sink = Callable[[Event], None]
# What the keys for the card do.
HOTKEYS = {CLOSE_CARD: AppCommand.DISMISS, JUDGE_CARD: AppCommand.NOT_USEFUL}


class _Session(QObject):
    """Joins the engine's thread-side callbacks to the GUI thread."""

    started = pyqtSignal()
    finished = pyqtSignal()
    failed = pyqtSignal()
    stop_wanted = pyqtSignal()
    # From any thread: the kind and place of a bug.
    faulted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._starting: Future[CallHandle] | None = None
        self._helper = ThreadPoolExecutor(1, thread_name_prefix="callwatch-overlay")
        self._stopping: Future[None] | None = None
        connect_queued(self.stop_wanted, self.stop)
        connect_queued(self.failed, self._quit)
        connect_queued(self.finished, self._quit)

    def begin(self, start: Callable[[Sink], CallHandle], bridge: EventBridge) -> None:
        """Start the call in the helper thread."""
        self._starting = self._helper.submit(start, bridge)
        self._starting.add_done_callback(self._was_started)

    def stop(self) -> None:
        """End the call; Qt ends when that is done."""
        if self._stopping is None:
            self._stopping = self._helper.submit(self._stop)
            self._stopping.add_done_callback(lambda _: self.finished.emit())

    def close(self) -> None:
        """Wait for the helper and give on what went wrong in it."""
        if self._stopping is None:
            self._stopping = self._helper.submit(self._stop)
        self._helper.shutdown(wait=True)
        if self._starting is not None:
            self._starting.result()
        self._stopping.result()

    def _stop(self) -> None:
        if self._starting is not None and self._starting.exception() is None:
            self._starting.result().stop()

    def _was_started(self, starting: Future[CallHandle]) -> None:
        if starting.exception() is not None:
            self.failed.emit()
            return
        self.started.emit()
        starting.result().on_finished(self.finished.emit)

    def command(self, command: AppCommand) -> AppState:
        """Do what the overlay's menu asks; gives the state that follows."""
        starting = self._starting
        if command is AppCommand.STOP:
            self.stop()
        elif starting is not None and starting.done() and starting.exception() is None:
            call = starting.result()
            if command is AppCommand.PAUSE:
                call.pause()
                return AppState.PAUSED
            call.resume()
        return AppState.RUNNING

    @staticmethod
    def _quit() -> None:
        QApplication.exit(0)


def run_with_overlay(
    start: Callable[[Sink], CallHandle],
    language: Language,
    settings: OverlaySettings,
    feedback: NudgeFeedback | None = None,
) -> int:
    """Show the overlay, start the call, and return 0 when the call is over (1 when a bug was met on the way).

    Call it from the main thread, when `has_display()`. Ctrl-C ends the call in good order, a
    second one at once. What `start` or `stop` raises is raised here.
    """
    os.environ.update(preferred_platform())
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)
    bridge = EventBridge()
    words = Translator(language)
    overlay = Overlay(words, settings)
    bridge.arrived.connect(overlay.on_events)
    if feedback is not None:
        overlay.dismissed.connect(feedback.dismiss)
        overlay.not_useful.connect(feedback.not_useful)
    overlay.show()
    session = _Session()
    menu = AppMenu(words, (AppCommand.STOP, AppCommand.PAUSE, AppCommand.RESUME), ())
    menu.set_state(AppState.RUNNING)
    menu.quit.setVisible(False)
    hotkey = global_hotkey((CLOSE_CARD, JUDGE_CARD))

    def command(requested: AppCommand) -> None:
        if not on_card(overlay, requested):
            menu.set_state(session.command(requested))

    menu.commanded.connect(command)
    overlay.card_changed.connect(menu.set_card)
    if hotkey is not None:
        hotkey.pressed.connect(lambda name: on_card(overlay, HOTKEYS[name]))
    overlay.menu_wanted.connect(menu.pop_up)
    session.finished.connect(lambda: overlay.set_phase(Phase.FINISHED))
    connect_queued(
        session.faulted, lambda bug: overlay.show_message(words("fault.skipped", bug=bug))
    )
    with error_hooks(session.faulted.emit) as bugs, interrupts(session.stop_wanted.emit):
        session.begin(start, bridge)
        app.exec()
        session.close()
    if hotkey is not None:
        hotkey.close()
    overlay.hide()
    overlay.deleteLater()
    app.processEvents()
    return 1 if bugs else 0


def on_card(overlay: Overlay, command: AppCommand) -> bool:
    """Do what was asked with the card; whether that is what the command is about."""
    if command is AppCommand.DISMISS:
        overlay.close_card()
    elif command is AppCommand.NOT_USEFUL:
        overlay.judge_card()
    else:
        return False
    return True
