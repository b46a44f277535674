"""The desktop app: tray, overlay, socket, hot-key and windows around one CallControl.

The engine is behind DesktopHost; nothing in here knows devices, files or the configuration.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PyQt6.QtCore import QLocale, QObject, QTimer, QUrl, pyqtSignal
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QFileDialog, QSystemTrayIcon, QWidget

from callwatch.core.channels import Language
from callwatch.core.errors import CallwatchError
from callwatch.core.events import Event
from callwatch_ui.desktop.auto_watch import AutoWatch
from callwatch_ui.desktop.call_control import CallControl
from callwatch_ui.desktop.host import DesktopHost
from callwatch_ui.desktop.ipc import (
    Answer,
    AppCommand,
    AppState,
)
from callwatch_ui.desktop.ipc_server import CommandServer
from callwatch_ui.desktop.overlay_session import HOTKEYS
from callwatch_ui.desktop.tray import AppMenu, Tray, has_tray
from callwatch_ui.native.event_bridge import EventBridge, connect_queued
from callwatch_ui.native.gc_control import GcController
from callwatch_ui.native.global_shortcut import global_hotkey
from callwatch_ui.native.qt_texts import QtTexts
from callwatch_ui.native.session_watch import SessionWatch
from callwatch_ui.native.windows_notifications import shows_notifications
from callwatch_ui.overlay.break_offer import BreatherOffer
from callwatch_ui.overlay.state import OverlayState, Phase
from callwatch_ui.overlay.window import Overlay
from callwatch_ui.theme.style import look_for
from callwatch_ui.translator import Translator
from callwatch_ui.windows.first_run import FirstRun
from callwatch_ui.windows.history_window import HistoryWindow
from callwatch_ui.windows.recording_loader import RecordingLoader
from callwatch_ui.windows.registry import OpenWindows
from callwatch_ui.windows.replay_window import ReplayWindow
from callwatch_ui.windows.settings_dialog import SettingsDialog
from callwatch_ui.windows.setup_host import SetupResult

PHASES = {
    AppState.IDLE: Phase.FINISHED,
    AppState.RUNNING: Phase.RUNNING,
    AppState.HELD: Phase.HELD,
    AppState.PAUSED: Phase.PAUSED,
}
# The desktop's own start is over by then, and nobody has called yet.
WARM_UP_MS = 2000
WARM_UP_END_S = 1.0
# A panel that crashed is back within a few seconds; until then the overlay is all there is to click.
TRAY_CHECK_MS = 5000
RECORDINGS = "*.wav *.flac *.ogg *.jsonl"


class DesktopApp(QObject):
    """Joins the parts; `quit_wanted` when the person ends it."""

    quit_wanted = pyqtSignal()
    # From any thread: the kind and place of a bug.
    faulted = pyqtSignal(str)
    _recovered = pyqtSignal(int, int)
    _warmed = pyqtSignal()

    def __init__(self, words: Translator, host: DesktopHost) -> None:
        super().__init__()
        self._words, self._host = words, host
        self.windows = OpenWindows()
        self.bridge = EventBridge()
        self.overlay = Overlay(words, host.overlay_settings())
        self.control = CallControl(host.start, self.bridge, words)
        self.server = CommandServer(self.command, lambda: self.control.state)
        self.menu = AppMenu(words)
        self.tray = Tray(words, self.menu)
        self._hotkey = global_hotkey()
        self.session = SessionWatch(self.control.finish)
        self.breather = BreatherOffer(self.overlay)
        self.auto = AutoWatch(host)
        self.reader = RecordingLoader(words, host.recording)
        self.garbage = GcController(self)
        self._qt_texts = QtTexts(words)
        self._qt_texts.speak(words.language)
        self._warming: threading.Thread | None = None
        self._had_tray = has_tray()
        self._warm_up = QTimer(self)
        self._warm_up.setSingleShot(True)
        self._warm_up.setInterval(WARM_UP_MS)
        self._warm_up.timeout.connect(self._begin_to_warm)
        self._tray_watch = QTimer(self)
        self._tray_watch.setInterval(TRAY_CHECK_MS)
        self._tray_watch.timeout.connect(self.check_tray)
        self._connect_signals()

    def show(self) -> None:
        """Show the tray icon, or the overlay where there is no tray; the first run if it is due."""
        self.garbage.start()
        self._tray_watch.start()
        if has_tray():
            self.tray.show()
        else:
            self.overlay.show()
        if self._host.problem:
            self._notify(self._host.problem)
        if self._hotkey is not None and self._hotkey.refused:
            keys = ", ".join(f"Ctrl+Alt+{key.upper()}" for key in self._hotkey.refused)
            self._notify(self._words("hotkey.refused", keys=keys))
        if self._host.needs_setup:
            self._speak(system_language() or self._words.language)
            self.open_window("setup")
        else:
            self.auto.reload()
        self.session.start(int(self.overlay.winId()))
        self._warm_up.start()

    def close(self) -> None:
        """End everything; waits for a report that is being written, and for nothing else for long."""
        self.control.close()
        self.session.stop()
        self.auto.close()
        self.reader.close()
        self.server.close()
        self._warm_up.stop()
        self._tray_watch.stop()
        if self._warming is not None:
            self._warming.join(WARM_UP_END_S)
        if self._hotkey is not None:
            self._hotkey.close()
        self.windows.close_all()
        self.auto.close()  # a first run that was left would have begun it again
        self._host.setup.close()
        self.tray.hide()
        self.overlay.hide()
        self.garbage.stop()

    def open_window(self, name: str) -> None:
        """Open one of tray.WINDOWS, or bring it to the front."""
        # A replay that is open does not keep another recording from being chosen.
        if name != "replay" and self.windows.raise_up(name):
            return
        try:
            window = self._window(name)
        except CallwatchError as exc:
            self._notify(str(exc))
            return
        if window is not None:
            self.windows.show(name, window)

    def press(self, key: str) -> None:
        """A global hot-key."""
        if key in HOTKEYS:
            self.command(HOTKEYS[key])
        else:
            self.toggle()

    def toggle(self) -> None:
        """Start when idle, else stop."""
        idle = self.control.state is AppState.IDLE
        self.command(AppCommand.START if idle else AppCommand.STOP)

    def _begin_to_warm(self) -> None:
        if self._warming is not None and self._warming.is_alive():
            self._warm_up.start()  # it warms for other settings: once more after it
            return
        # A model that is still being loaded must not hold up the end of the session.
        self._warming = threading.Thread(
            target=self._prepare, name="callwatch-warm-up", daemon=True
        )
        self._warming.start()

    def _prepare(self) -> None:
        """In a helper thread: calls that were cut short, and what the next one needs."""
        finished, set_aside = self._host.recover()
        if finished or set_aside:
            self._recovered.emit(finished, set_aside)
        self._host.warm_up()
        self._warmed.emit()

    def _connect_signals(self) -> None:
        connect_queued(
            self.faulted, lambda bug: self._notify(self._words("fault.skipped", bug=bug))
        )
        self._recovered.connect(self._tell_recovered)
        self.bridge.arrived.connect(self.overlay.on_events)
        self.overlay.dismissed.connect(self._host.feedback.dismiss)
        self.overlay.not_useful.connect(self._host.feedback.not_useful)
        self.overlay.menu_wanted.connect(self.menu.pop_up)
        self.overlay.card_changed.connect(self.menu.set_card)
        self.overlay.keep_open_changed.connect(self._remember_pin)
        self.control.state_changed.connect(self._show_state)
        self.control.failed.connect(self._notify)
        self.control.ended.connect(self._call_ended)
        self.breather.over.connect(self._hide_when_idle)
        self.overlay.dismissed.connect(self._hide_when_idle)
        self.reader.done.connect(self._show_replay)
        self.reader.failed.connect(self._notify)
        self.control.show_wanted.connect(self._bring_to_front)
        self.menu.commanded.connect(self.command)
        self.menu.window_wanted.connect(self.open_window)
        self.menu.quit_wanted.connect(self.quit_wanted)
        self.tray.activated.connect(self._tray_clicked)
        self.bridge.arrived.connect(self.auto.on_events)
        self._warmed.connect(self.garbage.set_aside)
        self.control.state_changed.connect(lambda s: self.garbage.set_resting(s is AppState.IDLE))
        self.control.state_changed.connect(self.auto.set_state)
        self.control.failed.connect(self.auto.failed)
        self.auto.begin_wanted.connect(lambda: self.control.handle(AppCommand.START))
        self.auto.end_wanted.connect(self.control.end_by_itself)
        self.session.away.connect(self.control.note_absence)
        if self._hotkey is not None:
            self._hotkey.pressed.connect(self.press)

    def _tell_recovered(self, finished: int, set_aside: int) -> None:
        if finished:
            self._notify(self._words("history.recovered", n=finished))
        if set_aside:
            self._notify(self._words("history.set_aside", n=set_aside))

    def command(self, command: AppCommand) -> Answer:
        """Do what a key, the menu or another program asks for."""
        if command is AppCommand.DISMISS:
            return self._card_answer(self.overlay.close_card())
        if command is AppCommand.NOT_USEFUL:
            return self._card_answer(self.overlay.judge_card())
        answer = self.control.handle(command)
        if answer.ok:
            self.auto.commanded(command)
        return answer

    def _card_answer(self, done: bool) -> Answer:
        text = self._words("answer.card_closed" if done else "answer.no_card")
        return Answer(done, self.control.state, text)

    def _show_state(self, state: AppState) -> None:
        self.tray.set_state(state)
        if state is AppState.RUNNING and self.overlay.state.phase is Phase.FINISHED:
            self.overlay.set_state(OverlayState())
        self.overlay.set_phase(PHASES[state])
        if state is not AppState.IDLE:
            self.overlay.show()
        else:
            self._hide_when_idle()

    def _remember_pin(self, keep_open: bool) -> None:
        """For the next start; before the first run there is no file to keep it in."""
        if not self._host.needs_setup:
            with suppress(CallwatchError):  # it then lasts until the app ends
                self._host.settings.save({"overlay.keep_open": keep_open})

    def _bring_to_front(self) -> None:
        """The app was started once more: perhaps nothing of it can be clicked."""
        self.overlay.show()
        if self._host.overlay_settings().click_through and not has_tray():
            self.open_window("settings")

    def _notify(self, message: str) -> None:
        message = message[:1].upper() + message[1:]
        if self.tray.isVisible() and shows_notifications():
            self.tray.showMessage("callwatch", message, QSystemTrayIcon.MessageIcon.Warning)
        else:
            self.overlay.show_message(message)

    def _tray_clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.overlay.setVisible(not self.overlay.isVisible())

    def _window(self, name: str) -> QWidget | None:
        match name:
            case "settings":
                dialog = SettingsDialog(self._words, self._host.settings)
                dialog.saved.connect(self._settings_saved)
                return dialog
            case "report":
                self._open_last_report()
                return None
            case "history":
                return HistoryWindow(self._words, self._host.history)
            case "replay":
                self._choose_recording()
                return None
            case _:
                # It listens to the devices itself, and its rehearsal is no call.
                self.auto.close()
                look = look_for(self._host.overlay_settings())
                wizard = FirstRun(self._words, self._host.setup, look)
                wizard.chosen.connect(self._set_up)
                wizard.skipped.connect(self._skip_setup)
                wizard.corner_wanted.connect(self._try_corner)
                wizard.language_wanted.connect(self._set_up_in)
                return wizard

    def _open_last_report(self) -> None:
        report = self._host.last_report()
        if report is None:
            self._notify(self._words("history.empty"))
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(report)))

    def _set_up_in(self, language: Language) -> None:
        """The first run from its beginning, in the language that was chosen in it."""
        old = self.windows.get("setup")
        place = None if old is None else old.pos()
        self.windows.close("setup")
        self._speak(language)
        self.open_window("setup")
        wizard = self.windows.get("setup")
        if place is not None and isinstance(wizard, FirstRun):
            wizard.move(place)
            wizard.language.setFocus()

    def _skip_setup(self) -> None:
        self._speak(self._host.language)
        if not self._host.needs_setup:
            self.auto.reload()

    def _speak(self, language: Language) -> None:
        if language is not self._words.language:
            self._words.language = language
            self._qt_texts.speak(language)
            self.menu.retranslate()
            self.tray.set_state(self.control.state)
            self.overlay.retranslate()

    def _settings_saved(self, _changes: dict[str, object]) -> None:
        is_other = self._host.language is not self._words.language
        self._speak(self._host.language)
        if is_other and self.control.state is not AppState.IDLE:
            # The windows speak it at once; cards and recogniser are those of the call.
            self._notify(self._words("settings.language_later"))
        self.overlay.apply(self._host.overlay_settings())
        self.auto.reload()
        self._warm_up.start()

    def _try_corner(self, corner: str) -> None:
        self.overlay.go_to_corner(corner)
        self.overlay.show()

    def _set_up(self, result: SetupResult) -> None:
        self._host.finish_setup(result)
        self._settings_saved({})
        self._hide_when_idle()

    def _choose_recording(self) -> None:
        title = self._words("replay.title")
        kinds = f"{self._words('replay.journal')} ({RECORDINGS})"
        name, _ = QFileDialog.getOpenFileName(None, title, "", kinds)
        if name:
            self.reader.open(Path(name))

    def _show_replay(self, events: Sequence[Event], duration_s: float) -> None:
        look = look_for(self._host.overlay_settings())
        window = ReplayWindow(self._words, look, events, duration_s)
        self.windows.show("replay", window)

    def _call_ended(self) -> None:
        if fault := self._host.last_fault():
            self._notify(fault)
        nudge = self._host.breather()
        if nudge is not None and self.control.state is AppState.IDLE:
            self.breather.show(nudge)

    def check_tray(self) -> None:
        """A tray that died leaves the overlay to be clicked; one that came takes over again."""
        if not has_tray():
            self.overlay.show()
        elif not self.tray.isVisible():
            self.tray.show()
            self._hide_when_idle()
        elif not self._had_tray:
            self._hide_when_idle()
        self._had_tray = has_tray()

    def _hide_when_idle(self) -> None:
        """Without a call and a card the overlay is in the tray's keeping."""
        is_idle = self.control.state is AppState.IDLE
        if is_idle and self.overlay.state.nudge is None and has_tray():
            self.overlay.hide()


def system_language() -> Language | None:
    """The language of this person's system, where callwatch speaks it."""
    name = QLocale.system().name().partition("_")[0]
    known = {"en": Language.EN, "sv": Language.SV, "da": Language.DA}
    known |= {"nb": Language.NB, "no": Language.NB, "nn": Language.NB}
    return known.get(name)
