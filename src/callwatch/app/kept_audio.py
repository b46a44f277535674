"""The sound of a call that is kept because `store.keep_audio` is on: where it lies, how it goes.

Kept sound lies in the app's own data folder, in a folder for each history, and goes when its call
goes. It is given its name only when the history knows it, so what a crash leaves behind is an
unfinished file, or one that no call knows; `tidy` takes both away.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from callwatch.app.folders import AUDIO, data_folder
from callwatch.audio.recording_writer import SUFFIX, KeptFile, remove_unfinished
from callwatch.audio.source import CallSource
from callwatch.audio.source_proxy import SourceProxy
from callwatch.config import Config, StoreConfig
from callwatch.core.audio import CallBlock
from callwatch.core.errors import OutputError
from callwatch.core.events import Event
from callwatch.core.facts import Fact
from callwatch.core.log import logged, logger_of
from callwatch.core.summary import CallInfo, CallSummary
from callwatch.session.audio_keeper import WITHOUT_WORDS, AudioKeeper, not_written

_log: Final = logger_of(__name__)

if TYPE_CHECKING:
    from callwatch.store.history import CallHistory


def audio_folder(store: StoreConfig) -> Path:
    """Where the sound of this history's calls lies."""
    key = hashlib.sha256((store.url or "own").encode()).hexdigest()[:12]
    return data_folder() / AUDIO / key


def remove_unfinished_audio() -> None:
    """Delete what crashes left of recordings, of any history."""
    remove_unfinished(data_folder() / AUDIO)


def tidy(history: "CallHistory", store: StoreConfig) -> None:
    """Delete sound that no call of the history knows."""
    folder = audio_folder(store)
    remove_unfinished(folder)
    files = sorted(folder.glob(f"*{SUFFIX}"))
    for path in set(files) - history.known_files(files):
        # Open in a player on Windows: the next time.
        with logged(_log, "sound that no call knows was not deleted", OSError):
            path.unlink(missing_ok=True)


class KeptAudio:
    """The sound of one call; `fault` says why it is not kept."""

    def __init__(self, config: Config, call: CallInfo, *, with_words: bool) -> None:
        self._days = config.store.retention_days
        self._file: KeptFile | None = None
        self._keeper: AudioKeeper | None = None
        self._fault: Fact | None = None
        if not with_words:
            self._fault = WITHOUT_WORDS
            return
        try:
            self._file = KeptFile(audio_folder(config.store) / f"{call.id}{SUFFIX}")
        except OutputError as exc:
            self._fault = not_written(exc)
            return
        self._keeper = AudioKeeper(self._file, config.call.language)

    @property
    def fault(self) -> Fact | None:
        """Why nothing is kept, for the report."""
        return self._fault if self._keeper is None else self._keeper.fault

    @property
    def path(self) -> Path | None:
        """Where the sound will lie."""
        return None if self._file is None or self.fault is not None else self._file.path

    def add(self, block: CallBlock) -> None:
        """The next block of the call."""
        if self._keeper is not None:
            self._keeper.add(block)

    def on_event(self, event: Event) -> None:
        """A sink for the events of the call."""
        if self._keeper is not None:
            self._keeper.on_event(event)

    def close(self, summary: CallSummary) -> CallSummary:
        """The call is over: the summary, which says that its sound is kept, or why not."""
        if self._keeper is not None:
            self._keeper.close()
        if self.fault is None:
            start = datetime.fromisoformat(summary.call.started_at)
            last_day = (start + timedelta(days=self._days)).date().isoformat()
            return replace(summary, call=replace(summary.call, audio_kept_until=last_day))
        quality = summary.input_quality
        if self.fault in quality.warnings:
            return summary
        quality = replace(quality, warnings=(*quality.warnings, self.fault))
        return replace(summary, input_quality=quality)

    def publish(self) -> None:
        """The history knows the file: give it its name. Raises OutputError."""
        if self._file is not None and self.fault is None:
            self._file.publish()

    def discard(self) -> None:
        """Keep nothing of this call."""
        if self._keeper is not None:
            self._keeper.discard()


class Taped(SourceProxy):
    """A CallSource whose blocks are kept as they go by."""

    def __init__(self, source: CallSource, audio: KeptAudio) -> None:
        super().__init__(source)
        self._audio = audio

    def blocks(self) -> Iterator[CallBlock]:
        """The blocks, each given to the recording first."""
        for block in self._source.blocks():
            self._audio.add(block)
            yield block

    def warnings(self) -> tuple[Fact, ...]:
        """Those of the source, and why nothing is kept."""
        fault = self._audio.fault
        return self._source.warnings() if fault is None else (*self._source.warnings(), fault)
