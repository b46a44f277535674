"""What is said as a date: when a card expires, when somebody was born; and passwords within a sentence."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language

CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("language", "asked", "said", "shown"),
    [
        (Language.EN, "and when does it expire", "zero two of 27", "[card]"),
        (Language.EN, "what's the expiry date please", "oh two twenty seven", "[card]"),
        (Language.EN, "and the expiry date", "february 27", "[card]"),
        (Language.SV, "och giltighetstiden", "gäller till maj 2028", "gäller till [card]"),
        (Language.DA, "og udløbsdatoen", "nul ni skråstreg enogtredive", "[card]"),
        (Language.NB, "og utløpsdatoen", "juni skråstrek tjue tjuesju", "[card]"),
    ],
)
def test_when_a_card_expires_is_hidden(
    language: Language, asked: str, said: str, shown: str
) -> None:
    heard = masked(language, (0.0, f"c {CARD}"), (4.0, f"a {asked}"), (6.0, f"c {said}"))
    assert heard == ["[card]", asked, shown]


def test_a_month_and_a_year_may_be_in_two_lines_with_the_code_behind_them() -> None:
    heard = masked(
        Language.EN,
        (0.0, f"c my card is {CARD}"),
        (4.0, "c good till oh eight of"),
        (6.0, "c twenty twenty-nine 346"),
    )
    assert heard == ["my card is [card]", "good till [card]", "[card]"]


def test_where_no_card_is_talked_of_a_month_and_a_year_stay() -> None:
    said = ((0.0, "c the offer runs till may 2028"), (4.0, "a yes till oh eight of 29"))
    assert masked(Language.EN, *said) == [text[2:] for _, text in said]


def test_an_identity_number_may_begin_with_a_date_as_it_is_said() -> None:
    heard = masked(
        Language.DA,
        (0.0, "a hvad er dit cpr nummer"),
        (2.0, "c fjortende august seksoghalvfjerds og de"),
        (5.0, "c sidste fire nul syv ni ni"),
    )
    assert heard[1:] == ["[id] og de", "sidste fire [id]"]


def test_the_letters_of_an_insurance_number_may_be_spelled() -> None:
    asked = (0.0, "a what's your national insurance number")
    assert masked(Language.EN, asked, (2.0, "c c e for elephant 71 79 90 c"))[1] == "[id]"


def test_a_day_in_a_story_stays() -> None:
    said = "det var den fjortende august seksoghalvfjerds jeg flyttede"
    assert masked(Language.DA, (0.0, f"c {said}")) == [said]


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        (Language.EN, "I keep typing banana 57 hash that is my password", "I keep typing [code] that is my password"),
        (Language.SV, "jag skriver banan 57 fyrkant det är mitt lösenord", "jag skriver [code] det är mitt lösenord"),
        (Language.EN, "the password does not work on windows 11", "the password does not work on windows 11"),
    ],
)  # fmt: skip
def test_a_password_within_a_sentence(language: Language, said: str, shown: str) -> None:
    assert masked(language, (0.0, f"c {said}")) == [shown]


def test_a_password_of_a_word_and_figures_over_two_lines() -> None:
    asked = (0.0, "a which password did you set")
    heard = masked(Language.EN, asked, (2.0, "c well banana"), (4.0, "c 57 hash"))
    assert heard[1:] == ["well [code]", "[code]"]
