"""After a hard call: a private offer of one minute's breather. Nobody else ever learns of it."""

from collections.abc import Collection
from typing import Final

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import CueKind, ThreatCategory
from callwatch.core.escalation import EscalationLevel
from callwatch.core.facts import Fact
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.summary import CallSummary
from callwatch.session.nudge_rules import BREATHER
from callwatch.texts.catalogue import text

# A sharp sentence passes; a minute of a heated call stays with a person.
HARD_S: Final = 60.0
# What nobody shrugs off, however short it was.
HEAVY: Final = frozenset(
    {ThreatCategory.INSULT, *(category for category in ThreatCategory if category.is_urgent)}
)


def was_hard(summary: CallSummary) -> bool:
    """Whether the customer insulted or threatened, or the call was heated for a minute in all."""
    for cue in summary.cues:
        heavy = cue.kind is CueKind.THREAT and cue.category in HEAVY
        if heavy and cue.channel is Channel.CUSTOMER:
            return True
    return heated_s(summary) >= HARD_S


def heated_s(summary: CallSummary) -> float:
    """Seconds of the call at the level heated or above."""
    changes = summary.escalation
    ends = [*(change.time_s for change in changes[1:]), summary.call.duration_s]
    return sum(
        end - change.time_s
        for change, end in zip(changes, ends, strict=False)  # no change, no span
        if change.level.rank >= EscalationLevel.HEATED.rank
    )


def breather(
    summary: CallSummary, language: Language, switched_off: Collection[str]
) -> Nudge | None:
    """The offer after this call, or None when it was not hard or the agent wants no offers."""
    if BREATHER in switched_off or not was_hard(summary):
        return None
    lines = (text("nudges", f"{BREATHER}.{part}", language) for part in ("title", "advice"))
    end_s = summary.call.duration_s
    return Nudge(
        f"{summary.call.id}.{BREATHER}", BREATHER, "\n".join(lines), NudgeLevel.INFO, end_s,
        shown=True, because=Fact("hard_call"),
    )  # fmt: skip
