"""When a card is shown: its reason still holds, the agent pauses, and the budget allows it.

    cue     |== interruption ==|
    agent   ====================|.pause.|
    card                          ^ shown at the first pause >= 0.3 s
    reason                     |<- keep_s ->| after which it is too late, and never shown

A reason leaves before its time when something solves it (see nudge_rules.Relief), and so does a
card. None is shown in the middle of the agent's own sentence; danger waits for its end for 5 s at
most. After a goodbye nothing but danger is due.

The policy has no clock: `tick` brings the stream time. Called by the analysis thread only.
"""

import random
from dataclasses import dataclass, replace

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EscalationChanged,
    Event,
    FloorReleased,
    FloorTaken,
    NudgeClosed,
    NudgeShown,
    NudgeSuppressed,
)
from callwatch.core.facts import Fact
from callwatch.core.nudges import Nudge
from callwatch.core.spans import TimeSpan
from callwatch.session.attention_budget import Budget, NudgeConfig
from callwatch.session.goodbye import GoodbyeDetector
from callwatch.session.nudge_rules import (
    CALM_AGAIN,
    KEEP_LISTENING,
    RULES,
    SAY_YOU_UNDERSTAND,
    WORRY_BEHIND,
    NudgeRule,
    Relief,
    rule_for,
)
from callwatch.texts.catalogue import text


@dataclass(slots=True)
class _Reason:
    """Why a card is due; it waits for its moment, or stands behind the card on the screen."""

    rule: NudgeRule
    since_s: float
    because: Fact
    cue_ids: tuple[str, ...]
    passed_s: float | None  # when it passed; None while it lasts
    solved: Relief | None = None


class NudgePolicy:
    """Decides which card is shown, and when.

    `with_words` false: no recogniser listens, so nobody can tell what was acknowledged.
    """

    def __init__(
        self, config: NudgeConfig, language: Language, seed: str = "", *, with_words: bool = True
    ) -> None:
        self._config = config
        self._with_words = with_words
        self._language = language
        self._random = random.Random(seed)
        self._budget = Budget(config)
        self._goodbye = GoodbyeDetector(language)
        self._waiting: list[_Reason] = []
        self._card: tuple[Nudge, _Reason] | None = None  # since when, its reason says
        self._level = EscalationLevel.CALM
        self._unacknowledged: tuple[float, str] | None = None
        self._offered = False  # the agent has asked or offered since the call grew tense
        self._floor_s: float | None = None  # since when the agent has the floor
        self._count = 0

    def on_event(self, event: Event) -> list[Event]:
        """Take one event of the call; cards are shown by `tick`."""
        out: list[Event] = []
        if self._goodbye.on_event(event):
            out = self._relieve(Relief.GOODBYE, event.time_s)
        match event:
            case CueOpened(time_s=time_s, id=cue_id, cue=cue):
                return out + self._on_cue(time_s, cue_id, cue)
            case CueClosed(id=cue_id, cue=cue):
                self._pass(cue_id, cue)
            case CueWithdrawn(time_s=time_s, id=cue_id):
                self._waiting = [w for w in self._waiting if w.cue_ids != (cue_id,)]
                if self._card is not None and self._card[1].cue_ids == (cue_id,):
                    return out + self._leave(time_s, "the cue was withdrawn")
            case EscalationChanged(time_s=time_s, change=change):
                return out + self._on_level(time_s, change)
            case FloorTaken(time_s=time_s, channel=Channel.AGENT, start_s=start_s):
                self._floor_s = start_s
                return out + self._relieve(Relief.TAKEN_OVER, time_s)
            case FloorReleased(time_s=time_s, channel=Channel.AGENT, span=span):
                self._floor_s = None
                return out + self._answer(time_s, span)
            case FloorReleased(time_s=time_s, channel=Channel.CUSTOMER, span=span):
                return out + self._on_long_turn(time_s, span)
            case _:
                pass
        return out

    def tick(self, time_s: float, agent_silent_s: float) -> list[Event]:
        """The stream has reached `time_s`; the agent has been silent for `agent_silent_s`."""
        out = self._let_card_leave(time_s)
        if self._floor_s is not None and agent_silent_s < self._config.min_pause_s:
            out += self._answer(time_s, TimeSpan(self._floor_s, max(self._floor_s, time_s)))
        out += self._remind(time_s)
        out += self._drop_stale(time_s)
        for reason in sorted(self._waiting, key=lambda r: (-r.rule.rank, r.since_s)):
            if not self._is_moment(reason, time_s, agent_silent_s):
                continue
            if self._budget.refusal(reason.rule, time_s) is None:
                self._waiting.remove(reason)
                return out + self._show(reason, time_s)
        return out

    def dismiss(self, time_s: float, nudge_id: str) -> list[Event]:
        """The agent closed the card."""
        if self._card is None or self._card[0].id != nudge_id:
            return []
        return self._leave(time_s, "dismissed by the agent")

    def mark_not_useful(self, key: str) -> None:
        """The agent found this card not useful: it comes half as often from now on."""
        self._budget.mark_not_useful(key)

    def finish(self, at_s: float) -> list[Event]:
        """The call is over: the card leaves, and what still waits is recorded."""
        out = self._leave(at_s, "the call ended") if self._card else []
        waiting, self._waiting = self._waiting, []
        return out + [self._suppressed(reason, at_s) for reason in waiting]

    def _on_cue(self, time_s: float, cue_id: str, cue: Cue) -> list[Event]:
        out: list[Event] = []
        if cue.kind is CueKind.ACKNOWLEDGEMENT:
            self._unacknowledged = None
            out = self._relieve(Relief.UNDERSTOOD, time_s)
        elif cue.kind in (CueKind.REFOCUS, CueKind.SOLUTION):
            self._offered = True
            out = self._relieve(Relief.OFFERED, time_s)
        rule = rule_for(cue)
        if rule is None:
            return out
        if rule.key == KEEP_LISTENING and self._unacknowledged is None and self._with_words:
            self._unacknowledged = (time_s, cue_id)
        return out + self._wait(rule, time_s, cue.evidence, (cue_id,), None)

    def _on_level(self, time_s: float, change: EscalationChange) -> list[Event]:
        self._level = change.level
        if change.level is EscalationLevel.CALM:
            self._unacknowledged = None
            out = self._relieve(Relief.CALM, time_s)
            if self._offered:
                return out
            levels = {"before": change.previous.value, "after": change.level.value}
            return out + self._wait(
                RULES[CALM_AGAIN], time_s, Fact("level_fell", levels), (), time_s
            )
        if change.previous is not EscalationLevel.CALM:
            return []
        self._offered = False
        return self._relieve(Relief.TENSE, time_s)

    def _on_long_turn(self, time_s: float, span: TimeSpan) -> list[Event]:
        is_heated = self._level.rank >= EscalationLevel.HEATED.rank
        if not is_heated or span.duration_s < self._config.long_turn_s:
            return []
        because = Fact("heated_turn", {"duration_s": span.duration_s})
        return self._wait(RULES[WORRY_BEHIND], time_s, because, (), span.end_s)

    def _answer(self, time_s: float, turn: TimeSpan) -> list[Event]:
        """The agent's turn so far: what was said long enough before its end has been answered."""
        before_s = turn.end_s - self._config.answer_s
        return self._relieve(Relief.ANSWERED, time_s, before_s) if before_s >= turn.start_s else []

    def _remind(self, time_s: float) -> list[Event]:
        if self._unacknowledged is None:
            return []
        since_s, cue_id = self._unacknowledged
        if time_s - since_s < self._config.acknowledgement_after_s:
            return []
        self._unacknowledged = None
        because = Fact("not_acknowledged", {"since_s": time_s - since_s})
        return self._wait(RULES[SAY_YOU_UNDERSTAND], time_s, because, (cue_id,), time_s)

    def _wait(
        self,
        rule: NudgeRule,
        time_s: float,
        because: Fact,
        cue_ids: tuple[str, ...],
        passed_s: float | None,
    ) -> list[Event]:
        reason = _Reason(rule, time_s, because, cue_ids, passed_s)
        if self._goodbye.is_said and not rule.is_danger:
            reason.solved = Relief.GOODBYE
            return [self._suppressed(reason, time_s)]
        self._budget.note_due(rule, time_s)
        for waiting in self._waiting:
            if waiting.rule.key == rule.key:  # one card for the same advice
                waiting.cue_ids += cue_ids
                waiting.because, waiting.passed_s = because, passed_s
                return []
        self._waiting.append(reason)
        return []

    def _pass(self, cue_id: str, cue: Cue) -> None:
        """The cue is over: what waits for its moment says how much it was in all."""
        cards = [self._card[1]] if self._card else []
        for reason in self._waiting + cards:
            if reason.cue_ids and reason.cue_ids[-1] == cue_id:
                reason.passed_s = cue.span.end_s
                if reason.because.code == cue.evidence.code:
                    reason.because = cue.evidence

    def _relieve(
        self, relief: Relief, time_s: float, before_s: float = float("inf")
    ) -> list[Event]:
        """What passed before `before_s` is solved; what still goes on only by a goodbye."""
        if self._card is not None and self._is_solved(self._card[1], relief, before_s):
            self._card[1].solved = relief
        out: list[Event] = []
        for reason in list(self._waiting):
            if self._is_solved(reason, relief, before_s):
                reason.solved = relief
                self._waiting.remove(reason)
                out.append(self._suppressed(reason, time_s))
        return out

    @staticmethod
    def _is_solved(reason: _Reason, relief: Relief, before_s: float) -> bool:
        if relief not in reason.rule.solved_by:
            return False
        has_passed = reason.passed_s is not None and reason.passed_s <= before_s
        return has_passed or relief is Relief.GOODBYE

    def _is_moment(self, reason: _Reason, time_s: float, agent_silent_s: float) -> bool:
        """Whether the agent is in no sentence, or has been told of danger too long ago."""
        waited_s = time_s - reason.since_s
        if reason.rule.is_danger and waited_s >= self._config.danger_patience_s:
            return True
        return agent_silent_s >= self._config.min_pause_s - 1e-6

    def _drop_stale(self, time_s: float) -> list[Event]:
        out: list[Event] = []
        for reason in list(self._waiting):
            keep_s, passed_s = reason.rule.timing.keep_s, reason.passed_s
            is_late = keep_s is not None and passed_s is not None and time_s - passed_s > keep_s
            if is_late or self._budget.is_off(reason.rule):
                self._waiting.remove(reason)
                out.append(self._suppressed(reason, time_s))
        return out

    def _nudge(self, reason: _Reason, time_s: float, not_shown: Fact | None = None) -> Nudge:
        self._count += 1
        key = reason.rule.key
        lines = [text("nudges", f"{key}.{part}", self._language) for part in ("title", "advice")]
        return Nudge(
            f"nudge-{self._count}", key, "\n".join(lines), reason.rule.level, round(time_s, 3),
            not_shown is None, reason.because, reason.cue_ids, not_shown,
        )  # fmt: skip

    def _suppressed(self, reason: _Reason, time_s: float) -> NudgeSuppressed:
        why = self._budget.refusal(reason.rule, time_s) or Fact("no_pause")
        if reason.solved is not None:
            why = Fact("solved", {"what": reason.solved.value})
        return NudgeSuppressed(time_s, self._nudge(reason, time_s, why))

    def _show(self, reason: _Reason, time_s: float) -> list[Event]:
        self._budget.spend(reason.rule, time_s)
        withheld = self._random.random() < self._config.withheld_share
        if withheld and not reason.rule.is_danger:
            return [NudgeSuppressed(time_s, self._nudge(reason, time_s, Fact("withheld")))]
        out = self._leave(time_s, "another nudge took its place") if self._card else []
        nudge = self._nudge(reason, time_s)
        self._card = (nudge, replace(reason, since_s=time_s))
        return [*out, NudgeShown(time_s, nudge)]

    def _let_card_leave(self, time_s: float) -> list[Event]:
        if self._card is None:
            return []
        reason = self._card[1]
        shown_s, timing = time_s - reason.since_s, reason.rule.timing
        if shown_s >= timing.stay_s:
            return self._leave(time_s, "read")
        if shown_s < self._config.min_stay_s:
            return []
        if reason.solved is not None:
            return self._leave(time_s, f"solved: {reason.solved}")
        if timing.leaves_with_cue and reason.passed_s is not None:
            return self._leave(time_s, "its cue closed")
        return []

    def _leave(self, time_s: float, reason: str) -> list[Event]:
        if self._card is None:
            return []
        nudge, self._card = self._card[0], None
        return [NudgeClosed(time_s, nudge.id, reason)]
