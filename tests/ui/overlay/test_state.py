import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.events import (
    CueOpened,
    CueWithdrawn,
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
from callwatch_ui.overlay.card_content import card_for, input_words
from callwatch_ui.overlay.state import OverlayState, Phase, reduce, with_phase, without_note
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


def test_a_note_on_the_sound_stays_until_the_sound_is_good_and_it_could_be_read() -> None:
    note = InputWarning(10.0, Channel.AGENT, quoted("No sound.", "silent"))
    bad = {Channel.AGENT: False, Channel.CUSTOMER: True}
    state = after(note, metered(30.0, 1.0, 1.0, input_ok=bad))
    assert state.note is not None
    assert state.bad_input == {Channel.AGENT}
    assert not state.input_is_good
    good = dict.fromkeys(Channel, True)
    assert after(metered(31.0, 1.0, 1.0, input_ok=good), state=state).input_is_good
    assert after(note, metered(12.0, 1.0, 1.0)).note is not None
    assert without_note(after(note)).note is None


def faulty(time_s: float, code: str | None) -> MeterUpdated:
    faults = {} if code is None else {Channel.AGENT: code}
    ok = {Channel.AGENT: code is None, Channel.CUSTOMER: True}
    return metered(time_s, 1.0, 1.0, input_ok=ok, input_faults=faults)


def test_a_fault_that_comes_again_has_a_card_again_but_not_every_minute() -> None:
    state = after(
        InputWarning(10.0, Channel.AGENT, quoted("Clipped.", "clipping")), faulty(11.0, "clipping")
    )
    assert state.note is not None
    state = after(faulty(30.0, None), state=state)
    assert (state.note, state.input_is_good) == (None, True)
    state = after(faulty(31.0, "clipping"), state=state)
    assert (state.note, state.input_is_good) == (None, False)
    state = after(faulty(50.0, None), faulty(80.0, "clipping"), state=state)
    assert state.note is not None
    assert (state.note.code, state.note.channel) == ("clipping", Channel.AGENT)
    # A card that was closed does not come back while the fault goes on.
    assert after(faulty(200.0, "clipping"), state=without_note(state)).note is None


@pytest.mark.parametrize("language", Language)
def test_the_light_says_which_side_and_what_to_do(language: Language) -> None:
    words = Translator(language)
    assert input_words(after(faulty(1.0, None)), words) == words("input.good")
    for code in FAULTS:
        told = input_words(after(faulty(1.0, code)), words)
        assert told == f"{words('card.input.agent')}: {words(f'note.{code}')}"
    for code in ("bleed", "swapped_channels", "language_mismatch", "speech_skipped"):
        assert words.has(f"note.{code}")


def test_silence_lasts_until_the_sound_is_back() -> None:
    gone = InputWarning(10.0, Channel.CUSTOMER, quoted("No sound.", "no_sound"))
    state = after(gone, metered(60.0, 1.0, 1.0))
    assert state.bad_input == {Channel.CUSTOMER}
    assert state.note is not None
    back = InputWarning(61.0, Channel.CUSTOMER, quoted("Back.", "sound_back"))
    assert after(back, state=state).input_is_good
    assert not after(
        InputWarning(61.0, Channel.AGENT, quoted("Back.", "sound_back")), state=state
    ).input_is_good


def test_a_warning_that_is_told_once_leaves_by_itself() -> None:
    state = after(
        InputWarning(10.0, Channel.AGENT, quoted("Clipped.", "clipping")), metered(11.0, 1.0, 1.0)
    )
    assert state.note is not None
    assert after(metered(19.0, 1.0, 1.0), state=state).input_is_good


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
    ("fact", "advice"),
    [
        (Fact("clipping", {"channel": "agent"}), "För starkt: sänk inspelningsnivån."),
        (Fact("no_speech", {"channel": "agent"}), "Inget tal hördes från agenten."),
        (quoted("Words of a later version.", "later"), "Words of a later version."),
    ],
)
def test_a_note_is_shown_in_the_language_of_the_overlay(fact: Fact, advice: str) -> None:
    card = card_for(after(InputWarning(10.0, Channel.AGENT, fact)), Translator(Language.SV), {})
    assert card is not None
    assert card.advice == advice
