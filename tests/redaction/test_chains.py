"""Groups of digits that make one number together, and those that do not."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language
from callwatch.redaction.redactor import mask_text

EN = Language.EN
# Says so much that digits before and after it are no neighbours.
TALK = "a the weather forecast looks terrible today"


@pytest.mark.parametrize(("gap_s", "shown"), [(18.0, "[phone]"), (18.5, "4512")])
def test_lines_of_digits_within_eighteen_seconds_are_one_number(gap_s: float, shown: str) -> None:
    assert masked(EN, (0.0, "c 4512"), (gap_s, "c 7823"))[0] == shown


@pytest.mark.parametrize(("gap_s", "shown"), [(12.0, "[phone]"), (12.5, "4512")])
def test_what_the_other_side_adds_within_twelve_seconds_is_one_number(
    gap_s: float, shown: str
) -> None:
    assert masked(EN, (0.0, "c 4512"), (gap_s, "a 7823"))[0] == shown


@pytest.mark.parametrize(
    ("said", "shown"), [("it is 123456", "it is 123456"), ("it is 1234567", "it is [number]")]
)
def test_seven_digits_are_a_secret(said: str, shown: str) -> None:
    assert mask_text(said, EN) == shown


@pytest.mark.parametrize(
    ("between", "shown"),
    [
        ("a well it is the weather forecast so", "[phone]"),
        ("a well it is the weather forecast today so", "4512"),
    ],
)
def test_two_words_that_say_something_do_not_part_a_number(between: str, shown: str) -> None:
    assert masked(EN, (0.0, "c 4512"), (2.0, between), (4.0, "a 7823"))[0] == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("weather forecast looks terrible today everywhere", "[phone]"),
        ("weather forecast looks terrible today everywhere really", "4512"),
    ],
)
def test_six_words_may_interrupt_one_speaker_in_a_number(words: str, shown: str) -> None:
    assert masked(EN, (0.0, "c 4512"), (2.0, f"a {words}"), (4.0, "c 7823"))[0] == shown


@pytest.mark.parametrize(("first", "shown"), [("45127", "45127"), ("451279", "[number]")])
def test_eleven_digits_are_a_secret_across_whole_sentences(first: str, shown: str) -> None:
    assert masked(EN, (0.0, f"c {first}"), (2.0, TALK), (4.0, "a 78239"))[0] == shown


@pytest.mark.parametrize(("parts", "shown"), [("234 6", "234 6"), ("234 67", "[phone]")])
def test_five_digits_in_several_groups_are_hidden_when_a_number_is_read_back(
    parts: str, shown: str
) -> None:
    first, second = parts.split()
    out = masked(EN, (0.0, f"c it says {first}"), (5.0, f"c {second}"), (60.0, "a 12346789"))
    assert out[2] == "[phone]"
    hidden = masked(
        EN, (0.0, f"c {first}"), (20.0, f"c {second}"), (60.0, f"a 1{first}{second}789")
    )
    assert (hidden[0] == "[phone]") is (shown == "[phone]")


@pytest.mark.parametrize(("again", "shown"), [("345", "345"), ("3456", "[phone]")])
def test_four_digits_of_a_hidden_number_are_hidden_when_they_are_said_again(
    again: str, shown: str
) -> None:
    later = f"c grandmother surely remembers it is {again}"
    out = masked(EN, (0.0, "c 12345678"), (200.0, later))
    assert out == ["[phone]", f"grandmother surely remembers it is {shown}"]


@pytest.mark.parametrize(
    ("groups", "shown"),
    [(20, "[card]"), (21, "[card]"), (39, "[card]"), (40, "[card]"), (41, "[number]")],
)
def test_a_card_of_single_digits_and_read_backs_is_found_in_forty_groups(
    groups: int, shown: str
) -> None:
    # The second digit of the card is said to and fro, and counts once.
    digits = ["4", *"0" * (groups - 12), *"00000000071"]
    sides = ["c", *("ac"[i % 2] for i in range(groups - 12))]
    sides += sides[-1] * 11
    said: list[tuple[float, str]] = []
    for side, digit in zip(sides, digits, strict=True):
        said += [(float(len(said)), f"{side} {digit}"), (len(said) + 1.0, TALK)]
    assert masked(EN, *said)[0] == shown


@pytest.mark.parametrize(("filler", "shown"), [(28, "[card]"), (29, "[number]")])
def test_what_repeats_one_of_the_last_forty_digits_is_said_once(filler: int, shown: str) -> None:
    # The other side reads the first group back in the middle of a card.
    between = ("0798107" * 5)[:filler]
    said = ["c 9187", *(f"c {between[i : i + 5]}" for i in range(0, filler, 5))]
    said += ["c 400000", "c 00", "a 9187", "c 00071"]
    assert set(masked(EN, *((float(i), text) for i, text in enumerate(said)))) == {shown}


@pytest.mark.parametrize(("amount", "is_hidden"), [("416.337", True), ("41.63", False)])
def test_six_digits_of_a_hidden_number_are_hidden_even_as_an_amount(
    amount: str, is_hidden: bool
) -> None:
    later = f"a we charged roughly {amount} for your garden window"
    out = masked(EN, (0.0, "c 4163379563910812"), (200.0, later))
    assert ("[" in out[1]) is is_hidden


@pytest.mark.parametrize(
    ("said", "is_hidden"),
    [
        ("you charged it on 379 sorry 283 right 461 okay 716 comma 057", True),
        ("you charged it on 379 sorry 283 right 461 okay 716 comma 058", False),
        ("you charged it on 6077, you know 1973, after that 2433 and 4431", True),
        ("so we've got 3410, 8685 ah wait no 8689 now 1673 now 474", True),
        ("it's 5555 and 5555 and then 5555 followed by 4444", True),
        ("you charged it on 5555 then 5555 and it goes on with 5555 after that 4444", True),
        ("you charged me 450 and then 1973, after that 2433", False),
    ],
)
def test_prices_whose_digits_are_a_cards_are_hidden(said: str, is_hidden: bool) -> None:
    left = "".join(filter(str.isdigit, mask_text(said, Language.EN)))
    assert (len(left) <= 4) is is_hidden
