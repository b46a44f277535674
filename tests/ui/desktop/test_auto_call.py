import pytest

from callwatch.core.channels import Channel
from callwatch_ui.desktop.auto_call import AutoCall, AutoCallConfig, AutoDecision

A, C = Channel.AGENT, Channel.CUSTOMER


def talk(auto: AutoCall, channel: Channel, start_s: float, end_s: float) -> list[AutoDecision]:
    return [auto.voice_started(channel, start_s), auto.voice_stopped(channel, end_s)]


def in_call() -> AutoCall:
    auto = AutoCall()
    talk(auto, A, 1.0, 2.0)
    assert AutoDecision.BEGIN in talk(auto, C, 3.0, 4.0)
    return auto


def test_a_call_begins_when_both_sides_spoke_within_the_window() -> None:
    assert in_call().is_in_call


def test_one_voice_alone_or_far_apart_or_a_cough_is_no_call() -> None:
    auto = AutoCall()
    for i in range(20):
        assert set(talk(auto, A, i * 3.0, i * 3.0 + 2.0)) == {AutoDecision.NOTHING}
    auto = AutoCall()
    talk(auto, A, 0.0, 2.0)
    assert AutoDecision.BEGIN not in talk(auto, C, 30.0, 32.0)
    auto = AutoCall()
    talk(auto, A, 0.0, 2.0)
    assert AutoDecision.BEGIN not in talk(auto, C, 3.0, 3.2)


def test_a_long_first_sentence_counts_while_it_lasts() -> None:
    auto = AutoCall()
    auto.voice_started(A, 0.0)
    auto.voice_started(C, 40.0)
    assert auto.tick(40.5) is AutoDecision.NOTHING
    assert auto.tick(40.7) is AutoDecision.BEGIN


def test_it_ends_after_the_silence_and_not_before() -> None:
    auto = in_call()
    assert auto.tick(63.9) is AutoDecision.NOTHING
    assert auto.tick(64.1) is AutoDecision.END
    assert not auto.is_in_call
    assert auto.tick(65.0) is AutoDecision.NOTHING


def test_speech_that_goes_on_is_no_silence() -> None:
    auto = in_call()
    auto.voice_started(A, 10.0)
    assert auto.tick(500.0) is AutoDecision.NOTHING
    auto.voice_stopped(A, 500.0)
    assert auto.tick(561.0) is AutoDecision.END


def test_after_a_call_that_ended_otherwise_the_next_talk_begins_one() -> None:
    auto = in_call()
    auto.call_over()
    auto.forget_voices()
    assert not auto.is_in_call
    assert auto.tick(5.0) is AutoDecision.NOTHING
    talk(auto, A, 6.0, 7.0)
    assert AutoDecision.BEGIN in talk(auto, C, 8.0, 9.0)


def test_hands_have_the_last_word() -> None:
    auto = in_call()
    auto.stopped_by_hand()
    assert set(talk(auto, A, 5.0, 6.0) + talk(auto, C, 6.0, 7.0)) == {AutoDecision.NOTHING}
    auto.tick(70.0)
    assert AutoDecision.BEGIN in talk(auto, A, 71.0, 72.0) + talk(auto, C, 72.0, 73.0)

    auto = AutoCall()
    auto.started_by_hand(0.0)
    assert auto.tick(1000.0) is AutoDecision.NOTHING
    auto = AutoCall(AutoCallConfig(ends_manual_calls=True))
    auto.started_by_hand(0.0)
    assert auto.tick(61.0) is AutoDecision.END


def test_impossible_times_are_refused() -> None:
    with pytest.raises(ValueError, match="longer than 0"):
        AutoCallConfig(end_after_silence_s=0.0)


@pytest.mark.parametrize(("spoken_s", "begins"), [(0.55, False), (0.65, True)])
def test_a_cough_is_no_greeting(spoken_s: float, begins: bool) -> None:
    auto = AutoCall()
    talk(auto, A, 1.0, 2.0)
    assert (AutoDecision.BEGIN in talk(auto, C, 3.0, 3.0 + spoken_s)) is begins


@pytest.mark.parametrize(("apart_s", "begins"), [(14.9, True), (15.1, False)])
def test_both_speak_within_fifteen_seconds(apart_s: float, begins: bool) -> None:
    # What counts is the last 0.6 s of the agent's greeting, when the customer has spoken too.
    auto = AutoCall()
    talk(auto, A, 1.0, 2.0)
    auto.voice_started(C, 1.4 + apart_s - 0.65)
    assert (auto.tick(1.4 + apart_s) is AutoDecision.BEGIN) is begins


@pytest.mark.parametrize(("silence_s", "ends"), [(59.5, False), (60.5, True)])
def test_a_minute_of_silence_ends_it(silence_s: float, ends: bool) -> None:
    assert (in_call().tick(4.0 + silence_s) is AutoDecision.END) is ends


def test_a_call_begun_by_hand_is_ended_by_hand_unless_told_otherwise() -> None:
    assert not AutoCallConfig().ends_manual_calls
