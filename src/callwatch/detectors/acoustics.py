"""What a stretch of speech sounds like, window by window: voiced or noise, its pitch, how it changes.

Speech with content changes its spectrum all the time and is voiced most of it; "mm" hardly
changes; a cough or a breath is noise; a laugh comes in even pulses high in pitch.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.detectors.history import VoiceHistory
from callwatch.voice.effort.f0 import WINDOW_SAMPLES, F0Estimator, power_spectra
from callwatch.voice.effort.spectral_balance import band_powers
from callwatch.voice.framing import FRAME

HOP: Final = 2  # frames between windows
# A window covers its frame and so many samples on either side of it.
MARGIN: Final = (WINDOW_SAMPLES - FRAME) // 2
MARGIN_FRAMES: Final = -(-MARGIN // FRAME)
MAX_WINDOWS: Final = 125  # 2.5 s: longer speech is no listening word, whatever it sounds like
VOICED: Final = 0.19  # periodicity above which a window is voiced (F0Config.voicing)
RANGE_DB: Final = 25.0  # softer than this beside the loudest window is not looked at
_FINDER: Final = F0Estimator()


@dataclass(frozen=True, slots=True)
class SoundFeatures:
    """Of one stretch; NaN where there is no sound to ask.

    voiced_share  share of windows that are periodic
    periodicity   mean strength of the period, 0..1
    f0_spread_st  standard deviation of the pitch
    f0_glide_st   last pitch less the first
    change_db     mean spectral change over 40 ms, level apart
    change_range_db  distance of the most different two quarters of the stretch
    tilt_db       level above 1 kHz beside that below
    """

    voiced_share: float = np.nan
    periodicity: float = np.nan
    f0_spread_st: float = np.nan
    f0_glide_st: float = np.nan
    change_db: float = np.nan
    change_range_db: float = np.nan
    tilt_db: float = np.nan


@dataclass(slots=True)
class SoundWindows:
    """The windows of a spurt so far; each is analysed once."""

    next_frame: int
    f0_hz: list[float] = field(default_factory=list)
    strength: list[float] = field(default_factory=list)
    bands_db: list[FloatArray] = field(default_factory=list)

    def extend(self, history: VoiceHistory, row: int, end_frame: int) -> None:
        """Look at the windows that lie wholly before `end_frame`, on the channel `row`."""
        if not history.sound.shape[1]:
            return
        self.next_frame = max(self.next_frame, history.first_sound + MARGIN_FRAMES)
        stop = end_frame - MARGIN_FRAMES
        centres = np.arange(self.next_frame, stop, HOP)[: MAX_WINDOWS - len(self.f0_hz)]
        if not len(centres):
            return
        starts = (centres - history.first_sound) * FRAME - MARGIN
        pieces = history.sound[row, starts[:, None] + np.arange(WINDOW_SAMPLES)]
        power = power_spectra(pieces.astype(np.float32) / 32768.0)
        pitch = _FINDER.find(power)
        self.f0_hz += pitch.f0_hz.tolist()
        self.strength += pitch.strength.tolist()
        self.bands_db += list(10 * np.log10(band_powers(power) + 1e-11))
        self.next_frame = int(centres[-1]) + HOP

    def features(self) -> SoundFeatures:
        """What they say together."""
        if len(self.f0_hz) < 3:
            return SoundFeatures()
        bands = np.asarray(self.bands_db)
        level = 10 * np.log10(np.sum(10 ** (bands / 10), axis=1))
        loud = level > level.max() - RANGE_DB
        strength, f0 = np.asarray(self.strength)[loud], np.asarray(self.f0_hz)[loud]
        voiced = strength >= VOICED
        pitch = 12 * np.log2(f0[voiced] / 100.0)
        shape = bands - level[:, None]
        change = np.abs(shape[2:] - shape[:-2]).mean(axis=1)[loud[2:] & loud[:-2]]
        quarters = np.stack(
            [part.mean(axis=0) for part in np.array_split(shape[loud], 4) if len(part)]
        )
        apart = np.abs(quarters[:, None] - quarters[None]).mean(axis=2)
        tilt = bands[loud][:, 5:].mean(axis=1) - bands[loud][:, :4].mean(axis=1)
        some = len(pitch) >= 3
        return SoundFeatures(
            voiced_share=float(voiced.mean()),
            periodicity=float(strength.mean()),
            f0_spread_st=float(pitch.std()) if some else np.nan,
            f0_glide_st=float(pitch[-2:].mean() - pitch[:2].mean()) if some else np.nan,
            change_db=float(change.mean()) if len(change) else np.nan,
            change_range_db=float(apart.max()),
            tilt_db=float(tilt.mean()),
        )
