"""One direction of the leak: how far its path is believed, and what may be left of it.

The path is followed while the near side may be a leak: louder than its noise, not much louder than the
far voice. It is used only while it foretells sound that it has not learnt from.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from callwatch.core.arrays import DoubleArray
from callwatch.core.frames import Leak
from callwatch.voice.crosstalk.kalman_filter import REACH, FrequencyDomainKalmanFilter
from callwatch.voice.crosstalk.least_squares_filter import AverageConfig
from callwatch.voice.framing import CHUNK

_REST_LEAST_DB: Final = -30.0
_TOLD_FADE: Final = 0.8  # 1 dB a chunk
SLICE: Final = 32  # samples: the bar is drawn in steps of 2 ms, which divide chunks and frames


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
    # Where more than this is left beside what was foretold, somebody speaks, or the leak has become
    # much louder: then what is left is nothing but the same sound.
    over_told_db: float = 3.0
    sure_alike: float = 0.6
    # Of a path that is not believed at least so much is doubted: any other may come.
    doubt: float = 0.3
    # Near sound is its own when the far side is weaker than this share of it, and explained when
    # less than that share is left.
    alone_share: float = 0.1
    told_share: float = 0.3
    # Far sound in fewer spectral bins than this, the strongest one of the same two for so many
    # chunks, is a tone of the line: dialling and ringing lie in 2 or 3. A path that fits a tone fits
    # nothing else, and seems all too sure. So long after a tone its end is still in the window.
    tone_bins: float = 5.0
    tone_chunks: int = 16
    tone_end_chunks: int = 4
    # A path that is not believed yet learns from each chunk so many times more.
    more_passes: int = 1
    # Behind so many leaks (1.5 s) a path is still fresh: much of it is doubted.
    fresh_chunks: int = 48
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
    # Where more is left than could be left of a leak, somebody speaks over it: such chunks count by
    # this much, or they would raise the bar above that very voice within a second.
    spoken_over: float = 0.1
    # Leaks behind that judgement: 0.8 s.
    known_chunks: int = 24
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


class LeakEstimator:
    """One path, how far it is believed, and what is known of its leak."""

    def __init__(self, config: BleedConfig) -> None:
        self._config = config
        self._path = FrequencyDomainKalmanFilter()
        self._checks = 0
        self._evidence_db = 0.0
        self._explained = 0.0  # share of the near sound
        self._told_peak = 0.0
        self._leak_power, self._far_power, self._weight = 0.0, 0.0, 0
        self._own_share, self._own_count = 1.0, 0
        self._fade = 10.0 ** (-config.fade_db_s / 10.0 * SLICE / 16_000)
        self._bar = 0.0
        self._clear = 0
        self._least_told = 10.0 ** (config.min_told_db / 10.0)
        self._told = self._rest = self._near = np.zeros(CHUNK)
        self._far = np.zeros(REACH)
        self._alike = 0.0
        self._is_new = True  # not the path that was learnt, as of the last chunk
        self._over_told = 10.0 ** (config.over_told_db / 10.0)
        self._measured = 0  # chunks
        self._tones: list[int] = []  # the strongest bins of the last chunks, if they may be a tone
        self._tone_end = 0  # chunks that may still hold some of one
        self._was_active = False  # before the tone
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

    def foretell(self, near: DoubleArray, far: DoubleArray) -> DoubleArray:
        """The leak in `near` (CHUNK,), as foretold from `far` (REACH,)."""
        leak = self._path.predict(far)
        self._near, self._far = near, far
        self._told, self._rest = leak, near - leak
        self.rest_power, self._told_power = _power(self._rest), _power(leak)
        return leak

    def learn(self, near_power: float, far_power: float) -> None:
        """Learn from the chunk that was just foretold; a tone does not tell the path of a voice."""
        if self._is_tone():
            return
        self._check(near_power, self.rest_power, self._told_power, far_power)
        self._is_new = self._has_changed()
        if self._is_new:
            self._weight = min(self._weight, self._config.gain_memory // 8)
            self._path.doubt(self._config.doubt)
            self._path.learn(self._rest)
            for _ in range(0 if self.is_active else self._config.more_passes):
                self._path.learn(self._near - self._path.predict(self._far))
            return
        if self._measured < self._config.fresh_chunks:
            self._path.doubt(self._config.doubt)
        usual_power = self._told_power * 10.0 ** ((self.rest_db + self._config.margin_db) / 10.0)
        caution = min(max(self.rest_power / usual_power, 1.0), self._config.max_caution)
        self._path.learn(self._rest, caution)

    def _is_tone(self) -> bool:
        """Whether the far side is a tone, or was one a moment ago; what it has taught is forgotten."""
        config = self._config
        was_tone = len(self._tones) >= config.tone_chunks
        strongest, bins = self._path.heard_tone
        if bins < config.tone_bins and len({*self._tones[-config.tone_chunks :], strongest}) <= 2:
            if not self._tones:
                self._was_active = self.is_active
            self._tones.append(strongest)
            if len(self._tones) == config.tone_chunks and not self._was_active:
                self._forget()
            del self._tones[: -config.tone_chunks]
            return len(self._tones) >= config.tone_chunks
        self._tones.clear()
        self._tone_end = config.tone_end_chunks if was_tone else self._tone_end - 1
        return self._tone_end > 0

    def _forget(self) -> None:
        """Start anew."""
        self._path, self.is_active = FrequencyDomainKalmanFilter(), False
        self._evidence_db = self.rest_db = self._alike = 0.0
        self._weight = self._measured = 0

    def _has_changed(self) -> bool:
        """Whether this is not the path that was learnt."""
        config, rest, told = self._config, self.rest_power, self._told_power
        if not self.is_active:
            return True
        alike = 0.0
        if rest > self._least_alike * told:
            shared = float(self._rest @ self._told) / CHUNK
            alike = shared / math.sqrt(rest * told)
            if rest > self._over_told * told and abs(alike) < config.sure_alike:
                alike = 0.0
        self._alike += (alike - self._alike) / config.alike_chunks
        return abs(self._alike) > config.alike or self._explained < config.doubt_explained

    def hear_own(self, near_power: float, far_power: float) -> None:
        """Count near sound that is its own, or is explained; what may be either tells nothing."""
        is_own = far_power < self._config.alone_share * near_power
        is_told = self.is_active and self.rest_power < self._config.told_share * near_power
        if is_own or is_told:
            self._own_count = min(self._own_count + 1, self._config.own_memory)
            self._own_share += (is_own - self._own_share) / self._own_count

    def bar(self, leak: DoubleArray | None) -> DoubleArray:
        """Power (CHUNK // SLICE,) that own sound must exceed: what may be left of the leak."""
        out = np.zeros(CHUNK // SLICE)
        if leak is None and self._bar < 1e-12:
            self._bar = 0.0
            return out
        powers = out if leak is None else (leak.reshape(-1, SLICE) ** 2).mean(axis=1)
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
        self._measured += 1
        self._leak_power += (leak - self._leak_power) / self._weight
        self._far_power += (far - self._far_power) / self._weight
        above_db = 10.0 * math.log10(rest / leak) - self.rest_db
        step = max(config.rest_pace_db, config.rest_start_db / self._weight)
        if (
            above_db > config.margin_db
            and not self._is_new
            and self._measured > config.known_chunks
        ):
            step *= config.spoken_over
        rest_db = self.rest_db + (step if above_db > 0.0 else -step)
        self.rest_db = min(max(rest_db, _REST_LEAST_DB), 0.0)


def _power(sound: DoubleArray) -> float:
    return float(sound @ sound) / len(sound) + 1e-12
