"""The first step of the method, Control, from the acoustics alone.

The agent keeps control when their first turn after a raised voice or a threat neither
interrupts nor rises in loudness.

    customer |== raised ==|
    agent                    |== turn, quiet, at the customer's end ==|   -> control
"""

from dataclasses import dataclass

from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import CueClosed, CueOpened, Event, FloorReleased, FloorTaken
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan


@dataclass(frozen=True, slots=True)
class ControlConfig:
    """What counts as a turn that shows control."""

    min_turn_s: float = 1.0  # shorter turns ("okay") say nothing about control
    within_s: float = 30.0  # a later turn is no answer to the outburst any more


class ControlDetector:
    """Emits one `control` cue a raised voice or threat, or none."""

    def __init__(self, config: ControlConfig | None = None) -> None:
        self._config = config or ControlConfig()
        self._outburst: tuple[TimeSpan, str] | None = None
        self._turn_start_s: float | None = None  # the agent's turn that goes on
        self._spoils: list[TimeSpan] = []  # the agent's interruptions and rises in loudness
        self._count = 0

    def on_event(self, event: Event) -> list[Event]:
        """Take one event of the call."""
        match event:
            case CueOpened(cue=cue):
                self._on_cue(cue)
            case FloorTaken(channel=Channel.AGENT, start_s=start_s):
                self._turn_start_s = start_s
            case FloorReleased(time_s=time_s, channel=Channel.AGENT, span=span):
                self._turn_start_s = None
                return self._on_turn_end(time_s, span)
            case _:
                pass
        return []

    def _on_cue(self, cue: Cue) -> None:
        outburst = cue.is_raised_voice and cue.channel is Channel.CUSTOMER
        if outburst or cue.kind is CueKind.THREAT:
            what = "raised_voice" if outburst else "threat"
            if not self._is_answering():
                self._outburst = (cue.span, what)
        elif cue.channel is Channel.AGENT and (
            cue.kind is CueKind.INTERRUPTION or cue.is_raised_voice
        ):
            self._spoils.append(cue.span)

    def _is_answering(self) -> bool:
        """Whether the agent's turn that goes on answers the outburst before."""
        if self._outburst is None or self._turn_start_s is None:
            return False
        return self._turn_start_s >= self._outburst[0].start_s

    def _on_turn_end(self, time_s: float, span: TimeSpan) -> list[Event]:
        """A turn answers an outburst that began before it.

        A threat is told when its words are recognised, often when the answer has begun: so it
        is the times that count, not the order of the events.
        """
        if self._outburst is None or span.duration_s < self._config.min_turn_s:
            return []
        outburst, what = self._outburst
        if span.start_s < outburst.start_s:
            return []  # it had begun before: the next turn is the answer
        self._outburst = None
        spoilt = any(
            spoil.start_s < span.end_s and spoil.end_s > outburst.start_s for spoil in self._spoils
        )
        if spoilt or span.start_s - outburst.end_s > self._config.within_s:
            return []
        self._count += 1
        evidence = Fact("control", {"event": what})
        cue = Cue(CueKind.CONTROL, Channel.AGENT, span, time_s, 1.0, evidence)
        cue_id = f"control-{self._count}"
        return [CueOpened(time_s, cue_id, cue), CueClosed(time_s, cue_id, cue)]
