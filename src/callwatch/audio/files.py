"""Recordings as calls: one two-channel file, or one mono file for each side.

Threads: one thread iterates the blocks; `close` may come from another.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import numpy as np

from callwatch.audio.avfiles import AV_SUFFIXES, AvFile
from callwatch.audio.rechunker import Rechunker
from callwatch.audio.soundfiles import SoundFile
from callwatch.audio.source import CallSource
from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.closing import ClosedByWith
from callwatch.core.errors import InputError
from callwatch.core.facts import Fact
from callwatch.core.files import path_text

# Two files of one call end within this of each other by rounding alone: nothing to report.
_SAME_LENGTH_S: Final = 0.1


def open_recording(
    path: Path | None,
    *,
    agent_file: Path | None = None,
    customer_file: Path | None = None,
    channels: tuple[Channel, Channel] = (Channel.AGENT, Channel.CUSTOMER),
    block_s: float = 0.5,
) -> CallSource:
    """A recorded call: `path` with two channels, or two mono files.

    channels   whose voice the file's first and second channel hold
    block_s    length of the blocks in seconds; any rate is resampled to CALL_RATE_HZ

    Two files of different length: the shorter side is silent at its end, and a warning says so.
    Raises InputError, one sentence with what to do, for everything that cannot be measured.
    """
    if path is not None and (agent_file or customer_file):
        raise InputError(
            "give either one two-channel recording, or an agent file and a customer file"
        )
    if path is not None:
        return _two_channels(path, channels, block_s)
    if agent_file is None or customer_file is None:
        raise InputError("give a two-channel recording, or both --agent-file and --customer-file")
    return _two_files(agent_file, customer_file, block_s)


def _two_channels(path: Path, channels: tuple[Channel, Channel], block_s: float) -> CallSource:
    if set(channels) != set(CHANNELS):
        raise InputError("--channels must name each side once: agent,customer or customer,agent")
    file = _open(path)
    if file.channels != 2:
        file.close()
        if file.channels == 1:
            raise InputError(
                f"{path_text(path)} has one channel, so the speakers cannot be told apart: give each side its "
                "own file with --agent-file and --customer-file"
            )
        raise InputError(
            f"{path_text(path)} has {file.channels} channels: give a recording with two, one for each side"
        )
    order = [channels.index(channel) for channel in CHANNELS]
    return _Recording(str(path), (file,), order, block_s)


def _two_files(agent_file: Path, customer_file: Path, block_s: float) -> CallSource:
    with ExitStack() as opened:
        files = []
        for path in (agent_file, customer_file):
            file = _open(path)
            opened.callback(file.close)
            files.append(file)
            if file.channels != 1:
                raise InputError(
                    f"{path_text(path)} has {file.channels} channels where one side of the call is expected: "
                    "give a mono file, or the two-channel recording by itself"
                )
        opened.pop_all()
    return _Recording(f"{agent_file} + {customer_file}", tuple(files), [0, 1], block_s)


def _open(path: Path) -> SoundFile | AvFile:
    return AvFile(path) if path.suffix.lower() in AV_SUFFIXES else SoundFile(path)


class _Recording(ClosedByWith):
    """A CallSource over one or two open files. `order` gives the row of each side."""

    def __init__(
        self, name: str, files: tuple[SoundFile | AvFile, ...], order: list[int], block_s: float
    ) -> None:
        self.name = name
        self._files = files
        self._order = order
        self._cutter = Rechunker(block_s)
        self._closing = threading.Event()
        self._reading = False
        self._shutting = threading.Lock()
        self._notes: list[Fact] = []

    @property
    def duration_s(self) -> float | None:
        return max(file.duration_s for file in self._files)

    def blocks(self) -> Iterator[CallBlock]:
        """The recording's blocks; the files are closed after the last."""
        self._reading = True
        try:
            for piece in self._aligned():
                for block in self._cutter.push(piece[self._order]):
                    if self._closing.is_set():
                        return
                    yield block
            yield from self._cutter.flush()
        finally:
            self._reading = False
            self._shut()

    def drift_ppm(self, channel: Channel) -> float | None:
        """None: a file has one clock."""
        del channel
        return None

    def warnings(self) -> tuple[Fact, ...]:
        """What was wrong with the files so far; complete after the last block."""
        return tuple(note for file in self._files for note in file.notes) + tuple(self._notes)

    def close(self) -> None:
        """End `blocks` after the block in hand, and close the files."""
        self._closing.set()
        if not self._reading:
            self._shut()

    def _shut(self) -> None:
        with (
            self._shutting
        ):  # the reader's end and a stop may come at once: a file closed twice is freed twice
            for file in self._files:
                file.close()

    def _aligned(self) -> Iterator[Samples]:
        """int16 (2, n): the file's rows, or both files side by side, padded with silence."""
        if len(self._files) == 1:
            yield from self._files[0].samples()
            return
        readers = [_Rows(file.samples()) for file in self._files]
        while True:
            length = max(reader.ready() for reader in readers)
            if length == 0:
                break
            yield np.stack([reader.take(length) for reader in readers])
        agent, customer = (reader.length / CALL_RATE_HZ for reader in readers)
        if abs(agent - customer) > _SAME_LENGTH_S:
            shorter = Channel.AGENT if agent < customer else Channel.CUSTOMER
            shorter_s = abs(agent - customer)
            params = {"what": "shorter_file", "channel": shorter.value, "shorter_s": shorter_s}
            self._notes.append(Fact("source", params))


class _Rows:
    """Reads mono pieces; `take` pads with silence only when the file has ended."""

    def __init__(self, pieces: Iterator[Samples]) -> None:
        self._pieces = pieces
        self._held: Samples = np.zeros(0, np.int16)
        self._ended = False
        self.length = 0

    def ready(self) -> int:
        """Samples at hand, after reading on when there are none; 0 at the end."""
        while not len(self._held) and not self._ended:
            self._more()
        return len(self._held)

    def take(self, length: int) -> Samples:
        """Exactly `length` samples."""
        while len(self._held) < length and not self._ended:
            self._more()
        taken, self._held = self._held[:length], self._held[length:]
        return np.pad(taken, (0, length - len(taken)))

    def _more(self) -> None:
        piece = next(self._pieces, None)
        if piece is None:
            self._ended = True
        else:
            self.length += piece.shape[1]
            self._held = np.concatenate([self._held, piece[0]])
