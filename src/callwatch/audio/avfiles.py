"""Recordings that libsndfile cannot read (M4A, AMR, WebM, WMA), through PyAV. Loaded here alone.

The same shape as `soundfiles.SoundFile`: a packet is decoded, resampled and handed on, so that
memory stays small whatever the length.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from callwatch.audio.resample import Resampler, to_int16
from callwatch.audio.soundfiles import MIN_LENGTH_S, refuse_what_is_no_file, too_short
from callwatch.core.arrays import FloatArray
from callwatch.core.audio import Samples
from callwatch.core.errors import InputError, MissingPartError
from callwatch.core.facts import Fact
from callwatch.core.files import path_text

# How such recordings end; what else ends so is refused with a sentence.
AV_SUFFIXES: Final = frozenset(
    (".m4a", ".mp4", ".aac", ".amr", ".awb", ".3gp", ".webm", ".mka", ".wma")
)


class AvFile:
    """See `SoundFile`. Raises MissingPartError when PyAV is not installed."""

    def __init__(self, path: Path) -> None:
        try:
            import av
        except ImportError as exc:
            raise MissingPartError(
                f"{path_text(path)} needs the library PyAV to be read: pip install 'callwatch[av]', "
                "or convert it to WAV or FLAC"
            ) from exc
        refuse_what_is_no_file(path)
        self.path = path
        self.notes: list[Fact] = []
        self._fault = av.FFmpegError
        av.logging.set_level(None)
        try:
            self._raw = path.open("rb")  # any name can be opened, whatever its bytes are
            self._container: Any = av.open(self._raw)
        except (av.FFmpegError, ValueError) as exc:
            self._raw.close()
            raise _unreadable(path) from exc
        if not self._container.streams.audio:
            self.close()
            raise InputError(f"{path_text(path)} holds no sound: give a recording of a call")
        self._stream = self._container.streams.audio[0]
        self.channels: int = self._stream.codec_context.channels
        self.rate_hz: int = self._stream.codec_context.sample_rate
        self.duration_s = self._announced_s()
        if not self.channels or not self.rate_hz:
            self.close()
            raise _unreadable(path)

    def samples(self) -> Iterator[Samples]:
        """int16 (channels, n) at CALL_RATE_HZ; can be read once."""
        resampler = Resampler(self.rate_hz, self.channels)
        frames = 0
        for waveform in self._waveforms():
            frames += len(waveform)
            yield to_int16(resampler.push(waveform)).T
        if frames < MIN_LENGTH_S * self.rate_hz:
            raise too_short(self.path, frames)
        yield to_int16(resampler.flush()).T

    def close(self) -> None:
        """Close the file; may be repeated."""
        self._container.close()
        self._raw.close()

    def _waveforms(self) -> Iterator[FloatArray]:
        """float32 (n, channels) at the file's rate, as far as the file can be decoded."""
        import av

        planar = av.AudioResampler("fltp", self._stream.codec_context.layout, self.rate_hz)
        read = 0
        try:
            for frame in self._container.decode(self._stream):
                for part in planar.resample(frame):
                    waveform = np.ascontiguousarray(part.to_ndarray().T, dtype=np.float32)
                    read += len(waveform)
                    yield waveform
        except self._fault:
            name, read_s = path_text(self.path.name), read / self.rate_hz
            self.notes.append(Fact("source", {"what": "damaged", "name": name, "read_s": read_s}))

    def _announced_s(self) -> float:
        stream, container = self._stream, self._container
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        return float(container.duration or 0) / 1_000_000


def _unreadable(path: Path) -> InputError:
    return InputError(
        f"{path_text(path)} is not a sound file that can be read: give a WAV, FLAC, OGG, MP3 or M4A recording"
    )
