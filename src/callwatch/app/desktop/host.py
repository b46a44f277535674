"""The engine behind the desktop app (callwatch_ui.desktop.app.DesktopHost).

Threads: `start` and a call's `stop` run in the app's helper thread, `warm_up`, `recover` and a sound
check in their own; everything else in the GUI thread.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from callwatch.app.desktop.break_offer import breather
from callwatch.app.desktop.device_loss import EndOnDeviceLoss
from callwatch.app.desktop.history import AppHistory
from callwatch.app.desktop.retention import delete_old_files
from callwatch.app.desktop.settings import AppSettings
from callwatch.app.desktop.setup import AppSetup
from callwatch.app.desktop.sides import in_full
from callwatch.app.desktop.voice_watch import WATCH_CHUNK_S, VoiceWatch
from callwatch.app.folders import CALLS, data_folder
from callwatch.app.overlay import overlay_settings
from callwatch.app.trusted_clock import believed_now
from callwatch.audio.devices import LIVE_BLOCK_S, load_driver, open_live
from callwatch.audio.loopback import CHUNK_S
from callwatch.audio.source import CallSource
from callwatch.config import Config, LoadedConfig, user_config_path
from callwatch.core.channels import Channel, Language
from callwatch.core.errors import CallwatchError
from callwatch.core.events import Event
from callwatch.core.log import logged, logger_of
from callwatch.core.nudges import Nudge
from callwatch_ui.desktop.auto_call import AutoCallConfig
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.windows.settings_form import Value
from callwatch_ui.windows.setup_host import SetupResult

_log: Final = logger_of(__name__)

if TYPE_CHECKING:
    from callwatch.app.calls import CallOutcome
    from callwatch.app.desktop.engine import CallEngine, DesktopCall

# The watch between calls lets go of the devices within a block; a driver may take its time.
FREE_S = 2.0


class AppHost:
    """Everything that the app needs of the engine."""

    def __init__(self, loaded: LoadedConfig, problem: str = "") -> None:
        self.problem = problem
        self.settings = AppSettings(loaded)
        self.history = AppHistory(lambda: self.config)
        self.setup = AppSetup(lambda: self.config)
        self.feedback = self
        self.needs_setup = not (loaded.user_path or user_config_path()).exists()
        self._call: DesktopCall | None = None
        self._outcome: CallOutcome | None = None
        self._engine: CallEngine | None = None
        self._loading = threading.Lock()
        self._watch: VoiceWatch | None = None
        self._started = datetime.now(UTC)
        if data_folder().is_dir() and (now := believed_now(data_folder())) is not None:
            delete_old_files(data_folder(), self.config.store.retention_days, now)

    @property
    def config(self) -> Config:
        """The settings as they are now."""
        return self.settings.loaded.config

    @property
    def engine(self) -> "CallEngine":
        """The analysis, loaded when it is first needed."""
        with self._loading:
            if self._engine is None:
                # Loaded here: the tray does not wait for it.
                from callwatch.app.desktop.engine import CallEngine

                self._engine = CallEngine()
            return self._engine

    @property
    def language(self) -> Language:
        """The language of the settings as they are now."""
        return self.config.call.language

    def warm_up(self) -> None:
        """Load what a call needs and have it run once: the first call begins at once.

        Loading holds up every thread: it is over before a call, not in it.
        """
        with logged(
            _log, "the warm-up failed", CallwatchError, OSError
        ):  # reported when a call begins
            load_driver()
            self.engine.warm_up(self.config)

    def recover(self) -> tuple[int, int]:
        """Finish what was cut short before this app started: calls, and deletions.

        How many calls have their report now, and how many journals could not be read.
        """
        return self.engine.recover(self.config, data_folder(), self._started)

    def start(self, sink: Callable[[Event], None]) -> "DesktopCall":
        """Open the devices of the settings and begin a call."""
        config = self.config
        if self._watch is not None:
            self._watch.pause()
            self._watch.wait_free(FREE_S)
        source = EndOnDeviceLoss(self._open_devices())
        name = f"{datetime.now():%Y-%m-%d-%H%M%S}"
        try:
            call = self.engine.open(
                config,
                source,
                data_folder() / CALLS / name,
                sink,
                self._call_stopped,
            )
        except BaseException:
            with source:
                raise
        source.on_loss = call.end_at_last_voice
        self._call, self._outcome = call, None
        call.begin()
        return call

    def _call_stopped(self, call: "DesktopCall") -> None:
        """Keep what came of it, and not the call with its pipeline and devices."""
        self._outcome = call.outcome
        if self._call is call:
            self._call = None

    def _open_devices(self, chunk_s: float = CHUNK_S) -> CallSource:
        devices = self.config.devices
        return open_live(
            devices.agent or None,
            devices.customer or None,
            block_s=max(LIVE_BLOCK_S, chunk_s),
            chunk_s=chunk_s,
        )

    def overlay_settings(self) -> OverlaySettings:
        """The overlay's settings as they are now."""
        return overlay_settings(self.config.overlay)

    def recording(
        self, path: Path, advance: Callable[[float, float | None], None]
    ) -> tuple[Sequence[Event], float]:
        """The events of a journal, or of a recording after its analysis, and the call's length."""
        return self.engine.recording(self.config, path, advance)

    def last_report(self) -> Path | None:
        """The report of the call that has just ended, else of the newest in the history."""
        if self._outcome is not None and self._outcome.paths.html.exists():
            return self._outcome.paths.html
        newest = self.history.calls(limit=1)
        return self.history.report(newest[0].id) if newest else None

    def last_fault(self) -> str:
        """Why the history does not hold the last call, or holds calls for too long; "" if it does."""
        fault = self._outcome.history_fault if self._outcome is not None else None
        return "" if fault is None else fault[:1].upper() + fault[1:] + "."

    def breather(self) -> Nudge | None:
        """The offer after the last call, when it was hard."""
        outcome = self._outcome
        if outcome is None:
            return None
        config = self.config
        return breather(outcome.summary, config.call.language, config.nudges.off)

    def finish_setup(self, result: SetupResult) -> None:
        """Keep what the first run chose; locked keys stay IT's."""
        agent, customer = in_full(result.agent_device, result.customer_device)
        chosen: dict[str, Value] = {
            "call.language": result.language.value,
            "devices.agent": agent,
            "devices.customer": customer,
            "recognition.engine": result.engine,
            "app.auto_calls": result.auto_calls,
        }
        locked = self.settings.loaded.locked
        self.settings.save({key: value for key, value in chosen.items() if key not in locked})
        self.needs_setup = False

    def auto_call(self) -> AutoCallConfig | None:
        """When calls begin and end by themselves; None when they do not."""
        app = self.config.app
        if not app.auto_calls:
            return None
        return AutoCallConfig(
            end_after_silence_s=app.end_after_silence_s, ends_manual_calls=app.end_manual_calls
        )

    def watch_voices(self, heard: Callable[[Channel, bool], None]) -> VoiceWatch:
        """Listen to the devices of the settings for voices; nothing is kept."""
        # Loaded here, and not at the start of an app that begins no calls by itself.
        from callwatch.voice.vad.activity import VoiceActivity

        self._watch = VoiceWatch(lambda: self._open_devices(WATCH_CHUNK_S), VoiceActivity, heard)
        return self._watch

    def dismiss(self, nudge_id: str) -> None:
        """The agent closed this card."""
        if self._call is not None:
            self._call.dismiss(nudge_id)

    def not_useful(self, nudge_key: str) -> None:
        """The agent wants to see this kind less often."""
        if self._call is not None:
            self._call.not_useful(nudge_key)
