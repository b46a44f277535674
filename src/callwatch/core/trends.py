"""Figures by week: what a history adds up and a page of trends shows."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from callwatch.core.intervals import Sample

# Figures over several agents are shown only for groups of at least so many agents and calls each.
GROUP_AGENTS = 5
GROUP_CALLS = 5


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """One week of calls; `monday` is its first day. Hard calls and recordings are not in it.

    `calls_with_words`: those in which a recogniser listened, and a threat could be found.
    """

    monday: date
    calls: int
    talk_share: Sample
    interruptions: Sample
    patience_s: Sample
    calls_with_threat: int
    calls_with_words: int


@dataclass(frozen=True, slots=True)
class EffectCounts:
    """The outcomes of shown or of withheld nudges, added up."""

    count: int = 0
    agent_interrupts: int = 0
    customer_raises: int = 0
    agent_share: Sample = field(default_factory=lambda: Sample(0, 0.0, 0.0))


@dataclass(frozen=True, slots=True)
class Trends:
    """Weeks in the order of time. `agents` is None for one agent's own figures."""

    weeks: tuple[WeekFigures, ...]
    hard_calls: int = 0
    agents: int | None = None
    shown: EffectCounts = field(default_factory=EffectCounts)
    withheld: EffectCounts = field(default_factory=EffectCounts)

    @property
    def last_day(self) -> date:
        """The Sunday of the last week; ValueError without a week."""
        if not self.weeks:
            raise ValueError("no week, no last day")
        return self.weeks[-1].monday + timedelta(days=6)

    @property
    def calls(self) -> int:
        """All calls in it."""
        return sum(week.calls for week in self.weeks)
