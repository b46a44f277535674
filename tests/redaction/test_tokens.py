"""What a single word means for masking."""

import pytest

from callwatch.core.channels import Language
from callwatch.redaction import tokens
from callwatch.redaction.tokens import COUNTED, NUMBER, ORDINAL, SKIP, tokenize

EN = Language.EN


@pytest.mark.parametrize(("word", "is_number"), [("AB1234567", True), ("AB123456", False)])
def test_seven_digits_among_letters_are_a_number(word: str, is_number: bool) -> None:
    assert bool(tokenize([word], EN)[0].flags & NUMBER) is is_number


@pytest.mark.parametrize(("word", "may_stand"), [("gnu", True), ("gnus", False)])
def test_a_word_of_three_letters_may_stand_within_a_number(word: str, may_stand: bool) -> None:
    assert bool(tokenize([word], EN)[0].flags & SKIP) is may_stand


def test_so_many_words_are_remembered_as_a_day_of_calls_holds() -> None:
    known = tokens._known(Language.DA)
    known.clear()
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [a + b + c + d for a in letters for b in letters for c in letters for d in letters]
    tokenize(words[:50_000], Language.DA)
    assert len(known) == 50_000
    tokenize(words[50_000:50_001], Language.DA)
    assert len(known) == 1


def test_what_holds_digits_is_not_remembered() -> None:
    tokenize(["4571", "AB12", "anna@example.com"], EN)
    assert not {"4571", "AB12", "anna@example.com"} & tokens._known(EN).keys()


@pytest.mark.parametrize(
    ("language", "word", "flag"),
    [(EN, "eights", COUNTED), (EN, "times", COUNTED), (Language.SV, "tredje", ORDINAL)],
)
def test_a_word_that_counts_or_is_counted_is_known(
    language: Language, word: str, flag: int
) -> None:
    assert tokenize([word], language)[0].flags & flag
