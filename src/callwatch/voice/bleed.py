"""The far voice leaking into the near channel: learnt from the call and taken away.

    customer  |=== speaks ===|
    agent mic      |~~ the same, weaker, 0-60 ms later ~~|     leak, not the agent's speech

Each direction is a short filter (the leak path), learnt by least squares between the channels over
the last seconds. Moments in which the near side is loud weigh little, so that their speech does not
disturb the learning. The filter is used only while it foretells sound that it has not learnt from.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.voice.frames import Leak
from callwatch.voice.silero import CHUNK

Floats = npt.NDArray[np.float32]

STEP: Final = 4 * CHUNK  # new samples between two lessons: 128 ms
TAPS: Final = 1024  # 64 ms: the longest leak that is handled
LESSON: Final = STEP + TAPS  # samples that one lesson looks at
LESSON_FFT: Final = 4096
CHUNK_FFT: Final = 2048  # also the samples of far sound behind one chunk's prediction


@dataclass(frozen=True, slots=True)
class BleedConfig:
    """When a leak is believed."""

    # Lessons remembered: 80 of 128 ms are 10 s of the far voice, enough to average own speech out.
    memory: int = 80
    # Lessons before the first use: half a second of the far voice.
    min_lessons: int = 4
    # Share of the near sound (in its quiet moments) that the leak must explain to be believed.
    min_explained: float = 0.3
    # A far voice weaker than this teaches nothing.
    min_far_dbfs: float = -58.0
    # Taps below this share of the largest are noise of the estimate, not echo.
    tap_floor: float = 0.08
    # Near power that counts as quiet (-70 dBFS): below it moments weigh the same.
    quiet_power: float = 1e-7
    # Own sound stands so far above what is left of the leak.
    margin_db: float = 6.0


class LeakPath:
    """One direction: what of the far channel arrives in the near one."""

    def __init__(self, config: BleedConfig) -> None:
        self._config = config
        self._window = np.hanning(STEP + 1)[:STEP].astype(np.float32)
        self._cross = np.zeros(LESSON_FFT // 2 + 1, dtype=np.complex128)
        self._power = np.zeros(LESSON_FFT // 2 + 1)
        self._taps = np.zeros(TAPS, dtype=np.float32)
        self._spectrum = np.fft.rfft(self._taps, CHUNK_FFT)
        self._lessons = 0
        # Running means: near, rest and leak weighted towards quiet moments; then near, rest,
        # leak and far power as they are.
        self._means = np.full(7, 1e-12)

    @property
    def is_active(self) -> bool:
        """Whether a leak is believed at the moment."""
        near, rest = self._means[:2]
        explained = 1.0 - rest / near
        return self._lessons > self._config.min_lessons and explained > self._config.min_explained

    @property
    def rest_db(self) -> float:
        """What stays of the leak after it was taken away, relative to it, -20..0 dB."""
        rest, leak = self._means[1:3]
        return float(np.clip(10.0 * np.log10(rest / leak), -20.0, 0.0))

    @property
    def leak(self) -> Leak:
        """What is known of the leak."""
        if not self.is_active:
            return Leak()
        near, rest, leak, far = self._means[3:]
        return Leak(float(10.0 * np.log10(leak / far)), float(np.clip(rest / near, 0.0, 1.0)))

    def learn(self, near: Floats, far: Floats) -> None:
        """One lesson from the last LESSON samples of both channels."""
        config = self._config
        if 10.0 * np.log10(float(np.mean(far[:STEP] ** 2)) + 1e-12) < config.min_far_dbfs:
            return
        if self._lessons:
            self._check(near, far)
        keep = 1.0 - 1.0 / min(self._lessons + 1, config.memory)
        self._lessons += 1
        weight = 1.0 / (float(np.mean(near**2)) + config.quiet_power)
        source = np.fft.rfft(far[:STEP] * self._window, LESSON_FFT)
        self._cross = keep * self._cross + weight * np.fft.rfft(near, LESSON_FFT) * source.conj()
        self._power = keep * self._power + weight * np.abs(source) ** 2
        floor = 1e-3 * float(self._power.mean()) + 1e-12
        taps = np.fft.irfft(self._cross / (self._power + floor), LESSON_FFT)[:TAPS]
        taps[np.abs(taps) < config.tap_floor * np.abs(taps).max()] = 0.0
        self._taps = taps.astype(np.float32)
        self._spectrum = np.fft.rfft(self._taps, CHUNK_FFT)

    def predict(self, far: Floats) -> Floats:
        """The leak in the newest CHUNK samples, from the last CHUNK_FFT samples of the far side."""
        leak = np.fft.irfft(np.fft.rfft(far) * self._spectrum, CHUNK_FFT)
        return leak[-CHUNK:].astype(np.float32)

    def _check(self, near: Floats, far: Floats) -> None:
        """How well the path foretells sound that it has not learnt from."""
        spectrum = np.fft.rfft(far, LESSON_FFT) * np.fft.rfft(self._taps, LESSON_FFT)
        leak = np.fft.irfft(spectrum, LESSON_FFT)[TAPS:LESSON]
        sound = near[TAPS:]
        powers = np.array(
            [float(np.mean(x**2)) + 1e-12 for x in (sound, sound - leak, leak, far[TAPS:])]
        )
        weighted = powers[:3] / (powers[0] + self._config.quiet_power)
        keep = 1.0 - 1.0 / min(self._lessons, self._config.memory // 2)
        self._means = keep * self._means + (1.0 - keep) * np.concatenate((weighted, powers))


class Unbleed:
    """Takes the leak out of both channels, chunk by chunk."""

    def __init__(self, config: BleedConfig) -> None:
        self._config = config
        self._paths = (LeakPath(config), LeakPath(config))
        self._past = np.zeros((2, LESSON), dtype=np.float32)
        self._chunks = 0

    @property
    def leaks(self) -> tuple[Leak, Leak]:
        """Into each channel, as known now."""
        return self._paths[0].leak, self._paths[1].leak

    def process(self, sound: Floats) -> tuple[Floats, Floats]:
        """`sound` (2, k * CHUNK), samples in -1..1: own sound, and the bar it must rise above.

        The bar, shape (2, k * CHUNK), is the leak scaled to what may be left of it, 0 without one.
        """
        known = np.concatenate((self._past, sound), axis=1)
        own, bar = sound.copy(), np.zeros_like(sound)
        for k in range(sound.shape[1] // CHUNK):
            end = LESSON + (k + 1) * CHUNK
            here = slice(k * CHUNK, (k + 1) * CHUNK)
            for row, path in enumerate(self._paths):
                if path.is_active:
                    leak = path.predict(known[1 - row, end - CHUNK_FFT : end])
                    own[row, here] -= leak
                    bar[row, here] = leak * 10 ** ((path.rest_db + self._config.margin_db) / 20)
            self._chunks += 1
            if self._chunks % (STEP // CHUNK) == 0:
                for row, path in enumerate(self._paths):
                    path.learn(known[row, end - LESSON : end], known[1 - row, end - LESSON : end])
        self._past = known[:, -LESSON:]
        return own, bar
