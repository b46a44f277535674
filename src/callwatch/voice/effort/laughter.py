"""Laughter of one side: the same note, again and again, at an even pace.

    level   _/\\_/\\_/\\_/\\___    notes some 0.2 s apart (R. Provine & Y. Yong 1991, Ethology 89: 115-124;
    sound    ha ha ha ha       J.-A. Bachorowski et al. 2001, J. Acoust. Soc. Am. 110: 1581-1597)

The syllables of speech come as fast, but at an uneven pace, and each sounds unlike the one before.
Tones and music, whose notes stand longer, have no such dips. No threads.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import Channel
from callwatch.core.frames import HOP_S
from callwatch.core.spans import TimeSpan

_HOP: Final = round(HOP_S * CALL_RATE_HZ)
_FFT: Final = 512
# Third octaves from 250 to 3150 Hz.
_CENTRES_HZ: Final = tuple(1000 * 2 ** (k / 3) for k in range(-6, 6))
# The sound of a note is that of its peak and the three frames before it.
_RISE: Final = 3
# Frames of sound kept: the longest note and the frames before it.
_KEPT: Final = 60


@dataclass(frozen=True, slots=True)
class Laugh:
    """Somebody laughed; `known_s` stream time at which it was certain."""

    channel: Channel
    span: TimeSpan
    known_s: float


@dataclass(frozen=True, slots=True)
class LaughterConfig:
    """What a laugh is."""

    # So many notes are a laugh; three syllables of speech are often even by chance.
    notes: int = 4
    # From note to note: 3.3 to 8 a second.
    least_s: float = 0.12
    most_s: float = 0.30
    # The gaps differ by no more than this part of their mean (standard deviation).
    uneven: float = 0.2
    # The bands of one note and the next differ by no more than this on average; those of two
    # syllables of speech by 4 dB and more.
    alike_db: float = 3.0
    # Between the notes the level dips by so much.
    dip_db: float = 5.0
    # Notes this far below the strongest of the last second are an echo or breath, and weaker ones
    # than this are nothing.
    below_strongest_db: float = 25.0
    least_dbfs: float = -55.0


@dataclass(slots=True)
class _Note:
    """`windows` (_RISE + 1, n): the sound before and at its peak."""

    frame: int
    level_dbfs: float
    windows: FloatArray
    known: FloatArray | None = None

    @property
    def shape(self) -> FloatArray:
        """Its bands in dB about their mean; found when first asked for, which is seldom."""
        if self.known is None:
            spectra = np.abs(np.fft.rfft(self.windows * _WINDOW, _FFT, axis=1)) ** 2
            levels = 10 * np.log10(spectra.astype(np.float32) @ _BANK + np.float32(1e-9))
            self.known = (levels - levels.mean(axis=1, keepdims=True)).mean(axis=0)
        return self.known


def _bank() -> FloatArray:
    """(bins, bands): which bins belong to which third-octave band."""
    hz = np.arange(_FFT // 2 + 1)[:, None] * CALL_RATE_HZ / _FFT
    centres, half = np.array(_CENTRES_HZ, float), 2 ** (1 / 6)
    inside = (hz >= centres / half) & (hz < centres * half)
    nearest = np.abs(hz - centres) == np.abs(hz - centres).min(axis=0)
    return np.asarray(inside | nearest, np.float32)


_BANK: Final = _bank()
_WINDOW: Final = np.hanning(2.5 * _HOP).astype(np.float32)


class LaughterDetector:
    """Sound in, laughs out; how it is cut does not matter."""

    def __init__(self, config: LaughterConfig = LaughterConfig()) -> None:
        self._config = config
        # The kept sound is the end of what is filled.
        self._sound = np.zeros(4 * _KEPT * _HOP, np.float32)
        self._filled = _KEPT * _HOP
        self._frame = 0
        self._levels = np.full(2, -120.0)
        self._top = self._bottom = -120.0
        self._top_frame = 0
        self._rising = True
        self._notes: deque[_Note] = deque(maxlen=config.notes)

    def process(self, sound: FloatArray) -> list[tuple[TimeSpan, int]]:
        """The next sound, (n * 160,) in -1..1: laughs in seconds of sound, and the frame that made each certain.

        Frames count from the first sound. A laugh that goes on is given again and again, longer each time.
        """
        laughs: list[tuple[TimeSpan, int]] = []
        frames = sound.reshape(-1, _HOP)
        powers = np.einsum("fi,fi->f", frames, frames) / np.float32(_HOP) + np.float32(1e-12)
        self._keep(sound)
        first = (self._filled - len(sound)) // _HOP
        levels = np.concatenate((self._levels, 10 * np.log10(powers)))
        self._levels = levels[-2:]
        means = (levels[:-2] + levels[1:-1] + levels[2:]) / 3
        for i, level in enumerate(means.tolist()):
            if self._is_over(level):
                self._add(first + i)
                laughs += [(span, self._frame) for span in self._laugh()]
            self._frame += 1
        return laughs

    def _keep(self, sound: FloatArray) -> None:
        """Append to the kept sound; what is older goes once there is no more room."""
        if self._filled + len(sound) > len(self._sound):
            kept = self._sound[self._filled - _KEPT * _HOP : self._filled]
            self._sound = np.concatenate(
                (kept, np.zeros(3 * _KEPT * _HOP + len(sound), np.float32))
            )
            self._filled = len(kept)
        self._sound[self._filled : self._filled + len(sound)] = sound
        self._filled += len(sound)

    def _is_over(self, level: float) -> bool:
        """Whether a note has just ended: the level dipped after a peak."""
        dip_db = self._config.dip_db
        if level > self._top:
            self._top, self._top_frame = level, self._frame
        self._bottom = min(self._bottom, level)
        if self._rising and level < self._top - dip_db:
            self._rising, self._bottom = False, level
            return self._top >= self._config.least_dbfs
        if not self._rising and level > self._bottom + dip_db:
            self._rising, self._top, self._top_frame = True, level, self._frame
        return False

    def _add(self, now: int) -> None:
        """The note whose peak lies before frame `now` of the kept sound."""
        # The level is a mean of three frames: its peak is one frame late.
        ago = self._frame - self._top_frame + 1
        if ago > _KEPT - _RISE - 2:
            return  # a tone, longer than any note
        at = now - ago
        middles = (np.arange(at - _RISE, at + 1) * _HOP + _HOP // 2)[:, None]
        windows = self._sound[middles + np.arange(len(_WINDOW)) - len(_WINDOW) // 2]
        self._notes.append(_Note(self._top_frame, self._top, windows))

    def _laugh(self) -> list[TimeSpan]:
        """The last notes, when they are a laugh."""
        config, notes = self._config, list(self._notes)
        if len(notes) < config.notes:
            return []
        gaps_s = np.diff([note.frame for note in notes]) * HOP_S
        if gaps_s.min() < config.least_s - 1e-6 or gaps_s.max() > config.most_s + 1e-6:
            return []
        if float(gaps_s.std() / gaps_s.mean()) > config.uneven:
            return []
        levels = [note.level_dbfs for note in notes]
        if max(levels) - min(levels) > config.below_strongest_db:
            return []
        shapes = np.array([note.shape for note in notes])
        differ_db = float(np.abs(np.diff(shapes, axis=0)).mean())
        if differ_db > config.alike_db:
            return []
        return [TimeSpan(notes[0].frame * HOP_S, notes[-1].frame * HOP_S)]
