"""Pace cues, driven by hand-made events on the call clock."""

import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
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
        (Language.DA, 3.25, False),
        (Language.DA, 3.35, True),
    ],
)
def test_a_slow_response_has_a_norm_per_language(
    language: Language, answer_s: float, slow: bool
) -> None:
    pace = detector(language)
    spoke(pace, C, 0.0, 5.0)
    cues = opened([*ticked(pace, 5.2, 5.0 + answer_s), *pace.tick(5.0 + answer_s)])
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


def test_an_answer_that_began_in_time_takes_the_cue_back() -> None:
    pace = detector()
    spoke(pace, C, 0.0, 5.0)
    # The voice began 2.95 s after the customer's end, and is told 0.2 s later.
    assert opened(ticked(pace, 5.2, 8.1))
    taken_back = pace.on_event(VoiceStarted(8.15, A, 7.95))
    assert [type(event) for event in taken_back] == [CueWithdrawn]


def test_the_silence_after_a_long_turn_is_no_part_of_a_monologue() -> None:
    pace = detector()
    pace.on_event(FloorTaken(1.1, A, 1.0))
    spoke(pace, A, 1.0, 39.0)  # 38 s, then the floor is not taken by anybody
    cues = opened(ticked(pace, 39.2, 42.0))
    assert CueKind.MONOLOGUE not in [cue.kind for cue in cues]


def test_music_that_pauses_does_not_end_the_agents_hold() -> None:
    pace = detector()
    spoke(pace, A, 0.0, 5.0)
    pace.set_on_hold(True, 6.0)
    pace.set_on_hold(True, 8.0, "music")
    pace.set_on_hold(False, 20.0, "music")
    assert not opened(ticked(pace, 20.1, 40.0))
    pace.set_on_hold(False, 40.0)
    assert opened(ticked(pace, 40.1, 49.0))


def test_short_pauses_between_words_are_own_speech() -> None:
    pace = detector()
    # 70 words in 20 s, a third of it pauses of 0.1 s: 210 a minute, not 315.
    made = tuple(
        Word("word", TimeSpan(i * 20 / 70, i * 20 / 70 + 20 / 70 - 0.1)) for i in range(70)
    )
    event = UtteranceFinished(20.0, Utterance("u", A, made, True, 20.0))
    (cue,) = opened(pace.on_event(event))
    assert cue.value == pytest.approx(210.0, rel=0.02)


@pytest.mark.parametrize(("length_s", "opens"), [(39.8, False), (40.2, True)])
def test_a_monologue_is_over_forty_seconds(length_s: float, opens: bool) -> None:
    pace = detector()
    pace.on_event(VoiceStarted(1.1, A, 1.0))
    pace.on_event(FloorTaken(1.1, A, 1.0))
    assert bool(opened(ticked(pace, 1.2, 1.0 + length_s))) is opens


@pytest.mark.parametrize(("silence_s", "opens"), [(7.8, False), (8.2, True)])
def test_dead_air_is_over_eight_seconds(silence_s: float, opens: bool) -> None:
    pace = detector()
    spoke(pace, A, 0.0, 5.0)
    assert bool(opened(ticked(pace, 5.2, 5.0 + silence_s))) is opens


@pytest.mark.parametrize(
    ("count", "seconds", "opens"),
    [(50, 14.9, False), (50, 15.1, True), (45, 15.1, False), (46, 15.1, True)],
)
def test_fast_speech_is_over_180_words_a_minute_in_15_s(
    count: int, seconds: float, opens: bool
) -> None:
    assert bool(opened(detector().on_event(words(count, 0.0, seconds)))) is opens


@pytest.mark.parametrize(("pause_s", "opens"), [(0.28, False), (0.32, True)])
def test_pauses_from_0_3_s_are_no_own_speech(pause_s: float, opens: bool) -> None:
    # 70 words of 0.25 s: with their pauses as speech 113 to 116 a minute, without them 240.
    step_s = 0.25 + pause_s
    made = tuple(Word("word", TimeSpan(i * step_s, i * step_s + 0.25)) for i in range(70))
    said = UtteranceFinished(40.0, Utterance("u", A, made, True, 40.0))
    assert bool(opened(detector().on_event(said))) is opens
