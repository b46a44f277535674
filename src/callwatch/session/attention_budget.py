"""The attention budget: how many cards an agent can take in who has something else to do.

EEMUA 191's alarm-load guidance calls one alarm in ten minutes acceptable and over one a minute very
likely unacceptable. So: at most one card a minute and two in ten minutes, of which one is kept for
how the agent listens; the same card not again for a while. Danger to life or limb is outside it.
"""

from collections import deque
from dataclasses import dataclass, field

from callwatch.core.facts import Fact
from callwatch.session.nudge_rules import RULES, NudgeGroup, NudgeRule


@dataclass(frozen=True, slots=True)
class NudgeConfig:
    """The attention budget, and when a card finds its moment."""

    min_gap_s: float = 60.0  # EEMUA 191: over one a minute is very likely unacceptable
    window_s: float = 600.0
    most_in_window: int = 2  # aim at two in ten minutes
    # A difficult call shows itself within two minutes: until then, and within two minutes of anything
    # else that was worth a card, the share is not spent on pace.
    pace_after_s: float = 120.0
    min_pause_s: float = 0.3  # a pause this long is no breath inside a phrase
    min_stay_s: float = 3.0  # two short lines take about 2.5 s to read
    danger_patience_s: float = 5.0  # most sentences end within this; danger waits no longer
    acknowledgement_after_s: float = 60.0  # METHOD: missing 60 s after the voice rose
    long_turn_s: float = 20.0  # a long heated turn has a story behind it
    # One sentence takes three seconds, and is often sympathy alone; the second one is about the demand.
    answer_s: float = 6.0
    withheld_share: float = 0.0  # to learn whether nudges help; never for danger
    switched_off: frozenset[str] = frozenset()  # but danger to life or limb is always shown
    not_useful: dict[str, int] = field(default_factory=dict)  # each doubles that card's cool-down

    @property
    def others_in_window(self) -> int:
        """How many of them may be about anything but listening: demands come first, and often."""
        return max(1, self.most_in_window // 2)

    def __post_init__(self) -> None:
        if not 0.0 <= self.withheld_share <= 1.0:
            raise ValueError("withheld_share must be from 0 to 1")
        if unknown := sorted((set(self.switched_off) | set(self.not_useful)) - set(RULES)):
            names = ", ".join(sorted(RULES))
            raise ValueError(f"{unknown[0]} is not the name of a nudge: use one of {names}")


class Budget:
    """Remembers what was shown; says what else may be."""

    def __init__(self, config: NudgeConfig) -> None:
        self._config = config
        self._shown: deque[tuple[float, NudgeGroup]] = deque()  # but for danger
        self._last_shown_s = float("-inf")
        self._last_s: dict[str, float] = {}
        self._not_useful = dict(config.not_useful)
        self._difficult_s = 0.0  # when something but pace was last worth a card

    def note_due(self, rule: NudgeRule, time_s: float) -> None:
        """This card would help now, whether or not it is shown."""
        if rule.group is not NudgeGroup.PACE:
            self._difficult_s = time_s

    def mark_not_useful(self, key: str) -> None:
        """The agent found this card not useful: it comes half as often from now on."""
        self._not_useful[key] = self._not_useful.get(key, 0) + 1

    def is_off(self, rule: NudgeRule) -> bool:
        """Whether the agent has switched this card off."""
        return rule.key in self._config.switched_off and not rule.is_danger

    def refusal(self, rule: NudgeRule, time_s: float) -> Fact | None:
        """Why this card may not be shown now; None when it may."""
        config = self._config
        if self.is_off(rule):
            return Fact("switched_off")
        again_s = rule.timing.again_s * 2 ** self._not_useful.get(rule.key, 0)
        is_again = time_s - self._last_s.get(rule.key, float("-inf")) < again_s
        if rule.is_danger:
            return Fact("shown_just_now") if is_again else None
        if time_s - self._last_shown_s < config.min_gap_s:
            return Fact("other_shown", {"within_s": config.min_gap_s})
        if is_again:
            return Fact("same_shown", {"within_s": again_s})
        return self._share_refusal(rule, time_s)

    def spend(self, rule: NudgeRule, time_s: float) -> None:
        """This card is shown (or withheld in its place)."""
        if not rule.is_danger:
            self._shown.append((time_s, rule.group))
        self._last_shown_s = self._last_s[rule.key] = time_s

    def _share_refusal(self, rule: NudgeRule, time_s: float) -> Fact | None:
        config = self._config
        while self._shown and time_s - self._shown[0][0] >= config.window_s:
            self._shown.popleft()
        minutes = config.window_s / 60
        if len(self._shown) >= config.most_in_window:
            return Fact("window_full", {"count": len(self._shown), "window_min": minutes})
        others = sum(group is not NudgeGroup.LISTENING for _, group in self._shown)
        if rule.group is not NudgeGroup.LISTENING and others >= config.others_in_window:
            return Fact("kept_for_listening", {"window_min": minutes})
        if rule.group is NudgeGroup.PACE and time_s - self._difficult_s < config.pace_after_s:
            return Fact("difficult_call")
        return None
