"""What the first run asks of this machine: devices, levels, recognisers, a rehearsal."""

import math
import subprocess
import threading
from collections.abc import Callable

import numpy as np

from callwatch.app.monitor import LIVE_BLOCK_S
from callwatch.audio.devices import list_devices, open_live
from callwatch.audio.source import CallSource
from callwatch.config import Config
from callwatch.core.build import interpreter
from callwatch.core.channels import CHANNELS, Language
from callwatch.core.errors import InputError, MissingPartError
from callwatch.speech.choose import choose_recognizer
from callwatch_ui.windows.first_run import Choice
from callwatch_ui.windows.mic_check import LevelReading

SILENCE_DBFS = -90.0


class MicCheck:
    """Levels of two devices, reported from a thread of its own until `close`."""

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
    """What the first run asks for (callwatch_ui.windows.first_run.SetupHost)."""

    def __init__(self, config: Callable[[], Config]) -> None:
        self._config = config
        self._rehearsal: subprocess.Popen[bytes] | None = None

    @property
    def keeps_audio(self) -> bool:
        """As the settings say now."""
        return self._config().store.keep_audio

    def devices(self) -> list[Choice]:
        """Everything that can be heard; none when no driver works."""
        try:
            return [Choice(device.id, device.name) for device in list_devices()]
        except (InputError, MissingPartError):
            return []

    def current(self) -> tuple[str, str]:
        """The devices in the settings."""
        devices = self._config().devices
        return devices.agent, devices.customer

    def engines(self, language: Language) -> list[Choice]:
        """`auto`, with what it would take, and `none`."""
        choice = choose_recognizer("auto", None, language)
        taken = f"{choice.engine.capitalize()}, {choice.model}" if choice.create else ""
        return [Choice("auto", taken), Choice("none", "")]

    def listen(self, agent: str, customer: str, sink: Callable[[LevelReading], None]) -> MicCheck:
        """Open both devices."""
        source = open_live(agent or None, customer or None, block_s=LIVE_BLOCK_S)
        return MicCheck(source, sink)

    def preview(self, language: Language) -> None:
        """Part of the demo call under an overlay of its own, in a process of its own; one at a time."""
        if self._rehearsal is not None and self._rehearsal.poll() is None:
            return
        self._rehearsal = subprocess.Popen(
            [interpreter(), "-m", "callwatch.app.desktop.preview", language.value],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def _dbfs(samples: np.ndarray) -> float:
    rms = math.sqrt(float(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    return max(SILENCE_DBFS, 20 * math.log10(rms / 32768)) if rms else SILENCE_DBFS
