"""A line dictates when it holds names, letters and figures, and hardly a word besides."""

import pytest

from callwatch.core.channels import Channel, Language
from callwatch.redaction.dictation import dictated
from callwatch.redaction.lines import Line


def found(said: str, language: Language = Language.EN) -> str | None:
    words = said.split()
    span = dictated(Line(0, Channel.CUSTOMER, words, (0.0, 1.0), language))
    return None if span is None else " ".join(words[slice(*span)])


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("it's anna", "anna"),
        ("okay so peter bang", "peter bang"),
        ("so hans klara bang 8 5", "hans klara bang 8 5"),
        ("and then B-E-R-G thanks", "B-E-R-G"),
        ("a n n a", "a n n a"),
        ("P as in Peter A, apple", "P as in Peter A, apple"),
        ("underscore khan all one word", "underscore khan"),
        ("Jones 7", "Jones 7"),
        ("anna then 85", "anna then 85"),
        ("klara is 8 5 7", "klara is 8 5 7"),
    ],
)
def test_what_is_dictated(said: str, part: str) -> None:
    assert found(said) == part


@pytest.mark.parametrize(
    "said",
    [
        "",
        "yes okay",
        "hans klara bang",  # three plain words are a sentence
        "hans klara bang 8",
        "hans klara bang jones 8 5",
        "klara is 8 5",
        "the dog wants out",
        "Jones paid 22 pounds",
        "since 1987",
        "klara is sleeping",
        "klara then berg",  # a word of talk beside names alone
    ],
)
def test_what_is_not(said: str) -> None:
    assert found(said) is None
