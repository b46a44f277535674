"""The far voice in the near channel: found, learnt and taken away.

    customer  |=== speaks ===|
    agent mic      |~~ the same, weaker, 0-650 ms later ~~|     leak, not the agent's speech

A detector (echo_detector.py) says whether and how late; only then a filter learns the path and takes the
leak away (leak_estimator.py, kalman_filter.py).
"""

from dataclasses import dataclass, field

import numpy as np

from callwatch.core.arrays import DoubleArray, FloatArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.frames import Leak
from callwatch.voice.crosstalk.echo_detector import EchoDetector, EchoDetectorConfig
from callwatch.voice.crosstalk.kalman_filter import FFT_SIZE
from callwatch.voice.crosstalk.leak_estimator import (
    NOTHING_LEFT,
    WARM_UP_CHUNKS,
    LeakConfig,
    LeakEstimator,
)
from callwatch.voice.framing import CHUNK

_PATH_CHUNKS = FFT_SIZE // CHUNK


@dataclass(frozen=True, slots=True)
class CrosstalkConfig:
    """Which sound can leak, and the settings of the parts."""

    # A far voice weaker than this leaks nothing that could be heard.
    min_far_dbfs: float = -58.0
    # A voice stands out of the noise of its channel ...
    above_noise_db: float = 3.0
    # (which may grow by so much a chunk: 3 dB a second) ...
    noise_rise_db: float = 0.1
    # ... and the far one is no softer than this beside the near one, which would disturb the learning.
    max_over_far_db: float = 3.0
    detector: EchoDetectorConfig = field(default_factory=EchoDetectorConfig)
    leak: LeakConfig = field(default_factory=LeakConfig)


class CrosstalkCanceller:
    """Takes the leak out of both channels, chunk by chunk."""

    def __init__(self, config: CrosstalkConfig) -> None:
        self._config = config
        self._detector = EchoDetector(config.detector)
        self._ways = (LeakEstimator(config.leak), LeakEstimator(config.leak))
        late = round(config.detector.max_delay_s * CALL_RATE_HZ) + FFT_SIZE
        self._reach = -(-late // CHUNK)  # chunks behind a prediction
        self._past: FloatArray = np.zeros((2, (self._reach + WARM_UP_CHUNKS) * CHUNK), np.float32)
        # Powers of each channel's own sound, chunk by chunk, as far back, and of its noise.
        self._own = np.full((2, self._reach + WARM_UP_CHUNKS), 1e-12)
        self._noise = np.ones(2)
        self._gain = [1.0, 1.0]
        self._min_far = 10.0 ** (config.min_far_dbfs / 10.0)
        self._over_far = 10.0 ** (config.max_over_far_db / 10.0)
        self._over_noise = 10.0 ** (config.above_noise_db / 10.0)
        self._noise_rise = 10.0 ** (config.noise_rise_db / 10.0)

    @property
    def leaks(self) -> tuple[Leak, Leak]:
        """Into each channel, as known now."""
        agent, customer = (way.leak for way in self._ways)
        return agent, customer

    def process(self, sound: FloatArray) -> FloatArray:
        """`sound` (2, k * CHUNK), samples in -1..1, without what leaks; what may be left is faint."""
        known = np.concatenate((self._past, sound), axis=1)
        cleaned = sound.copy()
        before = self._past.shape[1]
        for k in range(sound.shape[1] // CHUNK):
            here = slice(k * CHUNK, (k + 1) * CHUNK)
            heard = known[:, here.start + CHUNK : here.stop + before]
            for row, leak in enumerate(self._next(heard)):
                if leak is not None:
                    cleaned[row, here] -= leak
                self._suppress(row, cleaned[row, here], self._ways[row].threshold(leak))
        self._past = known[:, known.shape[1] - before :]
        return cleaned

    def _suppress(self, row: int, chunk: FloatArray, left: DoubleArray) -> None:
        """Turn down, in place, what may be left of a leak, to the noise of the channel.

        `left` (n,): the power that is no more than what may be left, along the chunk.
        """
        if left is NOTHING_LEFT and self._gain[row] == 1.0:
            return
        pieces = chunk.reshape(len(left), -1)
        powers = np.einsum("ki,ki->k", pieces, pieces) / pieces.shape[1] + 1e-12
        least = np.minimum(self._noise[row] / powers, 1.0)
        gains = np.sqrt(np.maximum(1.0 - left / powers, least))
        at = np.linspace(0.0, len(left), CHUNK + 1)[1:]
        chunk *= np.interp(at, np.arange(len(left) + 1), np.append(self._gain[row], gains))
        self._gain[row] = float(gains[-1])

    def _next(self, heard: FloatArray) -> list[DoubleArray | None]:
        """The leak in each channel's newest chunk of `heard`; None where there is none."""
        chunk = heard[:, -CHUNK:]
        powers = np.einsum("ri,ri->r", chunk, chunk, dtype=np.float64) / CHUNK + 1e-12
        self._noise = np.minimum(self._noise * self._noise_rise, powers)
        self._own = np.roll(self._own, -1, axis=1)
        self._own[:, -1] = powers
        audible = np.minimum(powers / (10.0 * self._noise + 1e-8), 1.0)
        found = self._detector.process(chunk, audible.astype(np.float32))
        for row, delay in enumerate(found):
            if delay is not None and self._ways[row].locate(delay):
                self._warm_up(row, heard)
        leaks = [self._predict(row, heard, 0) for row in range(2)]
        for row, leak in enumerate(leaks):
            if leak is not None:
                self._own[row, -1] = min(self._ways[row].residual_power, powers[row])
        for row, leak in enumerate(leaks):
            self._learn(row, heard, leak, 0)
        return leaks

    def _warm_up(self, row: int, heard: FloatArray) -> None:
        """Learn a path that was just found from the last second; the second time it is measured."""
        for _ in range(2):
            self._ways[row].measure_again()
            for ago in range(WARM_UP_CHUNKS, 0, -1):
                self._learn(row, heard, self._predict(row, heard, ago), ago)

    def _predict(self, row: int, heard: FloatArray, ago: int) -> DoubleArray | None:
        """The leak in the chunk that came `ago` chunks before the newest one."""
        way, end = self._ways[row], heard.shape[1] - ago * CHUNK
        if way.delay is None or self._far(row, ago).max() < self._min_far:
            return None
        far = heard[1 - row, end - way.lead - FFT_SIZE : end - way.lead].astype(np.float64)
        return way.predict(heard[row, end - CHUNK : end].astype(np.float64), far)

    def _learn(self, row: int, heard: FloatArray, leak: DoubleArray | None, ago: int) -> None:
        way, end = self._ways[row], heard.shape[1] - ago * CHUNK
        if leak is None or way.delay is None:
            return
        far = self._far(row, ago).max()
        at = self._own.shape[1] - ago
        near = self._own[row, at - _PATH_CHUNKS : at].max()
        # Hum is the same on both channels; only what stands out of it can be a voice that leaks.
        if far > max(self._over_noise * self._noise[1 - row], near / self._over_far):
            piece = heard[row, end - CHUNK : end]
            source = heard[1 - row, end - way.delay - CHUNK : end - way.delay]
            way.update(_power(piece), _power(source))

    def _far(self, row: int, ago: int) -> DoubleArray:
        """Powers of the far side's own sound, as far as it may be leaking now."""
        end = self._own.shape[1] - ago - self._ways[row].lead // CHUNK
        powers: DoubleArray = self._own[1 - row, end - _PATH_CHUNKS - 1 : end]
        return powers


def _power(sound: FloatArray) -> float:
    return float(sound @ sound) / len(sound) + 1e-12
