"""The engine behind the desktop app (callwatch_ui.desktop.DesktopHost).

Threads: `start` and a call's `stop` run in the app's helper thread, a sound check in its own;
everything else in the GUI thread.
"""

import math
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs

from callwatch.app.calls import CallDesk, CallPlan
from callwatch.app.gone import EndsWhenGone
from callwatch.app.monitor import LIVE_BLOCK_S
from callwatch.app.overlay import RunningCall, overlay_settings
from callwatch.app.voices import VoiceWatch
from callwatch.audio.devices import list_devices, open_live
from callwatch.audio.source import CallSource
from callwatch.config import (
    Config,
    LoadedConfig,
    OverlayConfig,
    load_config,
    save_values,
    user_config_path,
)
from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.errors import ConfigError, InputError, MissingPartError
from callwatch.core.events import Event
from callwatch.report.journal import read_journal
from callwatch.speech.choose import choose_recognizer
from callwatch.voice.activity import VoiceActivity
from callwatch_ui.auto_call import AutoCallConfig
from callwatch_ui.first_run import Choice, SetupResult
from callwatch_ui.history_window import CallRow
from callwatch_ui.settings import MAX_SCALE, MIN_OPACITY, MIN_SCALE, THEME_CHOICES, OverlaySettings
from callwatch_ui.settings_form import FieldKind, SettingsField, Value
from callwatch_ui.sound_check import LevelReading

if TYPE_CHECKING:
    from callwatch.store.history import CallHistory

ENGINES = ("auto", "vosk", "whisper", "none")
# What a person finds in the settings window; the rest is for the file.
CHOICES = {
    "call.language": tuple(language.value for language in Language),
    "recognition.engine": ENGINES,
    "overlay.theme": THEME_CHOICES,
}
RANGES = {
    "store.retention_days": (1.0, 3650.0, 1.0),
    "overlay.scale": (MIN_SCALE, MAX_SCALE, 0.25),
    "overlay.opacity": (MIN_OPACITY, 1.0, 0.05),
    "app.end_after_silence_s": (10.0, 600.0, 10.0),
}
SHOWN = (
    "call.language", "call.remember_baseline", "devices.agent", "devices.customer",
    "recognition.engine", "recognition.model", "overlay.theme", "overlay.scale",
    "overlay.opacity", "overlay.click_through", "overlay.reduced_motion",
    "overlay.hide_from_sharing", "app.auto_calls", "app.end_after_silence_s",
    "store.retention_days", "store.keep_transcript",
)  # fmt: skip
SILENCE_DBFS = -90.0
# The watch between calls lets go of the devices within a block; a driver may take its time.
FREE_S = 2.0


class DesktopCall(RunningCall):
    """A live call of the app; closes its devices when it stops."""

    def __init__(
        self, desk: CallDesk, source: CallSource, out_dir: Path, sink: Callable[[Event], None]
    ) -> None:
        self._source = source
        plan = CallPlan(source, source.name, out_dir, live=True)
        super().__init__(desk.open(plan, (sink,)))

    def hold(self) -> None:
        """The caller waits: silence is no dead air."""
        self._call.runner.request(lambda pipeline: pipeline.set_on_hold(True))

    def unhold(self) -> None:
        """The talk goes on."""
        self._call.runner.request(lambda pipeline: pipeline.set_on_hold(False))

    def stop(self) -> None:
        """End the call, write its report, let go of the devices."""
        with self._source:
            super().stop()


class AppSettings:
    """The configuration as fields (callwatch_ui.settings_form.SettingsSource)."""

    def __init__(self, loaded: LoadedConfig) -> None:
        self.loaded = loaded

    def fields(self) -> list[SettingsField]:
        """The settings in force; IT's keys are locked."""
        return [self._field(key) for key in SHOWN]

    def save(self, changes: Mapping[str, Value]) -> None:
        """Into the user's file, then read again."""
        save_values(self.loaded.user_path or user_config_path(), changes)
        self.loaded = load_config(self.loaded.user_path)

    def _field(self, key: str) -> SettingsField:
        section, _, name = key.partition(".")
        value: Value = getattr(getattr(self.loaded.config, section), name)
        kind = FieldKind.TEXT
        if key in CHOICES:
            kind, value = FieldKind.CHOICE, str(value)
        elif isinstance(value, bool):
            kind = FieldKind.SWITCH
        elif isinstance(value, int | float):
            kind = FieldKind.NUMBER
        least, most, step = RANGES.get(key, (0.0, 100.0, 1.0))
        choices = CHOICES.get(key, ())
        if kind is FieldKind.CHOICE and value not in choices:
            choices = (*choices, str(value))
        locked = key in self.loaded.locked
        return SettingsField(key, kind, value, choices, least, most, step, is_locked=locked)


class AppHistory:
    """The stored calls (callwatch_ui.history_window.CallProvider)."""

    def __init__(self, config: Callable[[], Config]) -> None:
        self._config = config

    def calls(self) -> list[CallRow]:
        """The newest first."""
        with self._open() as history:
            stored = history.list()
        return [
            CallRow(
                f.call_id, f.started_at, f.duration_s, f.talk_share_agent,
                f.interruptions_agent, f.threats, f.nudges_shown,
            )
            for f in (call.figures for call in stored)
        ]  # fmt: skip

    def report(self, call_id: str) -> Path:
        """The call's report, written anew from the history."""
        with self._open() as history:
            summary = history.get(call_id)
            past = history.own_history(summary.call.agent_id, summary.call.started_at, call_id)
        folder = data_folder() / "reports" / call_id
        # Loaded here, and the database below: most of the day nobody asks for a report.
        from callwatch.report.write import write_report

        return write_report(summary, folder, self._config().call.language, past).html

    def _open(self) -> "CallHistory":
        from callwatch.store.history import CallHistory

        return CallHistory(self._config().store.url or None)


class SoundListening:
    """Levels of two devices, told from a thread of its own until `close`."""

    def __init__(self, source: CallSource, sink: Callable[[LevelReading], None]) -> None:
        self._source, self._sink = source, sink
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="callwatch-check")
        self._thread.start()

    def close(self) -> None:
        """Let go of the devices."""
        self._closing.set()
        self._thread.join(5)

    def _run(self) -> None:
        with self._source:
            for block in self._source.blocks():
                if self._closing.is_set():
                    return
                levels = {c: _dbfs(block.samples[c.index]) for c in CHANNELS}
                self._sink(LevelReading(block.start_s, levels))


class AppSetup:
    """What the first run asks for (callwatch_ui.first_run.SetupHost)."""

    def devices(self) -> list[Choice]:
        """Everything that can be heard; none when no driver works."""
        try:
            return [Choice(device.id, device.name) for device in list_devices()]
        except (InputError, MissingPartError):
            return []

    def engines(self, language: Language) -> list[Choice]:
        """`auto`, with what it would take, and `none`."""
        choice = choose_recognizer("auto", None, language)
        return [Choice("auto", choice.explanation), Choice("none", "–")]

    def listen(
        self, agent: str, customer: str, sink: Callable[[LevelReading], None]
    ) -> SoundListening:
        """Open both devices."""
        source = open_live(agent or None, customer or None, block_s=LIVE_BLOCK_S)
        return SoundListening(source, sink)

    def rehearse(self) -> None:
        """The demo call under an overlay of its own, in a process of its own."""
        folder = data_folder() / "rehearsal"
        subprocess.Popen(
            [sys.executable, "-m", "callwatch.cli.main", "demo", "--out", str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


class AppHost:
    """Everything that the app needs of the engine."""

    def __init__(self, loaded: LoadedConfig, problem: str = "") -> None:
        try:
            overlay_settings(loaded.config.overlay)
        except ConfigError as error:
            problem = problem or str(error)
            loaded = replace(loaded, config=replace(loaded.config, overlay=OverlayConfig()))
        self.problem = problem
        self.settings = AppSettings(loaded)
        self.history = AppHistory(lambda: self.config)
        self.setup = AppSetup()
        self.feedback = self
        self.needs_setup = not (loaded.user_path or user_config_path()).exists()
        self._call: DesktopCall | None = None
        self._watch: VoiceWatch | None = None

    @property
    def config(self) -> Config:
        """The settings as they are now."""
        return self.settings.loaded.config

    def start(self, sink: Callable[[Event], None]) -> DesktopCall:
        """Open the devices of the settings and begin a call."""
        config = self.config
        if self._watch is not None:
            self._watch.pause()
            self._watch.wait_free(FREE_S)
        source = EndsWhenGone(self._open_devices(), config.app.end_after_lost_s)
        name = f"{datetime.now():%Y-%m-%d-%H%M%S}"
        try:
            call = DesktopCall(CallDesk(config), source, data_folder() / "calls" / name, sink)
        except BaseException:
            with source:
                raise
        self._call = call
        call.begin()
        return call

    def _open_devices(self) -> CallSource:
        devices = self.config.devices
        return open_live(devices.agent or None, devices.customer or None, block_s=LIVE_BLOCK_S)

    def overlay_settings(self) -> OverlaySettings:
        """The overlay's settings as they are now."""
        return overlay_settings(self.config.overlay)

    def recording(self, journal: Path) -> tuple[Sequence[Event], float]:
        """The events of a call that was analysed or watched, and its length."""
        events = list(read_journal(journal))
        return events, max((event.time_s for event in events), default=0.0)

    def finish_setup(self, result: SetupResult) -> None:
        """Keep what the first run chose; locked keys stay IT's."""
        chosen: dict[str, Value] = {
            "call.language": result.language.value,
            "devices.agent": result.agent_device,
            "devices.customer": result.customer_device,
            "recognition.engine": result.engine,
        }
        locked = self.settings.loaded.locked
        self.settings.save({key: value for key, value in chosen.items() if key not in locked})

    def auto_call(self) -> AutoCallConfig | None:
        """When calls begin and end by themselves; None when they do not."""
        app = self.config.app
        if not app.auto_calls:
            return None
        return AutoCallConfig(
            app.both_within_s, app.least_speech_s, app.end_after_silence_s, app.end_manual_calls
        )

    def watch_voices(self, heard: Callable[[Channel, bool], None]) -> VoiceWatch:
        """Listen to the devices of the settings for voices; nothing is kept."""
        self._watch = VoiceWatch(self._open_devices, VoiceActivity, heard)
        return self._watch

    def dismiss(self, nudge_id: str) -> None:
        """The agent closed this card."""
        if self._call is not None:
            self._call.dismiss(nudge_id)

    def not_useful(self, nudge_key: str) -> None:
        """The agent wants to see this kind less often."""
        if self._call is not None:
            self._call.not_useful(nudge_key)


def data_folder() -> Path:
    """Where the app's own calls and reports lie."""
    return Path(platformdirs.user_data_dir("callwatch", appauthor=False))


def _dbfs(samples: np.ndarray) -> float:
    rms = math.sqrt(float(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    return max(SILENCE_DBFS, 20 * math.log10(rms / 32768)) if rms else SILENCE_DBFS
