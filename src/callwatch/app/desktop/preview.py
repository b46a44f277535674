"""Twenty seconds of the demo call under an overlay, with its sound: `python -m callwatch.app.desktop.preview LANGUAGE`.

A process of its own, so that the app's own overlay and call stay as they are. Nothing is kept.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.desktop.warm_up import Until
from callwatch.app.monitor import demo_config, demo_files
from callwatch.app.overlay import run_with_overlay
from callwatch.audio.devices import LIVE_BLOCK_S, play
from callwatch.audio.realtime_source import RealtimeSource
from callwatch.audio.source import CallSource
from callwatch.audio.source_proxy import SourceProxy
from callwatch.config import Config, load_what_works
from callwatch.core.arrays import FloatArray
from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import Language
from callwatch.core.errors import InputError, MissingPartError

# An interruption and a raised voice, and a card for each.
FROM_S: Final = 15.0
TO_S: Final = 35.0


def rehearsal_config(config: Config, language: Language) -> Config:
    """The person's overlay, in the language that they are about to choose; no words are heard."""
    return replace(
        demo_config(config),
        call=replace(config.call, language=language, remember_baseline=False),
        recognition=replace(config.recognition, engine="none"),
        store=replace(config.store, keep_audio=False),
    )


class Audible(SourceProxy):
    """A recording of which `sound` is heard, from the block at FROM_S on."""

    def __init__(self, source: CallSource, sound: FloatArray) -> None:
        super().__init__(source)
        self._player = threading.Thread(
            target=_play, args=(sound,), name="callwatch-rehearsal", daemon=True
        )

    def blocks(self) -> Iterator[CallBlock]:
        """The blocks; those before FROM_S come at once, and are not heard."""
        for block in super().blocks():
            if block.end_s > FROM_S and self._player.ident is None:
                self._player.start()
            yield block


def _play(sound: FloatArray) -> None:
    with suppress(InputError, MissingPartError):  # without sound it can still be seen
        play(load_what_works()[0].config.devices.customer or None, sound, CALL_RATE_HZ)


def spoken(from_s: float, to_s: float) -> FloatArray:
    """Both voices of the demo call in that time, as one, float32 at the call's rate."""
    with demo_files().open(LIVE_BLOCK_S) as source:
        blocks = [b.samples for b in source.blocks() if from_s <= b.start_s < to_s]
    both = np.concatenate(blocks, axis=1).astype(np.float32) / 32768
    mixed: FloatArray = both.mean(axis=0, dtype=np.float32)
    return mixed


def main(language: str) -> None:
    """Show it."""
    config = rehearsal_config(load_what_works()[0].config, Language(language))
    paced = RealtimeSource(Until(demo_files().open(LIVE_BLOCK_S), TO_S), clock=time.monotonic)
    paced.seek(FROM_S)
    source = Audible(paced, spoken(FROM_S, TO_S))
    with TemporaryDirectory(prefix="callwatch-") as folder, source:
        plan = CallPlan(source, "rehearsal", Path(folder), live=False, in_history=False)
        run_with_overlay(CallFactory(config), plan)


if __name__ == "__main__":
    main(sys.argv[1])
