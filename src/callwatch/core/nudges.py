"""Nudges: the short advice that the overlay shows to the agent."""

from dataclasses import dataclass
from enum import StrEnum

from callwatch.core.facts import Fact


class NudgeLevel(StrEnum):
    """How a nudge is drawn. Urgent is kept for danger to life or limb."""

    INFO = "info"
    ADVICE = "advice"
    IMPORTANT = "important"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Nudge:
    """One piece of advice.

    `key` names its text in the language files. `because` is the evidence that led to it;
    `not_shown` says why it was not shown, None when it was (or when `because` is a sentence of an
    older report, which tells both). `cue_ids` are the cues that it follows.
    """

    id: str
    key: str
    text: str
    level: NudgeLevel
    time_s: float
    shown: bool
    because: Fact
    cue_ids: tuple[str, ...] = ()
    not_shown: Fact | None = None
