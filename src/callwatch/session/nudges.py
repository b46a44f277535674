"""When a nudge is shown: the attention budget.

EEMUA 191's alarm-load guidance calls one alarm in ten minutes acceptable and over one a minute
very likely unacceptable. So: at most one nudge a minute, two in ten minutes but for threats,
none in the middle of the agent's own sentence, a cool-down per nudge that is stamped only when
it was really shown. Danger to life or limb breaks the budget.

    cue     |== interruption ==|
    agent   ====================|.pause.|
    card                          ^ shown at the first pause >= 0.3 s, stays 4 s

The policy has no clock: `tick` brings the stream time. Called by the analysis thread only.
"""

import random
from collections import deque
from dataclasses import dataclass, field, replace

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.escalation import EscalationLevel
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EscalationChanged,
    Event,
    FloorReleased,
    NudgeClosed,
    NudgeShown,
    NudgeSuppressed,
)
from callwatch.core.facts import Fact
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.session.nudge_rules import (
    CALM_AGAIN,
    KEEP_LISTENING,
    RULES,
    SAY_YOU_UNDERSTAND,
    WORRY_BEHIND,
    NudgeRule,
    rule_for,
)
from callwatch.texts.catalogue import text


@dataclass(frozen=True, slots=True)
class NudgeConfig:
    """The attention budget and the times of the cards."""

    min_gap_s: float = 60.0  # EEMUA 191: over one a minute is very likely unacceptable
    window_s: float = 600.0
    most_in_window: int = 2  # aim at two in ten minutes; threats may exceed it
    cooldown_s: float = 180.0  # the same advice again within three minutes is nagging
    threat_cooldown_s: float = 60.0
    min_pause_s: float = 0.3  # a pause this long is no breath inside a phrase
    own_speech_stay_s: float = 4.0
    min_stay_s: float = 3.0  # two short lines take about 2.5 s to read
    max_stay_s: float = 12.0
    urgent_patience_s: float = 5.0  # most sentences end within this; danger waits no longer
    acknowledgement_after_s: float = 60.0  # METHOD: missing 60 s after the voice rose
    long_turn_s: float = 20.0  # a long heated turn has a story behind it
    withheld_share: float = 0.0  # to learn whether nudges help; never for danger
    switched_off: frozenset[str] = frozenset()  # but danger to life or limb is always shown
    not_useful: dict[str, int] = field(default_factory=dict)  # each doubles that key's cool-down

    def __post_init__(self) -> None:
        if not 0.0 <= self.withheld_share <= 1.0:
            raise ValueError("withheld_share must be from 0 to 1")
        if unknown := sorted((set(self.switched_off) | set(self.not_useful)) - set(RULES)):
            raise ValueError(f"{unknown[0]} is not the name of a nudge: use one of {_names()}")


def _names() -> str:
    return ", ".join(sorted(RULES))


@dataclass(slots=True)
class _Waiting:
    """A nudge that is due and waits for its moment."""

    rule: NudgeRule
    since_s: float
    because: Fact
    cue_ids: tuple[str, ...]
    passed_s: float | None = None  # when its reason passed; None while it lasts


class NudgePolicy:
    """Decides which nudge is shown, and when."""

    def __init__(
        self, config: NudgeConfig, language: Language, seed: str = "", *, with_words: bool = True
    ) -> None:
        self._config = config
        self._with_words = with_words  # without words nobody can tell what was acknowledged
        self._language = language
        self._random = random.Random(seed)
        self._waiting: list[_Waiting] = []
        self._card: tuple[Nudge, _Waiting] | None = None
        self._shown_s: deque[float] = deque()
        self._last_by_key: dict[str, float] = {}
        self._not_useful = dict(config.not_useful)
        self._level = EscalationLevel.CALM
        self._unacknowledged: tuple[float, str] | None = None
        self._count = 0

    def on_event(self, event: Event) -> list[Event]:
        """Take one event of the call; nudges are shown by `tick`."""
        match event:
            case CueOpened(time_s=time_s, id=cue_id, cue=cue):
                self._on_cue(time_s, cue_id, cue)
            case CueClosed(time_s=time_s, id=cue_id):
                self._pass(cue_id, time_s)
            case CueWithdrawn(time_s=time_s, id=cue_id):
                self._waiting = [w for w in self._waiting if w.cue_ids != (cue_id,)]
                if self._card is not None and self._card[1].cue_ids == (cue_id,):
                    return self._leave(time_s, "the cue was withdrawn")
            case EscalationChanged(time_s=time_s, change=change):
                self._on_level(time_s, change.level)
            case FloorReleased(time_s=time_s, channel=Channel.CUSTOMER, span=span):
                if self._level.rank >= 2 and span.duration_s >= self._config.long_turn_s:
                    because = Fact("heated_turn", {"duration_s": span.duration_s})
                    self._wait(RULES[WORRY_BEHIND], time_s, because, (), time_s)
            case _:
                pass
        return []

    def tick(self, time_s: float, agent_silent_s: float) -> list[Event]:
        """The stream has reached `time_s`; the agent has been silent for `agent_silent_s`."""
        out = self._let_card_leave(time_s)
        self._remind(time_s)
        out += self._drop_stale(time_s)
        for waiting in sorted(self._waiting, key=lambda w: (-w.rule.priority, w.since_s)):
            if self._may_show(waiting, time_s, agent_silent_s):
                self._waiting.remove(waiting)
                return out + self._show(waiting, time_s)
        return out

    def dismiss(self, time_s: float, nudge_id: str) -> list[Event]:
        """The agent closed the card."""
        if self._card is None or self._card[0].id != nudge_id:
            return []
        return self._leave(time_s, "dismissed by the agent")

    def mark_not_useful(self, key: str) -> None:
        """The agent found this nudge not useful: it comes half as often from now on."""
        self._not_useful[key] = self._not_useful.get(key, 0) + 1

    def finish(self, at_s: float) -> list[Event]:
        """The call is over: the card leaves, and what still waits is recorded."""
        out = self._leave(at_s, "the call ended") if self._card else []
        for waiting in self._waiting:
            out.append(self._held(waiting, at_s, self._why_not(waiting, at_s)))
        self._waiting.clear()
        return out

    def _on_cue(self, time_s: float, cue_id: str, cue: Cue) -> None:
        if cue.kind is CueKind.ACKNOWLEDGEMENT:
            self._unacknowledged = None
            self._waiting = [w for w in self._waiting if w.rule.key != SAY_YOU_UNDERSTAND]
        rule = rule_for(cue)
        if rule is None:
            return
        self._wait(rule, time_s, cue.evidence, (cue_id,))
        if rule.key == KEEP_LISTENING and self._unacknowledged is None and self._with_words:
            self._unacknowledged = (time_s, cue_id)

    def _on_level(self, time_s: float, level: EscalationLevel) -> None:
        if level is EscalationLevel.CALM and self._level.rank > 0:
            self._unacknowledged = None
            because = Fact("level_fell", {"before": self._level.value, "after": level.value})
            self._wait(RULES[CALM_AGAIN], time_s, because, (), time_s)
        self._level = level

    def _remind(self, time_s: float) -> None:
        if self._unacknowledged is None:
            return
        since_s, cue_id = self._unacknowledged
        if time_s - since_s >= self._config.acknowledgement_after_s:
            self._unacknowledged = None
            because = Fact("not_acknowledged", {"since_s": time_s - since_s})
            self._wait(RULES[SAY_YOU_UNDERSTAND], time_s, because, (cue_id,), time_s)

    def _wait(
        self,
        rule: NudgeRule,
        time_s: float,
        because: Fact,
        cue_ids: tuple[str, ...],
        passed_s: float | None = None,
    ) -> None:
        for waiting in self._waiting:
            if waiting.rule.key == rule.key:  # one card for the same advice
                waiting.cue_ids += cue_ids
                waiting.because, waiting.passed_s = because, passed_s
                return
        self._waiting.append(_Waiting(rule, time_s, because, cue_ids, passed_s))

    def _pass(self, cue_id: str, time_s: float) -> None:
        cards = [self._card[1]] if self._card else []
        for waiting in self._waiting + cards:
            if waiting.cue_ids and waiting.cue_ids[-1] == cue_id:
                waiting.passed_s = time_s

    def _may_show(self, waiting: _Waiting, time_s: float, agent_silent_s: float) -> bool:
        urgent = waiting.rule.level is NudgeLevel.URGENT
        in_pause = agent_silent_s >= self._config.min_pause_s - 1e-6
        if not in_pause and not (
            urgent and time_s - waiting.since_s >= self._config.urgent_patience_s
        ):
            return False
        return self._budget_reason(waiting, time_s) is None

    def _budget_reason(self, waiting: _Waiting, time_s: float) -> Fact | None:
        """Why the budget forbids this nudge now; None when it allows it."""
        config, rule = self._config, waiting.rule
        if rule.key in config.switched_off and rule.level is not NudgeLevel.URGENT:
            return Fact("switched_off")
        threat = rule.key.startswith("threat.")
        if rule.level is NudgeLevel.URGENT:
            last_s = self._last_by_key.get(rule.key)
            recent = last_s is not None and time_s - last_s < config.threat_cooldown_s
            return Fact("shown_just_now") if recent else None
        if self._shown_s and time_s - self._shown_s[-1] < config.min_gap_s:
            return Fact("other_shown", {"within_s": config.min_gap_s})
        cooldown_s = config.threat_cooldown_s if threat else config.cooldown_s
        cooldown_s *= 2 ** self._not_useful.get(rule.key, 0)
        if time_s - self._last_by_key.get(rule.key, -1e9) < cooldown_s:
            return Fact("same_shown", {"within_s": cooldown_s})
        in_window = sum(time_s - shown_s < config.window_s for shown_s in self._shown_s)
        if not threat and in_window >= config.most_in_window:
            return Fact("window_full", {"count": in_window, "window_min": config.window_s / 60})
        return None

    def _why_not(self, waiting: _Waiting, time_s: float) -> Fact:
        return self._budget_reason(waiting, time_s) or Fact("no_pause")

    def _drop_stale(self, time_s: float) -> list[Event]:
        out: list[Event] = []
        for waiting in list(self._waiting):
            keep_s = waiting.rule.keep_s
            urgent = waiting.rule.level is NudgeLevel.URGENT
            off = waiting.rule.key in self._config.switched_off and not urgent
            stale = (
                keep_s is not None
                and waiting.passed_s is not None
                and time_s - waiting.passed_s > keep_s
            )
            if off or stale:
                self._waiting.remove(waiting)
                out.append(self._held(waiting, time_s, self._why_not(waiting, time_s)))
        return out

    def _nudge(self, waiting: _Waiting, time_s: float, not_shown: Fact | None = None) -> Nudge:
        self._count += 1
        key = waiting.rule.key
        lines = [text("nudges", f"{key}.{part}", self._language) for part in ("title", "advice")]
        return Nudge(
            f"nudge-{self._count}", key, "\n".join(lines), waiting.rule.level, round(time_s, 3),
            not_shown is None, waiting.because, waiting.cue_ids, not_shown,
        )  # fmt: skip

    def _held(self, waiting: _Waiting, time_s: float, reason: Fact) -> NudgeSuppressed:
        return NudgeSuppressed(time_s, self._nudge(waiting, time_s, reason))

    def _show(self, waiting: _Waiting, time_s: float) -> list[Event]:
        self._shown_s.append(time_s)
        self._last_by_key[waiting.rule.key] = time_s
        urgent = waiting.rule.level is NudgeLevel.URGENT
        if not urgent and self._random.random() < self._config.withheld_share:
            return [self._held(waiting, time_s, Fact("withheld"))]
        out = self._leave(time_s, "another nudge took its place") if self._card else []
        nudge = self._nudge(waiting, time_s)
        self._card = (nudge, replace(waiting, since_s=time_s))
        return [*out, NudgeShown(time_s, nudge)]

    def _let_card_leave(self, time_s: float) -> list[Event]:
        if self._card is None:
            return []
        config, waiting = self._config, self._card[1]
        shown_for_s = time_s - waiting.since_s
        if waiting.rule.own_speech:
            return self._leave(time_s, "read") if shown_for_s >= config.own_speech_stay_s else []
        if shown_for_s >= config.max_stay_s:
            return self._leave(time_s, "read")
        ends_with_cue = bool(waiting.cue_ids) and not waiting.rule.key.startswith("threat.")
        if ends_with_cue and waiting.passed_s is not None and shown_for_s >= config.min_stay_s:
            return self._leave(time_s, "its cue closed")
        return []

    def _leave(self, time_s: float, reason: str) -> list[Event]:
        assert self._card is not None
        nudge, self._card = self._card[0], None
        return [NudgeClosed(time_s, nudge.id, reason)]
