"""How heated the call is, from what the customer does: raised voice and threats.

A score rises with each cue and decays by half-life; levels open at one score and close at a
lower one. A threat holds the level THREAT for a while whatever the score.
"""

from dataclasses import dataclass

from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EscalationChanged,
    Event,
    VoiceSettled,
)


@dataclass(frozen=True, slots=True)
class EscalationConfig:
    """Weights and times of the escalation score."""

    half_life_s: float = 40.0  # people calm down over a minute or two, not over a sentence
    settled_half_life_s: float = (
        10.0  # quicker once they have spoken in their own usual voice again
    )
    most: float = 2.6  # a long outburst takes no longer to get over than a full one
    raised_voice: float = 1.0  # one raised voice makes a call tense
    raised_voice_per_s: float = 0.12  # ten seconds of it make it heated
    threat: float = 1.6
    manager: float = 1.0  # asking for a manager may be quite polite: tense, no more
    interruption: float = 0.25  # customers who interrupt are impatient; four of them count as one
    tense_at: float = 0.8
    heated_at: float = 2.0
    release_share: float = 0.6  # a level is left well below the score that opened it
    min_level_s: float = 5.0  # a level that flickers is worse than a late one
    threat_hold_s: float = 20.0
    danger_hold_s: float = 90.0  # physical and self_harm stay on the gauge for longer


class Escalation:
    """Follows the escalation level of one call."""

    def __init__(self, config: EscalationConfig | None = None) -> None:
        self._config = config or EscalationConfig()
        self._score = 0.0
        self._time_s = 0.0
        self._level = EscalationLevel.CALM
        self._since_s = 0.0
        self._threat_until_s = 0.0
        self._raised: set[str] = set()
        self._settled = False
        self._taken: dict[str, tuple[float, float, float]] = {}  # a withdrawn cue gives all back

    @property
    def level(self) -> EscalationLevel:
        """The level now."""
        return self._level

    def on_event(self, event: Event) -> list[Event]:
        """Take a cue; gives the change of level, if any."""
        match event:
            case CueOpened(time_s=time_s, id=cue_id, cue=cue):
                self._advance(time_s)
                self._on_cue(time_s, cue_id, cue)
            case CueClosed(time_s=time_s, id=cue_id):
                self._advance(time_s)
                self._raised.discard(cue_id)
            case VoiceSettled(time_s=time_s, channel=Channel.CUSTOMER):
                self._advance(time_s)
                self._settled = True
            case CueWithdrawn(time_s=time_s, id=cue_id) if cue_id in self._taken:
                self._advance(time_s)
                self._raised.discard(cue_id)
                at_s, weight, before_s = self._taken.pop(cue_id)
                decay = 0.5 ** ((time_s - at_s) / self._half_life_s)
                self._score = max(0.0, self._score - weight * decay)
                self._threat_until_s = before_s
            case _:
                return []
        return self._settle(event.time_s)

    def tick(self, time_s: float) -> list[Event]:
        """The stream has reached `time_s`."""
        self._advance(time_s)
        return self._settle(time_s)

    @property
    def _half_life_s(self) -> float:
        config = self._config
        return config.settled_half_life_s if self._settled else config.half_life_s

    def _on_cue(self, time_s: float, cue_id: str, cue: Cue) -> None:
        weight, before_s = self._weight(cue), self._threat_until_s
        if cue.kind is CueKind.THREAT and cue.category is not ThreatCategory.MANAGER:
            urgent = cue.category is not None and cue.category.is_urgent
            hold_s = self._config.danger_hold_s if urgent else self._config.threat_hold_s
            self._threat_until_s = max(self._threat_until_s, time_s + hold_s)
        elif cue.is_raised_voice and cue.channel is Channel.CUSTOMER:
            self._raised.add(cue_id)
            self._settled = False
        if weight:
            self._score = min(self._config.most, self._score + weight)
            self._taken[cue_id] = (time_s, weight, before_s)

    def _weight(self, cue: Cue) -> float:
        if cue.kind is CueKind.THREAT:
            polite = cue.category is ThreatCategory.MANAGER
            return self._config.manager if polite else self._config.threat
        if cue.channel is not Channel.CUSTOMER:
            return 0.0
        if cue.is_raised_voice:
            return self._config.raised_voice
        return self._config.interruption if cue.kind is CueKind.INTERRUPTION else 0.0

    def _advance(self, time_s: float) -> None:
        elapsed_s = max(0.0, time_s - self._time_s)
        self._time_s = max(self._time_s, time_s)
        if self._raised:
            rise = self._config.raised_voice_per_s * elapsed_s
            self._score = min(self._config.most, self._score + rise)
            for cue_id in self._raised & self._taken.keys():
                at_s, weight, before_s = self._taken[cue_id]
                self._taken[cue_id] = at_s, weight + rise / len(self._raised), before_s
        else:
            self._score *= 0.5 ** (elapsed_s / self._half_life_s)

    def _settle(self, time_s: float) -> list[Event]:
        target = self._target(time_s)
        falling = target.rank < self._level.rank
        if target is self._level or (falling and time_s - self._since_s < self._config.min_level_s):
            return []
        change = EscalationChange(time_s, target, self._level)
        self._level, self._since_s = target, time_s
        return [EscalationChanged(time_s, change)]

    def _target(self, time_s: float) -> EscalationLevel:
        config = self._config
        if time_s < self._threat_until_s:
            return EscalationLevel.THREAT
        for level, opens_at in (
            (EscalationLevel.HEATED, config.heated_at),
            (EscalationLevel.TENSE, config.tense_at),
        ):
            # A threat holds its level by time, so it does not make the score's level sticky.
            held = level.rank <= self._level.rank < EscalationLevel.THREAT.rank
            if self._score >= opens_at * (config.release_share if held else 1.0):
                return level
        return EscalationLevel.CALM
