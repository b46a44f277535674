"""What the overlay shows, as one frozen value, and how each event of the call changes it.

No Qt, no clock, no thread: `reduce(state, event)` gives the next state.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import METHOD_STEPS, CueKind
from callwatch.core.escalation import EscalationLevel
from callwatch.core.events import (
    CueOpened,
    CueWithdrawn,
    EscalationChanged,
    Event,
    InputWarning,
    MeterUpdated,
    NudgeClosed,
    NudgeShown,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.facts import Fact, quoted
from callwatch.core.nudges import Nudge

# A note on the input stays readable this long even when the sound is good again at once.
NOTE_STAYS_S: Final = 8.0
# A sentence about the app itself stands where a note on the sound would.
APP_NOTE: Final = "app"
# A fault that comes and goes has a card again after this; until then the light alone tells it.
NOTE_AGAIN_S: Final = 60.0
# A fault that lasts until its mending is told; other notes leave by themselves.
LASTING_FAULT: Final = "no_sound"
MENDED: Final = "sound_back"
# Told for the journal and the report; nothing that the agent must mend.
NOT_A_FAULT: Final = frozenset({"hold_music", "hold_music_ended", "source"})
# Blocks of the effort bar, and the effort (z above the own baseline) that each one begins at.
EFFORT_STEPS_Z: Final = (-99.0, 0.8, 1.6, 2.4, 3.2, 4.0)
# Shares before this much speech swing too wildly to be worth a glance.
SHARE_FROM_S: Final = 2.0


class Phase(StrEnum):
    """Where the call is, for the overlay."""

    WAITING = "waiting"
    RUNNING = "running"
    HELD = "held"
    PAUSED = "paused"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class InputNote:
    """Something about the sound that the agent should know."""

    time_s: float
    channel: Channel | None
    fact: Fact

    @property
    def code(self) -> str:
        """What it is about."""
        return self.fact.code


@dataclass(frozen=True, slots=True)
class OverlayState:
    """Everything that is on the overlay. `customer_effort` is a z-score or None."""

    phase: Phase = Phase.WAITING
    time_s: float = 0.0
    level: EscalationLevel = EscalationLevel.CALM
    talk_s: tuple[float, float] = (0.0, 0.0)
    customer_effort: float | None = None
    steps: tuple[tuple[str, CueKind], ...] = ()
    speaking: frozenset[Channel] = field(default_factory=frozenset)
    bad_input: frozenset[Channel] = field(default_factory=frozenset)
    faults: tuple[tuple[Channel, str], ...] = ()
    note: InputNote | None = None
    nudge: Nudge | None = None
    noted_s: float = float("-inf")

    @property
    def agent_share_percent(self) -> int | None:
        """The agent's part of all talk, 0..100; None before there is enough to tell."""
        total = sum(self.talk_s)
        return round(100 * self.talk_s[0] / total) if total >= SHARE_FROM_S else None

    @property
    def steps_done(self) -> frozenset[CueKind]:
        """The steps of the method that the agent did since the call grew tense."""
        return frozenset(kind for _, kind in self.steps)

    @property
    def next_step(self) -> CueKind | None:
        """The first step that is not done yet."""
        return next((step for step in METHOD_STEPS if step not in self.steps_done), None)

    @property
    def effort_blocks(self) -> int:
        """How many blocks of the effort bar are full, 0..6; 0 without a measurement."""
        if self.customer_effort is None:
            return 0
        return sum(self.customer_effort >= step for step in EFFORT_STEPS_Z)

    @property
    def input_is_good(self) -> bool:
        """Whether both sides can be heard as they should be."""
        is_about_sound = self.note is not None and self.note.code != APP_NOTE
        return not self.bad_input and not is_about_sound


def reduce(state: OverlayState, event: Event) -> OverlayState:
    """The state after `event`; events that do not concern the overlay only move the time."""
    phase = Phase.RUNNING if state.phase is Phase.WAITING else state.phase
    state = replace(state, phase=phase, time_s=max(state.time_s, event.time_s))
    match event:
        case MeterUpdated():
            return _metered(state, event)
        case EscalationChanged(change=change):
            rises = change.previous is EscalationLevel.CALM and change.level.rank > 0
            return replace(state, level=change.level, steps=() if rises else state.steps)
        case NudgeShown(nudge=nudge):
            return replace(state, nudge=nudge)
        case NudgeClosed(id=nudge_id):
            return without_nudge(state, nudge_id)
        case CueOpened(id=cue_id, cue=cue) if cue.kind in METHOD_STEPS:
            return replace(state, steps=(*state.steps, (cue_id, cue.kind)))
        case CueWithdrawn(id=cue_id):
            return replace(state, steps=tuple(s for s in state.steps if s[0] != cue_id))
        case InputWarning():
            return _noted(state, event)
        case VoiceStarted(channel=channel):
            return replace(state, speaking=state.speaking | {channel})
        case VoiceStopped(channel=channel):
            return replace(state, speaking=state.speaking - {channel})
        case _:
            return state


def without_nudge(state: OverlayState, nudge_id: str) -> OverlayState:
    """The state with that card gone; another card stays."""
    gone = state.nudge is not None and state.nudge.id == nudge_id
    return replace(state, nudge=None) if gone else state


def without_note(state: OverlayState) -> OverlayState:
    """The state with the note on the sound read and closed."""
    return replace(state, note=None)


def with_phase(state: OverlayState, phase: Phase) -> OverlayState:
    """The state in another phase. A paused or finished call shows no nudge and nobody speaking."""
    if phase in (Phase.RUNNING, Phase.WAITING):
        return replace(state, phase=phase)
    return replace(state, phase=phase, nudge=None, speaking=frozenset(), customer_effort=None)


def _noted(state: OverlayState, event: InputWarning) -> OverlayState:
    concerned = frozenset(CHANNELS if event.channel is None else (event.channel,))
    match event.code:
        case "paused":
            return with_phase(state, Phase.PAUSED)
        case "resumed":
            return with_phase(state, Phase.RUNNING)
        case code if code == MENDED:
            is_its = state.note is not None and state.note.channel in (None, event.channel)
            note = None if is_its else state.note
            return replace(state, bad_input=state.bad_input - concerned, note=note)
        case code if code in NOT_A_FAULT:
            return state
    note = InputNote(event.time_s, event.channel, event.fact)
    lasting = concerned if event.code == LASTING_FAULT else frozenset()
    bad = state.bad_input | lasting
    return replace(state, note=note, bad_input=bad, noted_s=event.time_s)


def _metered(state: OverlayState, event: MeterUpdated) -> OverlayState:
    bad = frozenset(c for c in CHANNELS if not event.input_ok.get(c, c not in state.bad_input))
    faults = tuple((c, event.input_faults[c]) for c in CHANNELS if c in event.input_faults)
    note = state.note
    came = [fault for fault in faults if fault not in state.faults]
    if note is None and came and event.time_s - state.noted_s >= NOTE_AGAIN_S:
        channel, code = came[0]
        note = InputNote(event.time_s, channel, quoted("", code))
    if note is not None:
        concerned = CHANNELS if note.channel is None else (note.channel,)
        mended = not any(c in bad for c in concerned)
        if mended and event.time_s - note.time_s >= NOTE_STAYS_S:
            note = None
    return replace(
        state,
        talk_s=(event.talk_s.get(Channel.AGENT, 0.0), event.talk_s.get(Channel.CUSTOMER, 0.0)),
        customer_effort=event.effort.get(Channel.CUSTOMER),
        bad_input=bad,
        faults=faults,
        note=note,
        noted_s=state.noted_s if note is state.note or note is None else event.time_s,
    )
