"""One direction of the leak: its path once an echo is found, and what may be left of it.

far    |=== speaks ===|
near         |~~ leak ~~~~|   predicted from `delay` before on, taken away
             |::::::::::::|   threshold: near-end speech must be louder than what may be left
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.frames import Leak
from callwatch.voice.crosstalk.kalman_filter import FFT_SIZE, FrequencyDomainKalmanFilter
from callwatch.voice.framing import CHUNK

SLICES: Final = 4  # of a chunk: the threshold has steps of 8 ms
NOTHING_LEFT: Final = np.zeros(SLICES)
_FADED: Final = 1e-12  # -120 dBFS
LEAD: Final = 384  # the path begins 24 ms before its peak: filters of the line ring before it, too
WARM_UP_CHUNKS: Final = 32  # the last second, from which a path that was just found is learnt
_LEAST_RESIDUAL_DB: Final = -30.0


@dataclass(frozen=True, slots=True)
class LeakConfig:
    """When a path is believed, and how far near-end speech must stand out; chunks are 32 ms."""

    # A leak this much weaker than the far voice is none: 15 dB below what is promised.
    min_gain_db: float = -60.0
    # Where the leak would be weaker than this share of the near power, it proves nothing.
    min_leak_share: float = 0.1
    # By what taking it away makes the near sound weaker, as a share of the leak, over the last 1.5 s: 1
    # where it is right, 0 where somebody speaks over it, -1 where nothing leaks any more.
    min_benefit: float = -0.5
    benefit_memory: int = 48
    # The path has changed when what is left, no less than this beside the leak, is so much like what was
    # predicted (correlation of either sign, over some six chunks). Near-end speech is not.
    changed_residual_db: float = -10.0
    changed_correlation: float = 0.3
    correlation_memory: float = 6.0
    # ... then, and for the first 1.5 s, so much is uncertain: any other path may come.
    uncertainty: float = 0.1
    new_chunks: int = 48
    # Leaks behind the reported gain: 3 s.
    gain_memory: int = 96
    # Near-end speech stands so far above the median of what was left of the leak lately ...
    margin_db: float = 9.0
    # ... which is followed by 1 dB in three chunks, faster at first.
    residual_step_db: float = 0.3
    first_step_db: float = 8.0
    # Noise is that of the quietest chunks; the usual one is so much louder.
    over_noise_db: float = 2.0
    # Where more is left than could be of a leak, somebody speaks over it: such chunks count by this
    # much, or they would raise the threshold above that very voice within a second.
    double_talk_weight: float = 0.1
    known_chunks: int = 24
    # ... and teach the path less, at most by this factor.
    max_double_talk_factor: float = 100.0
    # Echoes beyond the path fade by 1.5 dB in 10 ms: a room that takes 0.4 s for 60 dB.
    fade_db_s: float = 150.0


class LeakEstimator:
    """One path, whether it is believed, and what is known of its leak."""

    def __init__(self, config: LeakConfig) -> None:
        self._config = config
        self._fade = 10.0 ** (-config.fade_db_s / 10.0 * CHUNK / SLICES / CALL_RATE_HZ)
        self._over_noise = 10.0 ** (config.over_noise_db / 10.0)
        self._changed = 10.0 ** (config.changed_residual_db / 10.0)
        self._threshold = 0.0
        self.delay: int | None = None  # samples; None: no echo is known
        self._filter = FrequencyDomainKalmanFilter()
        self.measure_again()

    def measure_again(self) -> None:
        """Forget how well the path predicts, not the path."""
        self._predicted = self._residual = np.zeros(CHUNK)
        self.residual_power = self._predicted_power = 0.0
        self._benefit = 0.5
        self._correlation = 0.0
        self._measured = 0
        self._leak_power = self._far_power = 1e-12
        self._residual_db = 0.0

    @property
    def leak(self) -> Leak:
        """What is known of the leak."""
        if self.delay is None or not self._measured:
            return Leak()
        gain_db = 10.0 * math.log10(self._leak_power / self._far_power)
        return Leak(gain_db, self.delay / CALL_RATE_HZ, self._residual_db)

    @property
    def is_idle(self) -> bool:
        """Whether nothing leaks, and nothing is left that did."""
        return self.delay is None and self._threshold == 0.0

    @property
    def lead(self) -> int:
        """Samples by which the path begins late."""
        return max(0, (self.delay or 0) - LEAD)

    def locate(self, delay: int) -> bool:
        """An echo was found at `delay` samples; whether that is a new path, to be learnt first."""
        is_known = self.delay is not None and 0 <= delay - self.lead < FFT_SIZE // 2
        if not is_known:
            self.delay = delay
            self._filter = FrequencyDomainKalmanFilter()
        return not is_known

    def predict(self, near: DoubleArray, far: DoubleArray) -> DoubleArray:
        """The leak in `near` (CHUNK,), from the last FFT_SIZE samples of far sound before its path."""
        leak = self._filter.predict(far)
        self._predicted, self._residual = leak, near - leak
        self.residual_power, self._predicted_power = _power(self._residual), _power(leak)
        return leak

    def update(self, near_power: float, far_power: float, noise_power: float) -> None:
        """Learn from the chunk that was just predicted.

        Powers: of the near chunk, of the far sound that leaks into it, of the near side's noise.
        """
        config = self._config
        self._check(near_power, far_power, noise_power)
        if self.delay is None:
            return
        if self._has_changed():
            self._measured = min(self._measured, config.gain_memory // 8)
            self._filter.inflate_covariance(config.uncertainty)
            self._filter.update(self._residual)
            return
        if self._measured < config.new_chunks:
            self._filter.inflate_covariance(config.uncertainty)
        usual = self._predicted_power * 10.0 ** ((self._residual_db + config.margin_db) / 10.0)
        factor = min(max(self.residual_power / usual, 1.0), config.max_double_talk_factor)
        self._filter.update(self._residual, factor)

    def threshold(self, leak: DoubleArray | None) -> DoubleArray:
        """Power (SLICES,) along the chunk that near-end speech must exceed: what may be left."""
        if leak is None and self._threshold == 0.0:
            return NOTHING_LEFT
        powers = np.zeros(SLICES)
        if leak is not None:
            scale = 10.0 ** ((self._residual_db + self._config.margin_db) / 10.0)
            powers = (leak.reshape(SLICES, -1) ** 2).mean(axis=1) * scale
        for i, power in enumerate(powers.tolist()):
            faded = self._threshold * self._fade
            self._threshold = powers[i] = max(power, faded if faded > _FADED else 0.0)
        return powers

    def _has_changed(self) -> bool:
        """Whether what is left is the same sound as what was predicted."""
        config = self._config
        now = 0.0
        if self.residual_power > self._changed * self._predicted_power:
            shared = float(self._residual @ self._predicted) / CHUNK
            now = shared / math.sqrt(self.residual_power * self._predicted_power)
        self._correlation += (now - self._correlation) / config.correlation_memory
        return abs(self._correlation) > config.changed_correlation

    def _check(self, near: float, far: float, noise: float) -> None:
        """How well the path predicted the chunk, from which it has not learnt yet; powers."""
        config, leak, left = self._config, self._predicted_power, self.residual_power
        is_faint = leak < far * 10.0 ** (config.min_gain_db / 10.0)
        benefit = -1.0 if is_faint else min(max((near - left) / leak, -1.0), 1.0)
        self._benefit += (benefit - self._benefit) / config.benefit_memory
        if self._benefit < config.min_benefit:
            self.delay = None
        if self.delay is None or leak < config.min_leak_share * near:
            return
        self._measured += 1
        weight = min(self._measured, config.gain_memory)
        self._leak_power += (leak - self._leak_power) / weight
        self._far_power += (far - self._far_power) / weight
        # The noise of the line is not what is left of the leak.
        left = max(left - self._over_noise * noise, 1e-3 * leak)
        above_db = 10.0 * math.log10(left / leak) - self._residual_db
        step = max(config.residual_step_db, config.first_step_db / weight)
        if above_db > config.margin_db and self._measured > config.known_chunks:
            step *= config.double_talk_weight
        self._residual_db += step if above_db > 0.0 else -step
        self._residual_db = min(max(self._residual_db, _LEAST_RESIDUAL_DB), 0.0)


def _power(sound: DoubleArray) -> float:
    return float(sound @ sound) / len(sound) + 1e-12
