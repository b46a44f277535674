"""A password that is asked for and spelled is hidden; talk about passwords stays."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language

ASKED = (0.0, "a what's the password")


@pytest.mark.parametrize(
    ("language", "asked", "said", "shown"),
    [
        (
            Language.EN,
            "what's the password",
            "it's capital D, small o, g, 7, exclamation mark",
            "it's [code]",
        ),
        (Language.SV, "vad är lösenordet", "stort A, litet b, 7, utropstecken", "[code]"),
        (Language.DA, "hvad er adgangskoden", "det er kirkegade 28 9", "det er [code]"),
        (Language.NB, "kan du si passordet", "K som i Karin, liten v, 7", "[code]"),
    ],
)
def test_a_spelled_password_is_hidden(
    language: Language, asked: str, said: str, shown: str
) -> None:
    assert masked(language, (0.0, f"a {asked}"), (2.0, f"c {said}"))[1] == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("I don't know it", "I don't know it"),
        ("x 7", "[code]"),
        ("x y", "[code]"),
        ("maple 7 1", "[code]"),
        ("maple 7 1 2", "[code]"),
        ("my password is x y 7", "my password is [code]"),
        ("the password's x y 7", "the password's [code]"),
        ("my password fails x y 7", "my password fails x y [code]"),
    ],
)
def test_two_letters_or_three_figures_are_spelled(said: str, shown: str) -> None:
    assert masked(Language.EN, ASKED, (2.0, f"c {said}"))[1] == shown


@pytest.mark.parametrize(("at_s", "shown"), [(12.0, "[code]"), (12.1, "x y [code]")])
def test_a_password_comes_within_twelve_seconds(at_s: float, shown: str) -> None:
    assert masked(Language.EN, ASKED, (at_s, "c x y 7"))[1] == shown


def test_a_password_goes_on_with_one_letter_and_is_read_back() -> None:
    lines = [ASKED, (2.0, "c x y 7"), (4.0, "c then b"), (6.0, "a so x y 7 b")]
    assert masked(Language.EN, *lines)[1:] == ["[code]", "then [code]", "so [code]"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("my password here is x y z", "my password here is [code]"),
        ("my password over there is x y z", "my password over there is x y z"),
    ],
)
def test_the_verb_stands_close_behind_the_name(said: str, shown: str) -> None:
    assert masked(Language.EN, (0.0, f"c {said}"))[0] == shown
