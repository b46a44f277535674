"""Turn-taking on frames made from a script, with judges that always say the same: the bounds.

What the trained models say is tested in test_overlap_model.py.
"""

from dataclasses import dataclass, replace

import numpy as np
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
)
from callwatch.core.facts import Fact
from callwatch.core.frames import VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.detectors.backchannel_lexicon import backchannel_lexicon
from callwatch.detectors.overlap_features import OverlapFeatures
from callwatch.detectors.turn_taking import OverlapJudge, TurnTaking
from callwatch.voice.effort.laughter import Laugh

A, C = Channel.AGENT, Channel.CUSTOMER
INTERRUPTION, BACKCHANNEL = CueKind.INTERRUPTION, CueKind.BACKCHANNEL
DELAY_S = 0.032
Script = list[tuple[Channel, float, float]]
Judges = tuple[OverlapJudge, OverlapJudge]


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
        behind=whole.behind[:, start:end],
    )


@dataclass
class Says:
    """A judge of one opinion."""

    opinion: float

    def probability(self, features: OverlapFeatures) -> float:
        return self.opinion


GRAB, WORD = (Says(1.0), Says(0.0)), (Says(0.0), Says(1.0))


def run(whole: VoiceFrames, step: int = 10_000, judges: Judges = GRAB) -> list[Event]:
    detector, events = TurnTaking(judges=judges), []
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


def kinds(script: Script, judges: Judges = GRAB) -> list[tuple[CueKind, Channel | None]]:
    return [(cue.kind, cue.channel) for cue in cues(run(frames(script, 12.0), judges=judges))]


def test_an_interruption_closes_when_the_other_yields() -> None:
    events = run(frames([(C, 1.0, 4.0), (A, 3.0, 7.0)], 9.0))
    opened = next(e for e in events if isinstance(e, CueOpened))
    closed = next(e for e in events if isinstance(e, CueClosed))
    assert (opened.cue.kind, opened.cue.channel) == (INTERRUPTION, A)
    assert opened.cue.span.start_s == 3.0
    assert opened.cue.detected_s == opened.time_s
    assert closed.cue.span == TimeSpan(3.0, 4.0)
    assert closed.cue.yielded is True
    assert closed.time_s == pytest.approx(4.0 + 0.5 + DELAY_S, abs=0.03)
    assert closed.cue.evidence == Fact("overlap", {"overlap_s": 1.0, "held_s": 2.0})


@pytest.mark.parametrize(("onset_s", "at_s"), [(3.0, 3.46), (3.02, 3.51), (3.04, 3.51)])
def test_an_overlap_is_looked_at_every_50_ms(onset_s: float, at_s: float) -> None:
    events = run(frames([(C, 1.0, 8.0), (A, onset_s, 7.0)], 9.0))
    opened = next(e for e in events if isinstance(e, CueOpened))
    assert opened.time_s == pytest.approx(at_s + DELAY_S, abs=0.002)


def test_who_does_not_yield() -> None:
    (cue,) = cues(run(frames([(C, 1.0, 9.0), (A, 3.0, 5.0)], 11.0)))
    assert (cue.kind, cue.yielded, cue.span) == (INTERRUPTION, False, TimeSpan(3.0, 5.0))


def test_a_call_that_ends_in_it_leaves_the_yielding_open() -> None:
    (cue,) = cues(run(frames([(C, 1.0, 5.0), (A, 3.0, 5.0)], 5.0)))
    assert (cue.kind, cue.yielded) == (INTERRUPTION, None)


# Each bound, just inside and just outside it.


@pytest.mark.parametrize(("held_s", "found"), [(-0.02, False), (0.02, True)])
def test_the_floor_must_have_been_held(held_s: float, found: bool) -> None:
    onset = 1.0 + 0.95 + held_s
    assert bool(kinds([(C, 1.0, 8.0), (A, onset, onset + 3.0)])) is found


@pytest.mark.parametrize(("longer_s", "found"), [(-0.02, False), (0.06, True)])
def test_a_short_overlap_is_a_smooth_change(longer_s: float, found: bool) -> None:
    onset = 5.0 - 0.45 - longer_s
    assert bool(kinds([(C, 1.0, 5.0), (A, onset, 8.0)])) is found


@pytest.mark.parametrize(("longer_s", "found"), [(-0.03, True), (0.03, False)])
def test_after_a_longer_silence_the_floor_has_changed_hands(longer_s: float, found: bool) -> None:
    again = 3.1 + 0.6 + longer_s
    assert bool(kinds([(C, 1.0, 3.1), (C, again, 8.0), (A, 3.0, 9.0)])) is found


def test_a_comma_pause_at_the_onset_does_not_hide_an_interruption() -> None:
    assert kinds([(C, 1.0, 3.0), (C, 3.24, 6.0), (A, 3.1, 7.0)]) == [(INTERRUPTION, A)]


@pytest.mark.parametrize(("sure", "found"), [(-0.01, False), (0.01, True)])
def test_the_judge_must_be_sure(sure: float, found: bool) -> None:
    script = [(C, 1.0, 8.0), (A, 3.0, 4.0)]
    grab = (Says(0.47 + sure), Says(0.0))
    assert bool(kinds(script, grab)) is found
    word = (Says(0.0), Says(0.4 + sure))
    assert bool(kinds(script, word)) is found


@pytest.mark.parametrize(
    ("length_s", "found"),
    [
        (0.15 - 0.02, False),
        (0.15 + 0.02, True),
        (2.0 - 0.02, True),
        (2.0 + 0.02, False),
    ],
)
def test_how_long_a_listening_word_may_be(length_s: float, found: bool) -> None:
    assert bool(kinds([(C, 1.0, 8.0), (A, 3.0, 3.0 + length_s)], WORD)) is found


@pytest.mark.parametrize(("longer_s", "words"), [(-0.02, 1), (0.03, 2)])
def test_an_own_pause_parts_words(longer_s: float, words: int) -> None:
    again = 3.4 + 0.35 + longer_s
    assert len(kinds([(C, 1.0, 8.0), (A, 3.0, 3.4), (A, again, again + 0.4)], WORD)) == words


@pytest.mark.parametrize(("later_s", "found"), [(-0.15, True), (0.05, False)])
def test_the_other_must_go_on_after_a_listening_word(later_s: float, found: bool) -> None:
    again = 3.3 + 1.4 + later_s
    assert bool(kinds([(C, 1.0, 3.1), (A, 2.9, 3.3), (C, again, 8.0)], WORD)) is found


@pytest.mark.parametrize(("more_s", "found"), [(0.10, False), (0.11, True)])
def test_the_end_of_a_syllable_is_no_going_on(more_s: float, found: bool) -> None:
    script = [(C, 1.0, 3.4 + more_s), (A, 3.0, 3.4)]
    assert bool(kinds(script, WORD)) is found


@pytest.mark.parametrize(("more_s", "found"), [(-0.02, False), (0.02, True)])
def test_both_must_be_loud_for_the_length_of_an_overlap(more_s: float, found: bool) -> None:
    loud_s = 3.0 + 0.45 + more_s
    whole = frames([(C, 1.0, 6.0), (A, 3.0, 7.0)], 9.0, soft=[(C, loud_s, 6.0)])
    assert bool(cues(run(whole))) is found


@pytest.mark.parametrize(("sure", "is_grab"), [(-0.01, True), (0.01, False)])
def test_a_grab_that_was_none_is_withdrawn_at_the_first_pause(sure: float, is_grab: bool) -> None:
    judges = (Says(1.0), Says(0.25 + sure))
    events = run(frames([(C, 1.0, 8.0), (A, 3.0, 4.0)], 10.0), judges=judges)
    taken_back = [e.time_s for e in events if isinstance(e, CueWithdrawn)]
    assert (INTERRUPTION in [c.kind for c in cues(events)]) is is_grab
    assert len(taken_back) == (not is_grab)
    for time_s in taken_back:
        assert time_s == pytest.approx(4.0 + 0.2 + DELAY_S, abs=0.02)


def test_who_goes_on_when_the_other_stops_was_no_listener() -> None:
    judges = (Says(1.0), Says(1.0))
    events = run(frames([(C, 1.0, 4.0), (A, 3.0, 4.8)], 10.0), judges=judges)
    assert [c.kind for c in cues(events)] == [INTERRUPTION]


def test_a_grab_that_goes_on_after_a_pause_is_judged_again() -> None:
    judges = (Says(1.0), Says(0.25 + 0.01))
    events = run(frames([(C, 1.0, 8.0), (A, 3.0, 4.0), (A, 4.3, 6.0)], 10.0), judges=judges)
    assert sum(isinstance(e, CueOpened) for e in events) == 2


@pytest.mark.parametrize(("later_s", "found"), [(-0.02, False), (0.03, True)])
def test_who_starts_with_the_other_could_not_know(later_s: float, found: bool) -> None:
    onset = 3.6 + 0.15 + later_s
    assert bool(kinds([(C, 1.0, 3.3), (C, 3.6, 6.0), (A, onset, 7.0)])) is found


@pytest.mark.parametrize(("later_s", "found"), [(-0.02, False), (0.02, True)])
def test_who_goes_on_when_the_newcomer_begins_could_not_know(later_s: float, found: bool) -> None:
    restart = 3.3 + 0.15 + later_s
    assert bool(kinds([(C, 1.0, 3.0), (C, restart, 6.0), (A, 3.3, 7.0)])) is found


@pytest.mark.parametrize(("longer_s", "found"), [(-0.02, True), (0.02, False)])
def test_a_short_pause_is_no_new_start(longer_s: float, found: bool) -> None:
    onset = 3.0 + 0.15 + longer_s
    assert bool(kinds([(C, 1.0, 3.0), (C, onset + 0.1, 6.0), (A, onset, 7.0)])) is found


@pytest.mark.parametrize(("later_s", "found"), [(-0.02, False), (0.02, True)])
def test_nobody_listens_to_what_has_only_just_begun(later_s: float, found: bool) -> None:
    onset = 1.0 + 0.15 + later_s
    assert bool(kinds([(C, 1.0, 5.0), (A, onset, onset + 0.5)], WORD)) is found


def test_a_listening_word_in_a_pause_may_meet_the_next_word() -> None:
    assert kinds([(C, 1.0, 3.0), (C, 3.5, 6.0), (A, 3.4, 3.9)], WORD) == [(BACKCHANNEL, A)]


def test_talk_beside_silence_is_nothing() -> None:
    assert kinds([(C, 1.0, 4.0), (A, 4.3, 7.0)]) == []
    assert kinds([(C, 1.0, 4.0), (A, 5.0, 5.4), (C, 5.8, 8.0)], WORD) == []
    assert run(frames([], 30.0)) == []


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


def floor_turns(script: Script) -> int:
    events = run(frames(script, 16.0), judges=(Says(0.0), Says(0.0)))
    return sum(isinstance(e, FloorTaken) for e in events)


@pytest.mark.parametrize(("more", "turns"), [(-2, 1), (2, 2)])
def test_when_the_floor_changes_hands(more: int, turns: int) -> None:
    pause_s = (300 + more) / 100
    assert floor_turns([(A, 1.0, 3.0), (A, 3.0 + pause_s, 8.0)]) == turns
    long_s = (70 + more) / 100
    word: Script = [(A, 1.0, 3.0), (C, 3.1, 3.1 + long_s), (A, 3.9, 6.0)]
    assert floor_turns(word) == (1 if turns == 1 else 3)
    silent_s = (30 + more) / 100
    late: Script = [(A, 1.0, 3.0), (C, 2.0, 3.0 + silent_s), (A, 3.0 + silent_s, 6.0)]
    assert floor_turns(late) == (1 if turns == 1 else 3)
    unanswered_s = (100 + more) / 100
    answered: Script = [(A, 1.0, 3.0), (C, 3.1, 3.4), (A, 3.0 + unanswered_s, 6.0)]
    assert floor_turns(answered) == (1 if turns == 1 else 3)


def test_cue_ids_are_unique() -> None:
    script = [(C, 1.0, 20.0), *((A, 3.0 + 2 * k, 3.4 + 2 * k) for k in range(8))]
    ids = [e.id for e in run(frames(script, 22.0), judges=WORD) if isinstance(e, CueOpened)]
    assert len(ids) == len(set(ids)) == 8


# Words.


def heard(text: str, channel: Channel, span: TimeSpan, at_s: float, final: bool) -> Utterance:
    words = text.split()
    step = span.duration_s / len(words)
    timed = tuple(
        Word(word, TimeSpan(span.start_s + i * step, span.start_s + (i + 1) * step))
        for i, word in enumerate(words)
    )
    return Utterance("u1", channel, timed, final, at_s)


def with_words(text: str, judges: Judges, *, final: bool = True) -> list[CueKind]:
    """The agent speaks for 0.9 s beside the customer, and these are the words."""
    whole, detector = frames([(C, 1.0, 8.0), (A, 3.0, 3.9)], 10.0), TurnTaking(judges=judges)
    events = detector.process(part(whole, 0, 450))
    events += detector.hear(heard(text, A, TimeSpan(3.0, 3.9), 4.6, final))
    events += [*detector.process(part(whole, 450, 1000)), *detector.finish(10.0)]
    return [cue.kind for cue in cues(events)]


def test_words_take_an_interruption_back() -> None:
    assert with_words("oh yes of course I see", GRAB) == [BACKCHANNEL]
    assert with_words("oh yes of course I see", GRAB, final=False) == [INTERRUPTION]
    assert with_words("no but that is wrong", GRAB) == [INTERRUPTION]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mm yeah", [BACKCHANNEL]),
        ("yeah Thursday", [BACKCHANNEL]),
        ("the other Thursday", []),
        ("when?", []),
        ("no but", []),
    ],
)
def test_words_take_a_listening_word_back(text: str, left: list[CueKind]) -> None:
    assert with_words(text, WORD) == left


def test_words_find_a_listening_word_that_did_not_sound_like_one() -> None:
    neither = (Says(0.0), Says(0.0))
    assert with_words("uh huh", neither) == [BACKCHANNEL]
    assert with_words("the other Thursday", neither) == []


def test_a_listening_word_outside_the_others_turn_is_an_answer() -> None:
    detector = TurnTaking(judges=(Says(0.0), Says(0.0)))
    detector.process(frames([(C, 1.0, 3.0), (A, 3.2, 3.6)], 8.0))
    assert detector.hear(heard("yes", A, TimeSpan(3.2, 3.6), 8.0, True)) == []


def test_content_words_keep_a_short_grab() -> None:
    whole = frames([(C, 1.0, 8.0), (A, 3.0, 4.0)], 10.0)
    detector = TurnTaking(judges=(Says(1.0), Says(1.0)))
    events = detector.process(part(whole, 0, 405))
    events += detector.hear(heard("no but listen", A, TimeSpan(3.0, 4.0), 4.05, final=False))
    events += detector.process(part(whole, 405, 1000))
    assert [cue.kind for cue in cues(events)] == [INTERRUPTION]


def test_words_may_revise_the_latest_cues_only() -> None:
    count = 51
    script = [(C, 1.0, 2.0 * count + 3), *((A, 3.0 + 2 * k, 3.4 + 2 * k) for k in range(count))]
    detector = TurnTaking(judges=WORD)
    detector.process(frames(script, 2.0 * count + 5))
    first, second = TimeSpan(3.0, 3.4), TimeSpan(5.0, 5.4)
    assert not detector.hear(heard("the other Thursday", A, first, 200.0, True))
    assert detector.hear(heard("the other Thursday", A, second, 200.0, True))


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


# Laughter.


def with_laugh(side: Channel, start_s: float, known_s: float) -> list[CueKind]:
    """The agent is heard for 0.8 s beside the customer; a laugh to 3.8 s is known at `known_s`."""
    whole, detector = frames([(C, 1.0, 8.0), (A, 3.0, 3.8)], 10.0), TurnTaking(judges=WORD)
    at = round(known_s * 100)
    events = detector.process(part(whole, 0, at))
    events += detector.laugh([Laugh(side, TimeSpan(start_s, 3.8), known_s)])
    events += [*detector.process(part(whole, at, 1000)), *detector.finish(10.0)]
    return [cue.kind for cue in cues(events)]


@pytest.mark.parametrize("known_s", [3.8, 6.0])
def test_a_laugh_is_no_listening_word(known_s: float) -> None:
    assert with_laugh(A, 3.1, known_s) == []
    assert with_laugh(C, 3.1, known_s) == [BACKCHANNEL]


@pytest.mark.parametrize(("start_s", "left"), [(3.38, []), (3.42, [BACKCHANNEL])])
def test_a_laugh_behind_a_word_leaves_the_word(start_s: float, left: list[CueKind]) -> None:
    assert with_laugh(A, start_s, 4.2) == left


def test_a_laugh_takes_no_word_back_that_was_recognised() -> None:
    whole, detector = frames([(C, 1.0, 8.0), (A, 3.0, 3.8)], 10.0), TurnTaking(judges=GRAB)
    events = detector.process(part(whole, 0, 450))
    events += detector.hear(heard("uh huh", A, TimeSpan(3.0, 3.8), 4.6, True))
    events += detector.laugh([Laugh(A, TimeSpan(3.0, 3.8), 4.7)])
    assert [cue.kind for cue in cues(events)] == [BACKCHANNEL]


@pytest.mark.parametrize("step", [10_000, 100, 37])
def test_a_long_floor_is_said_alike_with_any_size_of_blocks(step: int) -> None:
    events = run(frames([(C, 1.0, 48.0), (A, 40.0, 50.0)], 52.0), step)
    (cue,) = cues(events)
    assert cue.evidence.params["held_s"] == pytest.approx(15.0)


@pytest.mark.parametrize(("is_behind", "count"), [(False, 1), (True, 0)])
def test_nobody_interrupts_a_television(is_behind: bool, count: int) -> None:
    whole = frames([(C, 1.0, 6.0), (A, 3.0, 7.0)], 9.0)
    behind = np.zeros_like(whole.speech)
    behind[C.index] = is_behind
    assert len(cues(run(replace(whole, behind=behind)))) == count
