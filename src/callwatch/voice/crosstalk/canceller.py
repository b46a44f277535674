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
from callwatch.voice.crosstalk.echo_detector import (
    NO_DELAYS,
    EchoDetector,
    EchoDetectorConfig,
)
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
        chunks = sound.reshape(2, -1, CHUNK)
        powers = np.einsum("rki,rki->rk", chunks, chunks) / CHUNK + 1e-12
        noise = self._follow_noise(powers)
        before = self._own.shape[1]
        self._own = np.concatenate((self._own, powers), axis=1)
        audible = np.minimum(powers / (10.0 * noise + 1e-8), 1.0)
        self._detector.add(chunks, powers, audible)
        cleaned = sound.copy()
        for k in range(chunks.shape[1]):
            self._noise = noise[:, k]
            found = self._detector.next_chunk()
            if found is not NO_DELAYS:
                for row, delay in enumerate(found):
                    if delay is not None and self._ways[row].locate(delay):
                        self._warm_up(row, known, before + k)
            if self._ways[0].is_idle and self._ways[1].is_idle:
                continue
            here = slice(k * CHUNK, (k + 1) * CHUNK)
            for row, leak in enumerate(self._next(known, before + k)):
                if leak is not None:
                    cleaned[row, here] -= leak
                self._suppress(row, cleaned[row, here], self._ways[row].threshold(leak))
        self._past = known[:, -before * CHUNK :]
        self._own = self._own[:, -before:]
        return cleaned

    def _follow_noise(self, powers: FloatArray) -> DoubleArray:
        """The noise of both channels, chunk by chunk: it falls at once and rises slowly."""
        noise = np.empty(powers.shape)
        for row, values in enumerate(powers.tolist()):
            now = float(self._noise[row])
            for k, power in enumerate(values):
                noise[row, k] = now = min(now * self._noise_rise, power)
        return noise

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

    def _next(self, known: FloatArray, at: int) -> list[DoubleArray | None]:
        """The leak in each channel's chunk `at` of `known`; None where there is none."""
        leaks = [self._predict(row, known, at) for row in range(2)]
        for row, leak in enumerate(leaks):
            if leak is not None:
                self._own[row, at] = min(self._ways[row].residual_power, self._own[row, at])
        for row, leak in enumerate(leaks):
            self._learn(row, known, at, leak)
        return leaks

    def _warm_up(self, row: int, known: FloatArray, at: int) -> None:
        """Learn a path that was just found from the last second; the second time it is measured."""
        for _ in range(2):
            self._ways[row].measure_again()
            for k in range(at - WARM_UP_CHUNKS, at):
                self._learn(row, known, k, self._predict(row, known, k))

    def _predict(self, row: int, known: FloatArray, at: int) -> DoubleArray | None:
        way, end = self._ways[row], (at + 1) * CHUNK
        if way.delay is None or self._far(row, at) < self._min_far:
            return None
        far = known[1 - row, end - way.lead - FFT_SIZE : end - way.lead].astype(np.float64)
        return way.predict(known[row, end - CHUNK : end].astype(np.float64), far)

    def _learn(self, row: int, known: FloatArray, at: int, leak: DoubleArray | None) -> None:
        way, end = self._ways[row], (at + 1) * CHUNK
        if leak is None or way.delay is None:
            return
        near = float(self._own[row, at - _PATH_CHUNKS + 1 : at + 1].max())
        # Hum is the same on both channels; only what stands out of it can be a voice that leaks.
        least = max(self._over_noise * float(self._noise[1 - row]), near / self._over_far)
        if self._far(row, at) > least:
            source = known[1 - row, end - way.delay - CHUNK : end - way.delay]
            near_power = _power(known[row, end - CHUNK : end])
            way.update(near_power, _power(source), float(self._noise[row]))

    def _far(self, row: int, at: int) -> float:
        """The highest power of the far side's own sound in what may be leaking now."""
        end = at + 1 - self._ways[row].lead // CHUNK
        return float(self._own[1 - row, end - _PATH_CHUNKS - 1 : end].max())


def _power(sound: FloatArray) -> float:
    return float(sound @ sound) / len(sound) + 1e-12
