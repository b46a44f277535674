from dataclasses import replace

import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EffortRose,
    EscalationChanged,
    Event,
    InputWarning,
    MeterUpdated,
    NudgeClosed,
    NudgeShown,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.facts import Fact, quoted
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.spans import TimeSpan
from callwatch.voice.quality.faults import FAULTS
from callwatch_ui.overlay.card_content import input_words
from callwatch_ui.overlay.state import (
    APP_NOTE,
    APP_NOTE_STAYS_S,
    CANNOT_FOLLOW,
    MISSED_S,
    NO_NOTE,
    NOTE_STAYS_S,
    SURELY_MISSED_S,
    TROUBLE_S,
    InputNote,
    OverlayState,
    Phase,
    Signal,
    reduce,
    with_phase,
    without_note,
)
from callwatch_ui.translator import Translator


def after(*events: Event, state: OverlayState | None = None) -> OverlayState:
    out = state or OverlayState()
    for event in events:
        out = reduce(out, event)
    return out


def metered(time_s: float, agent_s: float, customer_s: float, **more: object) -> MeterUpdated:
    talk = {Channel.AGENT: agent_s, Channel.CUSTOMER: customer_s}
    return MeterUpdated(time_s, talk, {}, **more)  # type: ignore[arg-type]


def step(time_s: float, cue_id: str, kind: CueKind) -> CueOpened:
    cue = Cue(kind, Channel.AGENT, TimeSpan(time_s, time_s), time_s, 1.0, quoted("said so"))
    return CueOpened(time_s, cue_id, cue)


def level(time_s: float, new: EscalationLevel, old: EscalationLevel) -> EscalationChanged:
    return EscalationChanged(time_s, EscalationChange(time_s, new, old))


def nudge(nudge_id: str) -> Nudge:
    return Nudge(
        nudge_id, "keep_listening", "A\nB", NudgeLevel.ADVICE, 1.0, True, quoted("because")
    )


def test_a_call_begins_with_its_first_event() -> None:
    assert OverlayState().phase is Phase.WAITING
    assert after(metered(1.0, 0.0, 0.0)).phase is Phase.RUNNING


def test_share_is_unknown_until_there_is_talk_and_never_counts_silence() -> None:
    assert after(metered(1.0, 0.5, 0.5)).agent_share_percent is None
    assert after(metered(60.0, 3.0, 9.0)).agent_share_percent == 25


def test_time_never_runs_backwards() -> None:
    state = after(metered(5.0, 1.0, 1.0), VoiceStarted(4.2, Channel.AGENT, 4.0))
    assert state.time_s == 5.0


def test_effort_fills_blocks_and_is_empty_without_measurement() -> None:
    loud = after(metered(9.0, 1.0, 1.0, effort={Channel.CUSTOMER: 3.3}))
    assert loud.effort_blocks == 5
    assert after(metered(10.0, 1.0, 1.0), state=loud).effort_blocks == 0


def test_steps_tick_in_any_order_and_start_afresh_when_a_calm_call_grows_tense() -> None:
    state = after(step(3.0, "c1", CueKind.REFOCUS), step(4.0, "c2", CueKind.CONTROL))
    assert state.steps_done == {CueKind.REFOCUS, CueKind.CONTROL}
    assert state.next_step is CueKind.ACKNOWLEDGEMENT
    calm, tense, heated = EscalationLevel.CALM, EscalationLevel.TENSE, EscalationLevel.HEATED
    state = after(level(5.0, tense, calm), step(6.0, "c3", CueKind.CONTROL), state=state)
    assert after(level(7.0, heated, tense), state=state).steps_done == {CueKind.CONTROL}


def test_a_withdrawn_step_is_unticked() -> None:
    state = after(step(3.0, "c1", CueKind.SOLUTION), CueWithdrawn(3.5, "c1"))
    assert state.steps_done == frozenset()


def test_a_card_leaves_with_its_own_nudge_only() -> None:
    state = after(NudgeShown(1.0, nudge("n1")), NudgeShown(9.0, nudge("n2")))
    assert state.nudge == nudge("n2")
    assert after(NudgeClosed(9.5, "n1", "time"), state=state).nudge == nudge("n2")
    assert after(NudgeClosed(9.6, "n2", "cue closed"), state=state).nudge is None


def faulty(
    time_s: float, code: str | None, who: Channel = Channel.AGENT, other_s: float = 1.0
) -> MeterUpdated:
    """`other_s`: what the other side has said so far."""
    faults = {} if code is None else {who: code}
    talk_s = (1.0, other_s) if who is Channel.AGENT else (other_s, 1.0)
    return metered(time_s, *talk_s, input_faults=faults)


def test_a_fault_that_costs_a_figure_is_a_light_and_no_card() -> None:
    for code in set(FAULTS) - CANNOT_FOLLOW:
        state = after(faulty(11.0, code), faulty(200.0, code))
        assert (state.trouble, state.input_is_good) == (None, False)
        assert after(faulty(201.0, None), state=state).input_is_good


@pytest.mark.parametrize("code", ["same_audio", "not_separable", "late_side"])
def test_a_call_that_nobody_can_follow_is_a_card_after_three_seconds(code: str) -> None:
    state = after(faulty(11.0, code), faulty(11.0 + TROUBLE_S, code))
    assert state.trouble is None
    state = after(faulty(11.1 + TROUBLE_S, code), state=state)
    assert state.trouble is not None
    assert state.trouble.code == code
    # Closed, it is gone for good; the light stays.
    closed = after(faulty(60.0, code), state=without_note(state))
    assert (closed.trouble, closed.input_is_good) == (None, False)


def test_nothing_technical_covers_what_matters() -> None:
    state = after(faulty(11.0, "same_audio"), faulty(20.0, "same_audio"))
    assert state.trouble is not None
    calm, tense = EscalationLevel.CALM, EscalationLevel.TENSE
    for event in (
        NudgeShown(20.0, nudge("n1")),
        interrupted(20.0),
        raised_voice(20.0),
        level(20.0, tense, calm),
        InputWarning(20.0, None, quoted("Paused.", "paused")),
    ):
        assert after(event, state=state).trouble is None
    assert with_phase(state, Phase.FINISHED).trouble is None


@pytest.mark.parametrize("who", Channel)
def test_silence_that_nobody_talks_into_is_no_broken_cable(who: Channel) -> None:
    """After hang-up both sides are silent."""
    state = after(faulty(100.0, "no_sound", who, 40.0))
    hung_up = after(faulty(160.0, "no_sound", who, 40.0), state=state)
    assert (hung_up.trouble, hung_up.input_is_good) == (None, True)
    for said_s, is_good, is_card in (
        (MISSED_S - 0.1, True, False),
        (MISSED_S, False, False),
        (SURELY_MISSED_S - 0.1, False, False),
        (SURELY_MISSED_S, False, True),
    ):
        missed = after(faulty(160.0, "no_sound", who, 40.0 + said_s), state=state)
        assert (missed.input_is_good, missed.trouble is not None) == (is_good, is_card)


@pytest.mark.parametrize("language", Language)
def test_the_light_says_which_side_and_what_to_do(language: Language) -> None:
    words = Translator(language)
    assert input_words(after(faulty(1.0, None)), words) == words("input.good")
    for code in FAULTS:
        told = input_words(after(faulty(1.0, code), faulty(9.0, code, other_s=9.0)), words)
        assert told == f"{words('card.input.agent')}: {words(f'note.{code}')}"
    for code in ("bleed", "swapped_channels", "language_mismatch", "speech_skipped"):
        assert words.has(f"note.{code}")


def test_what_happened_once_stays_on_the_light_for_a_minute() -> None:
    state = after(
        InputWarning(10.0, None, quoted("Skipped.", "speech_skipped")), metered(11.0, 1.0, 1.0)
    )
    assert (state.trouble, state.input_is_good) == (None, False)
    assert not after(metered(9.9 + NOTE_STAYS_S, 1.0, 1.0), state=state).input_is_good
    assert after(metered(10.0 + NOTE_STAYS_S, 1.0, 1.0), state=state).input_is_good


@pytest.mark.parametrize(
    "fact",
    [Fact("stage_failed", {"stage": "turns"}), Fact("journal_not_written", {"reason": "full"})],
)
def test_what_is_off_for_the_call_lasts_as_long(fact: Fact) -> None:
    state = after(InputWarning(10.0, None, fact))
    later = after(metered(20.0 + NOTE_STAYS_S, 1.0, 1.0), state=state)
    assert [note.fact for note in later.notes] == [fact]
    assert with_phase(later, Phase.FINISHED).input_is_good


def test_what_the_meter_reports_has_no_note_of_its_own() -> None:
    assert set(FAULTS) <= NO_NOTE
    for code in NO_NOTE:
        assert after(InputWarning(10.0, Channel.AGENT, quoted("So.", code))).input_is_good


def test_a_sentence_about_the_app_leaves_by_itself_in_a_call() -> None:
    said = replace(
        OverlayState(), app_note=InputNote(10.0, None, quoted("The disk is full.", APP_NOTE))
    )
    assert after(metered(9.9 + APP_NOTE_STAYS_S, 1.0, 1.0), state=said).app_note is not None
    assert after(metered(10.0 + APP_NOTE_STAYS_S, 1.0, 1.0), state=said).app_note is None
    assert without_note(said).app_note is None


def interrupted(time_s: float, who: Channel = Channel.AGENT) -> CueOpened:
    span = TimeSpan(time_s - 0.7, time_s)
    return CueOpened(time_s, "i1", Cue(CueKind.INTERRUPTION, who, span, time_s, 1.0, quoted("")))


def raised_voice(time_s: float, who: Channel = Channel.CUSTOMER) -> CueOpened:
    cue = Cue(
        CueKind.RAISED_VOICE, who, TimeSpan(time_s - 1, time_s), time_s, 1.0, quoted(""), effort=3.6
    )
    return CueOpened(time_s, "r1", cue)


def test_talking_over_the_customer_is_signalled_until_one_of_the_two_stops() -> None:
    state = after(interrupted(5.0))
    assert state.signal is Signal.BOTH
    for stopped in Channel:
        over = VoiceStopped(6.0, stopped, TimeSpan(4.0, 5.8))
        assert after(over, state=state).signal is Signal.NONE
    for end in (
        CueClosed(6.0, "i1", interrupted(5.0).cue),
        CueWithdrawn(6.0, "i1"),
    ):
        assert after(end, state=state).signal is Signal.NONE
    assert after(CueClosed(6.0, "i0", interrupted(5.0).cue), state=state).signal is Signal.BOTH
    assert after(interrupted(5.0, Channel.CUSTOMER)).signal is Signal.NONE
    assert with_phase(state, Phase.FINISHED).signal is Signal.NONE


def test_a_raised_voice_is_signalled_at_once_with_its_blocks() -> None:
    state = after(raised_voice(5.0))
    assert (state.signal, state.effort_blocks) == (Signal.LISTEN, 5)
    assert after(interrupted(5.5), state=state).signal is Signal.BOTH
    assert after(CueClosed(9.0, "r1", raised_voice(5.0).cue), state=state).signal is Signal.NONE
    assert after(raised_voice(5.0, Channel.AGENT)).signal is Signal.NONE


def test_a_rise_fills_the_blocks_before_the_second_ends() -> None:
    state = after(metered(9.0, 1.0, 1.0, effort={Channel.CUSTOMER: 0.9}))
    assert state.effort_blocks == 2
    assert after(EffortRose(9.4, Channel.CUSTOMER, 3.3), state=state).effort_blocks == 5
    assert after(EffortRose(9.4, Channel.AGENT, 3.3), state=state).effort_blocks == 2


def test_the_bar_is_eventful_when_tense_or_with_a_card() -> None:
    assert not after(metered(3.0, 1.0, 1.0)).is_eventful
    assert not after(interrupted(5.0)).is_eventful
    assert after(NudgeShown(1.0, nudge("n1"))).is_eventful
    assert after(level(5.0, EscalationLevel.TENSE, EscalationLevel.CALM)).is_eventful


def test_hold_music_is_no_fault_and_a_pause_is_a_phase() -> None:
    state = after(InputWarning(10.0, Channel.CUSTOMER, quoted("Music.", "hold_music")))
    assert state.input_is_good
    paused = after(InputWarning(11.0, None, quoted("Paused.", "paused")), state=state)
    assert paused.phase is Phase.PAUSED
    assert (
        after(InputWarning(12.0, None, quoted("On.", "resumed")), state=paused).phase
        is Phase.RUNNING
    )


def test_pausing_takes_the_card_away_and_keeps_the_figures() -> None:
    state = after(metered(60.0, 3.0, 9.0), NudgeShown(61.0, nudge("n1")))
    paused = with_phase(state, Phase.PAUSED)
    assert (paused.nudge, paused.agent_share_percent) == (None, 25)
    assert reduce(paused, metered(62.0, 3.0, 9.0)).phase is Phase.PAUSED


def test_speaking_follows_the_voices() -> None:
    state = after(VoiceStarted(1.0, Channel.AGENT, 0.9), VoiceStarted(1.5, Channel.CUSTOMER, 1.4))
    assert state.speaking == set(Channel)
    state = after(VoiceStopped(2.0, Channel.AGENT, TimeSpan(0.9, 1.8)), state=state)
    assert state.speaking == {Channel.CUSTOMER}


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (Fact("swapped_channels", {}), "note.swapped_channels"),
        (Fact("no_speech", {"channel": "agent"}), "Inget tal hördes från agenten."),
        (quoted("Words of a later version.", "later"), "Words of a later version."),
    ],
)
def test_the_light_speaks_the_language_of_the_overlay(fact: Fact, said: str) -> None:
    words = Translator(Language.SV)
    state = after(InputWarning(10.0, Channel.AGENT, fact))
    assert input_words(state, words) == (words(said) if words.has(said) else said)
