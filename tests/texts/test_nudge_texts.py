"""The nudge texts are complete in every language and short enough for the card."""

import re

import pytest

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.texts.catalogue import load_texts, text

NUDGES = (
    "let_them_finish",
    "keep_listening",
    "understanding_first",
    "say_you_understand",
    "a_little_softer",
    "pause_and_ask",
    "a_little_slower",
    "say_you_are_on_it",
    "tell_them_what_you_are_doing",
    "calm_again",
    "worry_behind",
    *(f"threat.{category.value}" for category in ThreatCategory),
    "breather",
)

# No nudge may name how somebody at work feels: only what can be heard.
EMOTIONS = re.compile(
    r"\b(angry|anger|stress\w*|upset|irritat\w*|arg|ilsk\w*|vred\w*|sint|sinne|sur|frustr\w*)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", list(Language))
def test_every_nudge_has_a_title_and_an_advice_and_nothing_else(language: Language) -> None:
    expected = {f"{key}.{part}" for key in NUDGES for part in ("title", "advice")}
    assert set(load_texts("nudges", language)) == expected


@pytest.mark.parametrize("language", list(Language))
def test_texts_fit_the_card(language: Language) -> None:
    for key, value in load_texts("nudges", language).items():
        limit = 34 if key.endswith(".title") else 60
        assert 0 < len(value) <= limit, (key, value, len(value))
        assert value == value.strip()
        assert "\n" not in value
        assert "{" not in value, "a nudge is ready to show: it has no fields to fill in"


@pytest.mark.parametrize("language", list(Language))
def test_no_nudge_names_an_emotion(language: Language) -> None:
    for key, value in load_texts("nudges", language).items():
        assert not EMOTIONS.search(value), (key, value)


def test_texts_are_written_in_each_language() -> None:
    for key in NUDGES:
        advices = {text("nudges", f"{key}.advice", language) for language in Language}
        assert len(advices) == len(Language), key
