"""Spurts: what one side says without a longer pause, and how it meets the other side's speech."""

from dataclasses import dataclass

from callwatch.core.channels import Channel

NEVER = -1_000_000


@dataclass(slots=True)
class Spurt:
    """The current (or last) spurt of one side. Counts are 10 ms frames of the call.

    start      first frame, the true onset
    last       last frame with speech
    voiced     frames with speech
    overlap    frames with speech of both sides
    gap        longest pause inside
    hold       how long the other had held the floor at the onset, 0 when they did not
    other_run  how long the other's own spurt had lasted at the onset
    """

    channel: Channel
    start: int = NEVER
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
    is_confirmed: bool = False
    is_changed: bool = False
    cue_id: str | None = None
    # of the side rather than the spurt
    stretch_start: int = NEVER
    solo: int = 0

    def begin(self, frame: int) -> None:
        """A new spurt starts."""
        self.start = self.last = frame
        self.voiced = self.overlap = self.gap = 0
        self.last_overlap = NEVER
        self.is_over = self.is_judged = False
        self.is_confirmed = self.is_changed = False
        self.cue_id = None
