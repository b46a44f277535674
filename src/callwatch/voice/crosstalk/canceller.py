"""The far voice leaking into the near channel: learnt from the call and taken away.

    customer  |=== speaks ===|
    agent mic      |~~ the same, weaker, 0-60 ms later ~~|     leak, not the agent's speech

Each direction has a filter that follows the call (leak_path.py, leak_direction.py) and, for weak leaks
that a noisy line hides from it, an averaged one (leak_average.py). A leak is told apart from a copy: one
channel that holds nothing but the other.
"""

import numpy as np

from callwatch.core.arrays import DoubleArray, FloatArray
from callwatch.core.frames import Leak
from callwatch.voice.crosstalk.kalman_filter import REACH
from callwatch.voice.crosstalk.leak_estimator import SLICE, BleedConfig, LeakEstimator
from callwatch.voice.crosstalk.least_squares_filter import (
    CHUNK_FFT,
    STEP,
    UPDATE_SAMPLES,
    LeastSquaresPath,
)
from callwatch.voice.framing import CHUNK


class CrosstalkCanceller:
    """Takes the leak out of both channels, chunk by chunk."""

    def __init__(self, config: BleedConfig) -> None:
        self._config = config
        self._ways = (LeakEstimator(config), LeakEstimator(config))
        self._averages = (LeastSquaresPath(config.average), LeastSquaresPath(config.average))
        self._chunks = 0
        self._past = np.zeros((2, UPDATE_SAMPLES))  # an averaged path looks back furthest
        # Powers of the own sound of the last chunks, per channel, and of the noise.
        self._own_powers = [[0.0] * config.reach_chunks for _ in range(2)]
        self._noise = [1.0, 1.0]
        self._min_far = 10.0 ** (config.min_far_dbfs / 10.0)
        self._over_far = 10.0 ** (config.max_over_far_db / 10.0)
        self._over_noise = 10.0 ** (config.above_noise_db / 10.0)
        self._noise_rise = 10.0 ** (config.noise_rise_db / 10.0)

    @property
    def leaks(self) -> tuple[Leak, Leak]:
        """Into each channel, as known now."""
        pairs = zip(self._ways, self._averages, strict=True)
        agent, customer = (
            way.leak if way.is_active or not self._is_weak(average) else average.leak
            for way, average in pairs
        )
        return agent, customer

    def process(self, sound: FloatArray) -> tuple[FloatArray, FloatArray]:
        """`sound` (2, k * CHUNK), samples in -1..1: own sound, and the bar it must rise above.

        The bar, shape (2, k * CHUNK), is a signal as loud as what may be left of the leak.
        """
        known: DoubleArray = np.concatenate((self._past, sound.astype(np.float64)), axis=1)
        own, bar = sound.copy(), np.zeros_like(sound)
        count = sound.shape[1] // CHUNK
        pieces = known[:, UPDATE_SAMPLES:].reshape(2, count, CHUNK)
        powers = np.einsum("rki,rki->rk", pieces, pieces) / CHUNK + 1e-12
        for k in range(count):
            here = slice(k * CHUNK, (k + 1) * CHUNK)
            heard = known[:, here.stop : here.stop + UPDATE_SAMPLES]
            averaged = self._averaged(heard)
            for row, leak in enumerate(self._leaks_in(heard[:, -REACH:], powers[:, k].tolist())):
                way, other = self._ways[row], averaged[row]
                if way.is_copy:
                    continue
                if not way.is_active and other is not None:
                    own[row, here] -= other
                    bar[row, here] = np.abs(other) * self._averages[row].bar_scale
                elif way.is_active or way.is_suspected:
                    if way.is_active and leak is not None:
                        own[row, here] -= leak
                    bar[row, here] = np.repeat(np.sqrt(way.bar(leak)), SLICE)
        self._past = known[:, known.shape[1] - UPDATE_SAMPLES :]
        return own, bar

    def _is_weak(self, path: LeastSquaresPath) -> bool:
        return path.is_active and path.gain_db < self._config.most_average_db

    def _averaged(self, known: DoubleArray) -> list[FloatArray | None]:
        """What the averaged paths foretell of the newest chunk of `known` (2, UPDATE_SAMPLES), if believed."""
        out: list[FloatArray | None] = [None, None]
        for row, path in enumerate(self._averages):
            if self._is_weak(path):
                out[row] = path.predict(known[1 - row, -CHUNK_FFT:].astype(np.float32))
        self._chunks += 1
        lessons, between = divmod(self._chunks, STEP // CHUNK)
        if between == 0:
            heard = known.astype(np.float32)
            for row, path in enumerate(self._averages):
                if lessons % 2 == 0 or not path.is_settled:
                    path.learn(heard[row], heard[1 - row])
        return out

    def _leaks_in(self, heard: DoubleArray, powers: list[float]) -> list[DoubleArray | None]:
        """The leak in the newest chunk of each channel; None where there is nothing to look for."""
        leaks: list[DoubleArray | None] = [None, None]
        stands_out = [False, False]
        for row, power in enumerate(powers):
            self._own_powers[row] = [*self._own_powers[row][1:], power]
            self._noise[row] = min(self._noise[row] * self._noise_rise, power)
            stands_out[row] = power > self._over_noise * self._noise[row]
        fars = [max(self._own_powers[1]), max(self._own_powers[0])]
        for row, way in enumerate(self._ways):
            is_near = stands_out[row] and powers[row] < self._over_far * fars[row]
            if fars[row] > self._min_far and (way.is_active or is_near):
                leaks[row] = way.foretell(heard[row, -CHUNK:], heard[1 - row])
        for row, way in enumerate(self._ways):
            if leaks[row] is None:
                way.rest_power = powers[row]
            elif way.is_active:
                self._own_powers[row][-1] = min(way.rest_power, powers[row])
            if stands_out[row] and powers[row] > self._min_far:
                way.hear_own(powers[row], fars[row])
        for row, way in enumerate(self._ways):
            far = max(self._own_powers[1 - row])
            # Hum is the same on both channels; only what stands out of it can be a voice that leaks.
            is_voice = far > self._over_noise * self._noise[1 - row]
            # Lately, too: the far side holds what the near one said a moment ago when it leaks there.
            near = max(self._own_powers[row]) if way.is_active else powers[row]
            is_far = self._min_far < far > near / self._over_far
            if leaks[row] is not None and is_far and is_voice:
                way.learn(powers[row], powers[1 - row])
        return leaks
