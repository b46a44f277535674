"""Kinds of dictation that a second hand's dialogues showed: each leaked, or hid what is nobody's secret."""

import pytest

from callwatch.core.channels import Channel, Language
from callwatch.redaction.redactor import SpokenLine, mask_dialogue

CARD = "4571 7786 4387 0886"


def masked(language: str, *said: str) -> list[str]:
    """Lines two seconds apart; "A:" and "C:" say whose."""
    lines = [
        SpokenLine(
            Channel.AGENT if text.startswith("A:") else Channel.CUSTOMER,
            text[2:].strip(),
            3.0 * i,
            3.0 * i + 2.0,
        )
        for i, text in enumerate(said)
    ]
    return mask_dialogue(lines, Language(language))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("A: read me the card number", "C: 45", "C: 717786", "C: final bit's 43.87", "C: 0886")),
        ("en", ("A: what are the digits", "C: 45 71", "A: ta", "C: 77-86", "C: 4387 0886")),
        ("en", ("A: when does the card run out, the expiry", "C: runs till 04.32")),
        ("en", ("A: those little numbers by your signature", "C: they're a bit faded, 233")),
        ("en", ("A: your social please, all nine digits", "C: and it finishes eighty three")),
        ("en", ("A: which number shall I dial", "C: on the house phone we're zero seven")),
        ("sv", ("A: de små siffrorna vid namnteckningen", "C: de är lite slitna, 913")),
        ("da", ("A: hvad kan jeg ringe til dig på", "C: bedst er nok 909 otte to syv tre fem")),
        ("nb", ("A: hva kan jeg ringe deg på", "C: best er nok 9 5 2 9 8 6 7 3")),
    ],
)  # fmt: skip
def test_what_is_dictated_is_hidden(language: str, said: tuple[str, ...]) -> None:
    for line, text in zip(said, masked(language, *said), strict=True):
        if line.startswith("C:"):
            assert not any(letter.isdigit() for letter in text), text
            assert "[" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "quote 1338992 as your reference"),
        ("en", "that case is logged as 98719897"),
        ("sv", "uppge 6644059 som referens"),
        ("sv", "ärendet är registrerat som XB6876760"),
        ("sv", "teknikern är bokad 01/04 2023 vid kvart i sex"),
        ("da", "oplys 64010857 som reference"),
        ("nb", "oppgi 66801375 som referanse"),
        ("nb", "den ble bestilt allerede 03.04 2026"),
        ("sv", "det är 70 procents ränta"),
        ("en", "that's the one"),
    ],
)
def test_what_is_nobodys_secret_stays(language: str, said: str) -> None:
    assert masked(language, "A:" + said) == [said]


def test_an_order_that_the_other_side_repeats_while_a_card_is_awaited_stays() -> None:
    said = ("A: your order number is 262377", "A: and the card number", "C: 262377", f"C: {CARD}")
    assert masked("en", *said)[2:] == ["262377", "[card]"]


@pytest.mark.parametrize(
    "said",
    [
        "I pay for 250 megabits and get thirty-seven",
        "it cut out at five fifteen",
        "it's the LG 92, the black one",
    ],
)
def test_a_sentence_with_a_number_is_no_answer(said: str) -> None:
    assert masked("en", "A: your social please, all nine digits", f"C: {said}")[1] == said


@pytest.mark.parametrize(
    ("language", "said", "name"),
    [
        ("en", "it's hazel.hargreaves at aol dot dk", "hargreaves"),
        ("en", "it's lucy underscore o'brien at icloud dot museum", "brien"),
        ("en", "best one is kevin clarke that's all one word at quickmail dot info", "clarke"),
        ("en", "my e-mail would be rory one eight at protonmail dot app", "rory"),
        ("sv", "min e-post är rolf sju ett snabel-a telia punkt net", "rolf"),
        ("nb", "ja det er hanne åtte og sytti alfakrøll havmat punktum club", "hanne"),
    ],
)
def test_a_name_in_an_address_goes_with_it(language: str, said: str, name: str) -> None:
    assert name not in masked(language, f"C: {said}")[0]
