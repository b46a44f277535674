"""English digits in a call of another language are hidden like its own."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language
from callwatch.redaction.redactor import mask_text

SV, DA, NB = Language.SV, Language.DA, Language.NB


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        (SV, "kan jag få kortnumret"),
        (DA, "må jeg få kortnummeret"),
        (NB, "kan jeg få kortnummeret"),
    ],
)
@pytest.mark.parametrize(
    "said", ["four five seven one", "forty-five seventy one", "4 five sju one", "double four"]
)
def test_answers_in_english_are_hidden(language: Language, asked: str, said: str) -> None:
    assert masked(language, (0.0, f"a {asked}"), (3.0, f"c {said}"))[1] in {
        "[card]",
        "[number]",
        "[phone]",
    }


@pytest.mark.parametrize("language", [SV, DA, NB])
def test_a_card_in_english_is_one(language: Language) -> None:
    said = "four one one one one one one one one one one one one one one one"
    assert mask_text(said, language) == "[card]"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (SV, "hon är eleven som har one plus"),
        (NB, "han er eleven oh ja"),
        (DA, "det er one size og ten er fin"),
    ],
)
def test_words_that_mean_something_else_stay(language: Language, text: str) -> None:
    assert mask_text(text, language) == text
