"""Who holds the floor: turns, from speech alone.

A   |=======|  |=====|                  |====|
B         |mm|            |===========|            "mm" takes no floor, nor does a short
turn|------- A ------|    |---- B ----| |- A -|    word into a pause that A goes on after
"""

from dataclasses import dataclass

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import FloorReleased, FloorTaken
from callwatch.core.frames import HOP_S
from callwatch.core.spans import TimeSpan
from callwatch.detectors.spurts import TalkSpurt


@dataclass(frozen=True, slots=True)
class FloorConfig:
    """When the floor changes hands; frames are 10 ms."""

    # An own pause of more than 3 s ends a turn (docs/metrics.md).
    max_pause_frames: int = 300
    # Speech of this length, with the other silent, is a turn and not a listening word.
    turn_frames: int = 70
    # So long the other must have been silent by then: longer than a stop consonant or a breath.
    silent_frames: int = 30
    # A shorter word is a turn, too, when the other does not go on within this time.
    no_answer_frames: int = 100


class Floor:
    """Follows both tracker frame by frame; tells turns when they are sure, with their true times."""

    def __init__(self, config: FloorConfig) -> None:
        self._config = config
        self._holder: Channel | None = None
        self._start = 0

    @property
    def holder(self) -> Channel | None:
        """Who holds the floor."""
        return self._holder

    def process(
        self, frame: int, time_s: float, spurts: dict[Channel, TalkSpurt]
    ) -> list[FloorTaken | FloorReleased]:
        """Decide on one frame; `time_s` is its stream time."""
        if self._holder is not None:
            holder = spurts[self._holder]
            challenger = spurts[self._holder.other]
            if self._is_taken(frame, holder, challenger):
                events = self._release(time_s, holder)
                return [*events, self._take(time_s, self._holder_after(holder), challenger)]
            if frame - holder.last > self._config.max_pause_frames:
                return list(self._release(time_s, holder))
            return []
        for channel in CHANNELS:
            if spurts[channel].is_on and spurts[channel].is_confirmed:
                return [self._take(time_s, channel, spurts[channel])]
        return []

    def finish(self, time_s: float, spurts: dict[Channel, TalkSpurt]) -> list[FloorReleased]:
        """The call is over."""
        return [] if self._holder is None else self._release(time_s, spurts[self._holder])

    def _is_taken(self, frame: int, holder: TalkSpurt, challenger: TalkSpurt) -> bool:
        silent = frame - holder.last
        if silent < self._config.silent_frames or challenger.last <= holder.last:
            return False
        if challenger.voiced >= self._config.turn_frames:
            return True
        return silent >= self._config.no_answer_frames and challenger.is_confirmed

    def _holder_after(self, holder: TalkSpurt) -> Channel:
        return holder.channel.other

    def _take(self, time_s: float, channel: Channel, spurt: TalkSpurt) -> FloorTaken:
        self._holder, self._start = channel, spurt.start
        return FloorTaken(time_s, channel, round(spurt.start * HOP_S, 4))

    def _release(self, time_s: float, spurt: TalkSpurt) -> list[FloorReleased]:
        self._holder = None
        end = max(self._start, spurt.last + 1)
        span = TimeSpan(round(self._start * HOP_S, 4), round(end * HOP_S, 4))
        return [FloorReleased(time_s, spurt.channel, span)]
