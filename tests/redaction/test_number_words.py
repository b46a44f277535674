"""Number words in four languages stand for the digits that a person would write down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callwatch.core.channels import Language
from callwatch.redaction.number_words import lexicon, number_pieces, pieces_to_digits


def read(text: str, language: Language) -> str:
    words = text.replace("-", " ").split()
    pieces = [piece for word in words for piece in number_pieces(word, language)]
    return pieces_to_digits(pieces, language)


@pytest.mark.parametrize(
    ("language", "spoken", "digits"),
    [
        (Language.EN, "four one one one", "4111"),
        (Language.EN, "double five triple 7", "55777"),
        (Language.EN, "two eights five zeros quadruple one", "88000001111"),
        (Language.EN, "one eights", "1"),
        (Language.EN, "three times zero four", "0004"),
        (Language.SV, "tre nollor två ettor", "00011"),
        (Language.DA, "fire nuller", "0000"),
        (Language.NB, "to sjuere tre ganger fem", "77555"),
        (Language.EN, "nineteen eighty five", "1985"),
        (Language.EN, "five hundred and twelve", "512"),
        (Language.EN, "zero seven oh nine", "0709"),
        (Language.SV, "fem hundra tolv", "512"),
        (Language.SV, "ettusenfemhundratolv", "1512"),
        (Language.SV, "tjugofem sjuttitre", "2573"),
        (Language.SV, "noll sju dubbel trea", "0733"),
        (Language.DA, "femogtyve halvtreds", "2550"),
        (Language.DA, "to og halvfjerds niogtres", "7269"),
        (Language.DA, "tyve fem", "205"),
        (Language.DA, "dobbelt otte nul", "880"),
        (Language.NB, "tjuefem førtito", "2542"),
        (Language.NB, "femogtyve syv null", "2570"),
        (Language.NB, "fem tusen fire hundre og tjueto", "5422"),
        (Language.SV, "oh nine double five fem", "09555"),
        (Language.DA, "twenty five fem og tyve", "2525"),
        (Language.DA, "forty-five seventy one", "4571"),
        (Language.NB, "two hundred thirty-seven to", "2372"),
        (Language.EN, "four tjugofem fem", "4"),
    ],
)
def test_reads_numbers_as_people_say_them(language: Language, spoken: str, digits: str) -> None:
    assert read(spoken, language) == digits


@pytest.mark.parametrize("language", [Language.SV, Language.DA, Language.NB])
@pytest.mark.parametrize("word", ["o", "and", "times", "fives", "tenone"])
def test_of_english_words_digits_alone_are_read(language: Language, word: str) -> None:
    assert number_pieces(word, language) == ()


@pytest.mark.parametrize("language", list(Language))
@given(data=st.data())
def test_single_digits_are_read_one_by_one(language: Language, data: st.DataObject) -> None:
    names = {str(p.value): w for w, p in lexicon(language).items() if p.kind.value == "unit"}
    digits = data.draw(st.text("0123456789", min_size=1, max_size=20))
    assert read(" ".join(names[d] for d in digits), language) == digits


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("word", ["sexy", "attention", "nitroglycerin", "fiende", "tiden", "", "x"])
def test_other_words_are_no_numbers(language: Language, word: str) -> None:
    assert number_pieces(word, language) == ()


@pytest.mark.parametrize(("last", "pieces"), [("tjugo", 8), ("femton", 0)])
def test_a_compound_has_forty_letters_at_most(last: str, pieces: int) -> None:
    word = "tjugo" * 7 + last  # 40 letters, and 41
    assert len(number_pieces(word, Language.SV)) == pieces


@pytest.mark.parametrize(("spoken", "digits"), [("five zeros", "00000"), ("six zeros", "6")])
def test_five_equal_digits_are_counted_at_most(spoken: str, digits: str) -> None:
    assert read(spoken, Language.EN) == digits


@pytest.mark.parametrize(
    ("spoken", "digits"),
    [
        ("double ten", "10"),
        ("double 12", "1212"),
        ("double 123", "123"),
        ("triple", ""),
        ("two million three hundred thousand and five", "2300005"),
        ("zero hundred", "0100"),
    ],
)
def test_doubles_and_scales_at_their_bounds(spoken: str, digits: str) -> None:
    assert read(spoken, Language.EN) == digits
