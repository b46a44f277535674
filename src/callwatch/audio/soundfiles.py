"""One recording on disk, read block by block. The library soundfile is loaded here alone.

Memory stays small whatever the length: a block is read, resampled and handed on.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from callwatch.audio.resample import Resampler, to_int16
from callwatch.audio.wavsize import missing_share
from callwatch.core.arrays import FloatArray
from callwatch.core.audio import Samples
from callwatch.core.errors import InputError, MissingPartError
from callwatch.core.facts import Fact

# Below this a recording does not even hold the first formants: refused.
_MIN_RATE_HZ: Final = 2_000

# Telephone rate. Below it the measures were never validated: said, not refused.
_TELEPHONE_RATE_HZ: Final = 8_000

# Only these sample types can hold NaN, infinities or values beyond full scale.
_FLOAT_SUBTYPES: Final = frozenset({"FLOAT", "DOUBLE"})

_LOUDEST: Final = 16.0  # 24 dB over full scale: what is clipped in the end may be so loud

# What a damaged file loses at most before the damage; shorter reads only cost time.
_READ_S: Final = 0.25


class SoundFile:
    """A readable recording: `channels`, `rate_hz`, `duration_s`, and its samples once.

    Raises InputError with one sentence that says what to do when it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[Fact] = []
        _refuse_what_is_no_file(path)
        self._file = _open(path)
        self.channels: int = self._file.channels
        self.rate_hz: int = self._file.samplerate
        self.read_s = 0.0
        try:
            self._check()
        except InputError:
            self.close()
            raise

    @property
    def duration_s(self) -> float:
        """Length in seconds, by the header, or by what is there when the file is cut."""
        return float(self._file.frames) / self.rate_hz

    def samples(self) -> Iterator[Samples]:
        """int16 (channels, n) at CALL_RATE_HZ, in pieces of about 0.25 s; can be read once."""
        resampler = Resampler(self.rate_hz, self.channels)
        replaced = clipped = total = 0
        for waveform in self._waveforms():
            if self._file.subtype in _FLOAT_SUBTYPES:
                bad = ~np.isfinite(waveform)
                replaced += int(bad.sum())
                waveform[bad] = 0.0
                clipped += int((np.abs(waveform) > 1.0).sum())
                # A damaged file may hold 1e38, which the resampler's sums turn into no number at all.
                np.clip(waveform, -_LOUDEST, _LOUDEST, out=waveform)
            total += waveform.size
            yield to_int16(resampler.push(waveform)).T
        yield to_int16(resampler.flush()).T
        if replaced:
            self._note("not_numbers", count=replaced, total=total)
        if clipped:
            self._note("over_full_scale", count=clipped, total=total)

    def close(self) -> None:
        """Close the file; may be repeated."""
        self._file.close()

    def _waveforms(self) -> Iterator[FloatArray]:
        """float32 (n, channels) at the file's rate, as far as the file can be read."""
        import soundfile

        frames = max(1, round(_READ_S * self.rate_hz))
        while True:
            try:
                waveform = self._file.read(frames, dtype="float32", always_2d=True)
            except soundfile.SoundFileError:
                if self._file.closed:
                    return
                self._note("damaged", read_s=self.read_s)
                return
            if not len(waveform):
                break
            self.read_s += len(waveform) / self.rate_hz
            yield waveform
        if self.read_s < self.duration_s - 0.1:
            self._note("ends_early", read_s=self.read_s, announced_s=self.duration_s)

    def _check(self) -> None:
        if self._file.frames == 0:
            raise InputError(f"{self.path} holds no sound (0 samples): give a recording of a call")
        if self.rate_hz < _MIN_RATE_HZ:
            raise InputError(
                f"{self.path} has a sample rate of {self.rate_hz} Hz, too low for speech: "
                f"give a recording with {_TELEPHONE_RATE_HZ} Hz or more"
            )
        if self.rate_hz < _TELEPHONE_RATE_HZ:
            self._note("low_rate", rate_hz=self.rate_hz)
        if (missing := missing_share(self.path)) > 0.001:
            self._note("cut_off", missing=missing, read_s=self.duration_s)
        if self._file.subtype in _FLOAT_SUBTYPES and not self._holds_a_number():
            raise InputError(
                f"{self.path} holds no valid sample (all NaN): export the recording again"
            )

    def _holds_a_number(self) -> bool:
        """Whether any sample is finite; reads only as far as the first one."""
        found = any(
            bool(np.isfinite(block).any())
            for block in self._file.blocks(self.rate_hz, dtype="float32", always_2d=True)
        )
        self._file.seek(0)
        return found

    def _note(self, what: str, **params: float) -> None:
        self.notes.append(Fact("source", {"what": what, "name": self.path.name, **params}))


def _refuse_what_is_no_file(path: Path) -> None:
    try:
        if not path.exists():
            raise InputError(f"{path} does not exist: check the path")
        if path.is_dir():
            raise InputError(f"{path} is a folder: name the recordings in it one by one")
        if not path.is_file():
            raise InputError(f"{path} is not a regular file: give a WAV, FLAC or OGG recording")
        if path.stat().st_size == 0:
            raise InputError(f"{path} is empty (0 bytes): export or copy the recording again")
        with path.open("rb"):
            pass
    except PermissionError as exc:
        raise InputError(f"{path} may not be read by this user: change its permissions") from exc
    except OSError as exc:
        raise InputError(f"{path} cannot be read ({exc.strerror}): check the disk") from exc


def readable_formats() -> list[str]:
    """The formats of a call recording that can be read. Raises MissingPartError."""
    known = sound_library().available_formats()
    return [name for name in ("WAV", "FLAC", "OGG", "MP3") if name in known]


def sound_library() -> Any:
    """The library soundfile; raises MissingPartError when it is not there."""
    try:
        import soundfile
    except (ImportError, OSError) as exc:
        raise MissingPartError(
            "recordings cannot be read without libsndfile: pip install --force-reinstall soundfile"
        ) from exc
    return soundfile


def _open(path: Path) -> Any:
    soundfile = sound_library()
    try:
        return soundfile.SoundFile(path)
    except (soundfile.SoundFileError, TypeError) as exc:
        raise InputError(
            f"{path} is not a sound file that can be read: give a WAV, FLAC or OGG recording"
        ) from exc
