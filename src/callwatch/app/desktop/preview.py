"""Twenty seconds of the demo call under an overlay: `python -m callwatch.app.desktop.preview LANGUAGE`.

A process of its own, so that the app's own overlay and call stay as they are. Nothing is kept.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.desktop.warm_up import Until
from callwatch.app.monitor import LIVE_BLOCK_S, demo_config, demo_files
from callwatch.app.overlay import run_with_overlay
from callwatch.audio.realtime_source import RealtimeSource
from callwatch.config import Config, load_what_works
from callwatch.core.channels import Language

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


def main(language: str) -> None:
    """Show it."""
    config = rehearsal_config(load_what_works()[0].config, Language(language))
    source = RealtimeSource(Until(demo_files().open(LIVE_BLOCK_S), TO_S), clock=time.monotonic)
    source.seek(FROM_S)
    with TemporaryDirectory(prefix="callwatch-") as folder, source:
        plan = CallPlan(source, "rehearsal", Path(folder), live=False, in_history=False)
        run_with_overlay(CallFactory(config), plan)


if __name__ == "__main__":
    main(sys.argv[1])
