"""Turn-taking on frames made from a script: who speaks from when to when."""

import numpy as np
import pytest

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    Event,
    FloorReleased,
    FloorTaken,
)
from callwatch.core.frames import VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.detectors.backchannel_lexicon import backchannel_lexicon
from callwatch.detectors.turn_taking import TurnTaking

A, C = Channel.AGENT, Channel.CUSTOMER
INTERRUPTION, BACKCHANNEL = CueKind.INTERRUPTION, CueKind.BACKCHANNEL
DELAY_S = 0.032
Script = list[tuple[Channel, float, float]]


def frames(script: Script, seconds: float, soft: Script | None = None) -> VoiceFrames:
    """Speech at -25 dBFS where the script says so; `soft` stretches lie at -55 dBFS."""
    count = round(seconds * 100)
    speech, level = np.zeros((2, count), np.bool_), np.full((2, count), -80.0, np.float32)
    for channel, start_s, end_s in script:
        speech[channel.index, round(start_s * 100) : round(end_s * 100)] = True
    level[speech] = -25.0
    for channel, start_s, end_s in soft or []:
        level[channel.index, round(start_s * 100) : round(end_s * 100)] = -55.0
    return VoiceFrames(0.0, speech, speech.astype(np.float32), level, DELAY_S)


def part(whole: VoiceFrames, start: int, end: int) -> VoiceFrames:
    return VoiceFrames(
        start / 100,
        whole.speech[:, start:end],
        whole.probability[:, start:end],
        whole.level_dbfs[:, start:end],
        whole.delay_s,
    )


def run(whole: VoiceFrames, step: int = 10_000) -> list[Event]:
    detector, events = TurnTaking(), []
    for start in range(0, len(whole), step):
        events += detector.process(part(whole, start, start + step))
    return [*events, *detector.finish(whole.end_s)]


def cues(events: list[Event]) -> list[Cue]:
    """What is left in the report."""
    left: dict[str, Cue] = {}
    for event in events:
        if isinstance(event, CueOpened | CueClosed):
            left[event.id] = event.cue
        elif isinstance(event, CueWithdrawn):
            del left[event.id]
    return list(left.values())


def kinds(script: Script, seconds: float = 12.0) -> list[tuple[CueKind, Channel | None]]:
    return [(cue.kind, cue.channel) for cue in cues(run(frames(script, seconds)))]


def test_an_interruption_is_told_early_and_closes_when_the_other_yields() -> None:
    events = run(frames([(C, 1.0, 4.0), (A, 3.0, 7.0)], 9.0))
    opened = next(e for e in events if isinstance(e, CueOpened))
    closed = next(e for e in events if isinstance(e, CueClosed))
    assert (opened.cue.kind, opened.cue.channel) == (INTERRUPTION, A)
    assert opened.cue.span.start_s == 3.0
    assert opened.cue.detected_s == opened.time_s == pytest.approx(3.65 + DELAY_S, abs=0.02)
    assert closed.cue.span == TimeSpan(3.0, 4.0)
    assert closed.cue.yielded is True
    assert 4.0 < closed.time_s < 4.7
    assert closed.cue.evidence.code == "overlap"
    assert closed.cue.evidence.params["overlap_s"] == pytest.approx(1.0, abs=0.05)


def test_who_does_not_yield() -> None:
    (cue,) = cues(run(frames([(C, 1.0, 9.0), (A, 3.0, 5.0)], 11.0)))
    assert (cue.kind, cue.yielded) == (INTERRUPTION, False)
    assert cue.span == TimeSpan(3.0, 5.0)


def test_a_call_that_ends_in_it_leaves_the_yielding_open() -> None:
    (cue,) = cues(run(frames([(C, 1.0, 5.0), (A, 3.0, 5.0)], 5.0)))
    assert (cue.kind, cue.yielded) == (INTERRUPTION, None)


@pytest.mark.parametrize("length_s", [0.25, 0.4, 0.6, 0.9, 1.15])
def test_a_listening_word_is_no_interruption(length_s: float) -> None:
    assert kinds([(C, 1.0, 8.0), (A, 3.0, 3.0 + length_s)]) == [(BACKCHANNEL, A)]


def test_a_listening_phrase_with_pauses_may_be_long() -> None:
    phrase = [(A, 3.0, 3.3), (A, 3.45, 3.75), (A, 3.95, 4.5)]
    assert kinds([(C, 1.0, 8.0), *phrase]) == [(BACKCHANNEL, A)]


def test_many_syllables_are_content_and_few_are_listening() -> None:
    whole = frames([(C, 1.0, 8.0), (A, 3.0, 4.17)], 10.0)
    assert [c.kind for c in cues(run(whole))] == [BACKCHANNEL]
    swells = np.cos(np.arange(117) / 117 * 7 * 2 * np.pi)
    whole.level_dbfs[A.index, 300:417] -= (7.0 * (1 + swells)).astype(np.float32)
    assert [c.kind for c in cues(run(whole))] == [INTERRUPTION]
    assert [c.kind for c in cues(run(whole, step=7))] == [INTERRUPTION]


def test_an_own_pause_does_not_undo_what_was_more_than_a_word() -> None:
    first, rest = (A, 3.0, 3.74), (A, 3.96, 6.0)
    assert kinds([(C, 1.0, 4.15), first, rest]) == [(INTERRUPTION, A)]
    word, turn = (A, 3.3, 3.74), (A, 3.96, 6.0)
    assert kinds([(C, 1.0, 4.15), word, turn]) == []


def test_breath_that_lengthens_a_pause_does_not_end_the_turn() -> None:
    assert kinds([(C, 1.0, 3.0), (C, 4.3, 6.5), (A, 4.8, 8.0)]) == [(INTERRUPTION, A)]
    assert kinds([(C, 1.0, 3.0), (C, 4.6, 6.5), (A, 5.1, 8.0)]) == []


def test_halting_words_that_go_on_become_an_interruption() -> None:
    words = [(A, 3.0, 3.3), (A, 3.45, 3.8), (A, 3.95, 6.0)]
    (cue,) = cues(run(frames([(C, 1.0, 8.0), *words], 10.0)))
    assert cue.kind is INTERRUPTION
    assert cue.detected_s - cue.span.start_s <= 1.05


def test_smooth_change_and_both_at_once_and_a_gap_are_nothing() -> None:
    assert kinds([(C, 1.0, 4.0), (A, 3.65, 7.0)]) == []
    assert kinds([(C, 1.0, 4.0), (A, 4.5, 7.0), (C, 4.55, 5.6)]) == []
    assert kinds([(C, 1.0, 4.0), (A, 4.3, 7.0)]) == []


def test_the_floor_must_have_been_held_for_a_second() -> None:
    assert kinds([(C, 2.0, 4.5), (A, 2.6, 6.0)]) == []


def test_a_pause_inside_the_turn_still_holds_the_floor() -> None:
    assert kinds([(C, 1.0, 3.0), (C, 3.7, 6.5), (A, 4.2, 8.0)]) == [(INTERRUPTION, A)]


def test_the_line_delay_excuses_a_start_right_after_the_others() -> None:
    assert kinds([(C, 1.0, 3.0), (C, 3.6, 6.0), (A, 3.7, 7.0)]) == []


def test_speech_that_the_other_only_fades_into_is_no_interruption() -> None:
    whole = frames([(C, 1.0, 4.2), (A, 3.0, 7.0)], 9.0, soft=[(C, 3.05, 4.2)])
    assert cues(run(whole)) == []


def test_a_later_overlap_is_judged_on_its_own() -> None:
    script = [(C, 1.0, 3.1), (A, 3.0, 9.0), (C, 5.0, 5.4), (C, 7.0, 7.4)]
    assert kinds(script, 11.0) == [(BACKCHANNEL, C), (BACKCHANNEL, C)]


@pytest.mark.parametrize("step", [1, 7, 100])
def test_block_size_changes_nothing(step: int) -> None:
    whole = frames([(C, 1.0, 4.0), (A, 3.0, 7.0), (C, 5.0, 5.4), (C, 8.0, 10.0)], 12.0)
    assert run(whole, step) == run(whole)


def test_turns() -> None:
    script = [(A, 0.5, 3.0), (C, 1.5, 1.9), (A, 3.6, 5.0), (C, 5.3, 8.0), (A, 13.0, 14.0)]
    events = run(frames(script, 16.0))
    turns = [(e.channel, e.span) for e in events if isinstance(e, FloorReleased)]
    assert turns == [(A, TimeSpan(0.5, 5.0)), (C, TimeSpan(5.3, 8.0)), (A, TimeSpan(13.0, 14.0))]
    taken = [(e.channel, e.start_s) for e in events if isinstance(e, FloorTaken)]
    assert taken == [(channel, span.start_s) for channel, span in turns]


def test_cue_ids_are_unique() -> None:
    script = [(C, 1.0, 20.0), *((A, 3.0 + 2 * k, 3.4 + 2 * k) for k in range(8))]
    ids = [e.id for e in run(frames(script, 22.0)) if isinstance(e, CueOpened)]
    assert len(ids) == len(set(ids)) == 8


def heard(text: str, channel: Channel, span: TimeSpan, at_s: float, final: bool) -> Utterance:
    words = text.split()
    step = span.duration_s / len(words)
    timed = tuple(
        Word(word, TimeSpan(span.start_s + i * step, span.start_s + (i + 1) * step))
        for i, word in enumerate(words)
    )
    return Utterance("u1", channel, timed, final, at_s)


def with_words(text: str, final: bool = True) -> list[Event]:
    """The agent speaks for 1.4 s without a pause, and these are the words."""
    whole, detector = frames([(C, 1.0, 8.0), (A, 3.0, 4.4)], 10.0), TurnTaking()
    events = detector.process(part(whole, 0, 450))
    events += detector.hear(heard(text, A, TimeSpan(3.0, 4.4), 4.6, final))
    return [*events, *detector.process(part(whole, 450, 1000)), *detector.finish(10.0)]


def test_words_take_an_interruption_back() -> None:
    (cue,) = cues(with_words("oh yes of course I see"))
    assert cue.kind is BACKCHANNEL
    assert "of course" in str(cue.evidence.params["said"])


def test_words_confirm_an_interruption() -> None:
    (cue,) = cues(with_words("no but that is wrong"))
    assert cue.kind is INTERRUPTION


def test_content_words_keep_a_short_grab() -> None:
    whole, detector = frames([(C, 1.0, 8.0), (A, 3.0, 4.0)], 10.0), TurnTaking()
    events = detector.process(part(whole, 0, 405))
    events += detector.hear(heard("no but listen", A, TimeSpan(3.0, 4.0), 4.05, final=False))
    events += detector.process(part(whole, 405, 1000))
    assert [cue.kind for cue in cues(events)] == [INTERRUPTION]


@pytest.mark.parametrize(
    ("language", "listening", "content"),
    [
        (Language.EN, "Mm-hm, yeah, okay, I see.", "yeah but you never called"),
        (Language.SV, "Ja precis, jag förstår", "ja men ni ringde aldrig"),
        (Language.DA, "Ja, lige præcis", "ja men I ringede aldrig"),
        (Language.NB, "Ja, ikke sant, akkurat", "ja men dere ringte aldri"),
    ],
)
def test_listening_words(language: Language, listening: str, content: str) -> None:
    words = backchannel_lexicon(language)
    assert words.is_listening(listening) is True
    assert words.is_listening(content) is False
    assert words.is_listening(" ") is None


def test_silence_gives_nothing() -> None:
    assert run(frames([], 30.0)) == []
    assert {c.value for c in CHANNELS} == {"agent", "customer"}


def test_both_start_after_a_pause_and_nobody_interrupts() -> None:
    assert kinds([(C, 1.0, 4.0), (C, 4.3, 5.1), (A, 4.38, 8.0)]) == []


def test_a_listening_word_and_a_smooth_change_make_no_interruption() -> None:
    assert kinds([(C, 1.0, 4.9), (A, 4.0, 4.4), (A, 4.65, 8.0)]) == []


def test_a_listening_word_and_a_grab_make_one() -> None:
    assert kinds([(C, 1.0, 6.0), (A, 4.0, 4.4), (A, 4.65, 8.0)]) == [(INTERRUPTION, A)]


def test_a_long_listening_phrase_is_over_before_the_own_turn_begins() -> None:
    script = [(C, 1.0, 6.1), (A, 4.0, 4.3), (A, 4.45, 5.4), (A, 5.82, 9.0)]
    assert kinds(script) == [(BACKCHANNEL, A)]


def test_a_false_start_is_no_listening_word() -> None:
    assert kinds([(C, 1.0, 6.0), (A, 3.0, 3.22)]) == []
