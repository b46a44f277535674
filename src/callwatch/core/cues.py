"""Cues: the things in a call that are worth noticing, with their evidence.

The kinds and the fields are a promise to integrators; see docs/contract.md.
"""

from dataclasses import dataclass
from enum import StrEnum

from callwatch.core.channels import Channel
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan


class CueKind(StrEnum):
    """What was noticed."""

    INTERRUPTION = "interruption"
    BACKCHANNEL = "backchannel"
    RAISED_VOICE = "raised_voice"
    THREAT = "threat"
    MONOLOGUE = "monologue"
    FAST_SPEECH = "fast_speech"
    SLOW_RESPONSE = "slow_response"
    DEAD_AIR = "dead_air"
    CONTROL = "control"
    ACKNOWLEDGEMENT = "acknowledgement"
    REFOCUS = "refocus"
    SOLUTION = "solution"
    BLAMING = "blaming"


METHOD_STEPS = (CueKind.CONTROL, CueKind.ACKNOWLEDGEMENT, CueKind.REFOCUS, CueKind.SOLUTION)


class ThreatCategory(StrEnum):
    """What a threat is about."""

    LEAVE = "leave"
    PUBLICITY = "publicity"
    MEDIA = "media"
    MANAGER = "manager"
    LEGAL = "legal"
    PHYSICAL = "physical"
    SELF_HARM = "self_harm"
    INSULT = "insult"

    @property
    def is_urgent(self) -> bool:
        """Danger to somebody's life or limb: may break the attention budget."""
        return self in (ThreatCategory.PHYSICAL, ThreatCategory.SELF_HARM)


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing that was noticed.

    `detected_s` is the stream time at which the cue was emitted: seconds of audio consumed.
    `score` 0..1. `evidence` is what a person can check; `texts/facts.py` makes the sentence. The
    optional fields belong to one kind each: `yielded` interruption; `effort` (z),
    `level_delta_db` and `friendly` (laughter, thanks or delight in the same seconds) raised_voice;
    `category` threat; `value` and `threshold` the pace cues.
    """

    kind: CueKind
    channel: Channel | None
    span: TimeSpan
    detected_s: float
    score: float
    evidence: Fact
    yielded: bool | None = None
    effort: float | None = None
    level_delta_db: float | None = None
    category: ThreatCategory | None = None
    value: float | None = None
    threshold: float | None = None
    utterance_id: str | None = None
    friendly: bool | None = None

    @property
    def is_wish(self) -> bool:
        """Whether it is a wish for a manager: a `threat` cue by its code, and none to a person."""
        return self.category is ThreatCategory.MANAGER

    @property
    def is_threat(self) -> bool:
        """Whether the customer threatened with something."""
        return self.kind is CueKind.THREAT and not self.is_wish

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"a cue's score lies in 0..1, not {self.score}")
        if (self.kind is CueKind.THREAT) != (self.category is not None):
            raise ValueError("a threat cue names its category, and only a threat does")

    @property
    def is_raised_voice(self) -> bool:
        """A raised voice that counts: not a friendly one."""
        return self.kind is CueKind.RAISED_VOICE and not self.friendly

    @property
    def is_lively_voice(self) -> bool:
        """A raised voice that laughter, thanks or delight go with: it stays in the report, no more."""
        return self.kind is CueKind.RAISED_VOICE and bool(self.friendly)
