"""A postal address is hidden where it is asked for; a house number said in passing stays."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language
from callwatch.redaction.redactor import mask_text

EN, SV, DA, NB = Language.EN, Language.SV, Language.DA, Language.NB
ASKED = (0.0, "a what is your address")


@pytest.mark.parametrize(
    ("language", "asked", "said", "shown"),
    [
        (EN, "your address please", "it's 22 Acacia Avenue London SW1A 1AA", "it's [address]"),
        (EN, "where do you live", "twenty two the crescent", "[address]"),
        (
            SV,
            "vad är din adress",
            "jag bor på Norra Strandgatan 14 B 114 55 Växjö",
            "jag bor på [address] Växjö",
        ),
        (SV, "vad har du för adress", "Tallbacken fjorton", "[address]"),
        (
            DA,
            "hvad er din adresse",
            "Vesterbrogade 23, 3. tv, 1620 København",
            "[address] København",
        ),
        (NB, "hva er adressen din", "det er Kongens gate åtte, 0155 Oslo", "det er [address] Oslo"),
        (EN, "what's your postcode", "SW1A 1AA", "[address]"),
    ],
)
def test_the_answer_is_hidden(language: Language, asked: str, said: str, shown: str) -> None:
    assert masked(language, (0.0, f"a {asked}"), (3.0, f"c {said}"))[1] == shown


def test_it_may_be_announced() -> None:
    assert mask_text("my address is 22 Mill Lane", EN) == "my address is [address]"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (EN, "we live at number 190 on the corner"),
        (EN, "they dug up Mill Lane 22 years ago"),
        (DA, "det er Kirkevej 198 ikke sandt"),
    ],
)
def test_a_street_in_passing_stays(language: Language, text: str) -> None:
    assert mask_text(text, language) == text


@pytest.mark.parametrize(
    "said",
    [
        "yes and I paid 45 pounds last week",
        "page 14 of the booklet",
        "we pay for 250 megabits and get 38",
        "Anna is 22",
        "the same as in June 2019",
        "one moment",
        "maple oak birch pine 3",
        "maple 3 came before autumn",
    ],
)
def test_other_answers_stay(said: str) -> None:
    assert masked(EN, ASKED, (2.0, f"c {said}"))[1] == said


def test_a_question_for_a_mail_address_asks_for_no_home() -> None:
    said = [(0.0, "a vi mejlar den till vilken adress"), (2.0, "c mormor fyller 27")]
    assert masked(SV, *said)[1] == "mormor fyller 27"


@pytest.mark.parametrize(("at_s", "shown"), [(15.0, "[address]"), (15.1, "22 Mill Lane")])
def test_the_answer_comes_within_fifteen_seconds(at_s: float, shown: str) -> None:
    assert masked(EN, ASKED, (at_s, "c 22 Mill Lane"))[1] == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("c 114 55 Växjö", "[address] Växjö"),
        ("a Storgatan 14", "[address]"),
        ("c jag väntade i 20 minuter", "jag väntade i 20 minuter"),
    ],
)
def test_it_goes_on_with_its_postcode(said: str, shown: str) -> None:
    lines = [(0.0, "a vad är din adress"), (2.0, "c Storgatan 14"), (5.0, said)]
    assert masked(SV, *lines)[2] == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a så Storgatan 14 11455", "så [address]"),
        ("c det är en volvo v 59", "det är en volvo v 59"),
    ],
)
def test_once_it_is_whole_only_what_repeats_it_is_hidden(said: str, shown: str) -> None:
    lines = [(0.0, "a vad är din adress"), (2.0, "c Storgatan 14 11455"), (5.0, said)]
    assert masked(SV, *lines)[2] == shown


def test_a_street_may_come_before_its_number() -> None:
    lines = [ASKED, (2.0, "c it's Acacia Avenue"), (4.0, "c number 22")]
    assert masked(EN, *lines)[1:] == ["it's [address]", "number [address]"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("maple oak birch 3", "[address]"),
        ("maple oak birch pine 3", "maple oak birch pine 3"),
        ("maple oak lane 22", "[address]"),
        ("birch maple oak lane 22", "birch [address]"),
        ("22 mill lane near one old town SW1A 1AA", "[address]"),
        ("22 mill lane near my fine old town SW1A 1AA", "[address] near my fine old town SW1A 1AA"),
        ("maple 3 york town", "[address] york town"),
        ("maple 3 york town hall", "maple 3 york town hall"),
    ],
)
def test_how_many_words_an_address_has(said: str, shown: str) -> None:
    assert masked(EN, ASKED, (2.0, f"c {said}"))[1] == shown


@pytest.mark.parametrize(
    ("said", "follows"), [("Storgatan 144", "[address]"), ("Storgatan 144 5", "300")]
)
def test_four_figures_are_a_whole_address(said: str, follows: str) -> None:
    lines = [(0.0, "a vad är din adress"), (2.0, f"c {said}"), (5.0, "c 300")]
    assert masked(SV, *lines)[1:] == ["[address]", follows]
