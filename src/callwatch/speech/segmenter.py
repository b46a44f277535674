"""Cuts the voiced audio of both sides into segments for a recogniser.

    voice     ....======..====.............=====
    segment    |-pre------------post|     |-pre...
    chunks     |----|----|----|--last     |----|

A segment ends after an own pause. The longer it has lasted the shorter a pause is enough, and
where none comes at all it is cut at the quietest point, so that nothing grows without end.
Chunks have a fixed length, so blocks of any size lead to the same chunks. No threads.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import Channel
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.speech.protocol import SpeechChunk

_HOP: Final = round(HOP_S * CALL_RATE_HZ)


@dataclass(frozen=True, slots=True)
class SegmenterConfig:
    """How voiced audio is cut. Each default with its reason."""

    # On a telephone line the voice decision comes up to half a second (p95) after the first sound.
    pre_roll_s: float = 0.7
    post_roll_s: float = 0.5  # faint last words outlast the voice; kept below the pause
    chunk_s: float = 0.25  # how often a streaming engine is fed; Vosk answers partials this often
    pause_s: float = 0.6  # ends a segment: longer than most pauses inside a sentence
    short_pause_s: float = 0.15  # enough for a segment that has grown long: a breath
    patient_s: float = 8.0  # until this length the full pause is asked for
    long_s: float = 15.0  # from this length on the short pause is enough
    search_s: float = 2.0  # after long_s: audio held back to find its quietest point
    cut_window_s: float = 0.1  # "quiet" is the mean level over this long

    def __post_init__(self) -> None:
        if not self.short_pause_s <= self.pause_s:
            raise ValueError("short_pause_s must not be longer than pause_s")
        if not self.patient_s < self.long_s:
            raise ValueError("patient_s must be shorter than long_s")

    def pause_after_s(self, length_s: float) -> float:
        """The pause that ends a segment which has lasted `length_s`."""
        share = (length_s - self.patient_s) / (self.long_s - self.patient_s)
        share = min(1.0, max(0.0, share))
        return self.pause_s + share * (self.short_pause_s - self.pause_s)


class _AudioBuffer:
    """The recent audio of one side, addressed by sample number since the first block."""

    def __init__(self) -> None:
        self._samples: Samples = np.zeros(0, dtype=np.int16)
        self._first = 0

    def __len__(self) -> int:
        return len(self._samples)

    def append(self, samples: Samples) -> None:
        """Adds the samples that follow."""
        self._samples = np.concatenate((self._samples, samples))

    def forget_before(self, index: int) -> None:
        """Lets go of what nobody will ask for any more."""
        drop = min(index - self._first, len(self._samples))
        if drop > CALL_RATE_HZ:  # copying for every block would cost more than it frees
            self._samples = self._samples[drop:].copy()
            self._first += drop

    def cut(self, start: int, end: int) -> Samples:
        """Samples start..end, as far as they exist."""
        first = self._first
        return self._samples[max(0, start - first) : max(0, end - first)]


@dataclass(frozen=True, slots=True)
class _Frame:
    """A voice frame of one side; `start` is a sample number."""

    start: int
    voiced: bool
    level_dbfs: float

    @property
    def end(self) -> int:
        return self.start + _HOP


class _Side:
    """One side of the call: its tape and the segment that is open, if any.

    Positions are sample numbers since the first block.
    """

    def __init__(self, channel: Channel, config: SegmenterConfig) -> None:
        self.tape = _AudioBuffer()
        self._channel = channel
        self._config = config
        self._count = 0
        self.is_open = False
        self._segment_start = 0
        self._sent = 0  # everything before this has been given away
        self._voiced = 0  # end of the last voiced frame
        self._levels: list[float] = []  # one a frame since `_levels_start`, while searching
        self._levels_start = 0

    def frame(self, frame: _Frame, decided_s: float, origin_s: float) -> list[SpeechChunk]:
        """Takes a frame, voiced or inside an open segment; gives what can be cut now."""
        if not self.is_open:
            self._begin(frame.start)
        if frame.voiced:
            self._voiced = frame.end
        self._levels.append(frame.level_dbfs)
        out = self._full_chunks(frame.end, decided_s, origin_s)
        config, length = self._config, frame.end - self._segment_start
        enough_s = config.pause_after_s(length / CALL_RATE_HZ)
        if frame.end - self._voiced >= self._samples(enough_s):
            out.append(self._last_chunk(self._tail(frame.end), decided_s, origin_s))
            self.is_open = False
        elif length >= self._samples(config.long_s + config.search_s):
            cut = self._quietest()
            out.append(self._last_chunk(cut, decided_s, origin_s))
            self._continue_from(cut)
        return out

    def finish(self, end: int, at_s: float, origin_s: float) -> list[SpeechChunk]:
        """Ends the open segment, if any."""
        if not self.is_open:
            return []
        self.is_open = False
        return [self._last_chunk(self._tail(end), at_s, origin_s)]

    def needed_from(self, frames_at: int) -> int:
        """The first sample that may still be asked for when frames are known to `frames_at`."""
        if self.is_open:
            return self._sent
        return frames_at - self._samples(self._config.pre_roll_s)

    def _samples(self, duration_s: float) -> int:
        return round(duration_s * CALL_RATE_HZ)

    def _begin(self, at: int) -> None:
        start = max(self._sent, at - self._samples(self._config.pre_roll_s), 0)
        self._open_segment(start, at)

    def _open_segment(self, start: int, levels_from: int) -> None:
        self.is_open = True
        self._count += 1
        self._segment_start = self._sent = start
        self._levels = []
        self._levels_start = levels_from

    def _continue_from(self, cut: int) -> None:
        """Opens the next segment where the last was cut, in the middle of speech."""
        kept = self._levels[(cut - self._levels_start) // _HOP :]
        self._open_segment(cut, cut)
        self._levels = kept

    def _full_chunks(self, heard_to: int, decided_s: float, origin_s: float) -> list[SpeechChunk]:
        """Whole chunks of what is certainly part of the segment.

        Past `long_s` nothing is given, because the cut may fall there.
        """
        size = self._samples(self._config.chunk_s)
        limit = min(self._tail(heard_to), self._segment_start + self._samples(self._config.long_s))
        out = []
        while limit - self._sent >= size:
            out.append(self._chunk(self._sent + size, False, decided_s, origin_s))
        return out

    def _tail(self, heard_to: int) -> int:
        """Where the segment ends for now: the voice and the post-roll, as far as heard."""
        return min(heard_to, self._voiced + self._samples(self._config.post_roll_s))

    def _last_chunk(self, limit: int, consumed_s: float, origin_s: float) -> SpeechChunk:
        return self._chunk(max(limit, self._sent), True, consumed_s, origin_s)

    def _chunk(self, end: int, is_last: bool, consumed_s: float, origin_s: float) -> SpeechChunk:
        samples = self.tape.cut(self._sent, end).copy()
        samples.setflags(write=False)
        start_s = origin_s + self._sent / CALL_RATE_HZ
        self._sent = end
        name = f"{self._channel}-{self._count}"
        return SpeechChunk(self._channel, name, samples, start_s, consumed_s, is_last)

    def _quietest(self) -> int:
        """Where the level is lowest among the samples not given away."""
        window = max(1, round(self._config.cut_window_s / HOP_S))
        first = -(-(self._sent - self._levels_start) // _HOP)
        levels = np.asarray(self._levels[first:], dtype=np.float64)
        means = np.convolve(levels, np.ones(window) / window, mode="valid")
        return self._levels_start + (first + int(np.argmin(means)) + window // 2) * _HOP


class SpeechSegmenter:
    """Both sides: blocks and voice frames in, chunks for a recogniser out.

    Frames may lag behind the blocks by any time; the audio waits for them. Blocks follow each
    other, and so do frames.
    """

    def __init__(self, config: SegmenterConfig | None = None) -> None:
        self._config = config or SegmenterConfig()
        both = (Channel.CUSTOMER, Channel.AGENT)  # where both speak, the customer is heard first
        self._sides = {channel: _Side(channel, self._config) for channel in both}
        self._origin_s: float | None = None
        self._frames_at = 0
        self._end = 0

    def process(self, block: CallBlock, frames: VoiceFrames) -> list[SpeechChunk]:
        """Takes the next block and the next voice frames; gives the chunks cut by them."""
        if self._origin_s is None:
            self._origin_s = block.start_s
        for channel, side in self._sides.items():
            side.tape.append(block.samples[channel.index])
        self._end += block.samples.shape[1]
        first = round((frames.start_s - self._origin_s) * CALL_RATE_HZ)
        out = []
        speech, levels = frames.speech.tolist(), frames.level_dbfs.tolist()
        for i in range(len(frames)):
            for channel, side in self._sides.items():
                row = channel.index
                if side.is_open or speech[row][i]:
                    frame = _Frame(first + i * _HOP, speech[row][i], levels[row][i])
                    out += side.frame(frame, frames.decided_s(i), self._origin_s)
            self._frames_at = first + (i + 1) * _HOP
        for side in self._sides.values():
            side.tape.forget_before(side.needed_from(self._frames_at))
        return out

    @property
    def held_s(self) -> dict[Channel, float]:
        """Seconds of sound of each side that are still kept."""
        return {channel: len(side.tape) / CALL_RATE_HZ for channel, side in self._sides.items()}

    def finish(self, at_s: float) -> list[SpeechChunk]:
        """Ends the open segments; `at_s` is the stream time of the end of the call."""
        origin_s = self._origin_s or 0.0
        out = []
        for side in self._sides.values():
            out += side.finish(self._end, at_s, origin_s)
        return out
