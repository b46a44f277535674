"""Words without the letters of their language, or with a neighbour's, are read as the pack writes them."""

import pytest

from callwatch.core.channels import Language
from callwatch.phrases.grammar import parse
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import load_pack
from callwatch.phrases.spelling import SpokenForms

FORMS = SpokenForms(
    {"mej": ("mig",)}, [parse("(anmäla|anmälan|åklagare|måla|konsumentrådgivare|förlåt*)")]
)


@pytest.mark.parametrize(
    ("word", "read_as"),
    [
        ("anmaela", "anmäla"),
        ("anmæla", "anmäla"),
        ("aaklagare", "åklagare"),
        # only lost letters: a whole word of eight letters or more
        ("aklagare", "åklagare"),
        ("anmala", None),
        ("anmalan", None),
        ("konsumentradgivare", "konsumentrådgivare"),
        # a stem goes on, where a pair or a neighbour's letter shows that one is meant
        ("foerlåtelse", "förlåtelse"),
        ("forlatelse", None),
        # too short, known as it is, or nothing like it
        ("maala", None),
        ("mala", None),
        ("anmäla", None),
        ("fredag", None),
    ],
)
def test_how_a_word_is_read(word: str, read_as: str | None) -> None:
    assert FORMS.get(word) == ((read_as,) if read_as else None)


def test_rewrites_stay() -> None:
    assert FORMS["mej"] == ("mig",)
    assert dict(FORMS) == {"mej": ("mig",)}
    assert len(FORMS) == 1


def test_words_that_share_a_bare_spelling_are_left_alone() -> None:
    forms = SpokenForms({}, [parse("(förmån|förman)"), parse("(förmån|förmän)")])
    assert forms.get("foermaan") is None


def test_english_has_no_such_letters() -> None:
    assert load_pack(Language.EN).rewrites.get("aeroplane") is None


@pytest.mark.parametrize(
    ("language", "text", "category"),
    [
        (Language.SV, "jag ska sla ihjael dig", "physical"),
        (Language.SV, "jag ska anmaela er till konsumentverket", "legal"),
        (Language.DA, "jeg slaar dig ihjel", "physical"),
        (Language.DA, "jeg sagsoeger jer", "legal"),
        (Language.NB, "jeg saksoeker dere", "legal"),
        (Language.NB, "jeg skal slaa deg i hjel", "physical"),
    ],
)
def test_threats_without_the_letters_are_found(
    language: Language, text: str, category: str
) -> None:
    found = {match.category: match for match in PhraseMatcher.for_language(language).match(text)}
    match = {str(key): value for key, value in found.items()}[category]
    assert text[match.start : match.end] == match.text
