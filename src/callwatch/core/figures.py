"""The few figures by which calls are compared, and what a history keeps beside them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from callwatch.core.channels import Channel
from callwatch.core.cues import METHOD_STEPS, CueKind
from callwatch.core.summary import CallSummary


@dataclass(frozen=True, slots=True)
class CallFigures:
    """One call in numbers; None where a figure could not be measured.

    `is_hard` is the agent's own mark: a hard call never counts in an average.
    """

    call_id: str
    agent_id: str | None
    started_at: str
    duration_s: float
    language: str
    talk_share_agent: float | None
    interruptions_agent: int | None
    interruptions_customer: int | None
    response_latency_agent_s: float | None
    longest_monologue_agent_s: float | None
    speech_rate_agent_wpm: float | None
    switches_per_min: float | None
    raised_voice: int
    threats: int | None
    method_steps: int
    nudges_shown: int
    is_hard: bool = False


@dataclass(frozen=True, slots=True)
class StoredCall:
    """One line of the history: the figures, and what the agent added."""

    figures: CallFigures
    source: str
    engine: str
    threat_categories: tuple[str, ...] = ()
    is_recording: bool = False
    note: str = ""
    follow_up_on: date | None = None


@dataclass(frozen=True, slots=True)
class OwnHistory:
    """What a report may show of the agent's own past: their calls before this one, newest first."""

    previous: tuple[CallFigures, ...] = ()
    note: str = ""
    follow_up_on: date | None = None
    is_hard: bool = False


def figures_of(summary: CallSummary, *, is_hard: bool = False) -> CallFigures:
    """The comparable figures of one call."""
    metrics = summary.metrics
    customer = Counter(
        cue.kind
        for cue in summary.cues
        if cue.channel is Channel.CUSTOMER and not cue.is_lively_voice
    )
    steps = {cue.kind for cue in summary.cues if cue.kind in METHOD_STEPS}
    return CallFigures(
        call_id=summary.call.id,
        agent_id=summary.call.agent_id,
        started_at=summary.call.started_at,
        duration_s=summary.call.duration_s,
        language=summary.call.language,
        talk_share_agent=metrics.talk_share.get(Channel.AGENT),
        interruptions_agent=metrics.interruptions.get(Channel.AGENT),
        interruptions_customer=metrics.interruptions.get(Channel.CUSTOMER),
        response_latency_agent_s=metrics.response_latency_median_s.get(Channel.AGENT),
        longest_monologue_agent_s=metrics.longest_monologue_s.get(Channel.AGENT),
        speech_rate_agent_wpm=metrics.speech_rate_wpm.get(Channel.AGENT),
        switches_per_min=metrics.switches_per_min,
        raised_voice=customer[CueKind.RAISED_VOICE],
        threats=_threats(summary),
        method_steps=len(steps),
        nudges_shown=sum(nudge.shown for nudge in summary.nudges),
        is_hard=is_hard,
    )


def _threats(summary: CallSummary) -> int | None:
    if not summary.call.has_words:
        return None
    return sum(cue.is_threat for cue in summary.cues if cue.channel is Channel.CUSTOMER)
