from dataclasses import replace

from tests.session.stage import cue_at

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import CueKind
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.events import (
    CallEnded,
    CallStarted,
    CueClosed,
    CueOpened,
    EscalationChanged,
    Event,
    MeterUpdated,
    NudgeShown,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.facts import quoted
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallInfo, ChannelQuality, InputQuality, Performance
from callwatch.session.summary_builder import summarize

A, C = Channel.AGENT, Channel.CUSTOMER
INFO = CallInfo("c", None, "2026-01-01T00:00:00Z", 0.0, "test", "en", "none", None)
QUALITY = InputQuality({c: ChannelQuality(silent_s=0.0) for c in CHANNELS})


def events(duration_s: float) -> list[Event]:
    """Talk up to 20 s, and then a minute of waiting for the end."""
    dead_air = replace(cue_at(28.0, CueKind.DEAD_AIR, None), span=TimeSpan(20.0, 28.0))
    nudge = Nudge("n1", "x", "A\nB", NudgeLevel.INFO, 28.1, True, quoted("why"))
    calm = EscalationChange(60.0, EscalationLevel.CALM, EscalationLevel.TENSE)
    loudness: dict[Channel, float | None] = dict.fromkeys(CHANNELS, -30.0)
    return [
        CallStarted(0.0, INFO),
        VoiceStarted(1.2, A, 1.0),
        VoiceStopped(10.4, A, TimeSpan(1.0, 10.0)),
        VoiceStarted(11.2, C, 11.0),
        VoiceStopped(20.4, C, TimeSpan(11.0, 20.0)),
        CueOpened(28.0, "d", dead_air),
        NudgeShown(28.1, nudge),
        EscalationChanged(60.0, calm),
        *(MeterUpdated(float(i + 1), {}, loudness) for i in range(80)),
        CueClosed(80.0, "d", replace(dead_air, span=TimeSpan(20.0, 80.0))),
        CallEnded(80.0, duration_s, True, QUALITY, Performance()),
    ]


def test_a_call_that_ends_at_its_last_voice_has_nothing_of_the_waiting() -> None:
    summary = summarize(events(20.0))
    assert summary.call.duration_s == 20.0
    assert (summary.cues, summary.nudges, summary.escalation) == ((), (), ())
    assert summary.metrics.silence_s == 2.0
    assert summary.metrics.non_talk == ()
    assert len(summary.metrics.loudness_dbfs[A]) == 20


def test_a_card_that_rests_on_a_doubted_cue_is_not_reported() -> None:
    """The sides could not be told apart: who interrupted is not known, how long it was quiet is."""
    grab = cue_at(30.0, CueKind.INTERRUPTION, A)
    cards = [
        Nudge(f"n{i}", "x", "A\nB", NudgeLevel.INFO, 31.0, True, quoted("why"), cue_ids)
        for i, cue_ids in enumerate((("i",), ("i", "d"), ("d",), ()))
    ]
    *rest, end = events(80.0)
    assert isinstance(end, CallEnded)
    told = [*rest, CueOpened(30.0, "i", grab), *(NudgeShown(31.0, card) for card in cards)]
    assert len(summarize([*told, end]).nudges) == 5
    left = summarize([*told, replace(end, separable=False)])
    assert [nudge.id for nudge in left.nudges] == ["n1", "n1", "n2", "n3"]
    assert [cue.kind for cue in left.cues] == [CueKind.DEAD_AIR]


def test_a_call_that_was_ended_by_hand_is_as_long_as_it_was() -> None:
    summary = summarize(events(80.0))
    assert len(summary.cues) == len(summary.nudges) == len(summary.escalation) == 1
    assert summary.metrics.longest_silence_s == 60.0
    assert len(summary.metrics.loudness_dbfs[A]) == 80
