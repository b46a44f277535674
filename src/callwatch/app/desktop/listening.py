"""Plays encrypted sound in the app, from memory: no player of the system could read it. GUI thread."""

import itertools
import threading
from pathlib import Path
from typing import Final

from callwatch.app.kept_audio import sound_blocks
from callwatch.audio.playback import play
from callwatch.core.errors import CallwatchError
from callwatch.core.log import logged, logger_of

_log: Final = logger_of(__name__)


class Listening:
    """One call at a time; asking for the one that plays stops it."""

    def __init__(self) -> None:
        self._stop: threading.Event | None = None
        self._call_id = ""

    def toggle(self, call_id: str, path: Path) -> None:
        """Begin, or stop what plays. Raises CallwatchError when the key is lost."""
        was = self._call_id if self._stop is not None and not self._stop.is_set() else ""
        self.stop()
        if was == call_id:
            return
        blocks = sound_blocks(path, call_id)
        first = next(blocks, None)  # here, so that a lost key is shown
        if first is None:
            return
        stop = threading.Event()
        self._stop, self._call_id = stop, call_id

        def run() -> None:
            with logged(_log, "the sound of a call was not played", CallwatchError):
                play(itertools.chain((first,), blocks), stop)
            stop.set()

        threading.Thread(target=run, name="callwatch-listen", daemon=True).start()

    def stop(self) -> None:
        """No sound any more."""
        if self._stop is not None:
            self._stop.set()
