"""The first and last digits of a number, and the words beside them: each bound just inside and just outside."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language

EN = Language.EN
REST = "c 9200 0000 0009"


@pytest.mark.parametrize(
    ("aside", "shown"),
    [("oops where reading glasses", "[number]"), ("oops where are reading glasses", "51")],
)
def test_digits_before_an_aside_of_four_words_are_drawn_in(aside: str, shown: str) -> None:
    said = f"c it declines now 51 {aside} 9200 0000 0009 every single time here"
    assert masked(EN, (0.0, said))[0].split()[3] == shown


@pytest.mark.parametrize(("gap_s", "shown"), [(12.0, "[number]"), (12.5, "516")])
def test_the_end_of_a_sentence_opens_a_number_within_twelve_seconds(
    gap_s: float, shown: str
) -> None:
    out = masked(EN, (0.0, "c the machine declines it, listen, 516"), (gap_s, REST))
    assert out[0].endswith(shown)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("the one you charged twice was 50208", "[number]"),
        ("the one you charged twice was 5020", "5020"),
        ("the one you charged twice was five zero two", "[number]"),
        ("you took 129 pounds and it should have been 2490", "2490"),
    ],
)
def test_a_price_opens_no_number(said: str, shown: str) -> None:
    assert masked(EN, (0.0, f"c {said}"), (4.0, REST))[0].endswith(shown)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("34341 then 42751 oops 42731", "[number]"),
        ("3434 then 4272 oops 4273", "[number]"),
        ("343 then 427", "343 then 427"),
        ("34341 dollars then 42731", "34341 dollars then 42731"),
    ],
)
def test_rows_of_digits_after_the_word_of_a_price_are_no_prices(said: str, shown: str) -> None:
    out = masked(EN, (0.0, f"c the one you charged twice was {said}"), (8.0, "c 52461 okay"))
    assert out[0] == f"the one you charged twice was {shown}"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("zebra yonder wallow so 5020", "[card]"),
        ("zebra yonder wallow mimic so 5020", "5020"),
        ("2 gigabytes left over 5020", "5020"),
    ],
)
def test_a_short_line_goes_on_with_a_number(said: str, shown: str) -> None:
    out = masked(EN, (0.0, "c my card is 4111 1111 1111 1111"), (8.0, f"c {said}"))
    assert out[1].endswith(shown)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("well it is my wife's card really, it is 43.542", "[card]"),
        ("well it is my wife's card really, it cost 43.54", "43.54"),
        ("well it is my wife's card really, bought on 12.10", "12.10"),
    ],
)
def test_a_group_that_looks_like_an_amount_answers_the_question_for_a_card(
    said: str, shown: str
) -> None:
    out = masked(EN, (0.0, "a what is the card number please"), (3.0, f"c {said}"))
    assert out[1].endswith(shown)


@pytest.mark.parametrize(
    ("last", "gap_s", "shown"),
    [("7318", 18.0, "[number]"), ("731", 18.0, "it fails 36204"), ("7318", 18.5, "it fails 36204")],
)
def test_lines_that_end_with_eleven_digits_together_are_a_number(
    last: str, gap_s: float, shown: str
) -> None:
    out = masked(
        EN,
        (0.0, "c it fails 36204"),
        (18.0, "c zebra yonder wallow mimic so 42"),
        (18.0 + gap_s, f"c zebra yonder wallow mimic so {last}"),
    )
    assert out[0].endswith(shown)


@pytest.mark.parametrize(
    ("lead", "shown"),
    [("zebra yonder wallow", "[number]"), ("zebra yonder wallow mimic", "516")],
)
def test_three_words_may_stand_before_the_digits_that_go_on(lead: str, shown: str) -> None:
    rest = f"c {lead} 9200 0000 0009 tango bravo foxtrot golfing hotels"
    out = masked(EN, (0.0, "c the machine declines it, listen, 516"), (4.0, rest))
    assert out[0].endswith(shown)


def test_a_price_is_named_up_to_four_words_before() -> None:
    said = "c the one you charged zebra yonder wallow five zero two"
    assert masked(EN, (0.0, said), (4.0, REST))[0].endswith("wallow [number]")


def test_two_lines_are_a_row() -> None:
    two = masked(EN, (0.0, "c it fails 36204"), (15.0, "c zebra yonder wallow mimic so 731842"))
    assert two == ["it fails [number]", "zebra yonder wallow mimic so [number]"]
