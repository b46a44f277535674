"""Threats that are said as a remark, and the same words about ordinary things."""

import pytest

from callwatch.core.channels import Language
from callwatch.phrases.matcher import PhraseMatcher

MEANT = [
    (
        Language.EN,
        "It would be such a shame if something happened to your lovely garage.",
        "physical",
    ),
    (Language.EN, "I know what car you drive home in.", "physical"),
    (Language.EN, "Nobody would even notice if I was gone.", "self_harm"),
    (Language.SV, "det vore synd om något hände ert nya kontor", "physical"),
    (Language.SV, "jag vet vilken bil du kör hem", "physical"),
    (Language.SV, "ingen skulle ens sakna mig om jag var borta", "self_harm"),
    (Language.DA, "det ville være en skam hvis der skete noget med jeres butik", "physical"),
    (Language.DA, "jeg ved hvilken bil du kører hjem i", "physical"),
    (Language.DA, "ingen ville savne mig hvis jeg var væk", "self_harm"),
    (Language.NB, "det hadde vært synd om det skjedde noe med butikken deres", "physical"),
    (Language.NB, "jeg vet hvilken bil du kjører hjem i", "physical"),
    (Language.NB, "ingen ville savnet meg om jeg var borte", "self_harm"),
]
ORDINARY = [
    (Language.EN, "I know where your office is, I will drop the keys off there."),
    (Language.EN, "I have taken all my tablets, as the doctor told me."),
    (Language.EN, "He told my neighbour I will smash your windows, so she is afraid."),
    (Language.SV, "jag vet var ert kontor ligger så jag hämtar nycklarna där"),
    (Language.SV, "jag har tagit alla mina tabletter som doktorn sa"),
    (Language.SV, "han sa till min granne jag ska krossa dina fönster"),
    (Language.DA, "jeg ved hvor jeres kontor ligger så jeg henter nøglerne der"),
    (Language.DA, "jeg har taget alle mine tabletter som lægen sagde"),
    (Language.DA, "han sagde til min nabo jeg smadrer dine ruder"),
    (Language.NB, "jeg vet hvor kontoret deres ligger så jeg henter nøklene der"),
    (Language.NB, "jeg har tatt alle tablettene mine som legen sa"),
    (Language.NB, "han sa til naboen min jeg knuser rutene dine"),
]


@pytest.fixture(scope="module")
def matchers() -> dict[Language, PhraseMatcher]:
    return {language: PhraseMatcher.for_language(language) for language in Language}


@pytest.mark.parametrize(("language", "text", "category"), MEANT)
def test_a_remark_that_is_meant(
    matchers: dict[Language, PhraseMatcher], language: Language, text: str, category: str
) -> None:
    assert category in [match.category for match in matchers[language].match(text)]


@pytest.mark.parametrize(("language", "text"), ORDINARY)
def test_the_same_words_about_ordinary_things(
    matchers: dict[Language, PhraseMatcher], language: Language, text: str
) -> None:
    assert matchers[language].match(text) == []
