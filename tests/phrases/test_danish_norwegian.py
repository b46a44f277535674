"""What must be heard, and what must be left alone, in Danish and Norwegian Bokmål."""

import pytest
from training.train import examples_of

from callwatch.core.channels import Language
from callwatch.core.cues import CueKind
from callwatch.core.cues import ThreatCategory as Threat
from callwatch.phrases.check import check_packs
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import PACK_DIR
from callwatch.phrases.steps import StepMatcher

DA, NB = Language.DA, Language.NB


@pytest.fixture(scope="module")
def matchers() -> dict[Language, PhraseMatcher]:
    return {language: PhraseMatcher.for_language(language) for language in (DA, NB)}


HEARD = [
    (DA, "nu opsiger jeg det hele og går over til telenor", Threat.LEAVE),
    (DA, "så er I ved at miste en kunde, det siger jeg bare", Threat.LEAVE),
    (DA, "det her lægger jeg op på facebook i aften så alle kan se det", Threat.PUBLICITY),
    (DA, "i får en stjerne på trustpilot", Threat.PUBLICITY),
    (DA, "jeg ringer til Ekstra Bladet, når vi har lagt på", Threat.MEDIA),
    (DA, "min svoger er journalist på tv 2 og han vil gerne høre om det her", Threat.MEDIA),
    (DA, "må jeg så få lov at tale med din chef nu", Threat.MANAGER),
    (DA, "giv mig en der kan bestemme noget", Threat.MANAGER),
    (DA, "da går jeg til forbrugerklagenævnet", Threat.LEGAL),
    (DA, "I hører fra min advokat i morgen.", Threat.LEGAL),
    (DA, "jeg ved godt hvor du bor", Threat.PHYSICAL),
    (DA, "jeg kommer ned og smadrer jeres butik", Threat.PHYSICAL),
    (DA, "jeg har ikke lyst til at leve længere", Threat.SELF_HARM),
    (DA, "jeg tager livet af mig hvis i lukker for strømmen", Threat.SELF_HARM),
    (DA, "du er simpelthen en idiot", Threat.INSULT),
    (DA, "hold din kæft din klaphat", Threat.INSULT),
    (NB, "nå sier jeg opp alt sammen og går over til telenor", Threat.LEAVE),
    (NB, "da har dere mistet en kunde", Threat.LEAVE),
    (NB, "dette legger jeg ut på facebook i kveld så alle får se det", Threat.PUBLICITY),
    (NB, "dere får én stjerne på trustpilot", Threat.PUBLICITY),
    (NB, "jeg ringer VG når vi har lagt på", Threat.MEDIA),
    (NB, "tv2 hjelper deg skal få høre om dette", Threat.MEDIA),
    (NB, "nå får jeg snakke med en som kan noe", Threat.MANAGER),
    (NB, "æ vil snakk med sjefen din", Threat.MANAGER),
    (NB, "da går jeg til forliksrådet med saken", Threat.LEGAL),
    (NB, "dere hører fra advokaten min", Threat.LEGAL),
    (NB, "jeg vet hvor du bor", Threat.PHYSICAL),
    (NB, "jeg kommer ned og knuser butikken deres", Threat.PHYSICAL),
    (NB, "eg vil ikkje leva meir", Threat.SELF_HARM),
    (NB, "jeg tar livet av meg hvis dere stenger strømmen", Threat.SELF_HARM),
    (NB, "du er faen meg en idiot", Threat.INSULT),
    (NB, "hold kjeft din tulling", Threat.INSULT),
]


@pytest.mark.parametrize(("language", "said", "category"), HEARD)
def test_threats_are_heard(
    matchers: dict[Language, PhraseMatcher], language: Language, said: str, category: Threat
) -> None:
    found = {match.category: match for match in matchers[language].match(said)}
    assert category in found
    match = found[category]
    assert said[match.start : match.end] == match.text
    assert match.evidence


LEFT_ALONE = [
    (DA, "vi skal flytte til udlandet så jeg skal have opsagt mit abonnement"),
    (DA, "min mor er død hvordan opsiger jeg hendes telefon"),
    (DA, "jeg har givet jer fem stjerner på trustpilot"),
    (DA, "jeg læste i avisen at I sætter prisen op"),
    (DA, "min chef siger at jeg skal bestille ti telefoner"),
    (DA, "hils din chef og sig at du gør det godt"),
    (DA, "jeg er selv advokat men jeg ringer om min vaskemaskine"),
    (DA, "vi skal slå deadline på fredag"),
    (DA, "telefonen er helt død"),
    (DA, "jeg er en idiot, jeg havde slukket for den"),
    (DA, "hvad koster det at få leveret den til døren"),
    (NB, "vi flytter til utlandet så jeg må få sagt opp abonnementet"),
    (NB, "mor er gått bort hvordan sier jeg opp telefonen hennes"),
    (NB, "jeg har gitt dere fem stjerner på trustpilot"),
    (NB, "jeg leste i avisen at dere setter opp prisen"),
    (NB, "sjefen min sier at jeg skal bestille ti telefoner"),
    (NB, "hils sjefen din og si at du gjør en kjempejobb"),
    (NB, "jeg er selv advokat men jeg ringer om vaskemaskina"),
    (NB, "da slår vi to fluer i én smekk"),
    (NB, "telefonen er helt død"),
    (NB, "jeg er en idiot, jeg hadde slått den av"),
    (NB, "hva koster det å få den levert på døra"),
]


@pytest.mark.parametrize(("language", "said"), LEFT_ALONE)
def test_harmless_lines_are_left_alone(
    matchers: dict[Language, PhraseMatcher], language: Language, said: str
) -> None:
    assert matchers[language].match(said) == []


@pytest.mark.parametrize("language", [DA, NB])
def test_lines_kept_apart(matchers: dict[Language, PhraseMatcher], language: Language) -> None:
    right = wrong = missed = alarms = harmless = 0
    for example in examples_of(language, held_out=True):
        found = {match.category for match in matchers[language].match(example.text)}
        right += len(found & example.labels)
        wrong += len(found - example.labels)
        missed += len(example.labels - found)
        harmless += not example.labels
        alarms += not example.labels and bool(found)
    # These lines are the most roundabout ones that we could think of, far from the training lines.
    assert 2 * right / (2 * right + wrong + missed) >= 0.6
    assert alarms / harmless <= 0.2


@pytest.mark.parametrize("language", [DA, NB])
def test_packs_have_no_errors_and_all_steps(language: Language) -> None:
    assert not [f for f in check_packs(PACK_DIR) if f.is_error and f.path.stem == language.value]
    labels = {label for example in examples_of(language) for label in example.labels}
    assert labels == set(Threat)


STEPS = [
    (DA, CueKind.ACKNOWLEDGEMENT, "det er jeg virkelig ked af at høre"),
    (DA, CueKind.ACKNOWLEDGEMENT, "det kan jeg godt forstå"),
    (DA, CueKind.REFOCUS, "lad os se på hvad vi kan gøre"),
    (DA, CueKind.SOLUTION, "jeg sender en ny router til dig i dag"),
    (DA, CueKind.BLAMING, "ja men har du udfyldt blanketten"),
    (NB, CueKind.ACKNOWLEDGEMENT, "det beklager jeg virkelig"),
    (NB, CueKind.ACKNOWLEDGEMENT, "det skjønner jeg godt"),
    (NB, CueKind.REFOCUS, "la oss se på hva vi kan gjøre"),
    (NB, CueKind.SOLUTION, "jeg sender deg en ny ruter i dag"),
    (NB, CueKind.BLAMING, "ja men har du lest vilkårene"),
]


@pytest.mark.parametrize(("language", "step", "said"), STEPS)
def test_steps_of_the_method_are_heard(language: Language, step: CueKind, said: str) -> None:
    found = {match.step.value for match in StepMatcher.for_language(language).match(said)}
    assert step.value in found


@pytest.mark.parametrize(
    ("language", "step", "said"),
    [
        (DA, CueKind.ACKNOWLEDGEMENT, "jeg forstår ikke hvad du mener"),
        (DA, CueKind.SOLUTION, "det kan jeg desværre ikke refundere"),
        (DA, CueKind.BLAMING, "det er ikke din skyld"),
        (NB, CueKind.ACKNOWLEDGEMENT, "jeg forstår ikke hva du mener"),
        (NB, CueKind.SOLUTION, "det kan jeg dessverre ikke refundere"),
        (NB, CueKind.BLAMING, "det er ikke din feil"),
    ],
)
def test_negated_steps_are_not_heard(language: Language, step: CueKind, said: str) -> None:
    found = {match.step.value for match in StepMatcher.for_language(language).match(said)}
    assert step.value not in found
