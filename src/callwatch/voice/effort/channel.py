"""One side of the call: from sound to effort, step by step.

    sound      ..:iIIIIIIIIII:..        windows of 45 ms, 20 ms apart
    speech     .......|######|..        voice activity hears a shout late
    taken      ...|##########|..        sound as loud as the own voice just before counts as well
    too faint  .|#|.............        far below the own voice: the other side, leaking
    behind     ............|#|..        a voice behind the speaker, as voice activity says

A shout that voice activity never recognises counts while it has all the marks of a voice
(vad_miss.py) and the other side is silent; nothing is learnt from it.

No threads.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from callwatch.core.arrays import BoolArray, DoubleArray, FloatArray
from callwatch.voice.effort.baseline import BaselineConfig, BaselineLearner, EffortBaseline
from callwatch.voice.effort.f0 import F0Config, F0Estimator, F0Frames, is_voiced
from callwatch.voice.effort.frame_features import STEP_S, FrameFeatures
from callwatch.voice.effort.sliding_window import (
    MOMENT_HOP_S,
    MeasureConfig,
    VoicedWindow,
    measure,
)
from callwatch.voice.effort.spectral_balance import (
    NoiseFloor,
    balance,
    spectral_flux,
    spectral_shape,
)
from callwatch.voice.effort.vad_miss import MissedShoutConfig, MissedShoutDetector
from callwatch.voice.quantiles import median

_UNVOICED: Final = (float("nan"), 0.0)
_UNKNOWN: Final = (float("nan"),) * 5
_NOTHING: Final = np.zeros((0, 4))


@dataclass(frozen=True, slots=True)
class VadDecision:
    """What voice activity says of a step.

    `speaks` in which of its windows (5,) this side speaks throughout, `is_speech` whether it does
    anywhere in the step; `probability` that it does, 0..1, the mean; `other_speaks`: the other side;
    `is_behind`: the speech is somebody behind this side's speaker.
    """

    speaks: BoolArray
    is_speech: bool
    probability: float
    other_speaks: bool
    is_behind: bool = False


@dataclass(frozen=True, slots=True)
class EffortConfig:
    """How much voice is looked at together, and which sound counts as the own voice."""

    # A pause this long ends the utterance: what comes then is measured afresh.
    pause_s: float = 1.0
    # Least voice for an effort figure.
    least_voiced_s: float = 0.2
    # Voice heard in all before there are any figures: with less, not even wide priors help.
    first_s: float = 1.6
    # Usual voice that must be known before a raised one is told from it: the first words of a side
    # are often livelier than what follows.
    usual_s: float = 3.0
    # No voice holds its pitch so exactly for 20 ms, tones and notes do (H. Hollien et al. 1973, J.
    # Phonetics 1: 85-91: from one period to the next already, voices differ by 0.5-1 %).
    exact_st: float = 0.005
    # Windows less than this above the line's noise tell more of the line than of the voice.
    least_snr_db: float = 6.0
    # Sound before recognised speech counts while it is no further below the usual level (bleed is
    # further), began no longer ago, and has no longer gap (the closure of a plosive is 0.1-0.2 s).
    early_below_db: float = 8.0
    early_s: float = 1.5
    early_gap_s: float = 0.3
    # Voice this far below the own strong voice is the other side, leaking: inside a sentence voiced
    # sounds span some 15 dB, and the leak of a headset lies 18-30 dB down.
    faint_db: float = 15.0
    pitch: F0Config = field(default_factory=F0Config)
    measure: MeasureConfig = field(default_factory=MeasureConfig)
    baseline: BaselineConfig = field(default_factory=BaselineConfig)
    unheard: MissedShoutConfig = field(default_factory=MissedShoutConfig)


class ChannelEffort:
    """Effort of one channel."""

    def __init__(
        self, config: EffortConfig, finder: F0Estimator, known: EffortBaseline | None
    ) -> None:
        self._config = config
        self._finder = finder
        self._floor = NoiseFloor()
        self.learner = BaselineLearner(config.baseline, known)
        self._recent = VoicedWindow(config.measure.flux_s, round(config.pause_s / STEP_S))
        self._early: deque[tuple[int, DoubleArray]] = deque()
        self._unheard = MissedShoutDetector(config.unheard)
        self._last = _UNVOICED
        self._last_shape: FloatArray | None = None
        # Whose usual voice is remembered from another call can be measured at once.
        self._known = known is not None
        self._heard_s = config.first_s if self._known else 0.0
        self._chunks: dict[bool, list[DoubleArray]] = {True: [], False: []}

    def hear(self, number: int, sound: FloatArray, opinions: Sequence[VadDecision]) -> DoubleArray:
        """The steps from `number` on; `sound` (steps, STEP + 2 * MARGIN), samples in -1..1.

        Gives EffortFrames' columns, (steps, 7).
        """
        speaks = np.array([opinion.speaks for opinion in opinions])
        stretch = FrameFeatures(sound, speaks, self._finder)
        steps = enumerate(opinions)
        return np.array([self._step(number + i, stretch, i, opinion) for i, opinion in steps])

    def _step(
        self, number: int, stretch: FrameFeatures, at: int, opinion: VadDecision
    ) -> tuple[float, ...]:
        """Step `at` of the stretch, which is step `number` of the call."""
        config = self._config
        moments, is_own = self._moments(number, stretch, at, opinion), not opinion.is_behind
        moments = self._own(moments, opinion.is_speech) if is_own else _NOTHING
        self._recent.add(number, moments, opinion.is_speech and is_own)
        self._heard_s += len(moments) * MOMENT_HOP_S
        new_s, voiced_s = len(moments) * MOMENT_HOP_S, self._recent.voiced_s
        is_old = self._recent.age(number) * STEP_S >= config.pause_s
        if is_old or voiced_s < config.least_voiced_s or self._heard_s < config.first_s:
            return (*_UNKNOWN, voiced_s, new_s)
        usual = self.learner.current
        found = measure(self._recent.last(), usual, config.measure)
        is_known = self._known or usual.voiced_s >= config.usual_s
        is_enough = voiced_s >= config.measure.short_s
        raised = found.raised if is_known and is_enough else float("nan")
        return found.z, raised, found.pitch_st, found.balance_db, found.level_db, voiced_s, new_s

    def _moments(
        self, number: int, stretch: FrameFeatures, at: int, opinion: VadDecision
    ) -> DoubleArray:
        """Voiced windows of speech, (m, 4), with those that came just before it was recognised."""
        speaks = opinion.speaks
        taken = speaks | (stretch.powers[at] > self._least_power())
        if not taken.any():
            self._last, self._last_shape = _UNVOICED, None
            if not opinion.is_speech:
                self._floor.hear(stretch.line(at))
            return _NOTHING
        voice, is_good, strength = self._analyse(*stretch.voice(at, taken))
        self._forget_early(number)
        if not speaks.any():
            self._early.append((number, voice[is_good]))
            if opinion.other_speaks:
                self._unheard.clear()
                return _NOTHING
            pitch_st, at_s = voice[is_good, 0], number * STEP_S
            if not self._unheard.add(at_s, pitch_st, strength[is_good], opinion.probability):
                return _NOTHING
            released = np.concatenate([part for _, part in self._early])
            self._early.clear()
            return released
        self._unheard.clear()
        before = [part for _, part in self._early]
        self._early.clear()
        return np.concatenate([*before, voice[is_good]])

    def _forget_early(self, number: int) -> None:
        """Drops early sound that is too old or lies before a gap."""
        config, early = self._config, self._early
        if early and early[-1][0] < number - config.early_gap_s / STEP_S:
            early.clear()
        while early and early[0][0] < number - config.early_s / STEP_S:
            early.popleft()

    def _least_power(self) -> float:
        """From which power on windows are as strong as the own voice; none while that is unknown."""
        usual = self.learner.current
        if usual.voiced_s < self._config.first_s:
            return math.inf
        return float(10 ** ((usual.level_dbfs - self._config.early_below_db) / 10))

    def _analyse(
        self, pitch: F0Frames, bands: FloatArray
    ) -> tuple[DoubleArray, BoolArray, DoubleArray]:
        """Pitch, balance, level and flux of windows, (m, 4); which are voiced; how."""
        tone, shape = balance(bands, self._floor), spectral_shape(bands, self._floor)
        flux = spectral_flux(shape, self._last_shape)
        self._last_shape = shape[-1]
        tracked = pitch.after(self._last)
        semitones = tracked.semitones
        step_st = tracked.steps(semitones)
        voiced = is_voiced(tracked, self._finder.config, step_st)[1:]
        self._last = float(pitch.f0_hz[-1]), float(pitch.strength[-1])
        voiced &= ~(step_st < self._config.exact_st)
        columns = np.array([semitones[1:], tone.balance_db, tone.level_dbfs, flux], np.float64).T
        is_good = voiced & (tone.snr_db >= self._config.least_snr_db)
        return columns, is_good, pitch.strength.astype(np.float64)

    def _own(self, moments: DoubleArray, learn: bool) -> DoubleArray:
        """The moments that are not far too faint; all of speech is learnt from, each kind apart."""
        if not len(moments):
            return moments
        is_own = moments[:, 2] >= self.learner.strong_dbfs - self._config.faint_db
        own = moments[is_own]
        if not learn:
            return own
        for kind, part in ((True, own), (False, moments[~is_own])):
            chunk = self._chunks[kind]
            chunk.extend(part)
            if len(chunk) * MOMENT_HOP_S >= self._config.baseline.chunk_s:
                self.learner.add(median(np.array(chunk)))
                chunk.clear()
        return own
