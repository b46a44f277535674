from pathlib import Path

import pytest

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.errors import ConfigError
from callwatch.phrases.check import check_packs
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import load_pack

HEAD = 'schema = "callwatch.phrases/1"\nlanguage = "en"\n'
RULE = '[[rules]]\nid = "own"\ncategory = "legal"\nany = ["zorblax tingle"]\n'


def own(folder: Path, body: str, name: str = "en.toml") -> Path:
    (folder / name).write_text(body, encoding="utf-8")
    return folder


@pytest.mark.parametrize("language", list(Language))
def test_the_shipped_packs_are_in_order(language: Language) -> None:
    pack = load_pack(language)
    assert {label for rule in pack.rules.values() for label in rule.labels} == set(ThreatCategory)
    assert {label for step in pack.steps.values() for label in step.labels} == {
        "acknowledgement",
        "refocus",
        "solution",
        "blaming",
    }
    assert not [found for found in check_packs() if found.is_error]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("language = 'en'", "schema"),
        (HEAD + RULE.replace("legal", "weather"), "weather"),
        (HEAD + RULE + RULE, "used twice"),
        (HEAD + RULE.replace("zorblax tingle", "(zorblax"), "close"),
        (HEAD + RULE.replace("zorblax tingle", "<nowhere>"), "nowhere"),
        (HEAD + RULE.replace('any = ["zorblax tingle"]', ""), "no patterns"),
        (HEAD + RULE.replace('id = "own"', ""), "no id"),
        (HEAD + RULE + 'strength = "huge"\n', "huge"),
        (HEAD + RULE + "colour = 1\n", "colour"),
        (HEAD + "rules = 3\n", "[[rules]]"),
        (HEAD + '[classes]\na = ["<b>"]\nb = ["<a>"]\n', "itself"),
        (HEAD.replace("en", "sv"), "not 'en'"),
        (HEAD + "[rewrites]\na = 1\n", "rewrites"),
        ("= broken", "TOML"),
    ],
)
def test_a_wrong_pack_is_named_with_what_to_do(tmp_path: Path, body: str, word: str) -> None:
    own(tmp_path, body)
    with pytest.raises(ConfigError, match=r"en\.toml") as caught:
        PhraseMatcher.for_language(Language.EN, tmp_path)
    assert word in str(caught.value)
    assert [found.is_error for found in check_packs(tmp_path)] == [True]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no folder"):
        load_pack(Language.EN, tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="no folder"):
        check_packs(tmp_path / "nowhere")
    assert check_packs(tmp_path)[0].is_error


def test_an_organisations_words_are_laid_over(tmp_path: Path) -> None:
    plain = PhraseMatcher.for_language(Language.EN)
    assert not plain.match("zorblax tingle")
    mine = PhraseMatcher.for_language(Language.EN, own(tmp_path, HEAD + RULE))
    assert [match.category for match in mine.match("zorblax tingle")] == ["legal"]
    assert [match.category for match in mine.match("get me your manager")] == ["manager"]


def test_classes_grow_rules_are_replaced_and_disabled(tmp_path: Path) -> None:
    body = HEAD + 'disable = ["manager-want", "nowhere"]\n[classes]\nboss = ["zorblax"]\n'
    pack = load_pack(Language.EN, own(tmp_path, body))
    assert "manager-want" not in pack.rules
    assert len(pack.classes["boss"]) == len(load_pack(Language.EN).classes["boss"]) + 1
    assert any("nowhere" in found.message for found in check_packs(tmp_path))


def test_a_pack_of_an_unknown_language_is_refused(tmp_path: Path) -> None:
    assert check_packs(own(tmp_path, HEAD, "xx.toml"))[0].is_error
