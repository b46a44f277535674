"""The sound of a call that is kept because `store.keep_audio` is on: where it lies, how it goes.

Kept sound lies in the app's own data folder, in a folder for each history, and goes when its call
goes. It is given its name only when the history knows it, so what a crash leaves behind is an
unfinished file, or one that no call knows; `tidy` takes both away.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from callwatch.app.folders import AUDIO, data_folder
from callwatch.app.unfinished import marked_calls
from callwatch.audio.files import open_recording
from callwatch.audio.recording_writer import (
    KeptFile,
    finish_part,
    remove_unfinished,
)
from callwatch.audio.sealed_recording import (
    SALT_BYTES,
    SealedFile,
    holds_sound,
    read_sealed,
    write_clear,
)
from callwatch.audio.source import CallSource
from callwatch.audio.source_proxy import SourceProxy
from callwatch.config import Config, StoreConfig
from callwatch.core.audio import CallBlock, Samples
from callwatch.core.errors import MissingPartError, OutputError, StoreError
from callwatch.core.events import Event
from callwatch.core.facts import Fact
from callwatch.core.files import SEALED_SUFFIX, SOUND_SUFFIX, SOUND_SUFFIXES
from callwatch.core.log import logged, logger_of
from callwatch.core.summary import CallInfo, CallSummary
from callwatch.report.files import copy_private, write_private
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
    remove_unfinished(data_folder() / AUDIO, _waiting())


def tidy(history: "CallHistory", store: StoreConfig) -> None:
    """Delete sound that no call of the history knows."""
    folder, waiting = audio_folder(store), _waiting()
    remove_unfinished(folder, waiting)
    files = sorted(path for suffix in SOUND_SUFFIXES for path in folder.glob(f"*{suffix}"))
    for path in set(files) - history.known_files(files):
        if path.name.partition(".")[0] in waiting:
            continue
        # Open in a player on Windows: the next time.
        with logged(_log, "sound that no call knows was not deleted", OSError):
            path.unlink(missing_ok=True)


def _waiting() -> set[str]:
    """Calls that are marked as unfinished: their sound goes with them, not before."""
    return {call.call_id for call in marked_calls()}


def _new_file(store: StoreConfig, call_id: str) -> KeptFile | SealedFile:
    """Where the sound of a call goes: in clear, or encrypted. OutputError, StoreError, MissingPartError."""
    folder = audio_folder(store)
    if not store.encrypt:
        return KeptFile(folder / f"{call_id}{SOUND_SUFFIX}")
    from callwatch.store.sealing import new_sound_cipher

    salt = os.urandom(SALT_BYTES)
    cipher = new_sound_cipher(call_id, salt)
    return SealedFile(folder / f"{call_id}{SEALED_SUFFIX}", salt, cipher)


def is_sealed(path: Path) -> bool:
    """Whether kept sound is encrypted, by its name."""
    return path.name.endswith(SEALED_SUFFIX)


def clear_suffix(path: Path) -> str:
    """The ending of kept sound once it is in clear."""
    return SOUND_SUFFIX if is_sealed(path) else path.suffix


def sound_blocks(path: Path, call_id: str) -> Iterator[Samples]:
    """Kept sound in memory, int16 (2, n), encrypted or not; StoreError, InputError without its key."""
    if is_sealed(path):
        from callwatch.store.sealing import sound_cipher

        return read_sealed(path, partial(sound_cipher, call_id))
    return _clear_blocks(path)


def _clear_blocks(path: Path) -> Iterator[Samples]:
    with open_recording(path) as source:
        for block in source.blocks():
            yield block.samples


def recovered_sound(store: StoreConfig, call_id: str, *, was_closed: bool) -> Path | None:
    """What a kill left of a call's sound, given its name; None when there is nothing to hear.

    Of encrypted sound every whole chunk. Sound in clear is whole only when it `was_closed`.
    """
    folder = audio_folder(store)
    for suffix in (SEALED_SUFFIX, SOUND_SUFFIX) if was_closed else (SEALED_SUFFIX,):
        path = folder / f"{call_id}{suffix}"
        if not (finish_part(path) or path.is_file()):
            continue
        if not is_sealed(path) or holds_sound(path):
            return path
        with logged(_log, "recovered sound without a chunk was not deleted", OSError):
            path.unlink()
    return None


def with_last_day(summary: CallSummary, days: int) -> CallSummary:
    """The summary of a call whose sound is kept for so many days."""
    start = datetime.fromisoformat(summary.call.started_at)
    last_day = (start + timedelta(days=days)).date().isoformat()
    return replace(summary, call=replace(summary.call, audio_kept_until=last_day))


def without_sound(summary: CallSummary) -> CallSummary:
    """The summary of a call whose sound is not kept."""
    if summary.call.audio_kept_until is None:
        return summary
    return replace(summary, call=replace(summary.call, audio_kept_until=None))


def export_sound(path: Path, call_id: str, target: Path) -> None:
    """Kept sound as a FLAC for its owner alone at `target`. OSError, StoreError, InputError."""
    if not is_sealed(path):
        copy_private(path, target)
        return
    from callwatch.store.sealing import sound_cipher

    clear = io.BytesIO()
    write_clear(path, partial(sound_cipher, call_id), clear)
    write_private(target, clear.getvalue())


class KeptAudio:
    """The sound of one call; `fault` says why it is not kept."""

    def __init__(self, config: Config, call: CallInfo, *, with_words: bool) -> None:
        self._days = config.store.retention_days
        self._file: KeptFile | SealedFile | None = None
        self._keeper: AudioKeeper | None = None
        self._fault: Fact | None = None
        if not with_words:
            self._fault = WITHOUT_WORDS
            return
        try:
            self._file = _new_file(config.store, call.id)
        except (OutputError, StoreError, MissingPartError) as exc:
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

    def leave(self) -> bool:
        """The history takes the call another time: encrypted sound waits for it; whether it does."""
        if not isinstance(self._file, SealedFile) or self.fault is not None:
            return False
        self._file.leave()
        return True

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
            return with_last_day(summary, self._days)
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
