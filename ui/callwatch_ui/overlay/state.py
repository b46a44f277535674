"""What the overlay shows, as one frozen value, and how each event of the call changes it.

No Qt, no clock, no thread: `reduce(state, event)` gives the next state.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import METHOD_STEPS, Cue, CueKind
from callwatch.core.escalation import EscalationLevel
from callwatch.core.events import (
    CallStarted,
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EffortRose,
    EscalationChanged,
    Event,
    InputWarning,
    MeterUpdated,
    NudgeClosed,
    NudgeShown,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.facts import Fact
from callwatch.core.nudges import Nudge

# The light tells of something that happened once for so long; the report has it for good.
NOTE_STAYS_S: Final = 60.0
# A sentence about the app itself stands where a card would; in a call for so long.
APP_NOTE: Final = "app"
APP_NOTE_STAYS_S: Final = 8.0
NO_SOUND: Final = "no_sound"
# For the journal and the report; what lasts is reported once a second by the meter.
NO_NOTE: Final = frozenset(
    {
        "hold_music", "hold_music_ended", "source", NO_SOUND, "sound_back", "same_audio",
        "not_separable", "late_side", "dropped", "clipping", "too_quiet", "dc_offset", "voice_behind",
    }
)  # fmt: skip
# These last until the call is over: something is off, or the disk takes nothing.
LASTING: Final = frozenset({"stage_failed", "journal_not_written"})
# With these nobody can follow the call; everything else costs a figure, and is for the light alone.
CANNOT_FOLLOW: Final = frozenset({NO_SOUND, "same_audio", "not_separable", "late_side"})
TROUBLE_S: Final = 3.0
# A side without any sound may have hung up, or its line gates noise. Whether it is missed shows
# when the other side goes on speaking: a sentence for the light, a long turn for a card.
MISSED_S: Final = 2.0
SURELY_MISSED_S: Final = 8.0
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


class Signal(StrEnum):
    """What the bar says at once, without a word and outside the attention budget."""

    NONE = "none"
    BOTH = "both"  # both talk, and it is the agent who came in
    LISTEN = "listen"  # the customer's voice is raised: keep listening


@dataclass(frozen=True, slots=True)
class InputNote:
    """Something about the sound, or about the app, that the agent should know."""

    time_s: float
    channel: Channel | None
    fact: Fact

    @property
    def code(self) -> str:
        """What it is about."""
        return self.fact.code


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one side's sound, and how much the other side had said when it began."""

    channel: Channel
    code: str
    since_s: float
    other_talk_s: float


@dataclass(frozen=True, slots=True)
class OverlayState:
    """Everything that is on the overlay. `customer_effort` is a z-score or None."""

    phase: Phase = Phase.WAITING
    time_s: float = 0.0
    has_words: bool = True
    level: EscalationLevel = EscalationLevel.CALM
    talk_s: tuple[float, float] = (0.0, 0.0)
    customer_effort: float | None = None
    steps: tuple[tuple[str, CueKind], ...] = ()
    speaking: frozenset[Channel] = field(default_factory=frozenset)
    interruption: str | None = None  # the agent's, while both talk: the cue's id
    raised: frozenset[str] = field(default_factory=frozenset)  # the customer's, not friendly
    faults: tuple[Fault, ...] = ()
    closed_faults: frozenset[tuple[Channel, str]] = field(default_factory=frozenset)
    notes: tuple[InputNote, ...] = ()  # of the last minute, and what lasts
    app_note: InputNote | None = None
    nudge: Nudge | None = None
    minute_left_s: int | None = None  # of the breather, once it was begun

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
    def signal(self) -> Signal:
        """What is on right now. Talking over somebody comes first: it is the agent's to end."""
        if self.interruption is not None:
            return Signal.BOTH
        return Signal.LISTEN if self.raised else Signal.NONE

    @property
    def input_faults(self) -> tuple[Fault, ...]:
        """What the light tells of: every fault, but for the silence of a side that nobody misses."""
        return tuple(f for f in self.faults if f.code != NO_SOUND or self._missed_s(f) >= MISSED_S)

    @property
    def input_is_good(self) -> bool:
        """Whether both sides can be heard as they should be."""
        return not self.input_faults and not self.notes

    @property
    def trouble(self) -> Fault | None:
        """The fault that is worth a card: nobody can follow the call, and nothing else is due."""
        is_busy = self.nudge is not None or self.signal is not Signal.NONE
        if self.phase is not Phase.RUNNING or is_busy or self.level.rank > 0:
            return None
        for fault in self.faults:
            lasts = self.time_s - fault.since_s > TROUBLE_S
            is_missed = fault.code != NO_SOUND or self._missed_s(fault) >= SURELY_MISSED_S
            is_closed = (fault.channel, fault.code) in self.closed_faults
            if fault.code in CANNOT_FOLLOW and lasts and is_missed and not is_closed:
                return fault
        return None

    @property
    def is_eventful(self) -> bool:
        """Whether the bar should show everything: the call is tense, or there is a card."""
        return self.level.rank > 0 or self.nudge is not None

    def _missed_s(self, fault: Fault) -> float:
        return self.talk_s[fault.channel.other.index] - fault.other_talk_s


def reduce(state: OverlayState, event: Event) -> OverlayState:
    """The state after `event`; events that do not concern the overlay only move the time."""
    phase = Phase.RUNNING if state.phase is Phase.WAITING else state.phase
    state = replace(state, phase=phase, time_s=max(state.time_s, event.time_s))
    match event:
        case CallStarted(call=call):
            return replace(state, has_words=call.engine != "none")
        case MeterUpdated():
            return _metered(state, event)
        case EffortRose(channel=Channel.CUSTOMER, effort=effort):
            return replace(state, customer_effort=max(effort, state.customer_effort or 0.0))
        case EscalationChanged(change=change):
            rises = change.previous is EscalationLevel.CALM and change.level.rank > 0
            return replace(state, level=change.level, steps=() if rises else state.steps)
        case NudgeShown(nudge=nudge):
            return replace(state, nudge=nudge)
        case NudgeClosed(id=nudge_id):
            return without_nudge(state, nudge_id)
        case CueOpened(id=cue_id, cue=cue):
            return _with_cue(state, cue_id, cue)
        case CueClosed(id=cue_id):
            return _without_signal(state, cue_id)
        case CueWithdrawn(id=cue_id):
            steps = tuple(s for s in state.steps if s[0] != cue_id)
            return replace(_without_signal(state, cue_id), steps=steps)
        case InputWarning():
            return _noted(state, event)
        case VoiceStarted(channel=channel):
            return replace(state, speaking=state.speaking | {channel})
        case VoiceStopped(channel=channel):
            # One of the two has stopped: the overlap is over.
            return replace(state, speaking=state.speaking - {channel}, interruption=None)
        case _:
            return state


def without_nudge(state: OverlayState, nudge_id: str) -> OverlayState:
    """The state with that card gone; another card stays."""
    gone = state.nudge is not None and state.nudge.id == nudge_id
    return replace(state, nudge=None, minute_left_s=None) if gone else state


def without_note(state: OverlayState) -> OverlayState:
    """The state with the card about the app or the sound read and closed."""
    if state.app_note is not None:
        return replace(state, app_note=None)
    trouble = state.trouble
    if trouble is None:
        return state
    closed = state.closed_faults | {(trouble.channel, trouble.code)}
    return replace(state, closed_faults=closed)


def with_phase(state: OverlayState, phase: Phase) -> OverlayState:
    """The state in another phase. A paused or finished call shows no nudge and nobody speaking."""
    if phase in (Phase.RUNNING, Phase.WAITING):
        return replace(state, phase=phase)
    state = replace(
        state, phase=phase, nudge=None, speaking=frozenset(), customer_effort=None,
        interruption=None, raised=frozenset(),
    )  # fmt: skip
    return replace(state, faults=(), notes=()) if phase is Phase.FINISHED else state


def _with_cue(state: OverlayState, cue_id: str, cue: Cue) -> OverlayState:
    match cue.kind, cue.channel:
        case CueKind.INTERRUPTION, Channel.AGENT:
            return replace(state, interruption=cue_id)
        case CueKind.RAISED_VOICE, Channel.CUSTOMER if not cue.friendly:
            effort = max(cue.effort or 0.0, state.customer_effort or 0.0)
            return replace(state, raised=state.raised | {cue_id}, customer_effort=effort)
        case kind, _ if kind in METHOD_STEPS:
            return replace(state, steps=(*state.steps, (cue_id, kind)))
        case _:
            return state


def _without_signal(state: OverlayState, cue_id: str) -> OverlayState:
    interruption = None if state.interruption == cue_id else state.interruption
    return replace(state, interruption=interruption, raised=state.raised - {cue_id})


def _noted(state: OverlayState, event: InputWarning) -> OverlayState:
    match event.code:
        case "paused":
            return with_phase(state, Phase.PAUSED)
        case "resumed":
            return with_phase(state, Phase.RUNNING)
        case code if code in NO_NOTE:
            return state
    note = InputNote(event.time_s, event.channel, event.fact)
    return replace(state, notes=(*state.notes, note))


def _metered(state: OverlayState, event: MeterUpdated) -> OverlayState:
    talk_s = (event.talk_s.get(Channel.AGENT, 0.0), event.talk_s.get(Channel.CUSTOMER, 0.0))
    known = {(fault.channel, fault.code): fault for fault in state.faults}
    faults = tuple(
        known.get((c, code)) or Fault(c, code, event.time_s, talk_s[c.other.index])
        for c, code in ((c, event.input_faults.get(c)) for c in CHANNELS)
        if code is not None
    )
    app_note = state.app_note
    if app_note is not None and event.time_s - app_note.time_s >= APP_NOTE_STAYS_S:
        app_note = None
    return replace(
        state,
        app_note=app_note,
        talk_s=talk_s,
        customer_effort=event.effort.get(Channel.CUSTOMER),
        faults=faults,
        notes=tuple(
            n for n in state.notes if n.code in LASTING or event.time_s - n.time_s < NOTE_STAYS_S
        ),
    )
