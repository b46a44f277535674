"""E-mail addresses are hidden, in one utterance or several, whole or broken off."""

import pytest
from tests.redaction.dialogues import masked, shown_at_once

from callwatch.core.channels import Language
from callwatch.redaction.redactor import mask_text

EN = Language.EN
QUESTION = (0.0, "a your email please")


@pytest.mark.parametrize(
    ("gap_s", "shown"),
    [
        (12.0, ["it is [email]", "[email]"]),
        (12.5, ["it is [email]", "dot [email]"]),
    ],
)
def test_an_address_goes_on_within_twelve_seconds(gap_s: float, shown: list[str]) -> None:
    assert masked(EN, (0.0, "c it is anna"), (gap_s, "c dot berg at example.com")) == shown


def test_an_address_that_ends_with_its_at_goes_on() -> None:
    said = [(3.0, "c it is anna dot berg at"), (8.0, "c example dot com thanks")]
    assert masked(EN, QUESTION, *said)[1:] == ["it is [email]", "[email] thanks"]


NINE = "my little shop weather forecast tree garden house window"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"it is anna at {NINE} dot com", "it is [email]"),
        (f"it is anna at {NINE} door dot com", f"it is anna at {NINE} door dot com"),
    ],
)
def test_a_domain_has_up_to_nine_words_before_its_dot(said: str, shown: str) -> None:
    assert mask_text(said, EN) == shown


@pytest.mark.parametrize(("letters", "shown"), [(60, "so [email]"), (61, "so z [email]")])
def test_a_name_has_up_to_sixty_words(letters: int, shown: str) -> None:
    said = "look hear so " + "z " * letters + "at example.com"
    assert mask_text(said, EN) == f"look hear {shown}"


@pytest.mark.parametrize(
    ("talk", "shown"),
    [
        ("and then well so", "[email]"),
        ("and then uh well so", "[email] and then uh well so [email]"),
    ],
)
def test_four_words_may_stand_between_a_name_and_its_at(talk: str, shown: str) -> None:
    assert masked(EN, QUESTION, (3.0, f"c anna {talk} at example.com"))[1] == shown


@pytest.mark.parametrize(("said", "shown"), [("q r", "q r"), ("q r s", "[email]")])
def test_three_letters_are_a_spelled_name(said: str, shown: str) -> None:
    assert masked(EN, QUESTION, (3.0, f"c it's {said}"))[1] == f"it's {shown}"


@pytest.mark.parametrize(("more", "shown"), [(9, "[email]"), (10, "anna")])
def test_an_answer_of_ten_words_may_begin_an_address(more: int, shown: str) -> None:
    talk = " so" * more
    assert shown_at_once(EN, QUESTION, (3.0, f"c anna{talk}"))[1] == f"{shown}{talk}"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("anna berg weather forecast", "[email]"),
        ("anna berg weather forecast today", "anna berg weather forecast today"),
    ],
)
def test_an_answer_with_four_names_may_begin_an_address(said: str, shown: str) -> None:
    assert shown_at_once(EN, QUESTION, (3.0, f"c {said}"))[1] == shown


def test_an_address_stays_whole_where_an_iban_meets_it() -> None:
    said = "it's GB29, NWBK 6016 1331 9268 19 at example.com"
    assert mask_text(said, EN) == "it's [iban], [email]"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("look at example.com for it", "look at example.com for it"),
        ("write to anna.berg@example.com now", "write to [email] now"),
        ("it's a for apple n n a at gmail", "it's [email]"),
        ("it's anna dot berg at shop dot co dot uk thanks", "it's [email] thanks"),
        ("it's anna dash lena at e x a dot c o m", "it's [email]"),
    ],
)
def test_an_address_is_found_however_it_is_said(said: str, shown: str) -> None:
    assert mask_text(said, EN) == shown


@pytest.mark.parametrize("domain", ["At yahoo dot co dot uk.", "At brightwave dot org."])
def test_a_name_and_its_domain_may_be_cut_apart_by_a_full_stop(domain: str) -> None:
    lines = (
        (0.0, "a Where shall I send it?"),
        (2.0, "c That would be callum."),
        (4.0, "c " + domain),
    )
    assert masked(Language.EN, *lines)[1:] == ["That would be [email].", "[email]."]


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        (Language.EN, "my email is john smith @ gmail dot com thanks", "my email is [email] thanks"),
        (Language.EN, "my email is priya kent @ h u g h e s j o i n e r y point co point uk", "my email is [email]"),
        (Language.SV, "mejlen är ekberg j o h a n snabela fastighetsvard punkt online", "mejlen är [email]"),
        (Language.SV, "min mejl är karin johan ska vi se @ telia punkt com", "min mejl är [email]"),
        (Language.DA, "mailen er thomsen bruun @ l i v e punkt dk", "mailen er [email]"),
        (Language.NB, "mailen er haugen ola @ g m a i l dot com", "mailen er [email]"),
    ],
)  # fmt: skip
def test_all_of_a_name_that_was_announced_is_hidden(
    language: Language, said: str, shown: str
) -> None:
    assert mask_text(said, language) == shown


@pytest.mark.parametrize(
    ("language", "name", "aside", "host"),
    [
        (Language.EN, "it is wojcik dot priya fifty nine", "sorry my son's just walked in he's 22", "at gmail dot com"),
        (Language.SV, "det är nyman punkt ek 46", "förlåt min son kom in han är tjugoåtta", "snabela telia punkt com"),
        (Language.SV, "det är karin sjögren", "det är det jag haft sedan 1987", "snabela telia punkt se"),
    ],
)  # fmt: skip
def test_a_sentence_with_a_number_of_its_own_may_part_a_name_from_its_at(
    language: Language, name: str, aside: str, host: str
) -> None:
    said = [(0.0, f"c {name}"), (3.0, f"c {aside}"), (6.0, f"c {host}")]
    lead = name.split()[:2]
    assert masked(language, *said) == [" ".join([*lead, "[email]"]), aside, "[email]"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (EN, "what is the point of living like this"),
        (EN, "there is no point at all"),
        (EN, "good point thank you"),
        (EN, "at this point in time i am done"),
        (EN, "the dot on the i"),
        (Language.SV, "det är ingen punkt för mig"),
        (Language.DA, "på det punkt er jeg enig"),
    ],
)
def test_a_point_of_talk_is_no_dot_after_the_question_for_an_address(
    language: Language, said: str
) -> None:
    assert masked(language, QUESTION, (3.0, f"c {said}"))[1] == said


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        (EN, "anna point berg at gmail point com", "[email]"),
        (EN, "anna dot berg", "[email]"),
        (Language.SV, "anna punkt berg", "[email]"),
        (Language.DA, "det er anna prik berg", "det er [email]"),
    ],
)
def test_the_words_for_a_dot_join_names_after_the_question(
    language: Language, said: str, shown: str
) -> None:
    assert masked(language, QUESTION, (3.0, f"c {said}"))[1] == shown
