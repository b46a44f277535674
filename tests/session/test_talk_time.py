import pytest

from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind
from callwatch.core.facts import quoted
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import ChannelSpan, Metrics
from callwatch.core.words import Utterance, Word
from callwatch.session.talk_time import compute_metrics, segments_of

A, C = Channel.AGENT, Channel.CUSTOMER


def spans(channel: Channel, *edges: tuple[float, float]) -> list[ChannelSpan]:
    return [(channel, TimeSpan(start_s, end_s)) for start_s, end_s in edges]


def cue(kind: CueKind, channel: Channel) -> Cue:
    return Cue(kind, channel, TimeSpan(1.0, 2.0), 2.0, 0.8, quoted("1.0 s overlap"))


def metrics(*, separable: bool = True) -> Metrics:
    words = tuple(Word("word", TimeSpan(i * 0.5, i * 0.5 + 0.4)) for i in range(20))
    return compute_metrics(
        segments=[*spans(A, (0.0, 10.0), (16.0, 20.0)), *spans(C, (9.0, 12.0), (24.0, 28.0))],
        turn_spans=[*spans(A, (0.0, 10.0), (16.0, 20.0)), *spans(C, (9.0, 12.0), (24.0, 28.0))],
        cues=[
            cue(CueKind.INTERRUPTION, C),
            cue(CueKind.BACKCHANNEL, A),
            cue(CueKind.BACKCHANNEL, A),
        ],
        utterances=[Utterance("u", A, words, True, 11.0), Utterance("p", A, words, False, 5.0)],
        loudness={A: (-25.0, None), C: (None, -30.0)},
        duration_s=30.0,
        separable=separable,
    )


def test_every_figure() -> None:
    m = metrics()
    assert m.talk_s == {A: 14.0, C: 7.0}
    assert m.talk_share == {A: pytest.approx(2 / 3), C: pytest.approx(1 / 3)}
    assert m.overlap_s == 1.0
    assert m.silence_s == 10.0
    assert m.longest_silence_s == 4.0
    assert m.non_talk == (TimeSpan(12.0, 16.0), TimeSpan(20.0, 24.0))
    assert m.non_talk_total_s == 8.0
    assert m.longest_monologue_s == {A: 10.0, C: 4.0}
    assert m.response_latency_median_s == {A: 4.0, C: 2.0}
    assert m.turns == {A: 2, C: 2}
    assert m.switches_per_min == 6.0
    assert m.interruptions == {A: 0, C: 1}
    assert m.backchannels == {A: 2, C: 0}
    assert m.speech_rate_wpm == {A: pytest.approx(20 * 60 / 14), C: None}
    assert m.loudness_dbfs == {A: (-25.0, None), C: (None, -30.0)}


def test_channels_that_cannot_be_told_apart_give_no_figure() -> None:
    m = metrics(separable=False)
    for per_side in (m.talk_s, m.talk_share, m.turns, m.interruptions, m.speech_rate_wpm):
        assert per_side == {A: None, C: None}
    assert (m.overlap_s, m.silence_s, m.longest_silence_s, m.non_talk) == (None,) * 4
    assert m.non_talk_total_s is None
    assert m.loudness_dbfs == {A: (None, None), C: (None, None)}


def test_an_empty_call() -> None:
    m = compute_metrics(
        segments=[], turn_spans=[], cues=[], utterances=[], loudness={}, duration_s=0.0
    )
    assert m.talk_s == {A: 0.0, C: 0.0}
    assert m.talk_share == {A: None, C: None}
    assert m.switches_per_min is None
    assert m.longest_monologue_s == {A: None, C: None}


def test_speech_beyond_the_end_does_not_count() -> None:
    m = compute_metrics(
        segments=spans(A, (8.0, 14.0)),
        turn_spans=[],
        cues=[],
        utterances=[],
        loudness={},
        duration_s=10.0,
    )
    assert m.talk_s[A] == 2.0
    assert m.silence_s == 8.0


def test_pauses_are_bridged() -> None:
    said = [TimeSpan(1.0, 2.0), TimeSpan(2.29, 3.0), TimeSpan(3.31, 4.0)]
    assert segments_of(said) == [TimeSpan(1.0, 3.0), TimeSpan(3.31, 4.0)]


def test_what_a_dead_channel_would_have_told_is_null_and_the_rest_is_there() -> None:
    m = compute_metrics(
        segments=spans(A, (0.0, 10.0), (16.0, 20.0)),
        turn_spans=spans(A, (0.0, 10.0), (16.0, 20.0)),
        cues=[],
        utterances=[],
        loudness={A: (-25.0, None), C: (None, None)},
        duration_s=30.0,
        unheard={C},
    )
    assert m.talk_s == {A: 14.0, C: None}
    assert m.talk_share == {A: None, C: None}
    assert m.loudness_dbfs[A] == (-25.0, None)
    assert m.interruptions == m.backchannels == m.turns == {A: None, C: None}
    assert (m.overlap_s, m.silence_s, m.longest_silence_s, m.non_talk) == (None, None, None, None)


@pytest.mark.parametrize(("silence_s", "counted"), [(2.95, 0), (3.05, 1)])
def test_a_silence_over_three_seconds_is_non_talk(silence_s: float, counted: int) -> None:
    m = one_side((0.0, 10.0), (10.0 + silence_s, 20.0), words=0)
    assert m.non_talk is not None
    assert len(m.non_talk) == counted


@pytest.mark.parametrize(("spoken_s", "has_rate"), [(4.95, False), (5.05, True)])
def test_a_rate_of_words_needs_five_seconds_of_speech(spoken_s: float, has_rate: bool) -> None:
    assert (one_side((0.0, spoken_s), words=9).speech_rate_wpm[A] is not None) is has_rate


@pytest.mark.parametrize(("pause_s", "bridged"), [(0.29, True), (0.31, False)])
def test_a_pause_under_0_3_s_is_speech(pause_s: float, bridged: bool) -> None:
    talk_s = one_side((0.0, 1.0), (1.0 + pause_s, 3.0), words=0).talk_s[A]
    assert talk_s == pytest.approx(3.0 if bridged else 3.0 - pause_s)


def one_side(*edges: tuple[float, float], words: int) -> Metrics:
    """The agent alone, in 20 s."""
    said = tuple(Word("word", TimeSpan(i * 0.5, i * 0.5 + 0.4)) for i in range(words))
    return compute_metrics(
        segments=spans(A, *edges),
        turn_spans=[],
        cues=[],
        utterances=[Utterance("u", A, said, True, 20.0)],
        loudness={},
        duration_s=20.0,
    )
