import numpy as np

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


def said(check: LanguageCheck, sure: float, segments: int = 12) -> list[Fact]:
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


def test_less_than_twenty_seconds_are_not_judged() -> None:
    assert said(LanguageCheck(Language.EN), 0.0, segments=5) == []


def test_it_is_noticed_in_the_middle_of_a_call() -> None:
    check = LanguageCheck(Language.EN)
    assert said(check, 0.9, 12) == []
    out = []
    for number in range(12, 24):
        out += check.observe([chunk(number)], [heard(number, 0.1, ".1")])
    assert len(out) == 1


def test_words_that_come_late_count_for_their_segment() -> None:
    check = LanguageCheck(Language.EN)
    out = check.observe([chunk(0)], [])
    for number in range(1, 12):
        out += check.observe([chunk(number)], [heard(number - 1, 0.9)])
    assert out == []


def test_a_long_turn_is_not_judged_before_its_words_are_there() -> None:
    check = LanguageCheck(Language.EN)
    assert said(check, 0.9, 3) == []
    turn = [heard(3, 0.9, f".{part}") for part in range(5)]
    out = check.observe([chunk(3, 20.0), chunk(8, 0.5)], [])
    out += check.observe([], turn)
    for number in range(9, 12):
        out += check.observe([chunk(number)], [heard(number, 0.9)])
    assert out == []
