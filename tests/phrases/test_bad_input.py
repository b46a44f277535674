"""Text and packs as they should not be: mixed languages, letters read out, capitals, signs unseen."""

from pathlib import Path

import pytest

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.errors import ConfigError
from callwatch.phrases.check import check_packs
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import load_pack

MATCHERS = {language: PhraseMatcher.for_language(language) for language in Language}


def found(language: Language, text: str) -> set[ThreatCategory]:
    return {match.category for match in MATCHERS[language].match(text)}


@pytest.mark.parametrize(
    ("language", "text", "category"),
    [
        (Language.SV, "jag vill prata med din chef, you stupid idiot", ThreatCategory.INSULT),
        (Language.NB, "nå går jeg til advokaten min, you fucking idiots", ThreatCategory.LEGAL),
        (Language.DA, "you are a useless idiot, jeg har betalt", ThreatCategory.INSULT),
        (Language.SV, "jag har väntat i tre timmar, go to hell", ThreatCategory.INSULT),
        (Language.NB, "jeg er så lei, shut up og hør på meg", ThreatCategory.INSULT),
    ],
)
def test_english_in_a_nordic_call(language: Language, text: str, category: ThreatCategory) -> None:
    assert category in found(language, text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            Language.EN,
            "my neighbour wrote to me that he will sue me and I wanted to ask if I am covered",
        ),
        (Language.SV, "det står i brevet att de ska stämma mig, täcker min försäkring det"),
        (Language.DA, "der står i brevet at de vil slæbe mig i retten, dækker min forsikring det"),
        (Language.NB, "det står i brevet at de skal saksøke meg, dekker forsikringen min det"),
    ],
)
def test_a_letter_that_is_read_out_threatens_nobody_here(language: Language, text: str) -> None:
    assert found(language, text) == set()


LONG = {
    Language.EN: (
        "so I rang on monday and they said wednesday and on wednesday the man came but he did not "
        "have the part so he said friday and {} and now it is friday and there is nobody here and I "
        "have to pick up the little one from school at three and I do not know what to do"
    ),
    Language.SV: (
        "alltså jag ringde i måndags och då sa dom onsdag och på onsdagen kom han men han hade ingen "
        "del med sig så då sa han fredag och {} och nu är det fredag och ingen är här och jag måste "
        "hämta lillan på dagis klockan tre och jag vet inte hur jag ska göra"
    ),
    Language.DA: (
        "altså jeg ringede i mandags og så sagde de onsdag og om onsdagen kom han men han havde ikke "
        "delen med så sagde han fredag og {} og nu er det fredag og der er ingen her og jeg skal "
        "hente den lille i børnehaven klokken tre og jeg ved ikke hvordan det skal gå"
    ),
    Language.NB: (
        "altså jeg ringte på mandag og da sa de onsdag og på onsdagen kom han men han hadde ikke "
        "delen med seg så da sa han fredag og {} og nå er det fredag og ingen er her og jeg må "
        "hente minsten i barnehagen klokka tre og jeg vet ikke hvordan det skal gå"
    ),
}


@pytest.mark.parametrize(
    ("language", "threat", "category"),
    [
        (Language.EN, "I told him you will be hearing from my solicitor", ThreatCategory.LEGAL),
        (Language.EN, "if you come here again I will break your legs", ThreatCategory.PHYSICAL),
        (Language.SV, "jag vill prata med din chef", ThreatCategory.MANAGER),
        (Language.SV, "det här lägger jag ut på facebook", ThreatCategory.PUBLICITY),
        (Language.DA, "jeg vil tale med din chef", ThreatCategory.MANAGER),
        (Language.DA, "I hører fra min advokat", ThreatCategory.LEGAL),
        (Language.NB, "jeg vil snakke med sjefen din", ThreatCategory.MANAGER),
        (Language.NB, "nå anmelder jeg dere til politiet", ThreatCategory.LEGAL),
    ],
)
def test_a_threat_in_the_middle_of_a_long_complaint(
    language: Language, threat: str, category: ThreatCategory
) -> None:
    assert found(language, LONG[language].format(threat)) == {category}
    assert found(language, LONG[language].format("that was that")) == set()


@pytest.mark.parametrize("changed", [str.upper, str.lower, str.title])
def test_capitals_and_punctuation_change_nothing(changed: object) -> None:
    assert callable(changed)
    for language, text, category in (
        (Language.EN, "Right, I'm going to sue you. See you in court!", ThreatCategory.LEGAL),
        (Language.SV, "Nej, nu vill jag prata med din chef!", ThreatCategory.MANAGER),
        (Language.DA, "Jeg hører ikke mere. I hører fra min advokat!", ThreatCategory.LEGAL),
    ):
        assert found(language, changed(text)) == {category}
        assert found(language, changed(text).translate({ord(sign): None for sign in ".,!"})) == {
            category
        }


@pytest.mark.parametrize("sign", ["\u200b", "\u200d", "\u00ad", "\ufeff", "\u2060"])
def test_what_has_no_width_hides_nothing(sign: str) -> None:
    text = f"see{sign} you in co{sign}urt"
    (match,) = MATCHERS[Language.EN].match(text)
    assert match.category == "legal"
    assert text[match.start : match.end] == match.text


def own_pack(folder: Path, body: str) -> PhraseMatcher:
    (folder / "sv.toml").write_text(
        f'schema = "callwatch.phrases/1"\nlanguage = "sv"\n{body}', encoding="utf-8"
    )
    return PhraseMatcher.for_language(Language.SV, folder)


@pytest.mark.parametrize("word", ["bl\u200bå", "bla\u030a", "\ufeffblå", "BLÅ"])
def test_a_pack_may_hold_signs_that_nobody_sees(tmp_path: Path, word: str) -> None:
    rule = f'[[rules]]\nid = "ours"\ncategory = "leave"\nany = ["det {word} brevet"]\n'
    (match,) = own_pack(tmp_path, rule).match("jag skickar det blå brevet")
    assert match.evidence.params["rule"] == "ours"
    assert [finding for finding in check_packs(tmp_path) if finding.is_error] == []


@pytest.mark.parametrize("word", ["😀", "a😀b", "\u200b", "!!"])
def test_a_pack_with_what_is_no_word_is_one_sentence(tmp_path: Path, word: str) -> None:
    rule = f'[[rules]]\nid = "ours"\ncategory = "leave"\nany = ["{word}"]\n'
    with pytest.raises(ConfigError, match="ours") as raised:
        own_pack(tmp_path, rule)
    assert "\n" not in str(raised.value)
    assert [finding.is_error for finding in check_packs(tmp_path)] == [True]


def test_a_pack_that_contradicts_ours_wins(tmp_path: Path) -> None:
    said = "jag vill prata med din chef"
    guard = '[[guards]]\nid = "ours"\ncategories = ["manager"]\nany = ["din chef"]\n'
    assert own_pack(tmp_path, guard).match(said) == []
    rule = '[[rules]]\nid = "ours"\ncategory = "legal"\nany = ["prata med din chef"]\n'
    assert "legal" in {match.category for match in own_pack(tmp_path, rule).match(said)}
    known = next(iter(load_pack(Language.SV).rules))
    own_pack(tmp_path, f'disable = ["{known}"]\n')
    assert known not in load_pack(Language.SV, tmp_path).rules
