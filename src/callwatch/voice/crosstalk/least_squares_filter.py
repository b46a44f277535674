"""A leak path by averaging: slow to learn, sure on lines whose noise hides the leak moment by moment.

Least squares between the channels over the last seconds. Moments in which the near side is loud weigh
little, so that their speech does not disturb the learning. The path is used only while it foretells
sound that it has not learnt from.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from callwatch.core.arrays import FloatArray
from callwatch.core.frames import Leak
from callwatch.voice.framing import CHUNK
from callwatch.voice.quantiles import median

Reals = npt.NDArray[np.floating[Any]]
Spectrum = npt.NDArray[np.complexfloating[Any, Any]]

STEP: Final = 4 * CHUNK  # new samples between two lessons: 128 ms
TAPS: Final = 1024  # 64 ms: the longest leak that is handled
UPDATE_SAMPLES: Final = STEP + TAPS  # samples that one lesson looks at
LESSON_FFT: Final = 4096
_NOTHING: Final = 1e-10  # -100 dBFS
CHUNK_FFT: Final = 2048  # also the samples of far sound behind one chunk's prediction


@dataclass(frozen=True, slots=True)
class AverageConfig:
    """When an averaged path is believed."""

    # Lessons remembered: 80 of 128 ms are 10 s of the far voice, enough to average own speech out.
    memory: int = 80
    # Lessons checked before the first use: half a second of the far voice.
    min_checks: int = 4
    # Lessons that a check remembers: 2.6 s, so that a moved loudspeaker is noticed soon.
    check_memory: int = 20
    # Share of the near sound that the leak must explain, where it is loud enough to matter.
    min_explained: float = 0.3
    # A far voice weaker than this teaches nothing.
    min_far_dbfs: float = -58.0
    # Taps below this share of the largest matter little ...
    tap_floor: float = 0.03
    # ... and those below this multiple of the median (3.4 sigma) are noise of the estimate.
    tap_noise: float = 5.0
    # Lessons before the path is checked at all.
    min_lessons: int = 6
    # Where the leak would be weaker than this share of the near power, it proves nothing.
    min_leak_share: float = 0.1
    # Near power that counts as quiet (-70 dBFS): below it moments weigh the same.
    quiet_power: float = 1e-7
    # Own sound stands so far above what is left of the leak.
    margin_db: float = 10.0
    # But no higher than this beside the far voice, where own speech would have to shout ...
    most_bar_db: float = -8.0
    # ... unless the leak itself is nearly as loud.
    least_margin_db: float = 3.0


class LeastSquaresPath:
    """One direction: what of the far channel arrives in the near one."""

    def __init__(self, config: AverageConfig) -> None:
        self._config = config
        self._window = np.hanning(STEP + 1)[:STEP].astype(np.float32)
        self._cross = np.zeros(LESSON_FFT // 2 + 1, dtype=np.complex128)
        self._power = np.zeros(LESSON_FFT // 2 + 1)
        # The path: one spectrum serves checks and, every second bin of it, predictions.
        self._spectrum: Spectrum = np.zeros(LESSON_FFT // 2 + 1, dtype=np.complex64)
        self._chunk_spectrum = self._spectrum[:: LESSON_FFT // CHUNK_FFT].copy()
        self._min_far = 10.0 ** (config.min_far_dbfs / 10.0)
        self._lessons = self._heard = self._checks = 0
        self._near = self._rest = 0.0  # running means of powers relative to the near sound
        self._rest_db = 0.0
        self._own_share = 1.0
        self._gain_power, self._far_power = 0.0, 1e-12

    @property
    def is_active(self) -> bool:
        """Whether a leak is believed at the moment."""
        if self._checks < self._config.min_checks:
            return False
        return self._rest < (1.0 - self._config.min_explained) * self._near

    @property
    def is_settled(self) -> bool:
        """Whether half as many lessons will do from now on."""
        return self._lessons >= self._config.memory

    @property
    def bar_scale(self) -> float:
        """How many times louder than the foretold leak own sound must be."""
        config = self._config
        above_db = self._rest_db + config.margin_db
        most_db = max(config.least_margin_db, config.most_bar_db - self.gain_db)
        return float(10.0 ** (min(above_db, most_db) / 20.0))

    @property
    def leak(self) -> Leak:
        """What is known of the leak."""
        if not self.is_active:
            return Leak()
        return Leak(self.gain_db, self._own_share, self._rest_db)

    @property
    def gain_db(self) -> float:
        """Level of the leak beside the far voice, whether it is believed or not."""
        return 10.0 * math.log10(self._gain_power / self._far_power + 1e-12)

    def learn(self, near: FloatArray, far: FloatArray) -> None:
        """One lesson from the last UPDATE_SAMPLES samples of both channels."""
        config = self._config
        if _power(far[:STEP]) < self._min_far:
            return
        if self._lessons >= config.min_lessons:
            self._check(near, far)
        keep = 1.0 - 1.0 / min(self._lessons + 1, config.memory)
        self._lessons += 1
        weight = 1.0 / (_power(near) + config.quiet_power)
        source = np.fft.rfft(far[:STEP] * self._window, LESSON_FFT)
        self._cross = keep * self._cross + weight * np.fft.rfft(near, LESSON_FFT) * source.conj()
        self._power = keep * self._power + weight * (source.real**2 + source.imag**2)
        floor = 1e-3 * float(self._power.mean()) + 1e-12
        taps = np.fft.irfft(self._cross / (self._power + floor), LESSON_FFT)[:TAPS]
        size = np.abs(taps)
        least = max(config.tap_floor * float(size.max()), config.tap_noise * float(median(size)))
        taps[size < least] = 0.0
        self._spectrum = np.fft.rfft(taps.astype(np.float32), LESSON_FFT)
        self._chunk_spectrum = self._spectrum[:: LESSON_FFT // CHUNK_FFT].copy()

    def predict(self, far: FloatArray) -> FloatArray:
        """The leak in the newest CHUNK samples, from the last CHUNK_FFT samples of the far side."""
        leak = np.fft.irfft(np.fft.rfft(far) * self._chunk_spectrum, CHUNK_FFT)
        return leak[-CHUNK:].astype(np.float32)

    def _check(self, near: FloatArray, far: FloatArray) -> None:
        """How well the path foretells sound that it has not learnt from."""
        spectrum = np.fft.rfft(far, LESSON_FFT) * self._spectrum
        leak = np.fft.irfft(spectrum, LESSON_FFT)[TAPS:UPDATE_SAMPLES]
        sound = near[TAPS:]
        powers = [_power(x) + 1e-12 for x in (sound, sound - leak, leak, far[TAPS:])]
        power, rest, leaked, far_power = powers
        self._heard += 1
        part = 1.0 / min(self._heard, self._config.memory)
        self._own_share += part * (min(rest / power, 1.0) - self._own_share)
        self._gain_power += part * (leaked - self._gain_power)
        self._far_power += part * (far_power - self._far_power)
        if leaked < self._config.min_leak_share * power:
            return
        self._checks += 1
        part = 1.0 / min(self._checks, self._config.check_memory)
        sounding = power / (power + self._config.quiet_power)
        if power < _NOTHING < leaked:  # not even a gate lets so little through
            sounding = 1.0
        self._near += part * (sounding - self._near)
        self._rest += part * (sounding * min(rest / power, 2.0) - self._rest)
        rest_db = min(max(10.0 * math.log10(rest / leaked), -20.0), 0.0)
        self._rest_db += part * (rest_db - self._rest_db)


def _power(sound: Reals) -> float:
    return float(sound @ sound) / len(sound)
