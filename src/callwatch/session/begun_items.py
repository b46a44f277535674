"""Cues and cards that have begun and not ended: when their part fails, nothing else would end them.

Called by the analysis thread alone.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from callwatch.core.cues import METHOD_STEPS, Cue, CueKind
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    Event,
    NudgeClosed,
    NudgeShown,
)
from callwatch.core.facts import Fact

# What each part begins.
_OF_VOICE: Final = frozenset({CueKind.RAISED_VOICE, CueKind.INTERRUPTION, CueKind.BACKCHANNEL})
BEGINS: Final[Mapping[str, frozenset[CueKind]]] = {
    "voice": _OF_VOICE,
    "effort": frozenset({CueKind.RAISED_VOICE}),
    "raised_voice": frozenset({CueKind.RAISED_VOICE}),
    "turns": frozenset({CueKind.INTERRUPTION, CueKind.BACKCHANNEL}),
    "pace": frozenset(
        {CueKind.MONOLOGUE, CueKind.FAST_SPEECH, CueKind.SLOW_RESPONSE, CueKind.DEAD_AIR}
    ),
    "control": frozenset({CueKind.CONTROL}),
    "threats": frozenset({CueKind.THREAT}),
    "method": frozenset(METHOD_STEPS),
}
_CARDS: Final = "nudges"


class BegunItems:
    """Follows the events of a call."""

    def __init__(self) -> None:
        self._cues: dict[str, Cue] = {}
        self._card: str | None = None

    def follow(self, event: Event) -> None:
        """Note what the event begins or ends."""
        match event:
            case CueOpened(id=cue_id, cue=cue):
                self._cues[cue_id] = cue
            case CueClosed(id=cue_id) | CueWithdrawn(id=cue_id):
                self._cues.pop(cue_id, None)
            case NudgeShown(nudge=nudge):
                self._card = nudge.id
            case NudgeClosed():
                self._card = None
            case _:
                pass

    def end(self, failures: Sequence[Fact], time_s: float) -> list[Event]:
        """The ends of what the parts that failed had begun."""
        parts = [str(fact.params["stage"]) for fact in failures]
        kinds = {kind for part in parts for kind in BEGINS.get(part, ())}
        out: list[Event] = [
            CueClosed(time_s, cue_id, cue)
            for cue_id, cue in self._cues.items()
            if cue.kind in kinds
        ]
        if _CARDS in parts and self._card is not None:
            out.append(NudgeClosed(time_s, self._card, "its part failed"))
        return out
