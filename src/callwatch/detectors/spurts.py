"""Spurts: what one side says without a longer pause, and how it meets the other side's speech."""

from collections import deque
from dataclasses import dataclass, field
from itertools import islice

from callwatch.core.channels import Channel
from callwatch.core.frames import HOP_S
from callwatch.detectors.syllables import count_syllables

NEVER = -1_000_000
CONFIRMED = 8  # frames: as long as voice activity itself waits before it tells a start
USUAL_PACE = 0.005  # the usual level of a voice: some 2 s of its speech
MEMORY = 300  # frames of level: longer than any listening phrase, and the pause that ends it


@dataclass(slots=True)
class TalkSpurt:
    """The current (or last) spurt of one side. Counts are 10 ms frames of the call.

    start      first frame, the true onset
    part       first frame since the last pause that parts words
    before     from the onset to the last frame before that pause
    last       last frame with speech
    voiced     frames with speech
    overlap    frames with speech of both tracker, neither soft
    gap        longest pause inside
    hold       how long the other had held the floor at the onset, 0 when they did not
    other_run  how long the other's own part had lasted at the onset
    """

    channel: Channel
    start: int = NEVER
    part: int = NEVER
    before: int = 0
    last: int = NEVER
    voiced: int = 0
    overlap: int = 0
    gap: int = 0
    last_overlap: int = NEVER
    hold: int = 0
    other_run: int = 0
    is_on: bool = False
    is_over: bool = True
    is_judged: bool = True
    is_changed: bool = False
    cue_id: str | None = None
    # of the side rather than the spurt
    stretch_start: int = NEVER
    solo: int = 0
    usual_dbfs: float | None = None
    recent_dbfs: float = -120.0
    last_loud: int = NEVER
    levels: deque[float] = field(default_factory=lambda: deque(maxlen=MEMORY))

    @property
    def is_confirmed(self) -> bool:
        """Longer than a click."""
        return self.voiced >= CONFIRMED

    @property
    def length_s(self) -> float:
        """From the onset to the last speech."""
        return (self.last + 1 - self.start) * HOP_S

    @property
    def softness_db(self) -> float:
        """How far the last syllable lies below the usual level of this side."""
        return 0.0 if self.usual_dbfs is None else self.usual_dbfs - self.recent_dbfs

    def syllables(self, frame: int) -> int:
        """How many syllables were said since the onset; `frame` is the last one that was heard."""
        first, after = frame + 1 - self.start, frame - self.last
        heard = len(self.levels)
        return count_syllables(list(islice(self.levels, max(0, heard - first), heard - after)))

    def hear_level(self, is_on: bool, level_dbfs: float, frame: int, soft_db: float) -> None:
        """Follow the level: peaks fade by 1 dB a frame, so that holes in words do not count."""
        self.levels.append(level_dbfs)
        self.recent_dbfs = max(level_dbfs, self.recent_dbfs - 1.0)
        if not is_on:
            return
        if self.usual_dbfs is None:
            self.usual_dbfs = level_dbfs
        self.usual_dbfs += USUAL_PACE * (level_dbfs - self.usual_dbfs)
        if level_dbfs > self.usual_dbfs - soft_db:
            self.last_loud = frame

    def begin(self, frame: int) -> None:
        """A new spurt starts."""
        self.start = self.part = self.last = frame
        self.before = self.voiced = self.overlap = self.gap = 0
        self.last_overlap = NEVER
        self.is_over = self.is_judged = False
        self.is_changed = False
        self.cue_id = None
