"""Why a match is one: the rule by name, or the known threats most like it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from callwatch.cli.phrases import phrases_app
from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.facts import Fact
from callwatch.phrases.explain import DEMANDS, Explainer, load_examples

RUN = CliRunner()


@pytest.mark.parametrize("language", list(Language))
def test_every_category_has_examples_in_every_language(language: Language) -> None:
    assert set(load_examples(language)) == set(ThreatCategory) == set(DEMANDS)


def test_a_rule_is_named_and_a_wish_is_a_wish() -> None:
    done = RUN.invoke(
        phrases_app,
        ["match", "-l", "en", "--no-embeddings", "--explain"],
        input="get me your manager\nhello\n",
    )
    said, why, nothing = done.stdout.splitlines()
    assert (said, nothing) == ("get me your manager", "hello")
    assert "wants somebody above you" in why
    assert "manager-want" in why
    assert "threat" not in why


def test_without_a_rule_the_nearest_known_threats_are_shown() -> None:
    explainer = Explainer(Language.EN)
    known = load_examples(Language.EN)[ThreatCategory.MEDIA][0].text
    evidence = Fact("phrase", {"what": "wording", "said": known, "probability": 0.9})
    assert f"'{known}'" in explainer.why(ThreatCategory.MEDIA, evidence, known)
    assert "known threats" in explainer.why(ThreatCategory.MEDIA, evidence, "xyzzy")


def test_your_own_rule_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text(
        'schema = "callwatch.phrases/1"\nlanguage = "en"\n'
        '[[rules]]\nid = "leave-ours"\ncategory = "leave"\nany = ["the blue letter"]\n'
    )
    done = RUN.invoke(
        phrases_app,
        ["match", "-l", "en", "--packs", str(tmp_path), "--explain"],
        input="i will send the blue letter\n",
    )
    assert "Your own rule leave-ours" in done.stdout
