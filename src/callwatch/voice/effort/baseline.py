"""What is usual for one speaker on one line: learnt from their own speech, live.

Speech is remembered in chunks of half a second of voice. Those that stand clearly above the
calmer ones of the same speaker are raised and hardly count; because all are weighed again with
every chunk, a caller whose first words are shouted is set right as soon as they calm down.
No threads.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from callwatch.core.arrays import DoubleArray
from callwatch.voice.effort.norms import NORMS
from callwatch.voice.quantiles import median, quantile

_MEANS = ("pitch_st", "balance_db", "level_dbfs", "flux_db")
_NO_BASELINE = "not an effort baseline: let it be learnt again"


@dataclass(frozen=True, slots=True)
class EffortBaseline:
    """One speaker's usual voice.

    `pitch_st` semitones above 100 Hz, `balance_db` alpha ratio, `level_dbfs`, `flux_db` change of
    the spectrum in 20 ms; `pitch_sd` and `balance_sd` say how uncertain these means are,
    `pitch_spread_st` and `balance_spread_db` how much half a second of usual voice varies around
    them. `voiced_s` seconds of voice that it was learnt from.
    """

    pitch_st: float
    balance_db: float
    level_dbfs: float
    flux_db: float
    pitch_sd: float
    balance_sd: float
    pitch_spread_st: float
    balance_spread_db: float
    voiced_s: float

    @property
    def means(self) -> DoubleArray:
        """(4,) pitch, balance, level, flux."""
        return np.array([getattr(self, name) for name in _MEANS])

    def to_dict(self) -> dict[str, float]:
        """For JSON."""
        return {name: float(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "EffortBaseline":
        """From to_dict. Raises ValueError when a figure is missing or no finite number."""
        try:
            found = cls(**{name: float(str(values[name])) for name in cls.__slots__})
        except (KeyError, ValueError) as exc:
            raise ValueError(_NO_BASELINE) from exc
        if not all(math.isfinite(value) for value in found.to_dict().values()):
            raise ValueError(_NO_BASELINE)
        return found


@dataclass(frozen=True, slots=True)
class BaselineConfig:
    """How the usual voice is learnt."""

    # Voice in a chunk: long enough for a stable median, short enough to be of one kind.
    chunk_s: float = 0.5
    # Chunks of usual speech remembered: two minutes of voice, some four minutes of talking.
    usual_chunks: int = 240
    # Chunks of one sentence lie on the same side of the mean: so much voice is one new witness.
    independent_s: float = 1.5
    # A chunk so many standard deviations above the usual ones counts half, twice as many hardly.
    raised_sd: float = 1.2
    # So far above the usual voices of all people (in spreads of half a second), the first words may be
    # shouted; after so many chunks this is how the person speaks.
    odd_sd: float = 3.0
    doubt_chunks: int = 20
    # Raised chunks remembered, in case they turn out to be the usual voice after all.
    # They are few beside the usual ones, so that a long outburst does not become the usual voice.
    raised_chunks: int = 40
    # What plain reading says of a speaker's spread counts like so many chunks of their own.
    spread_chunks: int = 12
    # Chunks from which the own strong level is taken: the last half minute of voice, so that a
    # lasting fall of the line's gain is followed.
    level_chunks: int = 60
    # Chunks this far below it are the other side, leaking (see channel.py).
    faint_db: float = 15.0
    # So many usual chunks in a row this far off on the same side: the line's gain has changed.
    step_chunks: int = 5
    step_db: float = 5.0
    # Somebody else has come to the phone when so many chunks (4 s of voice) all lie this much higher
    # than the usual voice (a fifth may fall short) without being brighter by this share of what a
    # raised voice is: the standard voice spectra of ANSI S3.5 gain 1 dB for every semitone, and of
    # who shouts for long, pitch runs ahead of the spectrum.
    other_chunks: int = 8
    other_st: float = 4.0
    other_db_a_st: float = 0.35
    # Chunks of this weight and more count as usual voice that was heard.
    heard_weight: float = 0.25
    # Voice after which a baseline is good enough to be kept.
    known_s: float = 4.0


class BaselineLearner:
    """Learns the baseline of one channel, chunk by chunk.

    `current` is the best guess at any time; `strong_dbfs` the level of the own strong voice.
    """

    def __init__(self, config: BaselineConfig, known: EffortBaseline | None = None) -> None:
        self._config = config
        self._weigher = OutlierWeights(config)
        self._posterior = NormalPosterior(config, known)
        self._usual: deque[DoubleArray] = deque(maxlen=config.usual_chunks)
        self._raised: deque[DoubleArray] = deque(maxlen=config.raised_chunks)
        self._levels: deque[float] = deque(maxlen=config.level_chunks)
        self._newest: deque[DoubleArray] = deque(maxlen=config.other_chunks)
        self.strong_dbfs = float("-inf")
        self.current = self._posterior.solve(np.zeros((0, len(NORMS))), np.zeros(0))

    def add(self, chunk: DoubleArray) -> None:
        """One chunk of voice: (4,) pitch, balance, level, flux."""
        config = self._config
        if chunk[2] >= self.strong_dbfs - config.faint_db:
            self._newest.append(chunk)
        if self._is_somebody_else():
            self._usual, self._raised = deque(self._newest), deque[DoubleArray]()
            self._usual.pop()
            self._newest.clear()
        everything = np.array([*self._usual, *self._raised, chunk])
        own = everything[everything[:, 2] >= self.strong_dbfs - config.faint_db]
        weights = self._weigher.weigh(own) if len(own) else np.zeros(0)
        is_usual = weights >= 0.5
        if chunk[2] < self.strong_dbfs - config.faint_db or is_usual[-1]:
            self._levels.append(float(chunk[2]))
            self.strong_dbfs = float(quantile(np.array(self._levels), 0.8))
        self._usual = deque(own[is_usual], maxlen=config.usual_chunks)
        self._raised = deque(own[~is_usual], maxlen=config.raised_chunks)
        self.current = self._posterior.solve(own, weights)

    def _is_somebody_else(self) -> bool:
        """Whether the newest chunks are all higher, but not brighter as a raised voice is."""
        config = self._config
        if len(self._newest) < config.other_chunks or len(self._usual) < config.other_chunks:
            return False
        pitch, balance = np.array(self._newest).T[:2]
        pitch, balance = pitch - self.current.pitch_st, balance - self.current.balance_db
        higher_st = float(median(pitch))
        return bool(
            quantile(pitch, 0.2) >= config.other_st
            and median(balance) < config.other_db_a_st * higher_st
        )

    def known(self) -> EffortBaseline | None:
        """The baseline, or None while too little has been heard."""
        return self.current if self.current.voiced_s >= self._config.known_s else None


class OutlierWeights:
    """How usual each chunk is, 1 to 0, as an M-estimator weighs that looks upwards only.

    It starts from the calmer quarter, so that half of the chunks may be raised. While little has been
    heard, what lies far above the usual voices of all people is taken for raised as well.
    """

    def __init__(self, config: BaselineConfig) -> None:
        self._config = config

    def weigh(self, chunks: DoubleArray) -> DoubleArray:
        """(n,) for chunks (n, 4), n >= 1; only pitch and balance count."""
        parts = [(chunks[:, i] - NORMS[i].prior_mean) / NORMS[i].spread for i in (0, 1)]
        effort = np.add(*parts) / np.sqrt(2.0)
        most = self._config.odd_sd if len(chunks) < self._config.doubt_chunks else np.inf
        centre = float(quantile(effort, 0.25))
        weights = np.ones(len(chunks))
        for _ in range(6):
            above = np.maximum(effort - min(centre, most), 0.0) / self._config.raised_sd
            weights = 1 / (1 + above**4)
            centre = float(weights @ effort / weights.sum())
        return weights


class NormalPosterior:
    """Prior and chunks together, each weighted by its certainty.

    The prior is that of all people, or what was learnt of this speaker on another day.
    """

    def __init__(self, config: BaselineConfig, known: EffortBaseline | None) -> None:
        self._config = config
        self._spread = np.array([norm.spread for norm in NORMS])
        self._mean = np.array([norm.prior_mean for norm in NORMS])
        self._sd = np.array([norm.prior_spread for norm in NORMS])
        self._spread_before = self._spread[:2]
        if known is not None:
            # Another day, another headset: what was learnt counts like a narrow prior.
            self._mean = known.means
            self._sd = np.maximum([known.pitch_sd, known.balance_sd, 0, 0], [1.5, 2.0, 6.0, 0.5])
            self._spread_before = np.array([known.pitch_spread_st, known.balance_spread_db])

    def solve(self, chunks: DoubleArray, weights: DoubleArray) -> EffortBaseline:
        """The baseline after chunks (n, 4) of weights (n,)."""
        config, total = self._config, float(weights.sum())
        witnesses = total * config.chunk_s / config.independent_s
        certainty = 1 / self._sd**2 + witnesses / self._spread**2
        value, squares = self._mean / self._sd**2, config.spread_chunks * self._spread_before**2
        if len(chunks):
            centre = weights @ chunks / total
            squares = squares + weights @ (chunks[:, :2] - centre[:2]) ** 2
            is_usual = weights >= 0.5
            if is_usual.any():
                centre[2] = _usual_level(chunks[is_usual, 2], config)
            value = value + centre * witnesses / self._spread**2
        means, sd = value / certainty, np.sqrt(1 / certainty)
        spreads = np.sqrt(squares / (config.spread_chunks + total))
        pitch, balance, level, flux = map(float, means)
        pitch_sd, balance_sd = map(float, sd[:2])
        pitch_spread_st, balance_spread_db = map(float, spreads)
        voiced_s = float(np.count_nonzero(weights >= config.heard_weight)) * config.chunk_s
        return EffortBaseline(
            pitch,
            balance,
            level,
            flux,
            pitch_sd,
            balance_sd,
            pitch_spread_st,
            balance_spread_db,
            voiced_s,
        )


def _usual_level(levels: DoubleArray, config: BaselineConfig) -> float:
    """The usual level; after a step of the line's gain that of the newest chunks."""
    newest, middle = levels[-config.step_chunks :], float(median(levels[-40:]))
    if len(levels) > config.step_chunks and (
        np.all(newest > middle + config.step_db) or np.all(newest < middle - config.step_db)
    ):
        return float(median(newest))
    return middle
