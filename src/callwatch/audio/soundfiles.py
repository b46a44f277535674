"""One recording on disk, read block by block. The library soundfile is loaded here alone.

Memory stays small whatever the length: a block is read, resampled and handed on.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from callwatch.audio.quiet import without_stderr
from callwatch.audio.resample import Resampler, to_int16
from callwatch.audio.wavsize import WavLength, wav_length, with_length
from callwatch.core.arrays import FloatArray
from callwatch.core.audio import Samples
from callwatch.core.build import how_to_install
from callwatch.core.errors import InputError, MissingPartError
from callwatch.core.facts import Fact
from callwatch.core.files import path_text

# Below this a recording does not even hold the first formants: refused.
_MIN_RATE_HZ: Final = 2_000

# Telephone rate. Below it the measures were never validated: said, not refused.
_TELEPHONE_RATE_HZ: Final = 8_000

# Nothing shorter is measured: no word fits in.
MIN_LENGTH_S: Final = 0.1

# Floats beyond this (24 dB over full scale) are integers that were written as floats, of one of
# these full scales: 16, 24 or 32 bits.
_MAX_FLOAT_PEAK: Final = 16.0
_INTEGER_SCALES: Final = (2.0**15, 2.0**23, 2.0**31)

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
        refuse_what_is_no_file(path)
        self._wav = wav_length(path)
        self._file = _open(path, self._wav)
        self.channels: int = self._file.channels
        self.rate_hz: int = self._file.samplerate
        self.read_s = 0.0
        self._scale = 1.0
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
                np.multiply(waveform, self._scale, out=waveform)
                clipped += int((np.abs(waveform) > 1.0).sum())
                # A damaged file may hold 1e38, which the resampler's sums turn into no number at all.
                np.clip(waveform, -_LOUDEST, _LOUDEST, out=waveform)
            total += waveform.size
            yield to_int16(resampler.push(waveform)).T
        if self.read_s < MIN_LENGTH_S:
            raise too_short(self.path, round(self.read_s * self.rate_hz))
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
                with without_stderr(self._is_mp3):
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

    @property
    def _is_mp3(self) -> bool:
        return bool(self._file.format == "MP3")

    def _check(self) -> None:
        if self._file.frames < MIN_LENGTH_S * self.rate_hz:
            raise too_short(self.path, self._file.frames)
        if self.rate_hz < _MIN_RATE_HZ:
            raise InputError(
                f"{path_text(self.path)} has a sample rate of {self.rate_hz} Hz, too low for speech: "
                f"give a recording with {_TELEPHONE_RATE_HZ} Hz or more"
            )
        if self.rate_hz < _TELEPHONE_RATE_HZ:
            self._note("low_rate", rate_hz=self.rate_hz)
        if self._wav is not None and (missing := self._wav.missing_share) > 0.001:
            self._note("cut_off", missing=missing, read_s=self.duration_s)
        if self._file.subtype in _FLOAT_SUBTYPES:
            self._check_numbers()

    def _check_numbers(self) -> None:
        """Refuse a file of NaN alone; find the scale of one that holds integers as floats."""
        peak = -1.0
        for block in self._file.blocks(60 * self.rate_hz, dtype="float32", always_2d=True):
            finite = np.abs(block[np.isfinite(block)])
            peak = max(peak, float(finite.max(initial=-1.0)))
        self._file.seek(0)
        if peak < 0:
            raise InputError(
                f"{path_text(self.path)} holds no valid sample (all NaN): export the recording again"
            )
        if peak > _MAX_FLOAT_PEAK:
            self._scale = next((1 / full for full in _INTEGER_SCALES if peak <= full), 0.0)
            if not self._scale:
                raise InputError(
                    f"{path_text(self.path)} holds samples of {peak:.3g} where 1 is full scale: "
                    "export the recording again"
                )

    def _note(self, what: str, **params: float) -> None:
        self.notes.append(
            Fact("source", {"what": what, "name": path_text(self.path.name), **params})
        )


def refuse_what_is_no_file(path: Path) -> None:
    """InputError for a path that is no file with bytes in it."""
    try:
        if not path.exists():
            raise InputError(f"{path_text(path)} does not exist: check the path")
        if path.is_dir():
            raise InputError(f"{path_text(path)} is a folder: name the recordings in it one by one")
        if not path.is_file():
            raise InputError(
                f"{path_text(path)} is not a regular file: give a WAV, FLAC, OGG or MP3 recording"
            )
        if path.stat().st_size == 0:
            raise InputError(
                f"{path_text(path)} is empty (0 bytes): export or copy the recording again"
            )
        with path.open("rb"):
            pass
    except PermissionError as exc:
        raise InputError(
            f"{path_text(path)} may not be read by this user: change its permissions"
        ) from exc
    except OSError as exc:
        raise InputError(
            f"{path_text(path)} cannot be read ({exc.strerror}): check the disk"
        ) from exc


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
            "recordings cannot be read without libsndfile: "
            f"{how_to_install('--force-reinstall soundfile')}"
        ) from exc
    return soundfile


def too_short(path: Path, frames: int) -> InputError:
    """The refusal of a file in which there is nothing to measure."""
    return InputError(
        f"{path_text(path)} holds no sound that can be measured ({frames} samples): give a recording of a call"
    )


def tagged_date(path: Path) -> str | None:
    """The tag `date` of a sound file, as it is written; None without one or when it cannot be read."""
    soundfile = sound_library()
    try:
        with (
            without_stderr(path.suffix.lower() == ".mp3"),
            soundfile.SoundFile(_native(path)) as file,
        ):
            found = file.copy_metadata().get("date")
    except (soundfile.SoundFileError, TypeError, OSError):
        return None
    return str(found) if found else None


def _native(path: Path) -> str | bytes:
    """A path as the library takes it: bytes where names are bytes, so that any name can be opened."""
    return str(path) if os.name == "nt" else os.fsencode(path)


def _open(path: Path, wav: WavLength | None) -> Any:
    soundfile = sound_library()
    try:
        # What announces no length reads as empty, or not at all in some codings.
        lacks_length = wav is not None and wav.announced is None
        source = with_length(path, wav) if wav is not None and lacks_length else _native(path)
        with without_stderr(path.suffix.lower() == ".mp3"):
            return soundfile.SoundFile(source)
    except (soundfile.SoundFileError, TypeError) as exc:
        raise InputError(
            f"{path_text(path)} is not a sound file that can be read: give a WAV, FLAC, OGG or MP3 recording"
        ) from exc
