import pytest

from callwatch.core.channels import Language
from callwatch.phrases.steps import StepMatcher

SAID = [
    (Language.EN, "acknowledgement", "i completely understand that you're upset"),
    (Language.EN, "acknowledgement", "I'm so sorry to hear that"),
    (Language.EN, "refocus", "let's look at what we can do about it"),
    (Language.EN, "solution", "I will send you a new one today"),
    (Language.EN, "blaming", "yes but did you read the terms"),
    (Language.EN, "blaming", "you should have called us earlier"),
    (Language.SV, "acknowledgement", "jag förstår att du är besviken"),
    (Language.SV, "refocus", "låt oss titta på vad vi kan göra"),
    (Language.SV, "solution", "jag skickar en ny router idag"),
    (Language.SV, "blaming", "ja men har du fyllt i blanketten"),
    (Language.DA, "acknowledgement", "jeg forstår godt at du er ked af det"),
    (Language.NB, "acknowledgement", "jeg forstår godt at du er lei deg"),
    (Language.DA, "acknowledgement", "det må have været en træls dag for dig"),
    (Language.DA, "refocus", "hvad er vigtigst for dig lige nu"),
    (Language.DA, "solution", "jeg har lige rettet fakturaen så det er i orden"),
    (Language.DA, "blaming", "det skulle du have sagt tidligere"),
    (Language.NB, "acknowledgement", "det er slett ikke greit at du måtte vente"),
    (Language.NB, "refocus", "la meg sjekke om jeg har forstått deg rett"),
    (Language.NB, "solution", "jeg ringer deg tilbake før klokka fire"),
    (Language.NB, "blaming", "du har jo sjøl skrevet under på det"),
    (Language.SV, "acknowledgement", "det låter inte alls roligt"),
    (Language.SV, "refocus", "ska vi hitta en lösning tillsammans"),
    (Language.SV, "solution", "jag ser till att det blir gjort i dag"),
    (Language.SV, "blaming", "det står tydligt i ditt avtal"),
]
NOT_SAID = [
    (Language.EN, "acknowledgement", "i don't understand what you mean"),
    (Language.EN, "solution", "i can't refund that"),
    (Language.EN, "blaming", "that is not your fault at all"),
    (Language.SV, "acknowledgement", "jag förstår inte vad du menar"),
    (Language.SV, "blaming", "det är inte ditt fel"),
    (Language.SV, "acknowledgement", "jag ser att paketet är skickat"),
    (Language.DA, "acknowledgement", "jeg beklager ikke noget"),
    (Language.DA, "solution", "vi kan ikke give pengene tilbage"),
    (Language.NB, "solution", "jeg kan dessverre ikke sende en ny"),
    (Language.NB, "blaming", "det er ikke din feil"),
]


def steps(language: Language, text: str) -> set[str]:
    return {match.step.value for match in StepMatcher.for_language(language).match(text)}


@pytest.mark.parametrize(("language", "step", "text"), SAID)
def test_steps_are_heard(language: Language, step: str, text: str) -> None:
    assert step in steps(language, text)


@pytest.mark.parametrize(("language", "step", "text"), NOT_SAID)
def test_negation_is_respected(language: Language, step: str, text: str) -> None:
    assert step not in steps(language, text)


def test_a_match_names_its_words() -> None:
    text = "Okay. I'm very sorry to hear that."
    (match,) = StepMatcher.for_language(Language.EN).match(text)
    assert "sorry" in text[match.start : match.end]
    assert match.evidence.params["said"] == match.text
