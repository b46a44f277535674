"""Letters read out, songs, films: what follows is somebody else's, in four languages; and its bounds."""

from pathlib import Path

import numpy as np
import pytest

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.errors import ConfigError
from callwatch.phrases.classifier import CATEGORIES, Classifier
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import load_pack, read_pack

MATCHERS = {language: PhraseMatcher.for_language(language) for language in Language}

QUOTED = [
    (Language.EN, "the letter says we know where you live and we will kill you if you do not pay"),
    (Language.EN, "I got a text it says pay now or we burn your house down"),
    (Language.EN, "let me read it out to you we will see you in court"),
    (Language.EN, "and the song goes I want to die in your arms tonight"),
    (Language.EN, "that is from the film where he says I will find you and kill you"),
    (Language.SV, "i brevet står det vi vet var du bor och vi ska slå ihjäl dig"),
    (Language.SV, "låten går jag vill dö i dina armar i natt"),
    (Language.SV, "det är från filmen där han säger jag ska döda dig"),
    (Language.DA, "der står i brevet vi ved hvor du bor og vi slår dig ihjel"),
    (Language.DA, "sangen lyder jeg vil dø i dine arme i nat"),
    (Language.DA, "jeg læser op vi ses i retten"),
    (Language.NB, "det står i brevet at vi vet hvor du bor og vi skal slå deg i hjel"),
    (Language.NB, "sangen går jeg vil dø i armene dine i natt"),
    (Language.NB, "jeg leser opp vi ses i retten"),
]

OWN = [
    (Language.EN, "the letter says pay or else. I will see you in court", "legal"),
    (Language.EN, "the letter says thirty pounds well I will see you in court", "legal"),
    (Language.EN, "I have read your letter and I will see you in court", "legal"),
    (Language.SV, "i brevet står det tusen kronor. vi ses i rätten", "legal"),
    (Language.SV, "brevet har jag läst och vi ses i rätten", "legal"),
    (Language.DA, "der står tusind kroner i brevet. vi ses i retten", "legal"),
    (Language.NB, "det står tusen kroner i brevet. vi ses i retten", "legal"),
]


@pytest.mark.parametrize(("language", "text"), QUOTED)
def test_what_is_read_out_or_sung_is_no_threat(language: Language, text: str) -> None:
    assert MATCHERS[language].match(text) == []


@pytest.mark.parametrize(("language", "text", "category"), OWN)
def test_the_callers_own_words_beside_it_are(language: Language, text: str, category: str) -> None:
    assert category in {match.category for match in MATCHERS[language].match(text)}


def sure_of(category: ThreatCategory) -> Classifier:
    """A judge that finds one category in any words."""
    bias = np.full(len(CATEGORIES), -20.0, dtype=np.float32)
    bias[CATEGORIES.index(category)] = 5.0
    return Classifier({}, np.zeros((0, len(CATEGORIES)), dtype=np.float32), bias)


def test_likeness_is_not_judged_where_something_is_quoted() -> None:
    matcher = PhraseMatcher(load_pack(Language.EN), sure_of(ThreatCategory.LEGAL))
    assert matcher.match("we spoke about you on tuesday")
    assert matcher.match("the letter says we spoke about you on tuesday") == []


def test_a_quotation_ends_with_its_sentence() -> None:
    matcher = PhraseMatcher(load_pack(Language.EN), None)
    far = "and so on and so on " * 4
    assert matcher.match(f"the letter says {far} see you in court") == []
    assert matcher.match(f"the letter says {far}. see you in court")
    assert matcher.match("see you in court, the letter says")


def test_quotes_is_true_or_false(tmp_path: Path) -> None:
    path = tmp_path / "en.toml"
    path.write_text(
        'schema = "callwatch.phrases/1"\nlanguage = "en"\n[[guards]]\nid = "g"\n'
        'categories = ["all"]\nany = ["x y"]\nquotes = "yes"\n'
    )
    with pytest.raises(ConfigError, match="quotes must be true or false"):
        read_pack(path)
