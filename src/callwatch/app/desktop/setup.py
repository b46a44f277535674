"""What the first run asks of this machine: devices, levels, a tone, recognisers, a rehearsal."""

import math
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import numpy as np

from callwatch.app.desktop.model_download import ModelDownload, Sink
from callwatch.app.desktop.sides import side_choices
from callwatch.audio.devices import LIVE_BLOCK_S, open_live, play
from callwatch.audio.source import CallSource
from callwatch.config import Config
from callwatch.core.arrays import FloatArray
from callwatch.core.build import interpreter
from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.errors import InputError, MissingPartError
from callwatch.core.model_folders import MEANING_MODEL
from callwatch.phrases.embeddings import find_model
from callwatch.speech.choose import choose_recognizer, has_library
from callwatch.speech.models.catalogue import CatalogueModel, catalogue, catalogue_model
from callwatch.speech.models.installed import MEANING
from callwatch.speech.models.library import ModelLibrary
from callwatch_ui.windows.mic_check import LevelReading
from callwatch_ui.windows.setup_host import Choice, Recogniser

SILENCE_DBFS: Final = -90.0
# Two notes, a fifth apart, at the level of quiet speech: nobody takes off the headset.
TONE_HZ: Final = (440.0, 660.0)
TONE_NOTE_S: Final = 1.0
TONE_PEAK: Final = 0.1
TONE_FADE_S: Final = 0.05
TONE_RATE_HZ: Final = 48_000


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
    """What the first run asks for (callwatch_ui.windows.setup_host.SetupHost)."""

    def __init__(self, config: Callable[[], Config]) -> None:
        self._config = config
        self._rehearsal: subprocess.Popen[bytes] | None = None
        self._download: ModelDownload | None = None

    @property
    def keeps_audio(self) -> bool:
        """As the settings say now."""
        return self._config().store.keep_audio

    def devices(self, side: Channel) -> list[Choice]:
        """What may be that side; none when no driver works."""
        return [Choice(*choice) for choice in side_choices(side)]

    def current(self) -> tuple[str, str]:
        """The devices in the settings."""
        devices = self._config().devices
        return devices.agent, devices.customer

    def recogniser(self, language: Language) -> Recogniser:
        """What `auto` would take, else the model to begin with, if its library is here.

        Where words are heard, the model of meanings is what is offered, unless it is here too.
        """
        choice = choose_recognizer("auto", None, language)
        if choice.create is None:
            return _offered("", first_model(language))
        found = f"{choice.engine.capitalize()}, {choice.model}"
        wants_meaning = find_model() is None and has_library(MEANING)
        return _offered(found, catalogue_model(MEANING_MODEL) if wants_meaning else None)

    def download(self, name: str, sink: Sink) -> ModelDownload:
        """Fetch this model; one that is being fetched already goes on."""
        known = self._download
        if known is not None and known.is_running and known.model.name == name:
            known.watch(sink)
            return known
        if known is not None:
            known.close()
        self._download = ModelDownload(catalogue_model(name), sink, ModelLibrary()).start()
        return self._download

    def listen(self, agent: str, customer: str, sink: Callable[[LevelReading], None]) -> MicCheck:
        """Open both devices."""
        source = open_live(agent or None, customer or None, block_s=LIVE_BLOCK_S)
        return MicCheck(source, sink)

    def play_tone(self, customer: str) -> None:
        """Begin to play it; a device that plays nothing shows in the levels."""

        def run() -> None:
            with suppress(InputError, MissingPartError):
                play(customer or None, tone(), TONE_RATE_HZ)

        threading.Thread(target=run, name="callwatch-tone", daemon=True).start()

    def preview(self, language: Language) -> None:
        """Part of the demo call under an overlay of its own, in a process of its own; one at a time."""
        if self._rehearsal is not None and self._rehearsal.poll() is None:
            return
        self._rehearsal = subprocess.Popen(
            [interpreter(), "-m", "callwatch.app.desktop.preview", language.value],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        """The app ends: a download stops, and can go on another day."""
        if self._download is not None:
            self._download.close()


def _offered(found: str, model: CatalogueModel | None) -> Recogniser:
    if model is None:
        return Recogniser(found=found)
    site = urlsplit(model.base).hostname or ""
    return Recogniser(found, model.name, model.size_mb, model.licence, site)


def first_model(language: Language) -> CatalogueModel | None:
    """The smallest model that is offered for a language and that this installation can use."""
    usable = [
        model
        for model in catalogue()
        if language.value in model.first_for and has_library(model.engine)
    ]
    return min(usable, key=lambda model: model.size_mb, default=None)


def tone() -> FloatArray:
    """Two soft notes, float32."""
    at = np.arange(round(TONE_NOTE_S * TONE_RATE_HZ)) / TONE_RATE_HZ
    fade = np.clip(np.minimum(at, TONE_NOTE_S - at) / TONE_FADE_S, 0.0, 1.0)
    notes = [TONE_PEAK * fade * np.sin(2 * np.pi * hz * at) for hz in TONE_HZ]
    return np.concatenate(notes).astype(np.float32)


def _dbfs(samples: np.ndarray) -> float:
    rms = math.sqrt(float(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    return max(SILENCE_DBFS, 20 * math.log10(rms / 32768)) if rms else SILENCE_DBFS
