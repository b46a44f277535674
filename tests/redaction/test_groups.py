"""Digits in one utterance, and what makes them ordinary: amounts, orders, rooms, prices."""

import pytest
from tests.redaction.dialogues import masked, shown_at_once

from callwatch.core.channels import Channel, Language
from callwatch.redaction.lines import Line
from callwatch.redaction.redactor import mask_text

EN = Language.EN
# Digits among words that say something: six of them, to which a seventh comes, and eleven.
SIX = "garden 1 window 7 corner 8 shop 9 kitchen 1 door 7 roof"
ELEVEN = "garden 17 window 18 corner 19 shop 17 kitchen 18 door 7"


def answered(text: str) -> str:
    """The text as the answer to a question for a card."""
    return masked(EN, (0.0, "a what is the card number please"), (3.0, f"c {text}"))[1]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("it costs 123456789 dollars", "it costs 123456789 dollars"),
        ("it costs 1234567890 dollars", "it costs [phone] dollars"),
    ],
)
def test_an_amount_has_up_to_nine_digits(said: str, shown: str) -> None:
    assert mask_text(said, EN) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("order 123456789012", "order 123456789012"),
        ("order 1234567890123", "order [number]"),
        ("123456789012 is the order", "123456789012 is the order"),
        ("1234567890123 is the order", "[number] is the order"),
    ],
)
def test_the_number_of_an_order_has_up_to_twelve_digits(said: str, shown: str) -> None:
    assert mask_text(said, EN) == shown


@pytest.mark.parametrize(
    ("said", "shown"), [("room 123456", "room 123456"), ("room 1234567", "room [card]")]
)
def test_the_number_of_a_room_has_up_to_six_digits(said: str, shown: str) -> None:
    assert answered(said) == shown


@pytest.mark.parametrize(("between", "shown"), [(8, "12345678"), (9, "[phone]")])
def test_eight_words_may_stand_between_an_order_and_its_number(between: int, shown: str) -> None:
    ahead = "order " + "uh " * between
    assert mask_text(f"{ahead}12345678", EN) == f"{ahead}{shown}"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("12345678 is the order", "12345678 is the order"),
        ("12345678 is uh the order", "[phone] is uh the order"),
    ],
)
def test_two_words_may_stand_between_a_number_and_the_order(said: str, shown: str) -> None:
    assert mask_text(said, EN) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("green dishwasher 4512", "green dishwasher [number]"),
        ("my green dishwasher 4512", "my green dishwasher 4512"),
    ],
)
def test_a_noun_before_a_number_counts_among_more_than_two_words(said: str, shown: str) -> None:
    assert shown_at_once(EN, (0.0, f"c {said}")) == [shown]


@pytest.mark.parametrize(("digits", "shown"), [("4512", "4512"), ("45127", "[card]")])
def test_four_digits_within_a_sentence_are_no_answer(digits: str, shown: str) -> None:
    assert answered(f"{digits} keeps crashing daily") == f"{shown} keeps crashing daily"


@pytest.mark.parametrize(
    ("said", "is_hidden"),
    [
        # Seven words of twenty, and of twenty-one.
        (f"weather forecast looks terrible today everybody {SIX} 8", True),
        (f"weather forecast looks terrible today everybody grumbles {SIX} 8", False),
        # Six words of twenty, with eleven digits.
        (f"weather forecast looks terrible today everybody outside closing {ELEVEN}", False),
        # Six digits.
        (f"weather forecast looks terrible {SIX}", False),
    ],
)
def test_seven_digits_in_a_third_of_the_words_are_read_out(said: str, is_hidden: bool) -> None:
    words = ("[card]" if is_hidden and word.isdigit() else word for word in said.split())
    assert answered(said) == " ".join(words)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("that costs so in the 4512", "that costs so in the 4512"),
        ("that costs so so in the 4512", "that costs so so in the [number]"),
    ],
)
def test_a_price_is_named_within_four_words_before_it(said: str, shown: str) -> None:
    assert shown_at_once(EN, (0.0, f"c {said}")) == [shown]


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ("my room was 450 on the top floor", True),
        ("it costs 582 a month to keep", True),
        ("I paid 412.50 and then another 9031 there", True),
        ("the third block goes 8587 2641", False),
        ("have him ring 71 99 02 41", False),
    ],
)
def test_a_number_that_is_told_what_it_is_stays(said: str, stays: bool) -> None:
    out = masked(Language.EN, (0.0, "a your card number please"), (2.0, "c " + said))[1]
    assert (out == said) is stays


def test_an_ordinal_before_a_noun_is_no_digit() -> None:
    line = Line(0, Channel.CUSTOMER, ["tredje", "blokk", "4571"], (0.0, 1.0), Language.NB)
    assert [group.digits for group in line.groups] == ["4571"]


def test_figures_with_a_mark_are_a_date_an_amount_or_a_group() -> None:
    question = (0.0, "a your card number please")
    assert masked(Language.EN, question, (2.0, "c 63-48"))[1] == "[card]"
    assert masked(Language.EN, (0.0, "c 806/558"), (2.0, "c 4127"))[0] == "[phone]"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("the wrong one is gone", "the wrong one is gone"),
        ("it is four one one one right one one one one", "it is [number]"),
        ("it is 4567, right, one, then 234 567", "it is [number]"),
    ],
)
def test_one_after_right_is_a_pronoun_alone(said: str, shown: str) -> None:
    hidden = mask_text(said, Language.EN)
    for label in ("[card]", "[phone]"):
        hidden = hidden.replace(label, "[number]")
    assert hidden == shown


@pytest.mark.parametrize(
    ("said", "is_hidden"),
    [
        ("you charged three six three three, right eight six five six, nine eight nine four eight two", True),
        ("you charged me three four nine", False),
        ("you charged me three four nine two", False),
        ("you charged 3499", False),
    ],
)  # fmt: skip
def test_a_price_is_not_said_digit_by_digit(said: str, is_hidden: bool) -> None:
    assert ("three" not in mask_text(said, Language.EN).replace("3499", "three")) is is_hidden
