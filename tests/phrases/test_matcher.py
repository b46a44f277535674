import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.phrases.classifier import CATEGORIES, load_classifier
from callwatch.phrases.matcher import PhraseMatcher, heaviest_run
from callwatch.phrases.pack import load_pack

ENGLISH = PhraseMatcher.for_language(Language.EN)

CAUGHT = [
    (Language.EN, "leave", "right that's it I'm switching to another provider"),
    (Language.EN, "publicity", "this is going straight on facebook"),
    (Language.EN, "media", "I've got a cousin at the paper"),
    (Language.EN, "media", "I will bring it to the papers with all my letters"),
    (Language.EN, "media", "I will have the papers on to you"),
    (Language.EN, "manager", "put your supervisor on the phone"),
    (Language.EN, "legal", "you will be hearing from my solicitor"),
    (Language.EN, "physical", "i know where you live and i will break your legs"),
    (Language.EN, "self_harm", "i'm going to kill myself"),
    (Language.EN, "insult", "you are a useless idiot"),
    (Language.SV, "leave", "nu byter jag till en konkurrent"),
    (Language.SV, "publicity", "det här lägger jag ut på facebook"),
    (Language.SV, "media", "det här kommer ni få läsa om i tidningen"),
    (Language.SV, "manager", "jag vill prata med din chef"),
    (Language.SV, "legal", "vi ses i rätten"),
    (Language.SV, "physical", "jag ska slå ihjäl dig"),
    (Language.SV, "self_harm", "jag tänker ta livet av mig"),
    (Language.SV, "insult", "du är en jävla idiot"),
    (Language.DA, "manager", "jeg vil tale med din chef"),
    (Language.DA, "legal", "I hører fra min advokat"),
    (Language.DA, "insult", "du er en idiot"),
    (Language.NB, "manager", "jeg vil snakke med sjefen din"),
    (Language.NB, "legal", "dere hører fra advokaten min"),
    (Language.NB, "insult", "du er en idiot"),
]
HARMLESS = [
    (Language.EN, "I could kill for a coffee"),
    (Language.EN, "I'm a lawyer myself and i need to reset my password"),
    (Language.EN, "i'm not going to sue anybody i just want the bill explained"),
    (Language.EN, "your manager called me back yesterday and it's sorted"),
    (Language.EN, "i'm such an idiot i typed the wrong email"),
    (Language.EN, "we're moving abroad so i'd like to cancel"),
    (Language.EN, "I will bring all the papers when I come in on Friday"),
    (Language.EN, "the papers for the car are in the glove box"),
    (Language.EN, "I press the button and nothing happens"),
    (Language.SV, "vi måste slå vår deadline på fredag"),
    (Language.SV, "jag är advokat och försöker återställa mitt lösenord"),
    (Language.SV, "batteriet dog halvvägs"),
    (Language.SV, "vi flyttar utomlands så jag skulle vilja säga upp abonnemanget"),
    (Language.DA, "tusind tak for hjælpen"),
    (Language.NB, "tusen takk for hjelpen"),
]
MATCHERS = {language: PhraseMatcher.for_language(language) for language in Language}


@pytest.mark.parametrize(("language", "category", "text"), CAUGHT)
def test_threats_are_caught_with_the_words(language: Language, category: str, text: str) -> None:
    matches = {match.category: match for match in MATCHERS[language].match(text)}
    match = matches[ThreatCategory(category)]
    assert text[match.start : match.end] == match.text
    assert match.evidence.params["said"] == match.text
    assert 0.0 < match.score <= 1.0


@pytest.mark.parametrize(("language", "text"), HARMLESS)
def test_harmless_lines_are_left_alone(language: Language, text: str) -> None:
    assert MATCHERS[language].match(text) == []


def test_one_utterance_may_carry_several_threats() -> None:
    found = ENGLISH.match("I'm taking my business elsewhere and I'm putting this on facebook")
    assert {match.category for match in found} == {"leave", "publicity"}
    assert [match.start for match in found] == sorted(match.start for match in found)


def test_a_threat_is_found_deep_in_ten_thousand_words() -> None:
    text = "so then the man came and looked at it " * 1100 + "i will see you in court"
    found = ENGLISH.match(text)
    legal = next(match for match in found if match.category == "legal")
    assert text[legal.start : legal.end] in "i will see you in court"
    assert legal.start > len(text) - 30


@pytest.mark.parametrize(
    "text", ["", "   ", "...", "😀😀", "شكرا جزيلا", "\u202eabc", "0" * 5000, "\x00"]
)
def test_odd_text_is_no_threat(text: str) -> None:
    assert ENGLISH.match(text) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_places_are_always_within_the_text(text: str) -> None:
    for match in ENGLISH.match(text):
        assert text[match.start : match.end] == match.text


def test_emoji_and_right_to_left_signs_do_not_move_the_places() -> None:
    text = "😀 \u202b I want your manager \u202c 😡"
    (match,) = ENGLISH.match(text)
    assert "manager" in text[match.start : match.end]


def test_without_weights_the_rules_still_work() -> None:
    bare = PhraseMatcher(load_pack(Language.EN), None)
    assert [match.category for match in bare.match("see you in court")] == ["legal"]


def test_weights_cover_every_category() -> None:
    for language in Language:
        classifier = load_classifier(language)
        assert classifier is not None
        assert classifier.weights.shape == (len(classifier.rows), len(CATEGORIES))


def test_the_heaviest_run_is_found() -> None:
    assert heaviest_run([-1.0, 2.0, -0.5, 3.0, -4.0]) == (1, 4)
    assert heaviest_run([-3.0, -1.0, -2.0]) == (1, 2)
