"""Everyday talk with the words of threats: by kinds, in four languages, with the shipped weights."""

import numpy as np
import pytest

from callwatch.core.arrays import FloatArray
from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.phrases.classifier import CATEGORIES, Classifier
from callwatch.phrases.embeddings import DIMENSIONS
from callwatch.phrases.matcher import Bounds, MatchConfig, PhraseMatcher
from callwatch.phrases.meaning import MeaningHead, MeaningReader
from callwatch.phrases.pack import load_pack

NUMBER = {category: number for number, category in enumerate(CATEGORIES)}

EVERYDAY = [
    (Language.EN, "I'll hit you up on Monday with the numbers"),
    (Language.EN, "these stairs will be the death of me"),
    (Language.EN, "I don't need your supervisor, you've been lovely"),
    (Language.EN, "the cat would sleep on my chest all night"),
    (Language.EN, "he was an Eagle Scout when he was young"),
    (Language.EN, "I switch every other day"),
    (Language.EN, "I think I'm going to Chapel Hill in the spring"),
    (Language.EN, "if I get to see her I will tell her you said hello"),
    (Language.EN, "I know where you are coming from"),
    (Language.EN, "we won't be here next week, we're at my sister's"),
    (Language.EN, "you're going to pay twice as much for that in the city"),
    (Language.EN, "I did something stupid and locked my keys in the car"),
    (Language.EN, "they had a nice piece about the school on the news"),
    (Language.EN, "I'm tired of living in apartments"),
    (Language.SV, "jag slår dig en signal efter lunch"),
    (Language.SV, "när jag träffar dig ska jag ta med boken"),
    (Language.SV, "idag är sista dagen på rean"),
    (Language.SV, "det borde passa dig"),
    (Language.SV, "ni får se hur fint det blir"),
    (Language.DA, "du er færdig med det hele om en time"),
    (Language.DA, "jeg venter på dig udenfor biblioteket"),
    (Language.NB, "du er ferdig med det hele om en time"),
    (Language.NB, "du burde være forsiktig når du kjører bil"),
    (Language.SV, "jag kan skjutsa dig till jobbet"),
    (Language.SV, "den här appen tar livet av mig"),
    (Language.SV, "jag vill säga upp min livförsäkring"),
    (Language.SV, "slå dig ner så länge"),
    (Language.DA, "jeg slår lige på tråden i eftermiddag"),
    (Language.DA, "de trapper bliver min død"),
    (Language.DA, "jeg behøver ikke tale med din chef"),
    (Language.NB, "det skjemaet tar livet av meg"),
    (Language.NB, "jeg trenger ikke snakke med noen sjef, du er flink"),
    (Language.NB, "vi slo i hjel litt tid på flyplassen"),
]

THREATS = [
    (Language.EN, "I'm going to hit you", ThreatCategory.PHYSICAL),
    (Language.EN, "I don't want you, I want your manager", ThreatCategory.MANAGER),
    (Language.SV, "jag ska slå dig på käften", ThreatCategory.PHYSICAL),
    (Language.SV, "jag vill prata med din chef", ThreatCategory.MANAGER),
    (Language.DA, "jeg slår dig ihjel", ThreatCategory.PHYSICAL),
    (Language.NB, "jeg skal slå deg i hjel", ThreatCategory.PHYSICAL),
    (Language.EN, "I want to kill myself", ThreatCategory.SELF_HARM),
]


@pytest.fixture(scope="module")
def matchers() -> dict[Language, PhraseMatcher]:
    return {language: PhraseMatcher.for_language(language) for language in Language}


@pytest.mark.parametrize(("language", "text"), EVERYDAY)
def test_everyday_talk_is_quiet(
    matchers: dict[Language, PhraseMatcher], language: Language, text: str
) -> None:
    assert matchers[language].match(text) == []


@pytest.mark.parametrize(("language", "text", "category"), THREATS)
def test_the_same_words_in_a_threat_are_found(
    matchers: dict[Language, PhraseMatcher],
    language: Language,
    text: str,
    category: ThreatCategory,
) -> None:
    assert category in {match.category for match in matchers[language].match(text)}


def judged(category: ThreatCategory, probability: float) -> PhraseMatcher:
    """English rules, and a judge that finds one category as likely as this in any words."""
    bias = np.full(len(CATEGORIES), -20.0, dtype=np.float32)
    bias[NUMBER[category]] = np.log(probability / (1.0 - probability))
    none = np.zeros((0, len(CATEGORIES)), dtype=np.float32)
    return PhraseMatcher(load_pack(Language.EN), Classifier({}, none, bias))


@pytest.mark.parametrize(
    ("category", "text", "bound"),
    [
        # no rule of the category, but who does what to whom
        (ThreatCategory.LEGAL, "we spoke about you on tuesday", 0.75),
        (ThreatCategory.INSULT, "that is so like you", 0.75),
        # a weak rule
        (ThreatCategory.LEGAL, "it is my right to call a court", 0.75),
        (ThreatCategory.SELF_HARM, "i have no point", 0.90),
        # a strong rule
        (ThreatCategory.LEGAL, "see you in court", 0.40),
        (ThreatCategory.PHYSICAL, "he gets a punch in the face", 0.80),
        (ThreatCategory.PHYSICAL, "i am going to punch you", 0.50),
    ],
)
def test_bounds_just_inside_and_just_outside(
    category: ThreatCategory, text: str, bound: float
) -> None:
    inside = judged(category, bound + 0.01).match(text)
    assert [match.category for match in inside] == [category]
    assert judged(category, bound - 0.01).match(text) == []


class NoVectors:
    """An embedder to whom all sentences are alike."""

    def embed(self, text: str) -> FloatArray:
        return np.zeros(DIMENSIONS, dtype=np.float32)


def judged_by_both(category: ThreatCategory, probability: float) -> PhraseMatcher:
    """English rules, wording that just leans to the category, and a meaning that makes up the rest."""
    config = MatchConfig()
    wording, meaning = np.full((2, len(CATEGORIES)), -20.0, dtype=np.float32)
    wording[NUMBER[category]] = config.least_wording
    odds = np.log(probability / (1.0 - probability))
    rest = odds - config.shift - config.wording_weight * config.least_wording
    meaning[NUMBER[category]] = rest / config.meaning_weight
    return judge_of(wording, meaning)


def judge_of(wording: FloatArray, meaning: FloatArray) -> PhraseMatcher:
    """English rules, and judges that find any words as like as these log odds."""
    config = MatchConfig()
    none = np.zeros((0, len(CATEGORIES)), dtype=np.float32)
    inner, outer = np.zeros((DIMENSIONS, 1), np.float32), np.zeros((1, len(CATEGORIES)), np.float32)
    head = MeaningHead(inner, np.zeros(1, np.float32), outer, meaning)
    reader = MeaningReader(head, NoVectors())
    return PhraseMatcher(load_pack(Language.EN), Classifier({}, none, wording), config, reader)


@pytest.mark.parametrize(
    ("category", "text", "bound"),
    [
        # no rule of the category, but who does what to whom
        (ThreatCategory.LEGAL, "we spoke about you on tuesday", 0.75),
        # a weak rule
        (ThreatCategory.LEGAL, "it is my right to call a court", 0.75),
        (ThreatCategory.SELF_HARM, "i have no point", 0.90),
        # a strong rule
        (ThreatCategory.LEGAL, "see you in court", 0.40),
        (ThreatCategory.PHYSICAL, "he gets a punch in the face", 0.80),
        # of danger, said to the listener or of the speaker
        (ThreatCategory.PHYSICAL, "i am going to punch you", 0.50),
        (ThreatCategory.PHYSICAL, "a punch in the face you see", 0.50),
        (ThreatCategory.PHYSICAL, "a punch in the face that is what all of you get", 0.80),
        (ThreatCategory.SELF_HARM, "i will end it all", 0.50),
    ],
)
def test_bounds_with_the_meaning_just_inside_and_just_outside(
    category: ThreatCategory, text: str, bound: float
) -> None:
    inside = judged_by_both(category, bound + 0.01).match(text)
    assert [match.category for match in inside] == [category]
    assert judged_by_both(category, bound - 0.01).match(text) == []


@pytest.mark.parametrize("category", [ThreatCategory.PHYSICAL, ThreatCategory.SELF_HARM])
def test_likeness_alone_never_tells_of_danger(category: ThreatCategory) -> None:
    assert judged(category, 0.999).match("we met you and me on a tuesday") == []


def test_likeness_needs_somebody_who_does_something() -> None:
    judge = judged(ThreatCategory.INSULT, 0.99)
    assert judge.match("eagle scouts on a hill") == []
    assert judge.match("you on a hill")


@pytest.mark.parametrize(("leans", "found"), [(0.51, ["legal"]), (0.49, [])])
def test_wording_must_lean_whatever_the_meaning(leans: float, found: list[str]) -> None:
    wording, meaning = np.full((2, len(CATEGORIES)), -20.0, dtype=np.float32)
    wording[NUMBER[ThreatCategory.LEGAL]] = leans
    meaning[NUMBER[ThreatCategory.LEGAL]] = 20.0
    judge = judge_of(wording, meaning)
    assert [match.category for match in judge.match("we spoke about you on tuesday")] == found


BOUNDS = Bounds(likeness=0.7, likeness_urgent=0.8, veto=0.2, veto_urgent=0.4, veto_direct=0.3)


def test_a_bound_of_a_category_without_a_rule() -> None:
    assert BOUNDS.without_rule(ThreatCategory.LEGAL, hinted=True) == 0.7
    assert BOUNDS.without_rule(ThreatCategory.LEGAL, hinted=False) == 0.7
    assert BOUNDS.without_rule(ThreatCategory.SELF_HARM, hinted=True) == 0.8
    assert BOUNDS.without_rule(ThreatCategory.PHYSICAL, hinted=False) > 1.0


def test_how_much_a_strong_rule_must_be_doubted() -> None:
    assert BOUNDS.veto_of(ThreatCategory.LEGAL, direct=True) == 0.2
    assert BOUNDS.veto_of(ThreatCategory.PHYSICAL, direct=True) == 0.3
    assert BOUNDS.veto_of(ThreatCategory.PHYSICAL, direct=False) == 0.4
