"""Threats as people say them on the telephone, turned round and run on, and the same words otherwise."""

import pytest

from callwatch.core.channels import Language
from callwatch.phrases.matcher import PhraseMatcher

MEANT = [
    (Language.EN, "i've had it with you lot i'm off at the end of the month", "leave"),
    (Language.EN, "well the papers can have it then if you won't sort it", "media"),
    (Language.EN, "i'll go to the bank and charge it back", "legal"),
    (Language.EN, "i'd look over my shoulder tonight if i was you", "physical"),
    (Language.EN, "if they cut us off i'm just gonna end it", "self_harm"),
    (Language.SV, "ni kan glömma att jag förnyar det där", "leave"),
    (Language.SV, "då får väl tidningen ta det då", "media"),
    (Language.SV, "tar dom bilen så gör jag slut på allt", "self_harm"),
    (Language.DA, "jeg gider jer ikke mere luk det ned", "leave"),
    (Language.DA, "så må avisen jo skrive om det hvis ikke i vil", "media"),
    (Language.DA, "så bliver det en sag for politiet", "legal"),
    (Language.DA, "var jeg dig ville jeg se mig over skulderen i aften", "physical"),
    (Language.NB, "jeg gidder ikke dere mer jeg vil ut av avtalen", "leave"),
    (Language.NB, "da får avisa skrive om det da hvis ikke dere vil", "media"),
    (Language.NB, "da blir det ei sak for politiet", "legal"),
    (Language.NB, "hadde jeg vært deg hadde jeg sett meg over skulderen i kveld", "physical"),
]
ORDINARY = [
    (Language.EN, "can i hit you with one more question"),
    (Language.EN, "the phone's dead and it won't wake up"),
    (Language.EN, "i know someone at the paper but that's not why i'm ringing"),
    (Language.EN, "i want to end it at the end of the month because we're moving house"),
    (Language.SV, "jag är inte hemma på måndag men tisdag går bra"),
    (Language.SV, "jag känner en på tidningen men det är inte därför jag ringer"),
    (Language.DA, "jeg er her først i morgen igen"),
    (Language.DA, "min advokat siger at testamentet er i orden"),
    (Language.NB, "jeg er ikke hjemme på mandag men tirsdag er fint"),
    (Language.NB, "advokaten min sier at testamentet er i orden"),
]


@pytest.fixture(scope="module")
def matchers() -> dict[Language, PhraseMatcher]:
    return {language: PhraseMatcher.for_language(language) for language in Language}


@pytest.mark.parametrize(("language", "text", "category"), MEANT)
def test_a_threat_as_it_is_said_on_the_telephone(
    matchers: dict[Language, PhraseMatcher], language: Language, text: str, category: str
) -> None:
    assert category in [match.category for match in matchers[language].match(text)]


@pytest.mark.parametrize(("language", "text"), ORDINARY)
def test_the_same_words_without_a_threat(
    matchers: dict[Language, PhraseMatcher], language: Language, text: str
) -> None:
    assert matchers[language].match(text) == []
