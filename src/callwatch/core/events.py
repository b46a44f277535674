"""Everything that the pipeline reports: one frozen value per event, named in the past tense.

`time_s` is always the stream time at which the event was decided. The journal writes every
event; the report can be recomputed from it.
"""

from dataclasses import dataclass, field

from callwatch.core.channels import Channel
from callwatch.core.cues import Cue
from callwatch.core.escalation import EscalationChange
from callwatch.core.facts import Fact
from callwatch.core.nudges import Nudge
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallInfo, InputQuality, Performance
from callwatch.core.words import Utterance


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The first event: which call this is (its duration is not known yet and 0)."""

    time_s: float
    call: CallInfo


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The last event: what is known only at the end. A journal without it was cut short."""

    time_s: float
    duration_s: float
    separable: bool
    quality: InputQuality
    performance: Performance


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """Somebody began to speak at `start_s` (the true onset, the confirmation taken back)."""

    time_s: float
    channel: Channel
    start_s: float


@dataclass(frozen=True, slots=True)
class VoiceStopped:
    """A run of speech ended; `span` is the true one."""

    time_s: float
    channel: Channel
    span: TimeSpan


@dataclass(frozen=True, slots=True)
class CueOpened:
    """A cue began; its span ends, for now, where it was noticed."""

    time_s: float
    id: str
    cue: Cue


@dataclass(frozen=True, slots=True)
class CueClosed:
    """The behaviour stopped; `cue` is the cue with its final span."""

    time_s: float
    id: str
    cue: Cue


@dataclass(frozen=True, slots=True)
class CueWithdrawn:
    """A cue that rested on a partial result was not confirmed; it leaves no trace in the report."""

    time_s: float
    id: str


@dataclass(frozen=True, slots=True)
class PartialTranscribed:
    """What the recogniser has so far of an utterance that goes on."""

    time_s: float
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class UtteranceFinished:
    """A finished utterance, numbers masked: also those that may only turn out to be a secret."""

    time_s: float
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class UtteranceRevised:
    """A finished utterance as it is to be kept, in place of the one with its channel and id.

    More was said since: digits became a part of a secret, or turned out to be none.
    """

    time_s: float
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class EscalationChanged:
    """The escalation level moved."""

    time_s: float
    change: EscalationChange


@dataclass(frozen=True, slots=True)
class NudgeShown:
    """A nudge card appeared."""

    time_s: float
    nudge: Nudge


@dataclass(frozen=True, slots=True)
class NudgeClosed:
    """A nudge card left: its cue closed, its time was up, or the agent dismissed it."""

    time_s: float
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class NudgeSuppressed:
    """A nudge that was due and was not shown; `nudge.because` says why."""

    time_s: float
    nudge: Nudge


@dataclass(frozen=True, slots=True)
class FloorTaken:
    """A turn began (`span.end_s` None is not known yet: see FloorReleased)."""

    time_s: float
    channel: Channel
    start_s: float


@dataclass(frozen=True, slots=True)
class FloorReleased:
    """A turn ended; `span` is the whole turn."""

    time_s: float
    channel: Channel
    span: TimeSpan


@dataclass(frozen=True, slots=True)
class VoiceSettled:
    """After a raised voice this side has spoken at the own usual effort again for a while."""

    time_s: float
    channel: Channel


@dataclass(frozen=True, slots=True)
class InputWarning:
    """Something about the input that a person should know."""

    time_s: float
    channel: Channel | None
    fact: Fact
    span: TimeSpan | None = None

    @property
    def code(self) -> str:
        """What it is about; codes are stable."""
        return self.fact.code


@dataclass(frozen=True, slots=True)
class MeterUpdated:
    """Once a second: what the gauges show. Loudness and effort are None without own speech.

    `input_faults` holds the code of what is wrong with a side's sound, for those that are not ok.
    """

    time_s: float
    talk_s: dict[Channel, float]
    loudness_dbfs: dict[Channel, float | None]
    effort: dict[Channel, float | None] = field(default_factory=dict)
    input_ok: dict[Channel, bool] = field(default_factory=dict)
    input_faults: dict[Channel, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EffortRose:
    """A side's vocal effort (z) has risen well above its own usual since the meter's last second.

    For a gauge that does not wait for the second to end.
    """

    time_s: float
    channel: Channel
    effort: float


Event = (
    CallStarted
    | CallEnded
    | VoiceStarted
    | VoiceStopped
    | CueOpened
    | CueClosed
    | CueWithdrawn
    | PartialTranscribed
    | UtteranceFinished
    | UtteranceRevised
    | EscalationChanged
    | NudgeShown
    | NudgeClosed
    | NudgeSuppressed
    | FloorTaken
    | FloorReleased
    | VoiceSettled
    | InputWarning
    | MeterUpdated
    | EffortRose
)
