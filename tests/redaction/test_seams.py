"""What a number is may be said in the next utterance, or in the one before."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language

CASES = [
    (Language.EN, "c it weighs 370", "c kilos and is 180 wide"),
    (Language.EN, "a your order number", "a is 4073 71 keep it"),
    (Language.EN, "a your contract number", "a is 8352 26 until december"),
    (Language.SV, "c den väger 370", "c kilo och är 180 bred"),
    (Language.DA, "c den vejer 370", "c kilo og er 180 bred"),
    (Language.NB, "c den veier 370", "c kilo og er 180 bred"),
]


@pytest.mark.parametrize(("language", "first", "second"), CASES)
def test_a_number_at_a_cut_is_ordinary(language: Language, first: str, second: str) -> None:
    said = masked(language, (0.0, first), (3.0, second))
    assert said == [first[2:], second[2:]]


def test_a_card_over_a_cut_is_hidden_with_a_unit_behind_it() -> None:
    said = masked(Language.EN, (0.0, "c it's 4111 1111"), (3.0, "c 1111 1111 for 20 kilos of coal"))
    assert "1111" not in " ".join(said)


def test_an_answer_is_what_was_asked_for() -> None:
    heard = masked(
        Language.EN,
        (0.0, "c 4111 1111 1111 1111"),
        (4.0, "a and the cvv number"),
        (6.0, "c looks like 343"),
        (7.0, "c the ticket number you gave me was 9630649"),
    )
    assert heard[2:] == ["looks like [code]", "the ticket number you gave me was 9630649"]
