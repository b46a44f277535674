import string

import pytest

from callwatch.core.channels import Language
from callwatch.core.cues import METHOD_STEPS
from callwatch.core.escalation import EscalationLevel
from callwatch.core.facts import FACTS
from callwatch.texts.catalogue import load_texts
from callwatch_ui.theme.icons import ICONS, NUDGE_ICONS, icon_path
from callwatch_ui.translator import Translator


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", Language)
def test_the_app_speaks_every_language_completely(language: Language) -> None:
    english, other = load_texts("app", Language.EN), load_texts("app", language)
    assert set(other) == set(english)
    assert all(value.strip() for value in other.values())
    assert {key: fields(value) for key, value in other.items()} == {
        key: fields(value) for key, value in english.items()
    }


@pytest.mark.parametrize("language", Language)
def test_every_level_and_step_has_a_word_of_its_own(language: Language) -> None:
    words = Translator(language)
    assert len({words.level(level) for level in EscalationLevel}) == 4
    assert len({words.step(step) for step in METHOD_STEPS}) == 4


def test_every_short_note_is_about_a_code_of_the_engine() -> None:
    codes = {key.partition(".")[0] for key in FACTS}
    notes = {key for key in load_texts("app", Language.EN) if key.startswith("note.")}
    assert notes <= {f"note.{code}" for code in codes}


def test_every_nudge_has_an_icon_and_every_icon_a_path() -> None:
    titles = {key for key in load_texts("nudges", Language.EN) if key.endswith(".title")}
    assert {key.removesuffix(".title") for key in titles} == set(NUDGE_ICONS)
    assert set(NUDGE_ICONS.values()) <= set(ICONS)
    for name in ICONS:
        box = icon_path(name).boundingRect()
        assert 0 <= box.left() <= box.right() <= 24, name
        assert 0 <= box.top() <= box.bottom() <= 24, name
