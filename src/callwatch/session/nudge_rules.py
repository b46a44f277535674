"""Which cue asks for which card, how long its reason holds, and what solves it: METHOD's advice as a table.

The keys name texts in texts/nudges.*.toml. A rule knows nothing of budgets and clocks: those are in
session/attention_budget.py and session/nudges.py.
"""

from dataclasses import dataclass
from enum import StrEnum
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


class NudgeGroup(StrEnum):
    """Whose share of the attention budget a card takes."""

    DANGER = "danger"  # to life or limb: outside the budget
    LISTENING = "listening"  # how the agent listens, which is what the method is about
    ANSWER = "answer"  # what to say next
    PACE = "pace"


class Relief(StrEnum):
    """What happens in a call and solves the reason of a card."""

    UNDERSTOOD = "understood"  # the agent said that they understand
    OFFERED = "offered"  # the agent asked what would help, or offered it
    ANSWERED = "answered"  # the agent has held a turn since: the topic is over
    TAKEN_OVER = "taken_over"  # the agent has the floor: there is nothing left to listen to
    CALM = "calm"  # the gauge fell to calm
    TENSE = "tense"  # the gauge rose from calm
    GOODBYE = "goodbye"


@dataclass(frozen=True, slots=True)
class Timing:
    """`keep_s`: for how long after its reason has passed a card may still be shown (None: for ever).

    `again_s`: for how long the same card is not shown again. `stay_s`: how long it stays on the
    screen; with `leaves_with_cue` less, when its reason ends before that.
    """

    keep_s: float | None
    again_s: float
    stay_s: float
    leaves_with_cue: bool = False


@dataclass(frozen=True, slots=True)
class NudgeRule:
    """One card. `rank`: of several that are due, the highest is shown.

    It is not shown, or leaves, when one of `solved_by` happens after its reason has passed.
    """

    key: str
    group: NudgeGroup
    level: NudgeLevel
    rank: int
    timing: Timing
    solved_by: frozenset[Relief]

    @property
    def is_danger(self) -> bool:
        """Whether it breaks the budget, interrupts, and cannot be switched off."""
        return self.group is NudgeGroup.DANGER


# What to do is read step by step, and danger does not pass by itself.
_DANGER: Final = Timing(keep_s=None, again_s=60.0, stay_s=30.0)
# How somebody speaks has passed after a few seconds. Two short lines take 2.5 s to read. The same
# advice again within three minutes is nagging.
_HOW: Final = Timing(keep_s=5.0, again_s=180.0, stay_s=4.0)
# Good for as long as they go on.
_WHILE: Final = Timing(keep_s=5.0, again_s=180.0, stay_s=12.0, leaves_with_cue=True)
# Of no use once somebody speaks again.
_SILENCE: Final = Timing(keep_s=0.0, again_s=180.0, stay_s=12.0, leaves_with_cue=True)
# What is said can be answered a little longer.
_WHAT: Final = Timing(keep_s=10.0, again_s=180.0, stay_s=12.0)
# The same demand repeated is nothing new.
_TOPIC: Final = Timing(keep_s=10.0, again_s=600.0, stay_s=12.0)


def _by(*reliefs: Relief) -> frozenset[Relief]:
    return frozenset({*reliefs, Relief.GOODBYE})


_EMPATHY: Final = _by(Relief.UNDERSTOOD, Relief.CALM)
_REPLY: Final = _by(Relief.ANSWERED, Relief.OFFERED, Relief.CALM)  # an offer is what it asks for
_LIMIT: Final = _by(Relief.ANSWERED, Relief.CALM)
_ASKED: Final = _by(Relief.OFFERED, Relief.CALM)
_NEVER: Final[frozenset[Relief]] = frozenset()
_D, _L, _A, _P = NudgeGroup.DANGER, NudgeGroup.LISTENING, NudgeGroup.ANSWER, NudgeGroup.PACE
_URGENT, _IMPORTANT = NudgeLevel.URGENT, NudgeLevel.IMPORTANT
_ADVICE, _INFO = NudgeLevel.ADVICE, NudgeLevel.INFO

# Danger first. Then listening, which helps only now. Then what the customer said, the heavier first
# (a wish for a manager is no threat); then where the call stands; pace last.
RULES: Final[dict[str, NudgeRule]] = {
    rule.key: rule
    for rule in (
        NudgeRule("threat.self_harm", _D, _URGENT, 100, _DANGER, _NEVER),
        NudgeRule("threat.physical", _D, _URGENT, 99, _DANGER, _NEVER),
        NudgeRule(LET_THEM_FINISH, _L, _ADVICE, 90, _HOW, _by()),
        NudgeRule(KEEP_LISTENING, _L, _ADVICE, 88, _WHILE, _by(Relief.TAKEN_OVER)),
        NudgeRule("understanding_first", _L, _ADVICE, 86, _WHAT, _EMPATHY),
        NudgeRule("a_little_softer", _L, _ADVICE, 84, _HOW, _by()),
        NudgeRule("threat.insult", _A, _IMPORTANT, 76, _TOPIC, _LIMIT),
        NudgeRule("threat.legal", _A, _IMPORTANT, 74, _TOPIC, _REPLY),
        NudgeRule("threat.media", _A, _IMPORTANT, 72, _TOPIC, _REPLY),
        NudgeRule("threat.publicity", _A, _IMPORTANT, 71, _TOPIC, _REPLY),
        NudgeRule("threat.leave", _A, _IMPORTANT, 70, _TOPIC, _REPLY),
        NudgeRule("threat.manager", _A, _IMPORTANT, 60, _TOPIC, _REPLY),
        NudgeRule(SAY_YOU_UNDERSTAND, _A, _ADVICE, 56, _WHAT, _EMPATHY),
        NudgeRule(WORRY_BEHIND, _A, _INFO, 52, _WHAT, _ASKED),
        NudgeRule(CALM_AGAIN, _A, _INFO, 50, _WHAT, _by(Relief.OFFERED, Relief.TENSE)),
        NudgeRule("pause_and_ask", _P, _ADVICE, 40, _HOW, _by()),
        NudgeRule("a_little_slower", _P, _INFO, 35, _HOW, _by()),
        NudgeRule("tell_them_what_you_are_doing", _P, _INFO, 20, _SILENCE, _by()),
        NudgeRule("say_you_are_on_it", _P, _INFO, 15, _SILENCE, _by()),
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
_BY_CATEGORY: Final = {category: RULES[f"threat.{category}"] for category in ThreatCategory}


def rule_for(cue: Cue) -> NudgeRule | None:
    """The card that a cue asks for; None for cues that only inform, and for a friendly voice."""
    if cue.friendly:
        return None
    if cue.category is not None:
        return _BY_CATEGORY[cue.category]
    key = _BY_CUE.get((cue.kind, cue.channel))
    return RULES[key] if key else None
