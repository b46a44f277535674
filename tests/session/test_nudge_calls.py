"""The policy on whole calls: what is shown is about listening, in time, and little."""

from itertools import pairwise

from tests.session.stage import A, C, Moment, Stage, Turn, play

from callwatch.core.cues import CueKind
from callwatch.core.nudges import NudgeLevel
from callwatch.session.nudge_rules import RULES, NudgeGroup

OVER, LOUD, SAID = CueKind.INTERRUPTION, CueKind.RAISED_VOICE, CueKind.THREAT


def difficult_call() -> Stage:
    """Six minutes: demands from the start, a raised voice again and again, an agent who comes in."""
    script: list[Turn | Moment] = [
        Turn(A, 0.5, 4.0, "welcome how can i help"),
        Turn(C, 4.5, 20.0),
        Moment(SAID, C, 18.0, 18.0, "manager"),
        Turn(A, 21.0, 27.0),
        Turn(C, 28.0, 60.0),
        Moment(OVER, A, 33.0, 34.5),
        Turn(A, 32.5, 34.5),
        Moment(LOUD, C, 40.0, 55.0),
        Moment(SAID, C, 51.0, 51.0, "leave"),
        Turn(A, 61.0, 70.0),
        Moment(CueKind.BLAMING, A, 62.0, 62.0),
        Turn(C, 71.0, 110.0),
        Moment(LOUD, C, 80.0, 95.0),
        Moment(SAID, C, 86.0, 86.0, "manager"),
        Moment(OVER, A, 101.0, 102.0),
        Turn(A, 100.3, 102.0),
        Turn(A, 111.0, 130.0, "i am so sorry about that"),
        Moment(CueKind.ACKNOWLEDGEMENT, A, 113.0, 113.0),
        Turn(C, 131.0, 160.0),
        Moment(LOUD, C, 140.0, 152.0),
        Moment(SAID, C, 158.0, 158.0, "manager"),
        Turn(A, 161.0, 200.0),
        Moment(CueKind.SOLUTION, A, 170.0, 170.0),
        Turn(C, 201.0, 230.0),
        Moment(SAID, C, 205.0, 205.0, "leave"),
        Turn(A, 231.0, 260.0),
        Turn(C, 261.0, 270.0),
        Moment(SAID, C, 265.0, 265.0, "manager"),
        Turn(A, 340.0, 345.0, "have a nice day"),
        Turn(C, 345.5, 347.0, "all right goodbye"),
        Moment(CueKind.SLOW_RESPONSE, A, 350.0, 360.0),
        Moment(CueKind.DEAD_AIR, None, 355.0, 360.0),
        Moment(SAID, C, 358.0, 358.0, "leave"),
    ]
    return play(script, 420.0)


def test_a_difficult_call_has_its_listening_card_in_time() -> None:
    stage = difficult_call()
    assert stage.keys == ["threat.manager", "keep_listening"]
    (_, at_s) = stage.shown[1]
    assert 80.0 <= at_s <= 81.0  # when the voice is raised, not a minute later


def test_every_reason_that_was_not_shown_says_why() -> None:
    held = difficult_call().held
    assert ("threat.leave", "solved.goodbye") in held
    assert ("tell_them_what_you_are_doing", "solved.goodbye") in held
    assert len(held) >= 10


def test_a_calm_call_has_no_card() -> None:
    script: list[Turn | Moment] = []
    for start in range(0, 200, 20):
        script += [Turn(A, start + 1.0, start + 8.0), Turn(C, start + 9.0, start + 18.0)]
        script.append(Moment(CueKind.BACKCHANNEL, C, start + 3.0, start + 3.3))
        script.append(Moment(OVER, C, start + 17.0, start + 18.0))
    stage = play(script, 220.0)
    assert (stage.shown, stage.held) == ([], [])


def test_half_an_hour_of_trouble_stays_within_the_budget() -> None:
    script: list[Turn | Moment] = []
    for i in range(90):
        at = 20.0 * i
        script += [Turn(C, at + 1.0, at + 11.0), Turn(A, at + 12.0, at + 19.0)]
        script += [Moment(LOUD, C, at + 2.0, at + 9.0), Moment(OVER, A, at + 9.0, at + 9.8)]
        script += [Moment(SAID, C, at + 5.0, at + 5.0, ("manager", "leave", "legal")[i % 3])]
        script.append(Moment(CueKind.MONOLOGUE, A, at + 17.0, at + 19.0))
    stage = play(script, 1800.0)
    times = [at_s for _, at_s in stage.shown]
    assert len(times) == 6
    assert min(b - a for a, b in pairwise(times)) >= 60.0
    assert max(sum(a <= t < a + 600.0 for t in times) for a in times) <= 2
    listening = [k for k in stage.keys if RULES[k].group is NudgeGroup.LISTENING]
    assert 2 * len(listening) >= len(times)


def test_danger_in_the_middle_of_all_that_is_shown_at_once() -> None:
    script: list[Turn | Moment] = [
        Turn(C, 1.0, 60.0),
        Moment(LOUD, C, 5.0, 55.0),
        Moment(SAID, C, 30.0, 30.0, "physical"),
        Turn(A, 61.0, 80.0, "goodbye"),
        Moment(SAID, C, 85.0, 85.0, "self_harm"),
    ]
    stage = play(script, 120.0)
    assert stage.keys == ["keep_listening", "threat.physical", "threat.self_harm"]
    assert next(n.time_s for n in stage.nudges if n.level is NudgeLevel.URGENT) < 30.2
