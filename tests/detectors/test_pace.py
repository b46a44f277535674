"""Pace cues, driven by hand-made events on the call clock."""

import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    Event,
    FloorReleased,
    FloorTaken,
    UtteranceFinished,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.detectors.pace import PaceConfig, PaceDetector

A, C = Channel.AGENT, Channel.CUSTOMER


def opened(events: list[Event]) -> list[Cue]:
    return [event.cue for event in events if isinstance(event, CueOpened)]


def closed(events: list[Event]) -> list[Cue]:
    return [event.cue for event in events if isinstance(event, CueClosed)]


def ticked(pace: PaceDetector, start_s: float, end_s: float) -> list[Event]:
    out: list[Event] = []
    for step in range(round(start_s * 10), round(end_s * 10) + 1):
        out += pace.tick(step / 10)
    return out


def spoke(pace: PaceDetector, channel: Channel, start_s: float, end_s: float) -> list[Event]:
    out = pace.on_event(VoiceStarted(start_s + 0.1, channel, start_s))
    return out + pace.on_event(VoiceStopped(end_s + 0.2, channel, TimeSpan(start_s, end_s)))


def detector(language: Language = Language.EN) -> PaceDetector:
    return PaceDetector(PaceConfig(), language)


def test_a_monologue_opens_after_forty_seconds_and_closes_with_the_turn() -> None:
    pace = detector()
    pace.on_event(VoiceStarted(1.1, A, 1.0))
    pace.on_event(FloorTaken(1.1, A, 1.0))
    assert not opened(ticked(pace, 1.2, 41.0))
    (cue,) = opened(ticked(pace, 41.1, 50.0))
    assert (cue.kind, cue.channel, cue.threshold) == (CueKind.MONOLOGUE, A, 40.0)
    assert cue.detected_s == pytest.approx(41.1)
    (end,) = closed(pace.on_event(FloorReleased(60.0, A, TimeSpan(1.0, 58.0))))
    assert end.span == TimeSpan(1.0, 58.0)
    assert end.value == pytest.approx(57.0)


@pytest.mark.parametrize(
    ("language", "answer_s", "slow"),
    [
        (Language.EN, 2.9, False),
        (Language.EN, 3.2, True),
        (Language.DA, 3.2, False),
        (Language.DA, 3.5, True),
    ],
)
def test_a_slow_response_has_a_norm_per_language(
    language: Language, answer_s: float, slow: bool
) -> None:
    pace = detector(language)
    spoke(pace, C, 0.0, 5.0)
    cues = opened(ticked(pace, 5.2, 5.0 + answer_s))
    assert bool(cues) is slow
    ends = closed(pace.on_event(VoiceStarted(5.1 + answer_s, A, 5.0 + answer_s)))
    assert [end.value for end in ends] == ([pytest.approx(answer_s)] if slow else [])


def test_the_customers_silence_is_not_a_slow_response_of_the_agent() -> None:
    pace = detector()
    spoke(pace, A, 0.0, 5.0)
    assert not opened(ticked(pace, 5.2, 12.0))


def test_dead_air_belongs_to_nobody_and_hold_is_apart() -> None:
    pace = detector()
    spoke(pace, A, 0.0, 5.0)
    (cue,) = opened(ticked(pace, 5.2, 20.0))
    assert (cue.kind, cue.channel) == (CueKind.DEAD_AIR, None)
    (end,) = closed(pace.set_on_hold(True, 20.0))
    assert end.span == TimeSpan(5.0, 20.0)
    assert not opened(ticked(pace, 20.1, 60.0))
    pace.set_on_hold(False, 60.0)
    assert not opened(ticked(pace, 60.1, 68.0))
    assert opened(ticked(pace, 68.1, 69.0))


def words(count: int, start_s: float, seconds: float) -> UtteranceFinished:
    step = seconds / count
    made = tuple(
        Word("word", TimeSpan(start_s + i * step, start_s + (i + 1) * step)) for i in range(count)
    )
    return UtteranceFinished(start_s + seconds, Utterance("u", A, made, True, start_s + seconds))


def test_fast_speech_needs_fifteen_seconds_of_own_speech() -> None:
    pace = detector()
    assert not pace.on_event(words(35, 0.0, 10.0))
    (cue,) = opened(pace.on_event(words(35, 20.0, 10.0)))
    assert cue.kind is CueKind.FAST_SPEECH
    assert cue.value == pytest.approx(210.0)
    (end,) = closed(pace.on_event(words(40, 40.0, 20.0)))
    assert end.kind is CueKind.FAST_SPEECH


def test_what_is_open_at_the_end_is_closed() -> None:
    pace = detector()
    spoke(pace, A, 0.0, 5.0)
    ticked(pace, 5.2, 14.0)
    (end,) = closed(pace.finish(15.0))
    assert end.span.end_s == 15.0
