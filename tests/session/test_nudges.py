"""When cards come and go, on a hand-driven clock."""

from dataclasses import replace
from itertools import pairwise

import pytest
from tests.session.stage import A, C, Stage, cue_at

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import CueKind
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EscalationChanged,
    FloorReleased,
    FloorTaken,
    NudgeShown,
    NudgeSuppressed,
)
from callwatch.core.facts import Fact
from callwatch.core.nudges import NudgeLevel
from callwatch.core.spans import TimeSpan
from callwatch.session.attention_budget import NudgeConfig
from callwatch.session.nudge_rules import RULES, NudgeGroup, Relief
from callwatch.session.nudges import NudgePolicy

FREE = NudgeConfig(min_gap_s=0.0, most_in_window=98)
CALM, TENSE, HEATED = EscalationLevel.CALM, EscalationLevel.TENSE, EscalationLevel.HEATED


def level(time_s: float, new: EscalationLevel, old: EscalationLevel) -> EscalationChanged:
    return EscalationChanged(time_s, EscalationChange(time_s, new, old))


def test_a_raised_voice_asks_to_keep_listening_and_the_card_leaves_with_its_cue() -> None:
    stage = Stage().until(5.0)
    cue_id = stage.open(CueKind.RAISED_VOICE)
    stage.until(10.0).close(cue_id, CueKind.RAISED_VOICE)
    stage.until(12.0)
    assert stage.shown == [("keep_listening", pytest.approx(5.1))]
    assert stage.left == [(pytest.approx(10.1), "its cue closed")]


def test_a_card_stays_long_enough_to_be_read() -> None:
    config = NudgeConfig()
    stage = Stage(config).until(5.0)
    cue_id = stage.open(CueKind.RAISED_VOICE)
    stage.until(5.5).close(cue_id, CueKind.RAISED_VOICE)
    stage.until(20.0)
    ((left_s, _),) = stage.left
    assert left_s - stage.nudges[0].time_s == pytest.approx(config.min_stay_s, abs=0.11)


def test_a_friendly_raised_voice_is_no_reason_for_a_card() -> None:
    stage = Stage().until(5.0)
    cue = replace(cue_at(5.0, CueKind.RAISED_VOICE, C), friendly=True)
    stage.take(CueOpened(5.0, "r1", cue)).until(80.0)
    assert (stage.shown, stage.held) == ([], [])


def test_nothing_is_shown_in_the_agents_own_sentence() -> None:
    stage = Stage(speech=((4.0, 9.0),)).until(5.0)
    stage.say(CueKind.THREAT, C, "leave")
    stage.until(20.0)
    assert stage.shown == [("threat.leave", pytest.approx(9.3))]


@pytest.mark.parametrize(("pause_s", "shown"), [(0.3, False), (0.4, True)])
def test_a_pause_for_breath_is_none(pause_s: float, shown: bool) -> None:
    """A tick after 0.3 s of silence finds it; one at its very end does not."""
    stage = Stage(speech=((4.0, 6.0), (6.0 + pause_s, 30.0))).until(5.0)
    stage.say(CueKind.THREAT, C, "leave")
    stage.until(30.0)
    assert bool(stage.shown) is shown


def test_an_interruption_card_waits_for_the_first_pause_and_stays_four_seconds() -> None:
    stage = Stage(speech=((4.0, 8.0),)).until(5.0)
    cue_id = stage.open(CueKind.INTERRUPTION, A)
    stage.until(6.0).close(cue_id, CueKind.INTERRUPTION, A)
    stage.until(20.0)
    assert stage.shown == [("let_them_finish", pytest.approx(8.3))]
    assert stage.left == [(pytest.approx(12.3), "read")]


# How it was said passes within 5 s, what was said within 10 s; danger does not.
@pytest.mark.parametrize(
    ("kind", "who", "category", "keep_s"),
    [
        (CueKind.INTERRUPTION, A, None, 5.0),
        (CueKind.RAISED_VOICE, A, None, 5.0),
        (CueKind.RAISED_VOICE, C, None, 5.0),
        (CueKind.MONOLOGUE, A, None, 5.0),
        (CueKind.BLAMING, A, None, 10.0),
        (CueKind.THREAT, C, "leave", 10.0),
        (CueKind.THREAT, C, "insult", 10.0),
    ],
)
@pytest.mark.parametrize("late_s", [-0.3, 0.3])
def test_a_reason_expires(
    kind: CueKind, who: Channel, category: str | None, keep_s: float, late_s: float
) -> None:
    quiet_s = 200.0 + keep_s + late_s - NudgeConfig().min_pause_s
    stage = Stage(speech=((190.0, quiet_s),)).until(200.0)
    stage.say(kind, who, category)
    stage.until(240.0)
    if late_s < 0:
        assert len(stage.keys) == 1
    else:
        assert stage.keys == []
        assert [why for _, why in stage.held] == ["no_pause"]


@pytest.mark.parametrize("category", ["physical", "self_harm"])
def test_danger_stays_breaks_the_budget_and_waits_five_seconds_at_most(category: str) -> None:
    stage = Stage(speech=((9.0, 60.0),)).until(5.0)
    stage.open(CueKind.RAISED_VOICE)
    stage.until(10.0).say(CueKind.THREAT, C, category)
    stage.until(60.0)
    assert stage.shown[1] == (f"threat.{category}", pytest.approx(15.0))
    assert stage.nudges[-1].level is NudgeLevel.URGENT
    assert [why for _, why in stage.left] == ["another nudge took its place", "read"]
    # It says what to do, step by step.
    assert stage.left[1][0] - 15.0 == pytest.approx(RULES[f"threat.{category}"].timing.stay_s)


def test_while_it_lasts_a_reason_does_not_expire() -> None:
    stage = Stage(speech=((4.0, 30.0),)).until(5.0)
    stage.open(CueKind.RAISED_VOICE)
    stage.until(40.0)
    assert stage.shown == [("keep_listening", pytest.approx(30.3))]


@pytest.mark.parametrize("key", [key for key, rule in RULES.items() if not rule.is_danger])
def test_a_goodbye_solves_everything_but_danger(key: str) -> None:
    assert Relief.GOODBYE in RULES[key].solved_by


def reasons(stage: Stage) -> None:
    """Something of each kind that is due, and passed, while the agent speaks."""
    stage.say(CueKind.BLAMING, A)
    stage.say(CueKind.THREAT, C, "manager")
    stage.say(CueKind.RAISED_VOICE, C)


@pytest.mark.parametrize(
    ("happens", "solved"),
    [
        (lambda s: s.say(CueKind.ACKNOWLEDGEMENT, A), {"understanding_first"}),
        (lambda s: s.take(FloorTaken(s.now_s, A, s.now_s)), {"keep_listening"}),
        (lambda s: s.take(FloorReleased(106.5, A, TimeSpan(90.0, 106.1))), {"threat.manager"}),
        (lambda s: s.take(FloorReleased(105.9, A, TimeSpan(90.0, 105.9))), set()),
        (
            lambda s: s.take(level(s.now_s, CALM, TENSE)),
            {"understanding_first", "threat.manager"},
        ),
        (lambda s: s.say(CueKind.SOLUTION, A), {"threat.manager"}),
    ],
)
def test_a_reason_that_is_solved_is_dropped(happens: object, solved: set[str]) -> None:
    stage = Stage(FREE, speech=((90.0, 103.0),)).until(100.0)
    reasons(stage)
    assert callable(happens)
    happens(stage)
    assert {key for key, why in stage.held if why.startswith("solved.")} == solved
    stage.until(130.0)
    assert not set(stage.keys) & solved


def test_what_still_goes_on_is_not_solved_by_the_way() -> None:
    """The agent who talks over a raised voice has the floor, and has not listened."""
    stage = Stage(speech=((99.0, 103.0),)).until(100.0)
    stage.open(CueKind.RAISED_VOICE)
    stage.take(FloorTaken(100.0, A, 99.0)).until(110.0)
    assert stage.keys == ["keep_listening"]


def test_a_card_leaves_when_its_reason_is_solved_but_not_before_it_was_read() -> None:
    stage = Stage().until(5.0)
    stage.say(CueKind.THREAT, C, "leave")
    stage.until(6.0).take(FloorReleased(12.0, A, TimeSpan(5.5, 11.7))).until(30.0)
    assert stage.left == [(pytest.approx(8.1), "solved: answered")]


def test_the_same_demand_repeated_is_no_new_card() -> None:
    stage = Stage(FREE)
    for start_s in (10.0, 200.0, 595.0, 611.0):
        stage.until(start_s).say(CueKind.THREAT, C, "manager")
    stage.until(700.0)
    assert [round(at_s) for _, at_s in stage.shown] == [10, 611]
    assert ("threat.manager", "same_shown") in stage.held


def test_of_several_that_are_due_listening_comes_first() -> None:
    stage = Stage(FREE, speech=((4.0, 6.0),)).until(5.0)
    stage.say(CueKind.THREAT, C, "leave")
    stage.open(CueKind.RAISED_VOICE)
    stage.say(CueKind.MONOLOGUE, A)
    stage.until(7.0)
    assert stage.keys[0] == "keep_listening"


def test_the_cooldown_is_stamped_only_when_shown() -> None:
    stage = Stage(FREE, speech=((0.0, 50.0),)).until(5.0)
    stage.say(CueKind.RAISED_VOICE)
    stage.until(51.0)
    assert stage.shown == []
    stage.open(CueKind.RAISED_VOICE)
    stage.until(53.0)
    assert stage.keys == ["keep_listening"]


def test_a_withdrawn_cue_takes_its_card_along() -> None:
    stage = Stage().until(1.0)
    cue_id = stage.open(CueKind.THREAT, C, "physical")
    stage.until(2.0).take(CueWithdrawn(2.0, cue_id))
    assert stage.left == [(2.0, "the cue was withdrawn")]


@pytest.mark.parametrize(("after_s", "shown"), [(59.8, False), (60.3, True)])
def test_a_missing_acknowledgement_is_reminded_of_once(after_s: float, shown: bool) -> None:
    stage = Stage(FREE).until(1.0)
    stage.say(CueKind.RAISED_VOICE)
    stage.until(1.0 + after_s)
    assert ("say_you_understand" in stage.keys) is shown
    stage.until(200.0)
    assert stage.keys == ["keep_listening", "say_you_understand"]


def test_an_acknowledgement_in_time_needs_no_reminder() -> None:
    stage = Stage(FREE).until(1.0)
    stage.say(CueKind.RAISED_VOICE)
    stage.until(30.0).say(CueKind.ACKNOWLEDGEMENT, A)
    stage.until(120.0)
    assert stage.keys == ["keep_listening"]


def test_without_words_nobody_is_told_that_an_acknowledgement_is_missing() -> None:
    for with_words in (True, False):
        stage = Stage(FREE, with_words=with_words).until(1.0)
        stage.say(CueKind.RAISED_VOICE)
        stage.until(100.0)
        assert ("say_you_understand" in stage.keys) is with_words


@pytest.mark.parametrize(("held_s", "shown"), [(19.9, False), (20.0, True)])
def test_the_worry_behind_a_long_heated_turn(held_s: float, shown: bool) -> None:
    stage = Stage(FREE).take(level(1.0, HEATED, CALM)).until(30.0)
    stage.take(FloorReleased(30.0, C, TimeSpan(30.0 - held_s, 30.0))).until(32.0)
    assert ("worry_behind" in stage.keys) is shown
    calm = Stage(FREE).take(level(1.0, TENSE, CALM)).until(30.0)
    calm.take(FloorReleased(30.0, C, TimeSpan(1.0, 30.0))).until(32.0)
    assert calm.keys == []


def test_calm_again_unless_the_agent_has_asked_already() -> None:
    for has_asked in (True, False):
        stage = Stage().take(level(1.0, TENSE, CALM)).until(30.0)
        if has_asked:
            stage.say(CueKind.REFOCUS, A)
        stage.until(60.0).take(level(60.0, CALM, TENSE)).until(70.0)
        assert ("calm_again" in stage.keys) is not has_asked
        # What was asked counts for the trouble that it was asked in.
        stage.take(level(100.0, TENSE, CALM)).take(level(150.0, CALM, TENSE)).until(400.0)
        stage.take(level(400.0, TENSE, CALM)).take(level(401.0, CALM, TENSE)).until(410.0)
        assert stage.keys[-1:] == ["calm_again"]


def test_withholding_is_random_repeatable_and_never_of_danger() -> None:
    stage = Stage(NudgeConfig(withheld_share=1.0, min_gap_s=0.0)).until(1.0)
    stage.open(CueKind.RAISED_VOICE)
    stage.say(CueKind.THREAT, C, "self_harm")
    stage.until(5.0)
    assert stage.keys == ["threat.self_harm"]
    assert stage.held[0] == ("keep_listening", "withheld")


def test_what_was_not_shown_says_how_long_it_was_in_all() -> None:
    """And a reminder of something else keeps its own reason when the cue is over."""
    stage = Stage(NudgeConfig(), speech=((0.0, 60.0),)).until(10.0)
    opened = replace(
        cue_at(10.0, CueKind.DEAD_AIR, None), evidence=Fact("dead_air", {"silent_s": 8.0})
    )
    closed = replace(opened, evidence=Fact("dead_air", {"silent_s": 20.0}))
    stage.take(CueOpened(10.0, "d1", opened)).until(22.0)
    stage.take(CueClosed(22.0, "d1", closed)).until(55.0)
    (held,) = [e.nudge for e in stage.events if isinstance(e, NudgeSuppressed)]
    assert held.because == closed.evidence


def test_a_reminder_keeps_its_own_reason() -> None:
    config = NudgeConfig()
    stage = Stage(config, speech=((0.0, 300.0),)).until(5.0)
    cue_id = stage.open(CueKind.RAISED_VOICE)
    stage.until(5.0 + config.acknowledgement_after_s + 1.0).close(cue_id, CueKind.RAISED_VOICE)
    stage.until(200.0)
    because = {
        e.nudge.key: e.nudge.because.code for e in stage.events if isinstance(e, NudgeSuppressed)
    }
    assert because["say_you_understand"] == "not_acknowledged"


def test_at_the_end_everything_that_waited_is_recorded() -> None:
    stage = Stage(speech=((0.0, 100.0),)).until(1.0)
    stage.open(CueKind.THREAT, C, "leave")
    stage.until(5.0)
    stage.events += stage.policy.finish(5.0)
    assert stage.held == [("threat.leave", "no_pause")]


def test_a_dismissed_card_leaves_at_once() -> None:
    stage = Stage().until(1.0)
    stage.open(CueKind.RAISED_VOICE)
    stage.until(2.0)
    assert stage.policy.dismiss(2.0, "nudge-7") == []
    (left,) = stage.policy.dismiss(2.0, stage.nudges[0].id)
    assert left.time_s == 2.0


def test_every_cue_that_asks_for_a_card_finds_one_in_each_language() -> None:
    for language in Language:
        policy = NudgePolicy(FREE, language, "seed")
        shown = 0
        for i, category in enumerate(("leave", "physical")):
            at_s = 100.0 + i
            cue = cue_at(at_s, CueKind.THREAT, C, category)
            policy.on_event(CueOpened(at_s, f"t{i}", cue))
            policy.on_event(CueClosed(at_s, f"t{i}", cue))
            made = [e.nudge for e in policy.tick(at_s, 9.0) if isinstance(e, NudgeShown)]
            assert all("\n" in nudge.text for nudge in made)
            shown += len(made)
        assert shown == 2


def test_the_table_is_complete() -> None:
    assert len({rule.rank for rule in RULES.values()}) == len(RULES)
    ranks = {group: [r.rank for r in RULES.values() if r.group is group] for group in NudgeGroup}
    order = list(NudgeGroup)
    for higher, lower in pairwise(order):
        assert min(ranks[higher]) > max(ranks[lower])
    assert not any(isinstance(e, NudgeSuppressed) for e in Stage().until(300.0).events)


@pytest.mark.parametrize(("end_s", "shown"), [(105.5, True), (106.2, False)])
def test_an_answer_that_still_goes_on_solves_what_was_asked(end_s: float, shown: bool) -> None:
    """Said at 100 s, known at once; the agent, who was speaking, answers it for 6 s."""
    stage = Stage(speech=((99.0, end_s), (end_s + 0.5, 120.0))).until(99.0)
    stage.take(FloorTaken(99.0, A, 99.0)).until(100.0).say(CueKind.THREAT, C, "manager")
    stage.until(130.0)
    assert bool(stage.keys) is shown
