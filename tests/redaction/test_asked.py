"""What was asked for is hidden when it is answered, however short; other numbers are not."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language

EN, DA = Language.EN, Language.DA
# Says so much that digits after it are no part of digits before.
TALK = "well honestly maybe grandmother remembers that it is"


@pytest.mark.parametrize(("at_s", "shown"), [(25.0, "[code]"), (25.5, "737")])
def test_a_question_stands_for_twenty_five_seconds(at_s: float, shown: str) -> None:
    said = masked(EN, (0.0, "a what is the security code"), (at_s, "c it is 737"))
    assert said[1] == f"it is {shown}"


@pytest.mark.parametrize(("at_s", "shown"), [(43.0, "[card]"), (43.5, "222")])
def test_an_answer_goes_on_for_eighteen_seconds(at_s: float, shown: str) -> None:
    question, answer = (0.0, "a what is the card number please"), (25.0, "c it's 411")
    assert masked(EN, question, answer, (at_s, f"c {TALK} 222"))[2] == f"{TALK} {shown}"


@pytest.mark.parametrize(("at_s", "shown"), [(17.0, "4512"), (17.5, "[card]")])
def test_the_number_of_an_order_that_was_asked_for_comes_within_twelve_seconds(
    at_s: float, shown: str
) -> None:
    question, other = (0.0, "a what is the card number please"), (5.0, "a and which order number")
    assert masked(EN, question, other, (at_s, "c 4512"))[2] == shown


def test_a_number_of_the_customer_is_hidden_whatever_order_was_asked_for() -> None:
    question, other = (0.0, "a what is the security code"), (5.0, "a and which order number")
    said = masked(EN, question, other, (8.0, "c 02079460958"))
    assert said[2] == "[code]"


@pytest.mark.parametrize(("between", "shown"), [(4, "[code]"), (5, "737")])
def test_a_number_may_stand_four_words_before_its_name(between: int, shown: str) -> None:
    rest = "uh " * between + "cvv"
    assert masked(EN, (0.0, f"c 737 {rest}")) == [f"{shown} {rest}"]


@pytest.mark.parametrize(("digits", "shown"), [("73", "73"), ("737", "[code]")])
def test_two_digits_before_a_name_are_a_count(digits: str, shown: str) -> None:
    assert masked(EN, (0.0, f"c {digits} is the cvv")) == [f"{shown} is the cvv"]


@pytest.mark.parametrize(
    ("asked", "digits", "shown"),
    [
        ("card number", 15, "[card]"),
        ("card number", 16, "222"),
        ("account number", 23, "[number]"),
        ("account number", 24, "222"),
        ("security code", 2, "[code]"),
        ("security code", 3, "222"),
        ("expiry date", 2, "[card]"),
        ("expiry date", 3, "222"),
        ("social security", 8, "[id]"),
        ("social security", 9, "222"),
        ("phone number", 14, "[phone]"),
        ("phone number", 15, "222"),
    ],
)
def test_nothing_more_is_awaited_when_an_answer_is_as_long_as_it_can_be(
    asked: str, digits: int, shown: str
) -> None:
    question, answer = (0.0, f"a what is the {asked}"), (2.0, "c it's " + "1" * digits)
    assert masked(EN, question, answer, (5.0, f"c {TALK} 222"))[2] == f"{TALK} {shown}"


@pytest.mark.parametrize(("digits", "shown"), [(11, "[id]"), (12, "222")])
def test_a_danish_identity_number_is_whole_with_twelve_digits(digits: int, shown: str) -> None:
    question, answer = (0.0, "a hvad er dit personnummer"), (2.0, "c " + "1" * digits)
    talk = "altså bedstemor husker måske tingene sådan at det er"
    assert masked(DA, question, answer, (5.0, f"c {talk} 222"))[2] == f"{talk} {shown}"


@pytest.mark.parametrize(("others", "shown"), [(8, "12345678"), (9, "[phone]")])
def test_the_number_of_an_order_is_known_again_after_eight_others(others: int, shown: str) -> None:
    orders = [(2.0 + i, f"a order 45{i}7") for i in range(others)]
    assert masked(EN, (0.0, "c order 12345678"), *orders, (60.0, "c 12345678"))[-1] == shown


@pytest.mark.parametrize(("digits", "shown"), [("4512", "[card]"), ("45123", "45123")])
def test_an_order_of_five_digits_is_repeated_while_a_card_is_awaited(
    digits: str, shown: str
) -> None:
    order, question = (0.0, f"c order {digits}"), (3.0, "a what is the card number please")
    assert masked(EN, order, question, (5.0, f"c {digits}"))[2] == shown


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("17.5.85", "17.5.85"),
        ("17.05.85", "[id]"),
        ("17.5.1985", "[id]"),
        ("17.5.2023", "17.5.2023"),
    ],
)
def test_a_date_of_six_digits_may_begin_an_identity_number(date: str, shown: str) -> None:
    said = masked(EN, (0.0, "a your national id please"), (3.0, f"c it's {date}"))
    assert said[1] == f"it's {shown}"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("grandmother said surely it's", "[card]"),
        ("grandmother said surely so it's", "[card]"),
        ("grandmother said surely so it's then", "42"),
    ],
)
def test_two_digits_are_an_answer_after_five_words(words: str, shown: str) -> None:
    said = masked(EN, (0.0, "a what is the card number"), (3.0, f"c {words} 42"))
    assert said[1] == f"{words} {shown}"


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        ("c and just so you have it on record that is 596", "[code]"),
        ("a you have 300 gigabytes left out of 596", "out of 596"),
    ],
)
def test_a_code_is_hidden_where_it_is_said_again_and_no_count_with_its_digits(
    later: str, shown: str
) -> None:
    out = masked(
        Language.EN, (0.0, "a the security code please"), (3.0, "c five nine six"), (9.0, later)
    )
    assert out[1] == "[code]"
    assert out[2].endswith(shown)


@pytest.mark.parametrize(
    ("language", "asks", "said", "shown"),
    [
        (EN, "when does the card expire", "it's june twenty six", "it's [card]"),
        (EN, "when does the card expire", "it's june 2026", "it's [card]"),
        (EN, "when does the card expire", "it's june nineteen", "it's june nineteen"),
        (EN, "when does the contract expire", "it's june twenty six", "it's june twenty six"),
        (
            EN,
            "when does the card expire",
            "we moved in june twenty six",
            "we moved in june twenty six",
        ),
        (Language.SV, "kortnumret och när går det ut", "det är maj tjugoåtta", "det är [card]"),
        (Language.DA, "kortnummeret og udløbsdatoen", "det er maj otteogtyve", "det er [card]"),
        (Language.NB, "kortnummeret og utløpsdatoen", "det er mai tretti en", "det er [card]"),
    ],
)
def test_the_month_and_year_of_a_card_are_hidden(
    language: Language, asks: str, said: str, shown: str
) -> None:
    assert masked(language, (0.0, f"a {asks}"), (3.0, f"c {said}"))[1] == shown


@pytest.mark.parametrize(("asked_s", "shown"), [(120.0, "[card]"), (120.5, "june twenty six")])
def test_a_date_is_that_of_a_card_for_two_minutes(asked_s: float, shown: str) -> None:
    out = masked(
        EN,
        (0.0, "a your card number please"),
        (asked_s, "a when does it expire"),
        (asked_s, "c june twenty six"),
    )
    assert out[2] == shown


@pytest.mark.parametrize(("amount", "shown"), [("24900", "24900"), ("249001", "[card]")])
def test_an_amount_beside_another_has_five_digits_at_most(amount: str, shown: str) -> None:
    said = f"c you took 129 pounds and it should have been {amount}"
    assert masked(EN, (0.0, "a your card number please"), (3.0, said))[1].endswith(shown)


@pytest.mark.parametrize(
    "said", ["it's l, Lucy E, Echo thirteen one eight er two eight", "Quebec Quebec 12 34 56 C"]
)
def test_the_letters_of_an_insurance_number_may_be_spelled(said: str) -> None:
    out = masked(Language.EN, (0.0, "a your national insurance number"), (3.0, f"c {said}"))[1]
    assert not any(word in out for word in ("thirteen", "eight", "12", "34", "56"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "it expires in june twenty six"),
        (Language.SV, "giltigt till december tjugonio"),
        (Language.DA, "det udløber marts enogtredive"),
    ],
)
def test_a_verb_before_the_month_of_a_card_says_nothing_more(language: Language, said: str) -> None:
    lines = [(0.0, "c visa 4111 1111 1111 1111"), (5.0, f"c {said}")]
    assert masked(language, *lines)[1].endswith("[card]")
