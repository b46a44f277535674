"""A recorded call played again: what the overlay would have shown at any moment. No Qt in here.

The events come from an analysis that is already done; the clock is passed in.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import CueKind
from callwatch.core.events import CueOpened, Event, NudgeShown, VoiceStopped
from callwatch.core.spans import TimeSpan
from callwatch.texts.facts import sentence
from callwatch_ui.overlay.state import OverlayState, Phase, reduce, with_phase

# A jump needs no more than this many events to be reduced again.
SNAPSHOT_EVERY: Final = 200
# Cues that are worth a mark on the timeline; listening is not a mark.
UNMARKED: Final = frozenset({CueKind.BACKCHANNEL})


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on the timeline: a cue or a nudge with its plain sentence."""

    time_s: float
    channel: Channel | None
    is_nudge: bool
    text: str


class ReplayPlayer:
    """Position, play and pause, seek; `state` is the overlay at the position."""

    def __init__(self, events: Sequence[Event], duration_s: float) -> None:
        self._events = sorted(events, key=lambda event: event.time_s)
        self._times = [event.time_s for event in self._events]
        self.duration_s = max(duration_s, 0.0)
        self.position_s = 0.0
        self.is_playing = False
        self._snapshots = self._all_snapshots()
        self._done = 0
        self.state = OverlayState()
        self.seek(0.0)

    def play(self) -> None:
        """Go on; from the start again when it is at the end."""
        if self.position_s >= self.duration_s:
            self.seek(0.0)
        self.is_playing = True

    def pause(self) -> None:
        """Stay where it is."""
        self.is_playing = False

    def advance(self, passed_s: float) -> None:
        """Time went on by `passed_s` while playing; stops by itself at the end."""
        if not self.is_playing:
            return
        self._move(min(self.position_s + passed_s, self.duration_s))
        if self.position_s >= self.duration_s:
            self.is_playing = False
            self.state = with_phase(self.state, Phase.FINISHED)

    def seek(self, time_s: float) -> None:
        """Jump; the state is the same as if it had been played up to there."""
        target = min(max(time_s, 0.0), self.duration_s)
        count = bisect_right(self._times, target)
        at = count // SNAPSHOT_EVERY
        self._done, self.state = at * SNAPSHOT_EVERY, self._snapshots[at]
        self._move(target)

    def speech(self) -> list[tuple[Channel, TimeSpan]]:
        """Who spoke when."""
        return [(e.channel, e.span) for e in self._events if isinstance(e, VoiceStopped)]

    def marks(self, language: Language) -> list[Mark]:
        """Cues and shown nudges, in order."""
        out = []
        for event in self._events:
            if isinstance(event, CueOpened) and event.cue.kind not in UNMARKED:
                cue, text = event.cue, sentence(event.cue.evidence, language)
                out.append(Mark(cue.span.start_s, cue.channel, False, text))
            elif isinstance(event, NudgeShown):
                title = event.nudge.text.partition("\n")[0]
                out.append(Mark(event.time_s, None, True, title))
        return out

    def _move(self, target_s: float) -> None:
        count = bisect_right(self._times, target_s)
        for event in self._events[self._done : count]:
            self.state = reduce(self.state, event)
        self._done, self.position_s = count, target_s

    def _all_snapshots(self) -> list[OverlayState]:
        state, out = OverlayState(phase=Phase.RUNNING), []
        for i, event in enumerate(self._events):
            if i % SNAPSHOT_EVERY == 0:
                out.append(state)
            state = reduce(state, event)
        if len(self._events) % SNAPSHOT_EVERY == 0:
            out.append(state)
        return out
