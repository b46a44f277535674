"""Each bound of the attention budget, just inside and just outside."""

from typing import Any

import pytest
from tests.session.stage import A, C, Stage

from callwatch.core.cues import CueKind
from callwatch.session.attention_budget import Budget, NudgeConfig
from callwatch.session.nudge_rules import RULES

LISTEN, SOFTER = RULES["keep_listening"], RULES["a_little_softer"]
FINISH = RULES["let_them_finish"]
LEAVE, LEGAL = RULES["threat.leave"], RULES["threat.legal"]
SLOWER, DANGER = RULES["a_little_slower"], RULES["threat.physical"]


def why(budget: Budget, rule: Any, time_s: float) -> str | None:
    fact = budget.refusal(rule, time_s)
    return None if fact is None else fact.key


@pytest.mark.parametrize(("later_s", "said"), [(59.9, "other_shown"), (60.0, None)])
def test_one_card_a_minute(later_s: float, said: str | None) -> None:
    budget = Budget(NudgeConfig())
    budget.spend(LISTEN, 100.0)
    assert why(budget, FINISH, 100.0 + later_s) == said


@pytest.mark.parametrize(("later_s", "said"), [(599.9, "window_full"), (600.0, None)])
def test_two_in_ten_minutes(later_s: float, said: str | None) -> None:
    budget = Budget(NudgeConfig())
    budget.spend(LISTEN, 100.0)
    budget.spend(FINISH, 160.0)
    assert why(budget, SOFTER, 100.0 + later_s) == said


@pytest.mark.parametrize(("later_s", "said"), [(599.9, "kept_for_listening"), (600.0, None)])
def test_one_of_the_two_is_kept_for_listening(later_s: float, said: str | None) -> None:
    budget = Budget(NudgeConfig())
    budget.spend(LEAVE, 100.0)
    assert why(budget, LEGAL, 100.0 + later_s) == said
    assert why(budget, LISTEN, 100.0 + later_s) is None


@pytest.mark.parametrize(("most", "others"), [(0, 1), (1, 1), (2, 1), (3, 1), (4, 2), (20, 10)])
def test_half_of_the_cards_are_kept_for_listening(most: int, others: int) -> None:
    assert NudgeConfig(most_in_window=most).others_in_window == others


@pytest.mark.parametrize(
    ("rule", "again_s"), [(LISTEN, 180.0), (LEAVE, 600.0), (DANGER, 60.0), (SLOWER, 180.0)]
)
def test_the_same_card_comes_again_after_a_while(rule: Any, again_s: float) -> None:
    for useless in (0, 1, 2):
        budget = Budget(NudgeConfig(min_gap_s=0.0, most_in_window=99))
        budget.spend(rule, 200.0)
        for _ in range(useless):
            budget.mark_not_useful(rule.key)
        again_at_s = 200.0 + again_s * 2**useless
        assert why(budget, rule, again_at_s - 0.1) in ("same_shown", "shown_just_now")
        assert why(budget, rule, again_at_s) is None


def test_danger_is_outside_the_budget() -> None:
    budget = Budget(NudgeConfig(switched_off=frozenset({DANGER.key, LEAVE.key})))
    budget.spend(LISTEN, 100.0)
    budget.spend(FINISH, 160.0)
    assert why(budget, DANGER, 161.0) is None
    assert why(budget, LEAVE, 161.0) == "switched_off"
    # It takes nobody's share, but the next card waits its minute.
    budget = Budget(NudgeConfig())
    budget.spend(DANGER, 100.0)
    assert why(budget, LISTEN, 159.9) == "other_shown"
    budget.spend(LISTEN, 160.0)
    assert why(budget, LEAVE, 220.0) is None


@pytest.mark.parametrize(("at_s", "said"), [(119.9, "difficult_call"), (120.0, None)])
def test_pace_waits_until_the_call_has_shown_itself_easy(at_s: float, said: str | None) -> None:
    assert why(Budget(NudgeConfig()), SLOWER, at_s) == said
    budget = Budget(NudgeConfig())
    budget.note_due(LISTEN, 500.0)
    budget.note_due(SLOWER, 600.0)  # pace itself is no sign of a difficult call
    assert why(budget, SLOWER, 500.0 + at_s) == said


def test_a_switched_off_card_is_recorded_with_its_reason() -> None:
    stage = Stage(NudgeConfig(switched_off=frozenset({"keep_listening"}))).until(1.0)
    stage.open(CueKind.RAISED_VOICE)
    stage.until(3.0)
    assert (stage.shown, stage.held) == ([], [("keep_listening", "switched_off")])


def test_not_useful_makes_a_card_rarer() -> None:
    stage = Stage(NudgeConfig(min_gap_s=0.0, most_in_window=99))
    stage.policy.mark_not_useful("a_little_softer")
    for start_s in (1.0, 200.0, 365.0):
        stage.until(start_s).say(CueKind.RAISED_VOICE, A)
    stage.until(370.0)
    assert [round(at_s) for _, at_s in stage.shown] == [1, 365]


@pytest.mark.parametrize(
    "values",
    [
        {"withheld_share": 1.5},
        {"withheld_share": -0.1},
        {"switched_off": frozenset(["keep_listning"])},
        {"not_useful": {"keep_listning": 1}},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"withheld_share|keep_listning"):
        NudgeConfig(**values)


def test_a_demand_in_the_first_minute_does_not_take_the_place_of_listening() -> None:
    stage = Stage().until(18.0)
    stage.say(CueKind.THREAT, C, "manager")
    stage.until(51.0).say(CueKind.THREAT, C, "leave")
    stage.until(90.0).open(CueKind.RAISED_VOICE)
    stage.until(120.0)
    assert stage.keys == ["threat.manager", "keep_listening"]
