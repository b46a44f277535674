"""Ordinary numbers near a long one that is hidden: no reading draws them in."""

import pytest
from tests.redaction.dialogues import masked

from callwatch.core.channels import Language
from callwatch.redaction.redactor import mask_text

EN, SV, DA, NB = Language.EN, Language.SV, Language.DA, Language.NB


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (EN, "c you charged me 129 pounds and it should have been 249"),
        (EN, "c i pay for 50 megabits and i get 250"),
        (EN, "a it takes 15 to 24 working days"),
        (SV, "a du har 8 gigabyte kvar av 40"),
        (SV, "c jag köpte en fritz box 7590 hos er 2024"),
        (DA, "a det er kirkevej 198 ikke"),
        (DA, "c jeg ville give tolv ud af 6 stjerner"),
        (NB, "c jeg kjøpte en fritz box 7590 hos dere i 2013"),
        (NB, "c jeg bestilte tolv stykker og fikk bare 300"),
    ],
)
def test_a_sentence_about_something_else_is_no_part_of_a_hidden_number(
    language: Language, said: str
) -> None:
    hidden = "c 4571 2398 12"
    before = masked(language, (0.0, said), (4.0, hidden))
    after = masked(language, (0.0, hidden), (4.0, said))
    assert (before[0], after[1]) == (said[2:], said[2:])
    assert "4571" not in before[1] + after[0]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            (0.0, "c the machine declines it, listen, 5162"),
            "the machine declines it, listen, [card]",
        ),
        ((0.0, "c the machine charged 90 dollars and took 5162"), None),
    ],
)
def test_a_sentence_that_ends_in_digits_goes_on_in_the_next_line(
    said: tuple[float, str], shown: str | None
) -> None:
    out = masked(EN, said, (4.0, "c 9200 0000 0009"))
    assert out[0] == (shown or said[1][2:])


def test_a_question_between_two_lines_begins_another_reading() -> None:
    said = (0.0, "c the old machine always showed 516")
    asked = masked(EN, said, (2.0, "a your card number please"), (4.0, "c 29200 0000 0009 122"))
    assert asked[0] == "the old machine always showed 516"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (EN, "the meter reads {} right now"),
        (EN, "it says error {} on the screen"),
        (SV, "elmätaren står på {} just nu"),
        (SV, "det står fel {} på skärmen"),
        (DA, "måleren står på {} lige nu"),
        (DA, "der står fejl {} på skærmen"),
        (NB, "måleren står på {} akkurat nå"),
        (NB, "det står feil {} på skjermen"),
    ],
)
def test_readings_and_faults_of_up_to_eight_digits_are_ordinary(
    language: Language, said: str
) -> None:
    ordinary = said.format("59-753-884")
    assert mask_text(ordinary, language) == ordinary
    longer = mask_text(said.format("59-753-8849"), language)
    assert "59-753" not in longer


@pytest.mark.parametrize(("first", "shown"), [("5162", "[phone]"), ("516", "516")])
def test_a_long_start_goes_on_after_an_interruption(first: str, shown: str) -> None:
    out = masked(
        EN,
        (0.0, f"c the machine declines it, listen, {first}"),
        (2.0, "a weather forecast looks terrible today"),
        (4.0, "c 9200"),
    )
    assert out[0].endswith(shown)


@pytest.mark.parametrize(("first", "shown"), [("51", "[number]"), ("5", "5")])
def test_two_digits_before_a_hidden_number_go_on_with_it(first: str, shown: str) -> None:
    out = masked(
        EN,
        (0.0, f"c the machine declines it, listen, {first}"),
        (2.0, "a weather forecast looks terrible today"),
        (4.0, "c 9200 0000 0009"),
    )
    assert out[0].endswith(shown)


@pytest.mark.parametrize(
    ("said", "then", "shown"),
    [
        ("516292 thing always", "9200", "516292 thing always"),
        ("5162920 thing always", "9200 0000 0009", "[card] thing always"),
    ],
)
def test_a_sentence_with_seven_open_digits_reads_a_number_out(
    said: str, then: str, shown: str
) -> None:
    assert masked(EN, (0.0, f"c {said}"), (4.0, f"c {then}"))[0] == shown
