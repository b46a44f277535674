"""One side recorded late against the other, as when two recordings were joined at the wrong moment.

    agent     ====      =====     ====          people who talk with each other speak in turns: shift one
    customer      =====      ====      ===      side by 2 s, and they seem to talk over each other
    overlap by the shift of one side, s   9 7 4 2 [0] 3 6 8 9

Talk that overlaps least when one side is moved by a second and more was not spoken like this.
Called by the analysis thread.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from callwatch.core.arrays import BoolArray, DoubleArray
from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.core.frames import VoiceFrames
from callwatch.voice.quality.checks import QualityCheck, about
from callwatch.voice.quality.faults import InputFaults

_STEP_FRAMES: Final = 10
_STEP_S: Final = 0.1
_SMOOTH: Final = 5  # steps: where exactly the least lies is chance


@dataclass(frozen=True, slots=True)
class LateSideConfig:
    """When a side is late. Measured on 31 calls as they are: 0.5 s, 1.1 s, and 0.1 to 0.5."""

    # Shifts that are tried, and the least one that is reported: gaps between turns are shorter.
    max_late_s: float = 5.0
    min_late_s: float = 1.0
    # So much less overlap with the shift than without it ...
    min_excess_s: float = 2.0
    # ... and no more than this share of what two would have who did not listen to each other.
    max_share: float = 0.6
    # Looked at so often; two looks in a row that agree so well are believed: where the least lies
    # moves about while there is little talk.
    every_s: float = 2.0
    agree_s: float = 0.5
    # Over so long.
    memory_s: float = 1200.0


class LateSideCheck(QualityCheck):
    """Follows who speaks, on a grid of 0.1 s."""

    def __init__(self, config: LateSideConfig, faults: InputFaults) -> None:
        super().__init__()
        self._config, self._faults = config, faults
        self._rest: BoolArray = np.zeros((2, 0), dtype=np.bool_)
        self._spoken: BoolArray = np.zeros((2, 0), dtype=np.bool_)
        self._new = 0  # steps since the last look
        self._late_s = 0.0  # above 0 the agent is late, below the customer
        self._last_look_s = 0.0

    @property
    def is_late(self) -> bool:
        """Whether one side is late, as far as is known."""
        return abs(self._late_s) >= self._config.min_late_s

    def process(self, _block: CallBlock, frames: VoiceFrames) -> list[InputWarning]:
        """A note once it is clear."""
        speech = np.concatenate((self._rest, frames.speech), axis=1)
        count = speech.shape[1] // _STEP_FRAMES
        self._rest = speech[:, count * _STEP_FRAMES :]
        steps = speech[:, : count * _STEP_FRAMES].reshape(2, count, _STEP_FRAMES)
        memory = round(self._config.memory_s / _STEP_S)
        spoken = np.concatenate((self._spoken, steps.mean(axis=2) >= 0.5), axis=1)
        self._spoken = spoken[:, -memory:]
        self._new += count
        if self._new * _STEP_S >= self._config.every_s - 1e-6:
            self._new = 0
            found_s = self._look()
            if abs(found_s - self._last_look_s) <= self._config.agree_s:
                self._late_s = found_s
            self._last_look_s = found_s
        notes = []
        for fact in self._facts():
            self._faults.mark_frames(self._late_channel, fact.code, frames)
            notes += self._once(frames.end_s + frames.delay_s, None, fact)
        return notes

    def warnings(self, _duration_s: float) -> list[Fact]:
        """As it is at the end."""
        self._late_s = self._look()
        return self._facts()

    @property
    def _late_channel(self) -> Channel:
        return Channel.AGENT if self._late_s > 0 else Channel.CUSTOMER

    def _facts(self) -> list[Fact]:
        if not self.is_late:
            return []
        return [about(self._late_channel, "late_side", late_s=abs(self._late_s))]

    def _look(self) -> float:
        """By how much the agent is late (the customer, if negative); 0 when neither is."""
        config = self._config
        agent, customer = self._spoken
        most = round(config.max_late_s / _STEP_S)
        if len(agent) <= 2 * most:
            return 0.0
        overlaps = _smooth(_overlaps(agent, customer, most)) * _STEP_S
        by_chance = float(agent.mean() * customer.mean()) * len(agent) * _STEP_S
        best = int(overlaps.argmin())
        late_s = (best - len(overlaps) // 2) * _STEP_S
        excess_s = float(overlaps[len(overlaps) // 2] - overlaps[best])
        is_sure = excess_s >= config.min_excess_s and overlaps[best] <= config.max_share * by_chance
        return late_s if is_sure and abs(late_s) >= config.min_late_s else 0.0


def _overlaps(agent: BoolArray, customer: BoolArray, most: int) -> DoubleArray:
    """Steps in which both speak, the agent's side moved back by -most ... most steps."""
    count = len(agent)
    return np.array(
        [
            np.count_nonzero(
                agent[max(0, k) : count + min(0, k)] & customer[max(0, -k) : count - max(0, k)]
            )
            for k in range(-most, most + 1)
        ],
        dtype=np.float64,
    )


def _smooth(values: DoubleArray) -> DoubleArray:
    """The mean of each value and its neighbours, as far as there are as many."""
    return np.convolve(values, np.full(_SMOOTH, 1.0 / _SMOOTH), "valid")
