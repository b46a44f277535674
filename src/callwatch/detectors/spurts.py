"""Spurts: what one side says without a longer pause; and what is known of the side itself."""

from dataclasses import dataclass, field

import numpy as np

from callwatch.core.channels import Channel
from callwatch.core.frames import HOP_S
from callwatch.detectors.acoustics import SoundWindows

NEVER = -1_000_000
CONFIRMED = 8  # frames: as long as voice activity itself waits before it reports a start
STRONG_SHARE = 0.8  # a voice's strong level: between its vowels, above its soft ends
FORGET = 0.9995  # a frame: the strong level follows some 20 s of speech ...
KNOWN = 50.0  # ... and is believed after half a second of it
_HEAVY = 1e6  # weights are brought back to one before the sums lose their last frames


@dataclass(frozen=True, slots=True)
class Hold:
    """How the other side held the floor at an onset; 0 when they did not.

    voiced_s    how much of it they spoke
    own_share   share of it in which oneself spoke
    run_s       since their last pause
    late_s      their silence before the onset
    """

    hold_s: float
    voiced_s: float
    own_share: float
    run_s: float
    late_s: float


@dataclass(slots=True)
class TalkSpurt:
    """The current (or last) spurt of one side. Counts are 10 ms frames of the call.

    start       first frame, the true onset
    last        last frame with speech
    voiced      frames with speech
    is_judged   it was decided what it is
    is_changed  the floor changed hands meanwhile: it can be no interruption any more
    hold        how the other held the floor at the onset, once that was asked
    is_listening  whether it sounded like a listening word, once it is over
    """

    channel: Channel
    start: int = NEVER
    last: int = NEVER
    voiced: int = 0
    is_on: bool = False
    is_over: bool = True
    is_judged: bool = True
    is_changed: bool = False
    hold: Hold | None = None
    is_listening: bool | None = None
    windows: SoundWindows = field(default_factory=lambda: SoundWindows(NEVER))

    @property
    def is_confirmed(self) -> bool:
        """Longer than a click."""
        return self.voiced >= CONFIRMED

    @property
    def length_s(self) -> float:
        """From the onset to the last speech."""
        return (self.last + 1 - self.start) * HOP_S


class SpeakerState:
    """How loud one side is when it speaks up: a high quantile of the level of its speech."""

    def __init__(self) -> None:
        # In units of the newest frame's weight, which grows instead of all the others being made less.
        self._counts = np.zeros(121)
        self._weight = 1.0

    def hear(self, level_dbfs: float) -> None:
        """One frame of the side's speech."""
        self._weight /= FORGET
        if self._weight > _HEAVY:
            self._counts /= self._weight
            self._weight = 1.0
        self._counts[min(120, max(0, round(-level_dbfs)))] += self._weight

    @property
    def strong_dbfs(self) -> float:
        """NaN until the side has spoken a little."""
        total = self._counts.sum()
        if total < KNOWN * self._weight:
            return float("nan")
        return -float(np.searchsorted(np.cumsum(self._counts), (1 - STRONG_SHARE) * total))
