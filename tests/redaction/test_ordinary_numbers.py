"""What the words around a number say keeps it in clear, also right after a secret."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language
from callwatch.redaction.redactor import mask_text

EN, SV, DA, NB = Language.EN, Language.SV, Language.DA, Language.NB


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (EN, "in the years 1964 1968 and 1972 it was the same"),
        (EN, "in nineteen sixty four nineteen sixty eight the price was lower"),
        (SV, "åren 2004 1996 och 2020 var priset detsamma"),
        (DA, "i 1964 1968 og 1972 var prisen den samme"),
        (NB, "i nittensekstifire 2018 var prisen den samme"),
        (EN, "error code 826 again"),
        (EN, "I earn 73 135 a year"),
        (SV, "jag tjänar 662 000 i månaden"),
    ],
)
def test_a_long_number_that_is_explained_stays(language: Language, text: str) -> None:
    assert mask_text(text, language) == text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("in the years 1964 1868 it was the same", "in the years [phone] it was the same"),
        ("in one nine six four one nine six eight the", "in [phone] the"),
        ("1964 1968", "[phone]"),
    ],
)
def test_years_are_years_and_not_said_digit_by_digit(said: str, shown: str) -> None:
    assert mask_text(said, EN).replace("[number]", "[phone]") == shown


@pytest.mark.parametrize(
    ("language", "asked", "said"),
    [
        (EN, "your phone number", "my son is nine"),
        (EN, "your phone number", "we won 4 2 on saturday"),
        (EN, "your phone number", "my printer is an hp 7942"),
        (SV, "ditt telefonnummer", "min son är nio"),
        (SV, "ditt telefonnummer", "klockan är redan 4"),
        (SV, "ditt telefonnummer", "matchen slutade 2 1"),
        (DA, "dit telefonnummer", "min søn er ni"),
        (DA, "dit telefonnummer", "kampen endte 2 1"),
        (NB, "telefonnummeret ditt", "sønnen min er ni"),
        (NB, "telefonnummeret ditt", "klokka er allerede 4"),
    ],
)
def test_talk_after_a_secret_stays(language: Language, asked: str, said: str) -> None:
    lines = [(0.0, f"a {asked}"), (3.0, "c 0701 740 605"), (8.0, f"c {said}")]
    assert masked(language, *lines)[2] == said


def test_no_amount_begins_with_a_zero_before_its_thousands() -> None:
    lines = [(0.0, "a card number please"), (2.0, "c 4571"), (4.0, "c 0,332"), (6.0, "c 1036")]
    assert masked(EN, *lines)[1:] == ["[card]"] * 3


def after_a_phone(said: str) -> str:
    lines = [(0.0, "a your phone number"), (3.0, "c 0701 74"), (6.0, f"c {said}")]
    return masked(EN, *lines)[2]


@pytest.mark.parametrize(
    "said",
    [
        "250000000 pounds for it",
        "the meter reads 12345678 today",
        "flight 123456 was late again",
        "my room was uh so 4505 yesterday",
        "it is 12345 a month",
        "that costs you in all 4500",
    ],
)
def test_what_words_explain_is_so_long_and_so_near(said: str) -> None:
    assert after_a_phone(said) == said


@pytest.mark.parametrize(
    "said",
    [
        "2500000000 pounds for it",
        "the meter reads 123456789 today",
        "flight 1234567 was late again",
        "my room it was uh so 4505 yesterday",
        "it is 123456 a month",
        "that costs you now in all 4500",
    ],
)
def test_what_is_longer_or_farther_is_hidden(said: str) -> None:
    assert "[phone]" in after_a_phone(said)


@pytest.mark.parametrize(
    ("said", "is_hidden"),
    [
        ("so we've got 3410, 8685 ah wait no 8689 now 1673 now 474 and that is all of it", True),
        ("we sit in room no 8689 and the other one in 1673", False),
    ],
)
def test_no_after_digits_corrects_them(said: str, is_hidden: bool) -> None:
    assert ("8689" not in mask_text(said, EN)) is is_hidden
