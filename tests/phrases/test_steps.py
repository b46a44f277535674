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
]
NOT_SAID = [
    (Language.EN, "acknowledgement", "i don't understand what you mean"),
    (Language.EN, "solution", "i can't refund that"),
    (Language.EN, "blaming", "that is not your fault at all"),
    (Language.SV, "acknowledgement", "jag förstår inte vad du menar"),
    (Language.SV, "blaming", "det är inte ditt fel"),
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
    assert match.text in match.evidence
