"""The attention budget, on a hand-driven clock."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.escalation import EscalationChange, EscalationLevel
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
from callwatch.core.facts import Fact, quoted
from callwatch.core.nudges import NudgeLevel
from callwatch.core.spans import TimeSpan
from callwatch.session.nudges import NudgeConfig, NudgePolicy

A, C = Channel.AGENT, Channel.CUSTOMER


@dataclass
class Stage:
    """A policy, a clock, and an agent whose speech is a list of spans."""

    config: NudgeConfig = field(default_factory=NudgeConfig)
    speech: tuple[tuple[float, float], ...] = ()
    now_s: float = 0.0
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.policy = NudgePolicy(self.config, Language.EN, "seed")

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
        cue_id = f"{kind}-{self.now_s}"
        self.take(CueOpened(self.now_s, cue_id, self.cue(kind, who, category)))
        return cue_id

    def close(self, cue_id: str, kind: CueKind, who: Channel | None = C) -> None:
        self.take(CueClosed(self.now_s, cue_id, self.cue(kind, who)))

    def cue(self, kind: CueKind, who: Channel | None, category: str | None = None) -> Cue:
        return Cue(
            kind, who, TimeSpan(self.now_s, self.now_s), self.now_s, 1.0, quoted("evidence"),
            category=ThreatCategory(category) if category else None,
        )  # fmt: skip

    @property
    def shown(self) -> list[tuple[str, object]]:
        made = [event.nudge for event in self.events if isinstance(event, NudgeShown)]
        return [(nudge.key, nudge.time_s) for nudge in made]

    @property
    def held(self) -> list[tuple[str, Fact | None]]:
        made = [event.nudge for event in self.events if isinstance(event, NudgeSuppressed)]
        assert not any(nudge.shown for nudge in made)
        return [(nudge.key, nudge.not_shown) for nudge in made]


def test_a_raised_voice_asks_to_keep_listening_and_the_card_leaves_with_its_cue() -> None:
    stage = Stage()
    stage.until(5.0)
    cue_id = stage.open(CueKind.RAISED_VOICE)
    stage.until(10.0)
    stage.close(cue_id, CueKind.RAISED_VOICE)
    stage.until(12.0)
    assert stage.shown == [("keep_listening", pytest.approx(5.1))]
    (left,) = [event for event in stage.events if isinstance(event, NudgeClosed)]
    assert left.time_s == pytest.approx(10.1)
    assert left.reason == "its cue closed"


def test_nothing_is_shown_in_the_agents_own_sentence() -> None:
    stage = Stage(speech=((4.0, 9.0),))
    stage.until(5.0)
    stage.open(CueKind.THREAT, C, "leave")
    stage.until(20.0)
    assert stage.shown == [("threat.leave", pytest.approx(9.3))]


def test_an_interruption_nudge_waits_for_the_first_pause_and_stays_four_seconds() -> None:
    stage = Stage(speech=((4.0, 8.0),))
    stage.until(5.0)
    cue_id = stage.open(CueKind.INTERRUPTION, A)
    stage.until(6.0)
    stage.close(cue_id, CueKind.INTERRUPTION, A)
    stage.until(20.0)
    assert stage.shown == [("let_them_finish", pytest.approx(8.3))]
    (left,) = [event for event in stage.events if isinstance(event, NudgeClosed)]
    assert left.time_s == pytest.approx(12.3)


def test_without_a_pause_within_five_seconds_it_is_recorded_as_not_shown() -> None:
    stage = Stage(speech=((4.0, 30.0),))
    stage.until(5.0)
    cue_id = stage.open(CueKind.INTERRUPTION, A)
    stage.close(cue_id, CueKind.INTERRUPTION, A)
    stage.until(40.0)
    assert stage.shown == []
    assert stage.held == [("let_them_finish", Fact("no_pause"))]


def test_one_nudge_a_minute_and_threats_wait_for_the_next_slot() -> None:
    stage = Stage(NudgeConfig(acknowledgement_after_s=1e9))
    stage.until(1.0)
    stage.open(CueKind.THREAT, C, "leave")
    stage.until(2.0)
    stage.open(CueKind.THREAT, C, "media")
    raised = stage.open(CueKind.RAISED_VOICE)
    stage.until(8.0)
    stage.close(raised, CueKind.RAISED_VOICE)
    stage.until(100.0)
    assert [key for key, _ in stage.shown] == ["threat.leave", "threat.media"]
    assert stage.shown[1][1] == pytest.approx(61.1)
    assert stage.held == [("keep_listening", Fact("other_shown", {"within_s": 60.0}))]


def test_two_in_ten_minutes_but_for_threats() -> None:
    stage = Stage(NudgeConfig(cooldown_s=0.0, acknowledgement_after_s=1e9))
    for minute in range(5):
        stage.until(minute * 100.0 + 1.0)
        raised = stage.open(CueKind.RAISED_VOICE)
        stage.until(minute * 100.0 + 9.0)
        stage.close(raised, CueKind.RAISED_VOICE)
    stage.open(CueKind.THREAT, C, "legal")
    stage.until(500.0)
    keys = [key for key, _ in stage.shown]
    assert keys.count("keep_listening") == 2
    assert "threat.legal" in keys
    assert any(reason and reason.code == "window_full" for _, reason in stage.held)


@pytest.mark.parametrize("category", ["physical", "self_harm"])
def test_danger_breaks_the_budget_and_takes_the_place_of_another_card(category: str) -> None:
    stage = Stage(speech=((9.0, 30.0),))
    stage.until(5.0)
    stage.open(CueKind.RAISED_VOICE)
    stage.until(10.0)
    stage.open(CueKind.THREAT, C, category)
    stage.until(16.0)
    assert stage.shown[1] == (f"threat.{category}", pytest.approx(15.0))
    last = [event.nudge for event in stage.events if isinstance(event, NudgeShown)][-1]
    assert last.level is NudgeLevel.URGENT
    closed = [event.reason for event in stage.events if isinstance(event, NudgeClosed)]
    assert closed[0] == "another nudge took its place"


def test_the_cooldown_is_stamped_only_when_shown() -> None:
    stage = Stage(NudgeConfig(min_gap_s=0.0, most_in_window=99), speech=((0.0, 50.0),))
    stage.until(5.0)
    stage.close(stage.open(CueKind.RAISED_VOICE), CueKind.RAISED_VOICE)
    stage.until(51.0)
    assert stage.shown == []
    stage.open(CueKind.RAISED_VOICE)
    stage.until(53.0)
    assert [key for key, _ in stage.shown] == ["keep_listening"]


def test_not_useful_makes_a_nudge_rarer() -> None:
    config = NudgeConfig(
        min_gap_s=0.0, most_in_window=99, cooldown_s=100.0, acknowledgement_after_s=1e9
    )
    stage = Stage(config)
    stage.policy.mark_not_useful("keep_listening")
    for start_s in (1.0, 120.0, 210.0):
        stage.until(start_s)
        cue_id = stage.open(CueKind.RAISED_VOICE)
        stage.until(start_s + 5)
        stage.close(cue_id, CueKind.RAISED_VOICE)
        stage.until(start_s + 10)
    assert [round(float(str(time_s))) for _, time_s in stage.shown] == [1, 210]


def test_a_switched_off_nudge_is_recorded_with_its_reason() -> None:
    stage = Stage(NudgeConfig(switched_off=frozenset({"keep_listening"})))
    stage.until(1.0)
    stage.open(CueKind.RAISED_VOICE)
    stage.until(3.0)
    assert stage.shown == []
    assert stage.held[0][1] == Fact("switched_off")


def test_danger_cannot_be_switched_off() -> None:
    stage = Stage(NudgeConfig(switched_off=frozenset({"threat.physical"})))
    stage.until(1.0)
    stage.open(CueKind.THREAT, C, "physical")
    stage.until(3.0)
    assert [key for key, _ in stage.shown] == ["threat.physical"]


def test_a_withdrawn_cue_takes_its_card_along() -> None:
    stage = Stage()
    stage.until(1.0)
    cue_id = stage.open(CueKind.THREAT, C, "physical")
    stage.until(2.0)
    stage.take(CueWithdrawn(2.0, cue_id))
    assert [event.reason for event in stage.events if isinstance(event, NudgeClosed)] == [
        "the cue was withdrawn"
    ]


def test_a_missing_acknowledgement_is_reminded_of_once() -> None:
    stage = Stage(NudgeConfig(min_gap_s=10.0))
    stage.until(1.0)
    cue_id = stage.open(CueKind.RAISED_VOICE)
    stage.until(6.0)
    stage.close(cue_id, CueKind.RAISED_VOICE)
    stage.until(120.0)
    assert [key for key, _ in stage.shown] == ["keep_listening", "say_you_understand"]
    assert stage.shown[1][1] == pytest.approx(61.0, abs=0.2)


def test_an_acknowledgement_in_time_needs_no_reminder() -> None:
    stage = Stage(NudgeConfig(min_gap_s=10.0))
    stage.until(1.0)
    cue_id = stage.open(CueKind.RAISED_VOICE)
    stage.until(6.0)
    stage.close(cue_id, CueKind.RAISED_VOICE)
    stage.until(30.0)
    stage.open(CueKind.ACKNOWLEDGEMENT, A)
    stage.until(120.0)
    assert [key for key, _ in stage.shown] == ["keep_listening"]


def test_calm_again_and_the_worry_behind() -> None:
    stage = Stage(NudgeConfig(min_gap_s=10.0))
    heated = EscalationChange(1.0, EscalationLevel.HEATED, EscalationLevel.CALM)
    stage.take(EscalationChanged(1.0, heated)).until(30.0)
    stage.take(FloorReleased(30.0, C, TimeSpan(5.0, 29.0))).until(60.0)
    calm = EscalationChange(60.0, EscalationLevel.CALM, EscalationLevel.TENSE)
    stage.take(EscalationChanged(60.0, calm)).until(70.0)
    assert [key for key, _ in stage.shown] == ["worry_behind", "calm_again"]


def test_withholding_is_random_repeatable_and_never_of_danger() -> None:
    stage = Stage(NudgeConfig(withheld_share=1.0, min_gap_s=0.0))
    stage.until(1.0)
    stage.open(CueKind.RAISED_VOICE)
    stage.open(CueKind.THREAT, C, "self_harm")
    stage.until(5.0)
    assert [key for key, _ in stage.shown] == ["threat.self_harm"]
    assert stage.held[0][1] == Fact("withheld")


def test_at_the_end_everything_that_waited_is_recorded() -> None:
    stage = Stage(speech=((0.0, 100.0),))
    stage.until(1.0)
    stage.open(CueKind.THREAT, C, "leave")
    stage.until(5.0)
    stage.events += stage.policy.finish(5.0)
    assert [key for key, _ in stage.held] == ["threat.leave"]


def test_without_words_nobody_is_told_that_an_acknowledgement_is_missing() -> None:
    for with_words in (True, False):
        stage = Stage()
        stage.policy = NudgePolicy(NudgeConfig(), Language.EN, "seed", with_words=with_words)
        stage.until(1.0)
        stage.close(stage.open(CueKind.RAISED_VOICE), CueKind.RAISED_VOICE)
        stage.until(100.0)
        assert ("say_you_understand" in [key for key, _ in stage.shown]) is with_words


@pytest.mark.parametrize(
    "values",
    [
        {"withheld_share": 1.5},
        {"withheld_share": -0.1},
        {"switched_off": frozenset(["keep_listning"])},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"withheld_share|keep_listning"):
        NudgeConfig(**values)
