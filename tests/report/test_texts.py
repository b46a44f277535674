import re
import string

import pytest

from callwatch.core.channels import Language
from callwatch.core.cues import CueKind, ThreatCategory
from callwatch.core.escalation import EscalationLevel
from callwatch.texts.catalogue import load_texts

ENGLISH = load_texts("report", Language.EN)
# Words for what a person feels: never about the agent, and not needed about anybody.
EMOTION = re.compile(
    r"\b(angry|anger|furious|stress\w*|frustrat\w*|sad|mood|emotion\w*|"
    r"arg\w{0,1}|ilsk\w*|vred\w*|sint\w*|stress\w*|frustr\w*|humör\w*|humør\w*|känsl\w*|følels\w*)\b",
    re.IGNORECASE,
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_the_same_texts_with_the_same_fields(language: Language) -> None:
    texts = load_texts("report", language)
    assert list(texts) == list(ENGLISH)
    assert {k: fields(v) for k, v in texts.items()} == {k: fields(v) for k, v in ENGLISH.items()}
    assert len(texts["page.months"].split()) == 12
    assert not [key for key, text in texts.items() if not text.strip() and key != "list.comma"]


@pytest.mark.parametrize("language", list(Language))
def test_no_text_names_an_emotion(language: Language) -> None:
    found = {k: t for k, t in load_texts("report", language).items() if EMOTION.search(t)}
    assert found == {}


@pytest.mark.parametrize("language", [Language.SV, Language.DA, Language.NB])
def test_the_nordic_texts_are_written_and_not_left_in_english(language: Language) -> None:
    texts = load_texts("report", language)
    same = {key for key, text in texts.items() if text == ENGLISH[key] and len(text) > 12}
    assert same <= {"page.months", "page.date", "page.day"}, same


def test_every_kind_category_and_level_has_a_name() -> None:
    assert {f"cue.{kind.value}" for kind in CueKind} <= set(ENGLISH)
    assert {f"level.{level.value}" for level in EscalationLevel} <= set(ENGLISH)
    for category in ThreatCategory:
        assert f"category.{category.value}" in ENGLISH
        assert f"advice_threat.{category.value}" in ENGLISH
