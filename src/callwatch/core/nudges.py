"""Nudges: the short advice that the overlay shows to the agent."""

from dataclasses import dataclass
from enum import StrEnum


class NudgeLevel(StrEnum):
    """How a nudge is drawn. Urgent is kept for danger to life or limb."""

    INFO = "info"
    ADVICE = "advice"
    IMPORTANT = "important"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Nudge:
    """One piece of advice.

    `key` names its text in the language files. `because` is one plain sentence: the evidence
    that led to it or, when `shown` is false, also why it was not shown. `cue_ids` are the cues
    that it follows.
    """

    id: str
    key: str
    text: str
    level: NudgeLevel
    time_s: float
    shown: bool
    because: str
    cue_ids: tuple[str, ...] = ()
