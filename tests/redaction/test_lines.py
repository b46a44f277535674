"""What an utterance is to masking: how much it says beside its digits."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Channel, Language
from callwatch.redaction.lines import Line

EN = Language.EN


def line(text: str) -> Line:
    return Line(0, Channel.CUSTOMER, text.split(), (0.0, 0.0), EN)


@pytest.mark.parametrize(
    ("words", "digits", "little"),
    [(4, 0, True), (5, 0, False), (13, 7, True), (14, 6, False)],
)
def test_a_line_of_four_words_or_of_a_third_digits_says_little(
    words: int, digits: int, little: bool
) -> None:
    assert line("weather " * words + "7 " * digits).says_little is little


@pytest.mark.parametrize(
    ("between", "first"),
    [
        ("a weather forecast looks terrible", "[phone]"),
        ("a weather forecast looks terrible today", "4512"),
    ],
)
def test_four_words_do_not_part_the_halves_of_a_number(between: str, first: str) -> None:
    assert masked(EN, (0.0, "c 4512"), (2.0, between), (4.0, "a 7823"))[0] == first


def test_what_is_said_beside_the_digits_is_counted() -> None:
    assert line("my phone rings 4512 on May 12").content == 3
    assert line("my phone rings 4512 on May 12").months == 1
    assert line("my phone rings 4512").content_in(0, 2) == 1
