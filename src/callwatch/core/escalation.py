"""How heated a call is: four levels, distinguished by what the customer does, not by what they feel."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class EscalationLevel(StrEnum):
    """From calm to threat; `rank` orders them."""

    CALM = "calm"
    TENSE = "tense"
    HEATED = "heated"
    THREAT = "threat"

    @property
    def rank(self) -> int:
        """0 calm .. 3 threat."""
        return _RANKS[self]


_RANKS: Final = {level: rank for rank, level in enumerate(EscalationLevel)}


@dataclass(frozen=True, slots=True)
class EscalationChange:
    """The level changed at `time_s`."""

    time_s: float
    level: EscalationLevel
    previous: EscalationLevel
