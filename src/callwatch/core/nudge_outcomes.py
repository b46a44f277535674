"""What happened in the 20 s after each due nudge, shown or withheld at random.

A nudge counts here when it was shown, or when it was withheld by chance; one held back for
another reason (the attention budget, no pause) is no fair comparison and is left out.
"""

from dataclasses import dataclass

from callwatch.core.channels import Channel
from callwatch.core.cues import CueKind
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.spans import TimeSpan, intersection, total_s
from callwatch.core.summary import CallSummary

# How long after a nudge its effect is looked for.
EFFECT_S = 20.0
# The code of `Nudge.not_shown` when chance withheld it; older reports begin their sentence so.
WITHHELD = "withheld"
WITHHELD_SENTENCE = "withheld at random"


@dataclass(frozen=True, slots=True)
class NudgeOutcome:
    """One due nudge and the EFFECT_S after it. `agent_share` None when nobody spoke."""

    key: str
    was_shown: bool
    agent_interrupts: bool
    customer_raises: bool
    agent_share: float | None


def nudge_outcomes(summary: CallSummary) -> tuple[NudgeOutcome, ...]:
    """The outcome of each nudge that may be compared; those cut off by the call's end left out."""
    outcomes = []
    for nudge in summary.nudges:
        after = TimeSpan(nudge.time_s, nudge.time_s + EFFECT_S)
        by_chance = not nudge.shown and _is_withheld(nudge)
        # Urgent nudges are never withheld, so there is nothing to compare them with.
        if nudge.level is NudgeLevel.URGENT or not (nudge.shown or by_chance):
            continue
        if after.end_s <= summary.call.duration_s:
            outcomes.append(_outcome(summary, nudge.key, nudge.shown, after))
    return tuple(outcomes)


def _is_withheld(nudge: Nudge) -> bool:
    if nudge.not_shown is not None:
        return nudge.not_shown.code == WITHHELD
    return (nudge.because.sentence or "").startswith(WITHHELD_SENTENCE)


def _outcome(summary: CallSummary, key: str, was_shown: bool, after: TimeSpan) -> NudgeOutcome:
    def begins(kind: CueKind, channel: Channel) -> bool:
        return any(
            cue.kind is kind
            and cue.channel is channel
            and not cue.is_lively_voice
            and after.contains(cue.span.start_s)
            for cue in summary.cues
        )

    talk = {
        side: total_s(intersection([s for c, s in summary.segments if c is side], [after]))
        for side in Channel
    }
    both = sum(talk.values())
    return NudgeOutcome(
        key=key,
        was_shown=was_shown,
        agent_interrupts=begins(CueKind.INTERRUPTION, Channel.AGENT),
        customer_raises=begins(CueKind.RAISED_VOICE, Channel.CUSTOMER),
        agent_share=talk[Channel.AGENT] / both if both else None,
    )
