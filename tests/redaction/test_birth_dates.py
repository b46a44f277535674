"""A date of birth is hidden where it is asked for or announced, and other dates stay."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language
from callwatch.redaction.redactor import mask_text

EN, SV, DA, NB = Language.EN, Language.SV, Language.DA, Language.NB
ASKED = (0.0, "a what is your date of birth")


@pytest.mark.parametrize(
    ("language", "asked", "said", "shown"),
    [
        (EN, "and your date of birth", "it's the fourteenth of March eighty two", "it's the [id]"),
        (EN, "when were you born", "14/03 1982", "[id]"),
        (EN, "when were you born", "14th March", "[id]"),
        (EN, "your birthday please", "140382", "[id]"),
        (SV, "när är du född", "den fjortonde mars åttiotvå", "den [id]"),
        (SV, "och ditt födelsedatum", "tjugoförsta i tredje åttiotvå", "[id]"),
        (DA, "hvornår er du født", "den enogtyvende i tredje toogfirs", "den [id]"),
        (NB, "kan jeg få fødselsdatoen", "14. mars nittenåttito takk", "[id] takk"),
    ],
)
def test_the_answer_is_hidden(language: Language, asked: str, said: str, shown: str) -> None:
    assert masked(language, (0.0, f"a {asked}"), (3.0, f"c {said}"))[1] == shown


def test_it_may_be_announced() -> None:
    assert mask_text("my date of birth is 14 March 1982", EN) == "my date of birth is [id]"
    assert mask_text("jag är född den 14 mars 1982", SV) == "jag är född den [id]"


@pytest.mark.parametrize(
    "said", ["I was born in 1982", "in nineteen eighty two", "5 kids", "March"]
)
def test_a_year_or_a_count_alone_stays(said: str) -> None:
    assert masked(EN, ASKED, (2.0, f"c {said}"))[1] == said


@pytest.mark.parametrize(("at_s", "shown"), [(12.0, "[id]"), (12.1, "14 March 1982")])
def test_the_answer_comes_within_twelve_seconds(at_s: float, shown: str) -> None:
    assert masked(EN, ASKED, (at_s, "c 14 March 1982"))[1] == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("c 82", "[id]"),
        ("c I called 3 times", "I called 3 times"),
        ("a I ordered it on 3 June", "I ordered it on 3 June"),
    ],
)
def test_it_goes_on_with_its_year(said: str, shown: str) -> None:
    assert masked(EN, ASKED, (2.0, "c the fourteenth of March"), (5.0, said))[2] == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a so that's 14 March 1982", "so that's [id]"),
        ("a your order came on 3 June 2025", "your order came on 3 June 2025"),
        ("c I was there from 14 to 16", "I was there from 14 to 16"),
        ("a your case number is 14 25 81", "your case number is 14 25 81"),
    ],
)
def test_once_it_is_whole_only_what_repeats_it_is_hidden(said: str, shown: str) -> None:
    assert masked(EN, ASKED, (2.0, "c 14 March 1982"), (5.0, said))[2] == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a stated 14 March 1982", "stated [id]"),
        ("a shipped your parcel 14 March 1982", "shipped your parcel 14 March 1982"),
    ],
)
def test_one_word_may_stand_beside_what_is_repeated(said: str, shown: str) -> None:
    assert masked(EN, ASKED, (2.0, "c 14 March 1982"), (5.0, said))[2] == shown
