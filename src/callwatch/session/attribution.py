"""Cues that mean nothing while the two channels cannot be told apart.

With the same sound on both channels, or a leak that is as loud as speech, nobody knows who spoke: an
interruption, a listening word or a raised voice would be laid at the door of the wrong person.
What was said and how long it was quiet stays true.
"""

from typing import Final

from callwatch.core.cues import CueKind
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn, Event

NEEDS_SPEAKER: Final = frozenset(
    {
        CueKind.INTERRUPTION,
        CueKind.BACKCHANNEL,
        CueKind.RAISED_VOICE,
        CueKind.MONOLOGUE,
        CueKind.SLOW_RESPONSE,
    }
)


class AttributionFilter:
    """Holds such cues back, each from its opening to its end."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def holds_back(self, event: Event, *, separable: bool) -> bool:
        """Whether nobody is to be told of this event, now that the channels are (not) separable."""
        match event:
            case CueOpened(id=cue_id, cue=cue) if cue.kind in NEEDS_SPEAKER and not separable:
                self._held.add(cue_id)
                return True
            case CueOpened(id=cue_id) if cue_id in self._held:
                # Opened again, as another kind or with more known, when it can be believed.
                self._held.discard(cue_id)
                return False
            case CueClosed(id=cue_id) | CueWithdrawn(id=cue_id) if cue_id in self._held:
                self._held.discard(cue_id)
                return True
            case _:
                return False
