"""Which cue asks for which nudge: METHOD's advice as a table.

The keys name texts in texts/nudges.*.toml. A rule knows nothing of budgets and timing; that is
session/nudges.py.
"""

from dataclasses import dataclass
from typing import Final

from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.nudges import NudgeLevel

LET_THEM_FINISH: Final = "let_them_finish"
KEEP_LISTENING: Final = "keep_listening"
SAY_YOU_UNDERSTAND: Final = "say_you_understand"
CALM_AGAIN: Final = "calm_again"
WORRY_BEHIND: Final = "worry_behind"
BREATHER: Final = "breather"


@dataclass(frozen=True, slots=True)
class NudgeRule:
    """One nudge: its level, its rank among those that wait, and when it is of no use any more.

    `own_speech`: it is about how the agent speaks, so it waits for their first pause.
    `keep_s`: for how long after its reason has passed it may still be shown (None: to the end
    of the call).
    """

    key: str
    level: NudgeLevel
    priority: int
    own_speech: bool = False
    keep_s: float | None = 2.0


# Danger first, then what the customer says, then how the agent listens, then pace.
RULES: Final[dict[str, NudgeRule]] = {
    rule.key: rule
    for rule in (
        *(
            NudgeRule(f"threat.{category}", NudgeLevel.URGENT, 100, keep_s=None)
            for category in ThreatCategory
            if category.is_urgent
        ),
        *(
            NudgeRule(f"threat.{category}", NudgeLevel.IMPORTANT, 80, keep_s=None)
            for category in ThreatCategory
            if not category.is_urgent
        ),
        NudgeRule("understanding_first", NudgeLevel.ADVICE, 70, own_speech=True, keep_s=5.0),
        NudgeRule(LET_THEM_FINISH, NudgeLevel.ADVICE, 65, own_speech=True, keep_s=5.0),
        NudgeRule(KEEP_LISTENING, NudgeLevel.ADVICE, 60),
        NudgeRule("a_little_softer", NudgeLevel.ADVICE, 55, own_speech=True, keep_s=5.0),
        NudgeRule(SAY_YOU_UNDERSTAND, NudgeLevel.ADVICE, 50, keep_s=30.0),
        NudgeRule(WORRY_BEHIND, NudgeLevel.INFO, 45, keep_s=10.0),
        NudgeRule("pause_and_ask", NudgeLevel.ADVICE, 40, own_speech=True, keep_s=5.0),
        NudgeRule("a_little_slower", NudgeLevel.INFO, 35, own_speech=True, keep_s=5.0),
        NudgeRule(CALM_AGAIN, NudgeLevel.INFO, 30, keep_s=20.0),
        NudgeRule("tell_them_what_you_are_doing", NudgeLevel.INFO, 20, keep_s=0.0),
        NudgeRule("say_you_are_on_it", NudgeLevel.INFO, 15, keep_s=0.0),
    )
}

_BY_CUE: Final[dict[tuple[CueKind, Channel | None], str]] = {
    (CueKind.INTERRUPTION, Channel.AGENT): LET_THEM_FINISH,
    (CueKind.RAISED_VOICE, Channel.CUSTOMER): KEEP_LISTENING,
    (CueKind.RAISED_VOICE, Channel.AGENT): "a_little_softer",
    (CueKind.BLAMING, Channel.AGENT): "understanding_first",
    (CueKind.MONOLOGUE, Channel.AGENT): "pause_and_ask",
    (CueKind.FAST_SPEECH, Channel.AGENT): "a_little_slower",
    (CueKind.SLOW_RESPONSE, Channel.AGENT): "say_you_are_on_it",
    (CueKind.DEAD_AIR, None): "tell_them_what_you_are_doing",
}


def rule_for(cue: Cue) -> NudgeRule | None:
    """The nudge that a cue asks for; None for cues that only inform."""
    if cue.kind is CueKind.THREAT:
        return RULES[f"threat.{cue.category}"]
    key = _BY_CUE.get((cue.kind, cue.channel))
    return RULES[key] if key else None
