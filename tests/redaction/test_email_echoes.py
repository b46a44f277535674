"""Names of addresses that are said once more."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language

EN, DA = Language.EN, Language.DA
ASKED = (0.0, "a what is your email address")


def test_the_other_side_repeats_a_name_before_the_address_is_whole() -> None:
    out = masked(
        EN,
        ASKED,
        (3.0, "c lindqvist amara"),
        (5.0, "a yes lindqvist amara"),
        (7.0, "c at proton dot me"),
    )
    assert out[1:] == ["[email]", "yes [email]", "[email]"]


def test_a_name_that_is_begun_again_is_hidden_both_times() -> None:
    said = "c hvad amina kjeldsen undskyld fra begyndelsen amina kjeldsen at live punkt dk"
    out = masked(DA, (0.0, "a hvad er din mailadresse"), (3.0, said))
    assert "kjeldsen" not in out[1]


@pytest.mark.parametrize(
    ("later_s", "shown"), [(28.0, "so [email] then"), (28.5, "so lindqvist amara then")]
)
def test_a_name_is_hidden_for_twenty_five_seconds(later_s: float, shown: str) -> None:
    out = masked(
        EN,
        ASKED,
        (3.0, "c lindqvist amara at proton dot me"),
        (later_s, "a so lindqvist amara then"),
    )
    assert out[2] == shown


@pytest.mark.parametrize("said", ["thank you lindqvist", "seven at the latest"])
def test_one_word_of_a_name_alone_stays(said: str) -> None:
    out = masked(EN, ASKED, (3.0, "c lindqvist amara seven at proton dot me"), (6.0, f"a {said}"))
    assert out[2] == said
