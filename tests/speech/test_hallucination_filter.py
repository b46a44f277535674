import pytest

from callwatch.speech.hallucination_filter import HallucinationConfig, is_plausible
from callwatch.speech.whisper_engine import Decoded, HeardWord


def decoded(text: str, log_probability: float = -0.2, no_speech: float = 0.01) -> Decoded:
    words = tuple(HeardWord(w, i * 0.3, i * 0.3 + 0.3, 0.9) for i, w in enumerate(text.split()))
    return Decoded(words, log_probability, no_speech, False)


def believed(heard: Decoded, length_s: float = 3.0) -> bool:
    return is_plausible(heard, length_s, HallucinationConfig())


def test_clear_speech_is_believed() -> None:
    assert believed(decoded("I will call my lawyer about this."))
    assert believed(decoded("Thank you."))
    assert believed(decoded("It makes a beep."))


@pytest.mark.parametrize(
    "heard",
    [
        decoded(""),
        decoded("..."),
        decoded("the cat is on the", -1.6),
        decoded("I don't know what", -0.9, 0.9),
        decoded("Thank you.", -0.3, 0.4),
        decoded("Thank you.", -0.9, 0.0),
        decoded("Thanks for watching!", -0.1),
        decoded("Beep! Beep. Be-", -0.1),
        decoded("Teksting av Nicolai Winther", -0.1),
    ],
)
def test_what_is_invented_is_not(heard: Decoded) -> None:
    assert not believed(heard)


def test_more_words_than_anybody_can_say_are_not() -> None:
    assert not believed(decoded("a b c d e f g h i j k l"), 1.0)


# Each bound just inside and just outside, the other values clear of theirs.
@pytest.mark.parametrize(
    ("doubtful", "clear"),
    [
        (decoded("I see.", -0.9, 0.85), decoded("I see.", -0.9, 0.83)),
        (decoded("I see.", -0.71, 0.95), decoded("I see.", -0.69, 0.95)),
        (decoded("I see.", -1.31), decoded("I see.", -1.29)),
        (decoded("Thank you.", -0.2, 0.21), decoded("Thank you.", -0.2, 0.19)),
        (decoded("Thank you.", -0.61), decoded("Thank you.", -0.59)),
    ],
    ids=["no speech", "doubtful", "hopeless", "invented, no speech", "invented, doubtful"],
)
def test_where_doubt_begins(doubtful: Decoded, clear: Decoded) -> None:
    assert not believed(doubtful)
    assert believed(clear)


@pytest.mark.parametrize(("length_s", "credible"), [(0.98, False), (1.02, True)])
def test_eight_words_a_second_and_one_more_can_be_said(length_s: float, credible: bool) -> None:
    assert believed(decoded("a b c d e f g h i"), length_s) is credible
