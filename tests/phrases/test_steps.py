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
    (Language.EN, "acknowledgement", "i can see that you have called us four times already"),
    (Language.EN, "acknowledgement", "i can tell you're upset and i don't blame you"),
    (Language.EN, "acknowledgement", "that's really not okay"),
    (Language.EN, "refocus", "let me make sure i have got this right"),
    (Language.EN, "solution", "we can either send a replacement or give you your money back"),
    (Language.EN, "blaming", "sorry but it is your responsibility to check that"),
    (Language.SV, "acknowledgement", "jag ser att du har ringt flera gånger"),
    (Language.SV, "acknowledgement", "jag hör att du är riktigt trött på det här"),
    (Language.DA, "acknowledgement", "jeg kan godt høre du er frustreret"),
    (Language.NB, "refocus", "kan du fortelle hva som skjedde"),
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
ORDINARY = [
    (Language.EN, "acknowledgement", "can i get you anything else"),
    (Language.EN, "acknowledgement", "i see that there are two flights on monday"),
    (Language.EN, "acknowledgement", "i know your last name can i have the first name"),
    (Language.EN, "acknowledgement", "is it right that you live in leeds"),
    (Language.EN, "acknowledgement", "that's okay"),
    (Language.EN, "refocus", "can you tell me your postcode"),
    (Language.EN, "blaming", "sure but first i need your postcode"),
    (Language.EN, "blaming", "i'm sorry but we don't have that today"),
    (Language.EN, "blaming", "you could check out the other shop as well"),
    (Language.EN, "blaming", "are you sure you want to cancel the booking"),
    (Language.SV, "acknowledgement", "jag ser att vi har en ledig tid på tisdag"),
    (Language.SV, "acknowledgement", "det är rätt adress va"),
    (Language.SV, "blaming", "ja men absolut"),
    (Language.SV, "blaming", "nej men det var så lite så"),
    (Language.SV, "blaming", "är du säker på att du vill avsluta"),
    (Language.DA, "acknowledgement", "jeg kan høre dig fint nu"),
    (Language.DA, "blaming", "ja men det er helt fint"),
    (Language.DA, "blaming", "du må vente et øjeblik"),
    (Language.NB, "blaming", "ja men det er helt greit"),
    (Language.NB, "blaming", "ta det med ro det ordner seg"),
]


def steps(language: Language, text: str) -> set[str]:
    return {match.step.value for match in StepMatcher.for_language(language).match(text)}


@pytest.mark.parametrize(("language", "step", "text"), SAID)
def test_steps_are_heard(language: Language, step: str, text: str) -> None:
    assert step in steps(language, text)


@pytest.mark.parametrize(("language", "step", "text"), NOT_SAID)
def test_negation_is_respected(language: Language, step: str, text: str) -> None:
    assert step not in steps(language, text)


@pytest.mark.parametrize(("language", "step", "text"), ORDINARY)
def test_what_agents_say_every_day_is_no_step(language: Language, step: str, text: str) -> None:
    assert step not in steps(language, text)


def test_a_match_names_its_words() -> None:
    text = "Okay. I'm very sorry to hear that."
    (match,) = StepMatcher.for_language(Language.EN).match(text)
    assert "sorry" in text[match.start : match.end]
    assert match.evidence.params["said"] == match.text
