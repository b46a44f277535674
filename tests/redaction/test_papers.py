"""IBANs and British insurance numbers are hidden, whole."""

import pytest

from callwatch.core.channels import Language
from callwatch.redaction.papers import find_ibans
from callwatch.redaction.redactor import mask_text

EN, DA, NB = Language.EN, Language.DA, Language.NB


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("GB29 NWBK 6016 1331 9268 19", [(0, 6)]),
        ("it is GB29NWBK60161331926819 you know", [(2, 3)]),
        ("GB29 - NWBK - 60 - 16 - 1331 - 926819", [(0, 11)]),
        ("GB29 - NWBK - 60 - 16 - 1331 - 9268 19", [(0, 12)]),
        ("GB29 - NWBK - 60 - 16 - 1331 - 9268 - 19", []),
        ("GB28 NWBK 6016 1331 9268 19", []),
    ],
)
def test_an_iban_is_found_within_twelve_words(said: str, found: list[tuple[int, int]]) -> None:
    assert find_ibans(said.split()) == found


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("n o 93 8601 1117 947", "[iban]"),  # the shortest of all: thirteen digits
        ("n o 93 8601 1117 948", "n o [number]"),
    ],
)
def test_the_letters_before_a_number_make_it_an_iban(said: str, masked: str) -> None:
    assert mask_text(said, NB) == masked


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("Q Q 12 34 56 C", "[id]"),
        ("QQ 123456 c", "[id]"),
        ("QQ123456C", "[id]"),
        ("Q Q 12 34 5 C", "Q Q 12 34 5 C"),
        ("it 123456 c", "it 123456 c"),
        ("Q Q 123 456 e", "[id] e"),
    ],
)
def test_an_insurance_number_is_six_digits_between_letters(said: str, masked: str) -> None:
    assert mask_text(said, EN) == masked


def test_an_iban_stays_whole_where_a_longer_number_meets_it() -> None:
    said = "12345678 d k fem nul nul nul fire nul nul fire fire nul en en seks to fire tre"
    assert mask_text(said, DA) == "[card] [iban]"


def test_an_iban_gives_way_to_an_address_with_its_digits() -> None:
    said = "it's GB29, NWBK 6016 1331 9268 19 at example.com"
    assert mask_text(said, EN) == "it's [iban], [email]"
