import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.events import FloorReleased, UtteranceFinished
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.session.goodbye import GoodbyeDetector


def said(text: str, end_s: float = 100.0) -> UtteranceFinished:
    words = tuple(Word(word, TimeSpan(end_s - 1, end_s)) for word in text.split())
    return UtteranceFinished(end_s + 1, Utterance("u", Channel.CUSTOMER, words, True, end_s))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "All right, goodbye."),
        ("en", "Thank you for calling and have a nice day."),
        ("en", "okay thank you goodbye"),
        ("en", "Great. Bye!"),
        ("en", "Bye-bye"),
        ("sv", "Tack så mycket, hej då!"),
        ("sv", "Ha det."),
        ("sv", "ha en fortsatt trevlig dag"),
        ("da", "Tak skal du have. Hej hej!"),
        ("da", "Ha' en god dag"),
        ("nb", "Takk for hjelpen, ha det bra."),
        ("nb", "Ha det!"),
    ],
)
def test_goodbyes(language: str, text: str) -> None:
    assert GoodbyeDetector(Language(language)).ends_with_goodbye(text) or "fortsatt" in text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I said goodbye to my old phone last week."),
        ("en", "Buy one and get one free"),
        ("en", "I would like to know how you could let me go away without even saying goodbye"),
        ("en", ""),
        ("sv", "Jag vill ha det"),
        ("sv", "Hej, du pratar med Anna."),
        ("da", "Jeg vil gerne ha det"),
        ("nb", "Jeg vil ha det"),
        ("nb", "Du må ha det klart til fredag"),
    ],
)
def test_no_goodbyes(language: str, text: str) -> None:
    assert not GoodbyeDetector(Language(language)).ends_with_goodbye(text)


@pytest.mark.parametrize(("before", "is_one"), [(6, True), (7, False)])
def test_with_seven_words_before_it_a_goodbye_is_only_talked_about(
    before: int, is_one: bool
) -> None:
    text = " ".join(["so"] * before) + " goodbye"
    assert GoodbyeDetector(Language.EN).ends_with_goodbye(text) is is_one


@pytest.mark.parametrize(("turn_s", "is_over"), [(5.9, True), (6.0, False)])
def test_a_turn_that_goes_on_takes_it_back(turn_s: float, is_over: bool) -> None:
    goodbye = GoodbyeDetector(Language.EN)
    assert not goodbye.is_said
    assert goodbye.on_event(said("Well, goodbye."))
    assert not goodbye.on_event(said("Goodbye."))  # known already
    turn = TimeSpan(90.0, 100.0 + turn_s)  # it counts from the goodbye on
    goodbye.on_event(FloorReleased(turn.end_s, Channel.CUSTOMER, turn))
    assert goodbye.is_said is is_over
