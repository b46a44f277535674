"""Thanks and delight, where they are meant, in four languages."""

import pytest

from callwatch.core.channels import Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Word
from callwatch.detectors.friendly_words import friendly_lexicon


def said(text: str) -> list[Word]:
    """Half a second a word."""
    return [Word(w, TimeSpan(i / 2, i / 2 + 0.4)) for i, w in enumerate(text.split())]


def is_warm(language: Language, text: str) -> bool:
    return bool(friendly_lexicon(language).warm_spans(said(text)))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (Language.EN, "oh my gosh thank you so much"),
        (Language.EN, "Oh, that is wonderful. You're the best!"),
        (Language.EN, "ha ha ha oh that is so funny"),
        (Language.SV, "åh tusen tack så himla snällt av dig"),
        (Language.SV, "Nämen vad roligt!"),
        (Language.DA, "Hvor er jeg glad, tusind tak!"),
        (Language.DA, "ej hvor fedt"),
        (Language.NB, "Tusen takk, så utrolig bra, du er en engel"),
        (Language.NB, "å så gøy"),
    ],
)
def test_thanks_and_delight_are_warm(language: Language, text: str) -> None:
    assert is_warm(language, text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (Language.EN, "thanks for nothing"),
        (Language.EN, "oh great now it is gone"),
        (Language.EN, "I have waited for three weeks thank you very much"),
        (Language.EN, "that is not wonderful"),
        (Language.EN, "this is the worst service ever"),
        (Language.SV, "tack för ingenting"),
        (Language.SV, "det är inte alls underbart"),
        (Language.SV, "jag har väntat i tre veckor tack så mycket"),
        (Language.DA, "tak for ingenting"),
        (Language.DA, "det er ikke fantastisk"),
        (Language.NB, "takk for ingenting"),
        (Language.NB, "jeg er lei av dette tusen takk"),
        (Language.EN, "and then I called the office"),
    ],
)
def test_irony_and_complaints_are_not(language: Language, text: str) -> None:
    assert not is_warm(language, text)


def test_the_span_is_that_of_the_words() -> None:
    (span,) = friendly_lexicon(Language.EN).warm_spans(said("well then thank you Anna"))
    assert span == TimeSpan(1.0, 1.9)


@pytest.mark.parametrize("apart", [0, 1])
def test_a_complaint_far_away_cancels_nothing(apart: int) -> None:
    lexicon = friendly_lexicon(Language.EN)
    filler = " ".join(["and"] * (lexicon.reach - 1 + apart))
    assert bool(lexicon.warm_spans(said(f"it was broken {filler} wonderful"))) is bool(apart)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (Language.EN, "good morning this is Anna"),
        (Language.SV, "Ha det så bra, hej då!"),
        (Language.DA, "farvel og fortsat god dag"),
        (Language.NB, "ha en fin dag"),
    ],
)
def test_greetings_and_goodbyes(language: Language, text: str) -> None:
    assert friendly_lexicon(language).greeting_spans(said(text))
    assert not friendly_lexicon(language).greeting_spans(said("1 2 3"))
