"""What a number is called, by its length and its check digits."""

import pytest

from callwatch.core.channels import Language
from callwatch.redaction.labels import CARD, IDENTITY, NUMBER, PHONE, find_card, label_of


@pytest.mark.parametrize(
    ("digits", "found"),
    [
        ("400000071", None),
        ("400000000010", None),
        ("4000000000071", (0, 13)),
        ("4111111111111111", (0, 16)),
        ("4000000000000000071", (0, 19)),
        ("40000000000000000010", None),
    ],
)
def test_a_card_has_thirteen_to_nineteen_digits(digits: str, found: tuple[int, int] | None) -> None:
    assert find_card(digits) == found


@pytest.mark.parametrize(("ahead", "found"), [(64, (64, 80)), (65, None)])
def test_a_card_is_looked_for_in_the_first_eighty_digits(
    ahead: int, found: tuple[int, int] | None
) -> None:
    assert find_card("0" * ahead + "4111111111111111") == found


@pytest.mark.parametrize(
    "card",
    [
        "4010100010101010",
        "4020201020202026",
        "4010102010101016",
        "4010103010101014",
        "4010101010101018",
        "4010105010101019",
        "4010106010101017",
        "4010107010101015",
        "4010108010101013",
        "4010109010101011",
    ],
)
def test_every_digit_in_a_doubled_place_of_a_card_is_reckoned_with(card: str) -> None:
    assert find_card(card) == (0, 16)
    assert find_card("1" + card) == (1, 17)


@pytest.mark.parametrize(
    ("language", "digits", "label"),
    [
        (Language.EN, "4111111111111111", CARD),
        (Language.EN, "4111111111111112", NUMBER),
        (Language.SV, "8505171234", IDENTITY),
        (Language.NB, "01019020009", IDENTITY),
        (Language.EN, "02079460958", PHONE),
        (Language.EN, "4791234567", PHONE),
        (Language.DA, "25501233", PHONE),
        (Language.EN, "1234567", NUMBER),
    ],
)
def test_a_number_is_called_what_its_digits_say(
    language: Language, digits: str, label: str
) -> None:
    assert label_of(digits, language) == label
