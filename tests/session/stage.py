"""Calls for the nudge policy, on a hand-driven clock: single events, or a whole call as a script."""

from dataclasses import dataclass, field
from typing import Any

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    Event,
    FloorReleased,
    FloorTaken,
    NudgeClosed,
    NudgeShown,
    NudgeSuppressed,
    UtteranceFinished,
)
from callwatch.core.facts import quoted
from callwatch.core.nudges import Nudge
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.session.attention_budget import NudgeConfig
from callwatch.session.escalation import Escalation
from callwatch.session.nudges import NudgePolicy

A, C = Channel.AGENT, Channel.CUSTOMER


@dataclass
class Stage:
    """A policy, a clock, and an agent whose speech is a list of spans."""

    config: NudgeConfig = field(default_factory=NudgeConfig)
    speech: tuple[tuple[float, float], ...] = ()
    now_s: float = 0.0
    events: list[Event] = field(default_factory=list)
    with_words: bool = True

    def __post_init__(self) -> None:
        self.policy = NudgePolicy(self.config, Language.EN, "seed", with_words=self.with_words)

    def until(self, end_s: float) -> "Stage":
        while self.now_s < end_s - 1e-9:
            self.now_s = round(self.now_s + 0.1, 6)
            ended = [end for start, end in self.speech if start <= self.now_s]
            talking = any(start <= self.now_s < end for start, end in self.speech)
            silent_s = 0.0 if talking else self.now_s - max(ended, default=-10.0)
            self.events += self.policy.tick(self.now_s, silent_s)
        return self

    def take(self, event: Event) -> "Stage":
        self.events += self.policy.on_event(event)
        return self

    def open(self, kind: CueKind, who: Channel | None = C, category: str | None = None) -> str:
        cue_id = f"{kind}-{category}-{self.now_s}"
        self.take(CueOpened(self.now_s, cue_id, cue_at(self.now_s, kind, who, category)))
        return cue_id

    def close(self, cue_id: str, kind: CueKind, who: Channel | None = C) -> None:
        category = cue_id.split("-")[1] if kind is CueKind.THREAT else None
        self.take(CueClosed(self.now_s, cue_id, cue_at(self.now_s, kind, who, category)))

    def say(self, kind: CueKind, who: Channel | None = C, category: str | None = None) -> None:
        """A cue that is over when it is known."""
        self.close(self.open(kind, who, category), kind, who)

    def turn(self, who: Channel, start_s: float, end_s: float) -> None:
        """A turn that has just ended."""
        self.take(FloorTaken(self.now_s, who, start_s))
        self.take(FloorReleased(self.now_s, who, TimeSpan(start_s, end_s)))

    @property
    def nudges(self) -> list[Nudge]:
        return [event.nudge for event in self.events if isinstance(event, NudgeShown)]

    @property
    def shown(self) -> list[tuple[str, Any]]:
        return [(nudge.key, nudge.time_s) for nudge in self.nudges]

    @property
    def keys(self) -> list[str]:
        return [nudge.key for nudge in self.nudges]

    @property
    def left(self) -> list[tuple[Any, str]]:
        """When cards left, and why."""
        return [(e.time_s, e.reason) for e in self.events if isinstance(e, NudgeClosed)]

    @property
    def held(self) -> list[tuple[str, str]]:
        """What was not shown, and why."""
        made = [event.nudge for event in self.events if isinstance(event, NudgeSuppressed)]
        assert not any(nudge.shown for nudge in made)
        return [(n.key, n.not_shown.key) for n in made if n.not_shown is not None]


def cue_at(time_s: float, kind: CueKind, who: Channel | None, category: str | None = None) -> Cue:
    """A cue of which only kind, side and time matter."""
    return Cue(
        kind, who, TimeSpan(time_s, time_s), time_s, 1.0, quoted("evidence"),
        category=ThreatCategory(category) if category else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody holds the floor from `start_s` to `end_s`."""

    who: Channel
    start_s: float
    end_s: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A cue, from when it is noticed to when it is over."""

    kind: CueKind
    who: Channel | None
    start_s: float
    end_s: float
    category: str | None = None


def play(script: list[Turn | Moment], end_s: float) -> Stage:
    """A whole call through escalation and policy; words are known a second after they were said."""
    events: list[Event] = []
    for i, item in enumerate(script):
        if isinstance(item, Turn):
            span = TimeSpan(item.start_s, item.end_s)
            events += [
                FloorTaken(item.start_s, item.who, item.start_s),
                FloorReleased(item.end_s, item.who, span),
            ]
            if item.text:
                words = tuple(Word(word, span, 1.0) for word in item.text.split())
                said = Utterance(f"u{i}", item.who, words, True, item.end_s)
                events.append(UtteranceFinished(item.end_s + 1.0, said))
        else:
            cue = cue_at(item.start_s, item.kind, item.who, item.category)
            over = cue_at(item.end_s, item.kind, item.who, item.category)
            events += [CueOpened(item.start_s, f"c{i}", cue), CueClosed(item.end_s, f"c{i}", over)]
    speech = tuple((t.start_s, t.end_s) for t in script if isinstance(t, Turn) and t.who is A)
    stage, escalation = Stage(speech=speech), Escalation()
    for event in sorted(events, key=lambda e: e.time_s):
        while stage.now_s + 0.1 <= event.time_s:
            for change in escalation.tick(round(stage.now_s + 0.1, 6)):
                stage.take(change)
            stage.until(stage.now_s + 0.1)
        stage.take(event)
        for change in escalation.on_event(event):
            stage.take(change)
    stage.until(end_s)
    stage.events += stage.policy.finish(end_s)
    return stage
