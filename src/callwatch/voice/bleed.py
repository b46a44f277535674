"""The far voice leaking into the near channel: learnt from the call and taken away.

    customer  |=== speaks ===|
    agent mic      |~~ the same, weaker, 0-60 ms later ~~|     leak, not the agent's speech

Each direction has a filter (leak_path.py). It is followed while the near side may be a leak: louder
than its noise, not much louder than the far voice. It is used only while it foretells sound that it
has not learnt from, and told apart from a copy: one channel that holds nothing but the other.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.frames import Leak
from callwatch.voice.leak_average import CHUNK_FFT, LESSON, STEP, AverageConfig, AveragedPath
from callwatch.voice.leak_path import REACH, LeakPath
from callwatch.voice.silero import CHUNK

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_REST_LEAST_DB: Final = -30.0
_TOLD_FADE: Final = 0.8  # 1 dB a chunk
_SLICE: Final = 32  # samples: the bar is drawn in steps of 2 ms, which divide chunks and frames


@dataclass(frozen=True, slots=True)
class BleedConfig:
    """When a leak is believed; chunks are 32 ms."""

    # A far voice weaker than this leaks nothing that could be heard.
    min_far_dbfs: float = -58.0
    # The far voice of so many chunks may still arrive: 60 ms late, with its echoes.
    reach_chunks: int = 4
    # A leak stands out of the near noise ...
    above_noise_db: float = 3.0
    # (which may grow by so much a chunk: 3 dB a second) ...
    noise_rise_db: float = 0.1
    # ... and is not much louder than the far voice, even if that is recorded softly.
    max_over_far_db: float = 3.0
    # Where the leak would be weaker than this share of the near power, it proves nothing.
    min_leak_share: float = 0.1
    # ... and where it is this much weaker than lately, the filter's own noise is all there is.
    min_told_db: float = -20.0
    # Evidence for a leak: by how many dB taking it away made the near side weaker, chunk by chunk,
    # each less `evidence_bias_db` and at most `evidence_most_db`; so much in sum is believed.
    evidence_bias_db: float = 1.0
    evidence_most_db: float = 4.0
    evidence_db: float = 8.0
    # With so much nothing is taken away yet, but what may be a leak is not own sound either.
    suspect_db: float = 4.0
    # Share that must stay explained of the near sound of the last 1.5 s.
    still_explained: float = 0.1
    check_memory: int = 48
    # The path has changed, and is learnt anew while it is still used, when it explains less than
    # this or when what is left, no less than this beside the leak, is so much alike to what was
    # foretold (correlation of either sign, over some six chunks). Own speech is not alike.
    doubt_explained: float = 0.3
    alike_rest_db: float = -14.0
    alike: float = 0.3
    alike_chunks: float = 6.0
    # Of a path that is not believed at least so much is doubted: any other may come.
    doubt: float = 0.3
    # Near sound is its own when the far side is weaker than this share of it, and explained when
    # less than that share is left.
    alone_share: float = 0.1
    told_share: float = 0.3
    # Chunks of near sound behind the share that is its own: some 90 s.
    own_memory: int = 3000
    # Leaks behind the gain that is told: 3 s.
    gain_memory: int = 96
    # A channel that holds so little of its own in so many chunks, at so much of the far level, is a copy of it.
    copy_own_share: float = 0.05
    copy_chunks: int = 15
    copy_gain_db: float = -3.0
    # Own sound stands so far above the median of what was left of the leak lately.
    margin_db: float = 9.0
    # Followed by 1 dB in three chunks, faster at first.
    rest_pace_db: float = 0.3
    rest_start_db: float = 8.0
    # When more is left than usual somebody speaks, so that less is learnt, at most by this factor.
    max_caution: float = 100.0
    # Behind own sound that stands so far above the bar, for so many chunks, the bar is lower: no
    # holes are torn into speech.
    clear_db: float = 6.0
    clear_chunks: int = 4
    lower_db: float = 8.0
    # An averaged path serves for weaker leaks than this beside the far voice. Where stronger ones are
    # not followed somebody speaks over them, and an average would take that away as well.
    most_average_db: float = -14.0
    average: AverageConfig = field(default_factory=AverageConfig)
    # Echoes beyond the path fade by 1.5 dB in 10 ms: a room that takes 0.4 s for 60 dB.
    fade_db_s: float = 150.0


class _Direction:
    """One path, how far it is believed, and what is known of its leak."""

    def __init__(self, config: BleedConfig) -> None:
        self._config = config
        self._path = LeakPath()
        self._checks = 0
        self._evidence_db = 0.0
        self._explained = 0.0  # share of the near sound
        self._told_peak = 0.0
        self._leak_power, self._far_power, self._weight = 0.0, 0.0, 0
        self._own_share, self._own_count = 1.0, 0
        self._fade = 10.0 ** (-config.fade_db_s / 10.0 * _SLICE / 16_000)
        self._bar = 0.0
        self._clear = 0
        self._least_told = 10.0 ** (config.min_told_db / 10.0)
        self._told = self._rest = np.zeros(CHUNK)
        self._alike = 0.0
        self._least_alike = 10.0 ** (config.alike_rest_db / 10.0)
        self.rest_power = self._told_power = 0.0
        self.rest_db = 0.0
        self.is_active = False

    @property
    def gain_db(self) -> float:
        """Level of the leak beside the far voice."""
        return 10.0 * math.log10((self._leak_power + 1e-12) / (self._far_power + 1e-12))

    @property
    def is_copy(self) -> bool:
        """Whether the near channel holds the far voice and nothing else."""
        config = self._config
        if self._own_count < config.copy_chunks or self._own_share >= config.copy_own_share:
            return False
        return self.gain_db > config.copy_gain_db

    @property
    def is_suspected(self) -> bool:
        """Whether what is foretold is to be mistrusted as own sound, at the moment."""
        return not self.is_active and self._evidence_db >= self._config.suspect_db

    @property
    def leak(self) -> Leak:
        """What is known of the leak."""
        if not self.is_active:
            return Leak()
        return Leak(self.gain_db, self._own_share, self.rest_db)

    def foretell(self, near: Doubles, far: Doubles) -> Doubles:
        """The leak in `near` (CHUNK,), as foretold from `far` (REACH,)."""
        leak = self._path.predict(far)
        self._told, self._rest = leak, near - leak
        self.rest_power, self._told_power = _power(self._rest), _power(leak)
        return leak

    def learn(self, near_power: float, far_power: float) -> None:
        """Learn from the chunk that was just foretold."""
        self._check(near_power, self.rest_power, self._told_power, far_power)
        if self._has_changed():
            self._weight = min(self._weight, self._config.gain_memory // 8)
            self._path.doubt(self._config.doubt)
            self._path.learn(self._rest)
            return
        usual_power = self._told_power * 10.0 ** ((self.rest_db + self._config.margin_db) / 10.0)
        caution = min(max(self.rest_power / usual_power, 1.0), self._config.max_caution)
        self._path.learn(self._rest, caution)

    def _has_changed(self) -> bool:
        """Whether this is not the path that was learnt."""
        config, rest, told = self._config, self.rest_power, self._told_power
        if not self.is_active:
            return True
        alike = 0.0
        if rest > self._least_alike * told:
            shared = float(self._rest @ self._told) / CHUNK
            alike = shared / math.sqrt(rest * told)
        self._alike += (alike - self._alike) / config.alike_chunks
        return abs(self._alike) > config.alike or self._explained < config.doubt_explained

    def hear_own(self, near_power: float, far_power: float) -> None:
        """Count near sound that is its own, or is explained; what may be either tells nothing."""
        is_own = far_power < self._config.alone_share * near_power
        is_told = self.is_active and self.rest_power < self._config.told_share * near_power
        if is_own or is_told:
            self._own_count = min(self._own_count + 1, self._config.own_memory)
            self._own_share += (is_own - self._own_share) / self._own_count

    def bar(self, leak: Doubles | None) -> Doubles:
        """Power (CHUNK // _SLICE,) that own sound must exceed: what may be left of the leak."""
        out = np.zeros(CHUNK // _SLICE)
        if leak is None and self._bar < 1e-12:
            self._bar = 0.0
            return out
        powers = out if leak is None else (leak.reshape(-1, _SLICE) ** 2).mean(axis=1)
        config = self._config
        scale = 10.0 ** ((self.rest_db + config.margin_db) / 10.0)
        is_clear = self.rest_power > self._told_power * scale * 10.0 ** (config.clear_db / 10.0)
        self._clear = config.clear_chunks if is_clear and leak is not None else self._clear - 1
        if self._clear > 0:
            scale *= 10.0 ** (-config.lower_db / 10.0)
        for i, power in enumerate(powers.tolist()):
            self._bar = out[i] = max(power * scale, self._bar * self._fade)
        return out

    def _check(self, near: float, rest: float, leak: float, far: float) -> None:
        """How well the path foretold the chunk, which it has not learnt from; powers."""
        config = self._config
        self._told_peak = max(_TOLD_FADE * self._told_peak, leak)
        if leak < config.min_leak_share * near or leak < self._least_told * self._told_peak:
            return
        if self.is_active:
            self._checks = min(self._checks + 1, config.check_memory)
            self._explained += (1.0 - min(rest / near, 2.0) - self._explained) / self._checks
            self._measure(rest, leak, far)
            self.is_active = self._explained >= config.still_explained
            self._evidence_db = 0.0
            return
        most_db = config.evidence_most_db
        gained_db = 10.0 * math.log10(near / rest) - config.evidence_bias_db
        self._evidence_db = max(self._evidence_db + min(max(gained_db, -most_db), most_db), 0.0)
        self.is_active = self._evidence_db >= config.evidence_db
        self._checks, self._explained = config.check_memory // 4, 0.5

    def _measure(self, rest: float, leak: float, far: float) -> None:
        config = self._config
        self._weight = min(self._weight + 1, config.gain_memory)
        self._leak_power += (leak - self._leak_power) / self._weight
        self._far_power += (far - self._far_power) / self._weight
        is_above = 10.0 * math.log10(rest / leak) > self.rest_db
        step = max(config.rest_pace_db, config.rest_start_db / self._weight)
        rest_db = self.rest_db + (step if is_above else -step)
        self.rest_db = min(max(rest_db, _REST_LEAST_DB), 0.0)


class Unbleed:
    """Takes the leak out of both channels, chunk by chunk."""

    def __init__(self, config: BleedConfig) -> None:
        self._config = config
        self._ways = (_Direction(config), _Direction(config))
        self._averages = (AveragedPath(config.average), AveragedPath(config.average))
        self._heard = np.zeros((2, LESSON), dtype=np.float32)
        self._chunks = 0
        self._past = np.zeros((2, REACH))
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

    def process(self, sound: Floats) -> tuple[Floats, Floats]:
        """`sound` (2, k * CHUNK), samples in -1..1: own sound, and the bar it must rise above.

        The bar, shape (2, k * CHUNK), is a signal as loud as what may be left of the leak.
        """
        known: Doubles = np.concatenate((self._past, sound.astype(np.float64)), axis=1)
        own, bar = sound.copy(), np.zeros_like(sound)
        count = sound.shape[1] // CHUNK
        pieces = known[:, REACH:].reshape(2, count, CHUNK)
        powers = np.einsum("rki,rki->rk", pieces, pieces) / CHUNK + 1e-12
        for k in range(count):
            here = slice(k * CHUNK, (k + 1) * CHUNK)
            heard = known[:, here.stop : here.stop + REACH]
            averaged = self._averaged(sound[:, here])
            for row, leak in enumerate(self._leaks_in(heard, powers[:, k].tolist())):
                way, other = self._ways[row], averaged[row]
                if way.is_copy:
                    continue
                if not way.is_active and other is not None:
                    own[row, here] -= other
                    bar[row, here] = np.abs(other) * self._averages[row].bar_scale
                elif way.is_active or way.is_suspected:
                    if way.is_active and leak is not None:
                        own[row, here] -= leak
                    bar[row, here] = np.repeat(np.sqrt(way.bar(leak)), _SLICE)
        self._past = known[:, known.shape[1] - REACH :]
        return own, bar

    def _is_weak(self, path: AveragedPath) -> bool:
        gain_db = path.leak.gain_db
        return gain_db is not None and gain_db < self._config.most_average_db

    def _averaged(self, sound: Floats) -> list[Floats | None]:
        """What the averaged paths foretell of the next chunk (2, CHUNK), where they are believed."""
        self._heard = np.concatenate((self._heard[:, CHUNK:], sound), axis=1)
        out: list[Floats | None] = [None, None]
        for row, path in enumerate(self._averages):
            if self._is_weak(path):
                out[row] = path.predict(self._heard[1 - row, -CHUNK_FFT:])
        self._chunks += 1
        lessons, between = divmod(self._chunks, STEP // CHUNK)
        for row, path in enumerate(self._averages if between == 0 else ()):
            if lessons % 2 == 0 or not path.is_settled:
                path.learn(self._heard[row], self._heard[1 - row])
        return out

    def _leaks_in(self, heard: Doubles, powers: list[float]) -> list[Doubles | None]:
        """The leak in the newest chunk of each channel; None where there is nothing to look for."""
        leaks: list[Doubles | None] = [None, None]
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
            if leaks[row] is not None and self._min_far < far > powers[row] / self._over_far:
                way.learn(powers[row], powers[1 - row])
        return leaks


def _power(sound: Doubles) -> float:
    return float(sound @ sound) / len(sound) + 1e-12
