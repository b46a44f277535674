"""What is hidden in a dialogue, and which of two findings stays whole."""

import pytest
from tests.redaction.dialogues import masked, shown_at_once

from callwatch.core.channels import Language

EN = Language.EN


@pytest.mark.parametrize(
    ("between", "shown"),
    [
        ("uh", "[card]"),
        ("uh uh uh", "[card]"),
        ("uh uh uh uh", "[card] uh uh uh uh [card]"),
    ],
)
def test_up_to_three_words_between_the_digits_are_hidden_with_them(
    between: str, shown: str
) -> None:
    assert masked(EN, (0.0, f"c 4111 1111 {between} 1111 1111")) == [shown]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("c anyway the keyboard says 451 so", "anyway the keyboard says 451 so"),
        ("c anyway the keyboard says it 451 so", "anyway the keyboard says it 451 so"),
        ("c anyway the keyboard says it 4512 so", "anyway the keyboard says it [number] so"),
    ],
)
def test_at_most_three_digits_of_what_may_go_on_are_seen(said: str, shown: str) -> None:
    assert shown_at_once(EN, (0.0, said)) == [shown]


def test_a_number_stays_whole_where_an_address_may_begin() -> None:
    said = "c a b c 4 1 1 1 2 2 2 8"
    assert shown_at_once(EN, (0.0, said)) == ["[email] [number]"]


def test_an_iban_stays_whole_where_a_number_meets_it() -> None:
    said = "c 12345678 d k 5000 4004 4011 6243"
    assert masked(EN, (0.0, said)) == ["[card] [iban]"]
