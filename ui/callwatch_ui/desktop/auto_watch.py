"""Lets calls begin and end by themselves: voices and the clock in, commands out. GUI thread.

Between calls the host's watch tells who speaks; during a call its own events do. What that means
is decided in auto_call.py.
"""

from collections.abc import Callable
from typing import Final, Protocol

from PyQt6.QtCore import QElapsedTimer, QObject, QTimer, pyqtSignal

from callwatch.core.channels import Channel
from callwatch.core.events import Event, VoiceStarted, VoiceStopped
from callwatch_ui.desktop.auto_call import AutoCall, AutoCallConfig, AutoDecision
from callwatch_ui.desktop.ipc import AppCommand, AppState

TICK_MS: Final = 1000


class VoiceWatching(Protocol):
    """Devices that are listened to between calls. No method waits."""

    def pause(self) -> None:
        """Let go of the devices: a call needs them."""

    def resume(self) -> None:
        """Listen again."""

    def close(self) -> None:
        """Listen no more."""


class VoiceHost(Protocol):
    """What the watch needs from the engine."""

    def auto_call(self) -> AutoCallConfig | None:
        """When calls begin and end by themselves; None when they do not."""

    def watch_voices(self, heard: Callable[[Channel, bool], None]) -> VoiceWatching:
        """Tell who starts (True) and stops speaking, from any thread."""


class AutoWatch(QObject):
    """`begin_wanted`: both sides speak; `end_wanted`: nobody has for long."""

    begin_wanted = pyqtSignal()
    end_wanted = pyqtSignal()
    _voice = pyqtSignal(object, bool)

    def __init__(self, host: VoiceHost, clock: Callable[[], float] | None = None) -> None:
        super().__init__()
        elapsed = QElapsedTimer()
        elapsed.start()
        self._clock_s = clock or (lambda: elapsed.elapsed() / 1000)
        self._host = host
        self._auto: AutoCall | None = None
        self._config: AutoCallConfig | None = None
        self._watching: VoiceWatching | None = None
        self._state = AppState.IDLE
        self._voice.connect(self._heard)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    def reload(self) -> None:
        """Take the settings as they are now; a call that runs goes on."""
        config = self._host.auto_call()
        if self._watching is not None:
            self._watching.close()
            self._watching = None
        if config != self._config or config is None:
            self._config = config
            self._auto = None if config is None else AutoCall(config)
            if self._auto is not None and self._state is not AppState.IDLE:
                self._auto.started_by_hand(self._clock_s())
        if config is None:
            self._timer.stop()
            return
        self._watching = self._host.watch_voices(self._voice.emit)
        if self._state is AppState.IDLE:
            self._watching.resume()
        self._timer.start()

    def close(self) -> None:
        """Listen no more."""
        self._timer.stop()
        if self._watching is not None:
            self._watching.close()
            self._watching = None

    def on_events(self, events: tuple[Event, ...]) -> None:
        """The call's own events say who speaks."""
        for event in events:
            if isinstance(event, VoiceStarted | VoiceStopped):
                self._heard(event.channel, isinstance(event, VoiceStarted))

    def commanded(self, command: AppCommand) -> None:
        """The agent, or a soft-phone hook, gave this command and it was followed."""
        if self._auto is None:
            return
        if command is AppCommand.START:
            self._auto.started_by_hand(self._clock_s())
        elif command in (AppCommand.STOP, AppCommand.TRANSFER):
            self._auto.stopped_by_hand()

    def failed(self) -> None:
        """A call could not begin: the same talk does not try again."""
        if self._auto is not None:
            self._auto.stopped_by_hand()

    def set_state(self, state: AppState) -> None:
        """A call began, ended, or rests."""
        was_idle, self._state = self._state is AppState.IDLE, state
        is_idle = state is AppState.IDLE
        if self._auto is None or is_idle == was_idle:
            return
        if is_idle:
            self._auto.call_over()
        self._auto.forget_voices()
        if self._watching is not None:
            (self._watching.resume if is_idle else self._watching.pause)()

    def tick(self) -> None:
        """The time went on. Nobody is expected to speak during hold and card payment."""
        if self._auto is None:
            return
        if self._state in (AppState.HELD, AppState.PAUSED):
            self._auto.rest(self._clock_s())
        else:
            self._decide(self._auto.tick(self._clock_s()))

    def _heard(self, channel: Channel, is_speaking: bool) -> None:
        if self._auto is not None:
            handler = self._auto.voice_started if is_speaking else self._auto.voice_stopped
            self._decide(handler(channel, self._clock_s()))

    def _decide(self, decision: AutoDecision) -> None:
        if decision is AutoDecision.BEGIN:
            self.begin_wanted.emit()
        elif decision is AutoDecision.END:
            self.end_wanted.emit()
