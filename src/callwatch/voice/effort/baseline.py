"""What is usual for one speaker on one line: learnt from their own speech, live.

Speech is remembered in chunks of half a second of voice. Those that stand clearly above the
rest of the same speaker are raised and do not count; because the division is made anew with
every chunk, a caller whose first words are shouted is set right as soon as they calm down.
No threads.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from callwatch.core.arrays import DoubleArray
from callwatch.voice.effort.norms import BALANCE, LEVEL, PITCH, FeatureNorm
from callwatch.voice.quantiles import median, quantile

NORMS = (PITCH, BALANCE, LEVEL)


@dataclass(frozen=True, slots=True)
class EffortBaseline:
    """One speaker's usual voice.

    `pitch_st` semitones above 100 Hz, `balance_db` alpha ratio, `level_dbfs`; the `_sd` say how
    uncertain each mean is. `liveliness` how much more than a plain reader the speaker varies in
    usual speech. `voiced_s` seconds of voice that it was learnt from.
    """

    pitch_st: float
    balance_db: float
    level_dbfs: float
    pitch_sd: float
    balance_sd: float
    level_sd: float
    liveliness: float
    voiced_s: float

    @property
    def means(self) -> DoubleArray:
        """(3,) pitch, balance, level."""
        return np.array([self.pitch_st, self.balance_db, self.level_dbfs])

    @property
    def spreads(self) -> DoubleArray:
        """(3,) uncertainty of the means."""
        return np.array([self.pitch_sd, self.balance_sd, self.level_sd])

    def to_dict(self) -> dict[str, float]:
        """For JSON."""
        return {name: float(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "EffortBaseline":
        """From to_dict. Raises ValueError when a figure is missing or no number."""
        try:
            return cls(**{name: float(str(values[name])) for name in cls.__slots__})
        except (KeyError, ValueError) as exc:
            raise ValueError("not an effort baseline: let it be learnt anew") from exc


@dataclass(frozen=True, slots=True)
class BaselineConfig:
    """How the usual voice is learnt."""

    # Voice in a chunk: long enough for a stable median, short enough to be of one kind.
    chunk_s: float = 0.5
    # Chunks of usual speech remembered: two minutes of voice, some four minutes of talking.
    usual_chunks: int = 240
    # Chunks of one sentence lie on the same side of the mean: so much voice is one new witness.
    independent_s: float = 1.5
    # Raised chunks remembered, in case they turn out to be the usual voice after all.
    # They are few beside the usual ones, so that a long outburst does not become the usual voice.
    raised_chunks: int = 40
    # A chunk this many standard deviations above the usual ones is raised and does not count.
    outlier: float = 2.2
    # Chunks from which the own strong level is taken: the last half minute of voice, so that a
    # lasting fall of the line's gain is followed.
    level_chunks: int = 60
    # Chunks this far below it are the other side, leaking (see effort_side.py).
    faint_db: float = 15.0
    # So many usual chunks in a row this far off on the same side: the line's gain has changed.
    step_chunks: int = 5
    step_db: float = 5.0
    # So far (standard deviations over people) above the usual voices of all people, the first
    # words may be shouted; after so many chunks this is how the person speaks.
    odd: float = 1.9
    doubt_chunks: int = 20
    # A raised voice is brighter by at least this: shouting flattens the spectrum (ANSI S3.5: 6 dB).
    least_balance_db: float = 1.5
    # Somebody else has come to the phone when so many chunks (4 s of voice) all lie this much higher
    # than the usual voice (a fifth may fall short) without being brighter by this share of what a
    # raised voice is: the standard voice spectra of ANSI S3.5 gain 1 dB for every semitone.
    other_chunks: int = 8
    other_st: float = 4.0
    other_db_a_st: float = 0.5
    # Lively talkers vary 1.4 times as much as plain readers, most people something between (three
    # support calls against read speech, see effort_norms.py). What is heard of the speaker counts as
    # much as this after so many chunks.
    usual_liveliness: float = 1.2
    lively_chunks: int = 20
    liveliness: tuple[float, float] = (1.0, 1.8)
    # The rare high moments of a lively voice, which must open nothing, spread more than its chunks.
    tail_exponent: float = 1.5
    # Voice after which a baseline is good enough to be kept.
    known_s: float = 4.0


class BaselineLearner:
    """Learns the baseline of one channel, chunk by chunk.

    `current` is the best guess at any time; `strong_dbfs` the level of the own strong voice.
    """

    def __init__(self, config: BaselineConfig, known: EffortBaseline | None = None) -> None:
        self._config = config
        self._prior = _prior_of(known)
        self._usual: deque[DoubleArray] = deque(maxlen=config.usual_chunks)
        self._raised: deque[DoubleArray] = deque(maxlen=config.raised_chunks)
        self._levels: deque[float] = deque(maxlen=config.level_chunks)
        self._newest: deque[DoubleArray] = deque(maxlen=config.other_chunks)
        self._spread = np.array([n.spread(config.chunk_s) for n in NORMS])
        self._weights = _weights(NORMS, config.chunk_s)
        self._lively_before = config.usual_liveliness if known is None else known.liveliness
        self.strong_dbfs = float("-inf")
        self.current = self._solve(np.zeros((0, 3)))

    def add(self, chunk: DoubleArray) -> None:
        """One chunk of voice: (3,) pitch, balance, level."""
        if chunk[2] >= self.strong_dbfs - self._config.faint_db:
            self._newest.append(chunk)
        if self._is_somebody_else():
            self._usual, self._raised = deque(self._newest), deque[DoubleArray]()
            self._usual.pop()
            self._newest.clear()
        everything = np.array([*self._usual, *self._raised, chunk])
        own = everything[everything[:, 2] >= self.strong_dbfs - self._config.faint_db]
        is_usual = self._divide(own) if len(own) else np.zeros(0, np.bool_)
        if chunk[2] < self.strong_dbfs - self._config.faint_db or is_usual[-1]:
            self._levels.append(float(chunk[2]))
            self.strong_dbfs = float(quantile(np.array(self._levels), 0.8))
        self._usual = deque(own[is_usual], maxlen=self._config.usual_chunks)
        self._raised = deque(own[~is_usual], maxlen=self._config.raised_chunks)
        self.current = self._solve(own[is_usual])

    def _is_somebody_else(self) -> bool:
        """Whether the newest chunks are all higher, but not brighter as a raised voice is."""
        config = self._config
        if len(self._newest) < config.other_chunks or len(self._usual) < config.other_chunks:
            return False
        pitch, tone = np.array(self._newest).T[:2]
        pitch, tone = pitch - self.current.pitch_st, tone - self.current.balance_db
        higher_st = float(median(pitch))
        return bool(
            quantile(pitch, 0.2) >= config.other_st
            and median(tone) < config.other_db_a_st * higher_st
        )

    def _divide(self, chunks: DoubleArray) -> npt.NDArray[np.bool_]:
        """Which chunks are usual: those not far above the calmer quarter.

        While little has been heard, what lies far above the usual voices of all people is taken
        for raised as well: the first words may be shouted. What is higher but not brighter is
        another voice, not a raised one.
        """
        config, prior = self._config, self._prior
        effort = ((chunks - prior[0]) / self._spread) @ self._weights
        centre = float(quantile(effort, 0.25))
        if len(chunks) < config.doubt_chunks:
            odd = ((chunks - prior[0]) / np.hypot(prior[1], self._spread)) @ self._weights
            calm = effort[odd <= config.odd]
            centre = min(centre, float(np.mean(calm)) if len(calm) else np.inf)
            if not len(calm):
                return np.zeros(len(chunks), bool)
        usual = np.ones(len(chunks), bool)
        for _ in range(4):
            usual = effort <= centre + config.outlier
            # Not the mean: what is let in wrongly must not pull the border after it.
            centre = float(median(effort[usual]))
        bright_db = float(median(chunks[usual, 1])) + config.least_balance_db
        return usual | (chunks[:, 1] < bright_db)

    def _solve(self, usual: DoubleArray) -> EffortBaseline:
        """Prior and chunks together, each weighted by its certainty."""
        mean, spread = self._prior
        witnesses = len(usual) * self._config.chunk_s / self._config.independent_s
        certainty = 1 / spread**2 + witnesses / self._spread**2
        value = mean / spread**2
        if len(usual):
            middle = median(usual)
            middle[2] = self._level(usual[:, 2])
            value = value + middle * witnesses / self._spread**2
        value, sd = value / certainty, np.sqrt(1 / certainty)
        pitch, tone, level = map(float, value)
        a, b, c = map(float, sd)
        lively, voiced_s = self._liveliness(usual), len(usual) * self._config.chunk_s
        return EffortBaseline(pitch, tone, level, a, b, c, lively, voiced_s)

    def _liveliness(self, usual: DoubleArray) -> float:
        """Spread of the chunks' pitch and balance over that of reading, held to what is plausible."""
        config, least, most = self._config, *self._config.liveliness
        total = config.lively_chunks * self._lively_before**2
        if len(usual):
            off = (usual - median(usual))[:, :2] / self._spread[:2]
            total += float(np.sum(np.mean(off**2, axis=1)))
        mean = total / (config.lively_chunks + len(usual))
        return float(np.clip(mean ** (config.tail_exponent / 2), least, most))

    def _level(self, levels: DoubleArray) -> float:
        """The usual level; after a step of the line's gain that of the newest chunks."""
        config = self._config
        newest, middle = levels[-config.step_chunks :], float(median(levels[-40:]))
        if len(levels) > config.step_chunks and (
            np.all(newest > middle + config.step_db) or np.all(newest < middle - config.step_db)
        ):
            return float(median(newest))
        return middle

    def known(self) -> EffortBaseline | None:
        """The baseline, or None while too little has been heard."""
        return self.current if self.current.voiced_s >= self._config.known_s else None


def _weights(norms: tuple[FeatureNorm, ...], chunk_s: float) -> DoubleArray:
    """How much each standardised feature says, length 1."""
    telling = np.array([n.shift / n.spread(chunk_s) for n in norms])
    telling[2] = 0.0  # a gain step must not divide the chunks
    return np.asarray(telling / np.linalg.norm(telling), np.float64)


def _prior_of(known: EffortBaseline | None) -> tuple[DoubleArray, DoubleArray]:
    if known is None:
        return np.array([n.prior_mean for n in NORMS]), np.array([n.prior_spread for n in NORMS])
    # Another day, another headset: what was learnt counts like a narrow prior.
    return known.means, np.maximum(known.spreads, [1.5, 2.0, 6.0])
