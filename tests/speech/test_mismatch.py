import numpy as np
import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.speech.mismatch import LanguageCheck
from callwatch.speech.protocol import SpeechChunk


def chunk(number: int, length_s: float = 4.0) -> SpeechChunk:
    samples = np.zeros(round(length_s * 16_000), dtype=np.int16)
    return SpeechChunk(Channel.CUSTOMER, f"customer-{number}", samples, number * 5.0, 0.0, True)


def heard(number: int, sure: float, suffix: str = "") -> Utterance:
    span = TimeSpan(number * 5.0, number * 5.0 + 3.5)
    name = f"customer-{number}{suffix}"
    return Utterance(name, Channel.CUSTOMER, (Word("word", span, sure),), True, span.end_s)


def said(check: LanguageCheck, sure: float, segments: int = 20) -> list[Fact]:
    out = []
    for number in range(segments):
        out += check.observe([chunk(number)], [])
        out += check.observe([], [heard(number, sure)] if sure else [])
    return out


def test_the_right_language_is_not_mentioned() -> None:
    assert said(LanguageCheck(Language.EN), 0.8) == []


def test_words_in_doubt_are_told_once() -> None:
    expected = Fact("language_mismatch", {"channel": "customer", "language": "sv"})
    assert said(LanguageCheck(Language.SV), 0.2) == [expected]


def test_no_words_at_all_are_told_once() -> None:
    assert len(said(LanguageCheck(Language.EN), 0.0)) == 1


@pytest.mark.parametrize(("segments", "sentences"), [(14, 0), (16, 1)])
def test_some_three_quarters_of_a_minute_are_judged(segments: int, sentences: int) -> None:
    # 3.3 s of voice a segment; the newest two still wait for their words.
    assert len(said(LanguageCheck(Language.EN), 0.0, segments)) == sentences


@pytest.mark.parametrize(("length_s", "sentences"), [(2.19, 0), (2.21, 1)])
def test_listening_words_are_left_out(length_s: float, sentences: int) -> None:
    check, out = LanguageCheck(Language.EN), []
    for number in range(60):
        out += check.observe([chunk(number, length_s)], [])
    assert len(out) == sentences


@pytest.mark.parametrize(("sure", "sentences"), [(0.41, 1), (0.44, 0)])
def test_less_than_nine_twentieths_sure_is_another_language(sure: float, sentences: int) -> None:
    # Words of 3.5 s in 3.3 s of voice.
    assert len(said(LanguageCheck(Language.EN), sure)) == sentences


@pytest.mark.parametrize(("later_s", "sentences"), [(7.9, 0), (8.1, 1)])
def test_words_have_eight_seconds_to_come(later_s: float, sentences: int) -> None:
    check = LanguageCheck(Language.EN)
    silence = np.zeros(160, dtype=np.int16)
    later = SpeechChunk(Channel.AGENT, "agent-0", silence, 60.0 + later_s - 0.01, 0.0, True)
    assert len(check.observe([chunk(0, 60.0), later], [])) == sentences


def test_it_is_noticed_in_the_middle_of_a_call() -> None:
    check = LanguageCheck(Language.EN)
    assert said(check, 0.9, 20) == []
    out = []
    for number in range(20, 44):
        out += check.observe([chunk(number)], [heard(number, 0.1, ".1")])
    assert len(out) == 1


def test_words_that_come_late_count_for_their_segment() -> None:
    check = LanguageCheck(Language.EN)
    out = check.observe([chunk(0)], [])
    for number in range(1, 30):
        out += check.observe([chunk(number)], [heard(number - 1, 0.9)])
    assert out == []


def test_a_long_turn_is_not_judged_before_its_words_are_there() -> None:
    check = LanguageCheck(Language.EN)
    assert said(check, 0.9, 3) == []
    turn = [heard(3, 0.9, f".{part}") for part in range(5)]
    out = check.observe([chunk(3, 20.0), chunk(8, 0.5)], [])
    out += check.observe([], turn)
    for number in range(9, 30):
        out += check.observe([chunk(number)], [heard(number, 0.9)])
    assert out == []


def test_speech_that_was_skipped_is_in_no_language() -> None:
    check = LanguageCheck(Language.EN)
    out = []
    for number in range(24):
        out += check.observe([chunk(number)], [])
        check.note_recognition(4.0 * (number // 3), 0.0)  # a part of it, again and again
    assert out == []
    for number in range(24, 44):  # heard again, and still no words
        out += check.observe([chunk(number)], [])
    assert len(out) == 1


def test_words_that_a_slow_machine_brings_late_are_waited_for() -> None:
    check = LanguageCheck(Language.EN)
    check.note_recognition(0.0, 12.0)
    out = []
    for number in range(16):
        late = [heard(number - 3, 0.9)] if number >= 3 else []
        out += check.observe([chunk(number)], late)
    assert out == []
