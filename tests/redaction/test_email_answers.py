"""A name that is dictated over several lines belongs to the address that ends it."""

import pytest
from tests.redaction.dialogues import masked, shown_at_once

from callwatch.core.channels import Language

EN, SV, DA, NB = Language.EN, Language.SV, Language.DA, Language.NB


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        (
            EN,
            [
                "a and your email",
                "c it's john",
                "a john",
                "c underscore S for sugar m i t h",
                "c at acme dot shop",
            ],
            ["it's [email]", "[email]", "[email]", "[email]"],
        ),
        (
            SV,
            [
                "a vad har du för mejladress",
                "c det är johan",
                "c B-E-R-G och sen femton",
                "c snabel a kth punkt nu",
            ],
            ["det är [email]", "[email]", "[email]"],
        ),
        (
            DA,
            [
                "a og en e-mail",
                "c ja det er ali",
                "c efterfulgt af understreg kjær",
                "c snabela ku prik dk",
            ],
            ["ja det er [email]", "[email]", "[email]"],
        ),
        (
            NB,
            [
                "a hva er e-postadressen din",
                "c silje",
                "a ok silje",
                "c berg",
                "c krøllalfa uio prikk no",
            ],
            ["[email]", "ok [email]", "[email]", "[email]"],
        ),
    ],
)
def test_each_part_of_the_name_is_hidden(
    language: Language, said: list[str], shown: list[str]
) -> None:
    lines = [(4.0 * at, text) for at, text in enumerate(said)]
    assert masked(language, *lines)[1:] == shown


@pytest.mark.parametrize(
    "aside",
    [
        "a the dog wants out again",
        "c it was 22 degrees here",
        "a one moment please",
        "c i paid 49 pounds",
    ],
)
def test_talk_between_the_parts_stays(aside: str) -> None:
    said = [
        (0.0, "a your email please"),
        (3.0, "c it's priya"),
        (6.0, aside),
        (9.0, "c at acme dot com"),
    ]
    assert masked(EN, *said)[1:] == ["it's [email]", aside[2:], "[email]"]


@pytest.mark.parametrize(("at_s", "shown"), [(25.0, "it's [email]"), (25.1, "it's priya")])
def test_a_dictation_pauses_for_25_seconds(at_s: float, shown: str) -> None:
    said = [(0.0, "c my email"), (0.0, "c it's priya"), (at_s, "c at sign acme dot com")]
    assert masked(EN, *said)[1] == shown


@pytest.mark.parametrize(("last_s", "shown"), [(60.0, "[email]"), (60.5, "priya")])
def test_a_dictation_takes_a_minute(last_s: float, shown: str) -> None:
    said = [(0.0, "a your email"), (0.0, "c priya"), (20.0, "c okay"), (40.0, "c okay")]
    assert masked(EN, *said, (last_s, "c at sign acme dot com"))[1] == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("priya patel", "[email]"),
        ("thank you patel", "thank you patel"),
        ("priya wants patel", "priya wants patel"),
    ],
)
def test_what_is_repeated_afterwards_is_more_than_one_name(said: str, shown: str) -> None:
    lines = [(0.0, "a your email"), (2.0, "c priya patel"), (4.0, "c at acme dot com")]
    assert masked(EN, *lines, (6.0, f"a {said}"))[3] == shown


@pytest.mark.parametrize(
    ("between", "shown"),
    [
        ("a okay", "[email]"),
        ("a parcel shipped", "[email]"),
        ("a the parcel left our warehouse", "priya"),
    ],
)
def test_without_a_question_what_stands_right_before_belongs_to_it(
    between: str, shown: str
) -> None:
    said = [(0.0, "c priya"), (1.0, "c patel"), (2.0, between), (4.0, "c snabel-a acme dot com")]
    assert masked(EN, *said)[0] == shown


@pytest.mark.parametrize("end", ["dot U-K", "dot u k", "dot uk"])
def test_an_ending_may_be_spelled(end: str) -> None:
    said = [(0.0, "a your email"), (2.0, f"c anna at acme dot co {end} thanks")]
    assert masked(EN, *said)[1] == "[email] thanks"


def test_a_host_may_be_spelled_with_words() -> None:
    said = "c anna at mail dot A as in apple C, Charlie, M for mike E dot com"
    assert masked(EN, (0.0, "a your email"), (2.0, said))[1] == "[email]"


@pytest.mark.parametrize(("said", "shown"), [("p r", "[email]"), ("r", "r")])
def test_two_letters_that_are_repeated_are_hidden(said: str, shown: str) -> None:
    lines = [(0.0, "a your email"), (2.0, "c p r i y a"), (4.0, "c at acme dot com")]
    assert masked(EN, *lines, (6.0, f"a {said}"))[3] == shown


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        (EN, "where should I send the receipt"),
        (SV, "vart ska jag skicka kvittot"),
        (DA, "hvor skal jeg sende kvitteringen hen"),
        (NB, "hvor skal jeg sende kvitteringen"),
    ],
)
def test_who_asks_where_a_receipt_goes_asks_for_an_address(language: Language, asked: str) -> None:
    out = shown_at_once(language, (0.0, f"a {asked}"), (3.0, "c oskar"))
    assert out[1] == "[email]"
