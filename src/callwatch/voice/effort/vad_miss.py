"""A shout that voice activity does not take for speech, told from music, tones and noise.

    Silero      .03 .1 .05 .2 .08      unsure of some shouting voices for as long as they shout
    pitch       /\\__/\\_/---\\__        clearly periodic, and it jitter
    music       ----____-----___       notes stand still
    noise       (faint periodicity)

No threads.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from callwatch.core.arrays import DoubleArray
from callwatch.voice.effort.sliding_window import MOMENT_HOP_S
from callwatch.voice.quantiles import median


@dataclass(frozen=True, slots=True)
class MissedShoutConfig:
    """When sound that is not recognised as speech is a voice all the same.

    The figures were measured on hold music, DTMF, ringback, machines and usual speech.
    """

    # Looked at together: a short sentence.
    span_s: float = 1.5
    # A longer hole ends it (the closure of a plosive is 0.1-0.2 s).
    gap_s: float = 0.3
    # Voiced sound before anything counts, as for a cue (a cough or a bark is shorter).
    least_s: float = 0.5
    # Voice activity must not be sure that it is no voice: music and machines get under 0.02.
    least_probability: float = 0.03
    # Median periodicity; machines and noise reach 0.19, voices 0.25 and more.
    least_strength: float = 0.22
    # A voice jitter: its pitch leaves a straight line by more than this from window to window,
    # 20 ms apart, in at least this share of the windows; notes stand still and sirens glide.
    tremor_st: float = 0.15
    least_trembling: float = 0.4


class MissedShoutDetector:
    """The voiced sound of one channel since speech was last recognised."""

    def __init__(self, config: MissedShoutConfig) -> None:
        self._config = config
        self._parts: deque[tuple[float, DoubleArray, DoubleArray, float]] = deque()

    def clear(self) -> None:
        """Speech was recognised, or the other side may be leaking in."""
        self._parts.clear()

    def add(
        self, at_s: float, pitch_st: DoubleArray, strength: DoubleArray, probability: float
    ) -> bool:
        """One step's voiced windows, (m,) each; whether a voice has been heard for long enough."""
        config, parts = self._config, self._parts
        if parts and at_s - parts[-1][0] > config.gap_s:
            parts.clear()
        while parts and at_s - parts[0][0] > config.span_s:
            parts.popleft()
        if len(pitch_st):
            parts.append((at_s, pitch_st, strength, probability))
        pitch = np.concatenate([part[1] for part in parts]) if parts else pitch_st
        if len(pitch) * MOMENT_HOP_S < config.least_s:
            return False
        jitter = float(np.mean(np.abs(np.diff(pitch, 2)) > config.tremor_st))
        periodicity = float(median(np.concatenate([part[2] for part in parts])))
        sure = float(np.mean([part[3] for part in parts]))
        return (
            jitter >= config.least_trembling
            and periodicity >= config.least_strength
            and sure >= config.least_probability
        )
