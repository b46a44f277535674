from pathlib import Path

import numpy as np
import pytest
from training.examples import Example, read_examples, sentence_files
from training.train import built_from, examples_of, train

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.errors import ConfigError
from callwatch.phrases.classifier import WEIGHT_DIR
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import load_pack

LEGAL = frozenset({ThreatCategory.LEGAL})


def test_a_line_stands_for_several_sentences() -> None:
    line = Example("see (you|them) in court [tomorrow]", LEGAL)
    drawn = line.sentences({}, draws=20)
    assert set(drawn) <= {
        f"see {who} in court{end}" for who in ("you", "them") for end in ("", " tomorrow")
    }
    assert drawn == line.sentences({}, draws=20)
    assert len(drawn) > 1


@pytest.mark.parametrize("body", ["no heading\n", "== weather\nrain\n"])
def test_a_wrong_sentence_file_is_named(tmp_path: Path, body: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"x.txt:1"):
        list(read_examples(path))


@pytest.mark.parametrize("language", list(Language))
def test_each_category_has_material_and_nothing_is_trained_twice(language: Language) -> None:
    examples = examples_of(language)
    for category in ThreatCategory:
        assert sum(category in example.labels for example in examples) >= 50
    assert sum(not example.labels for example in examples) >= 300
    apart = {
        e.text for path in sentence_files(language, held_out=True) for e in read_examples(path)
    }
    assert not apart & {example.text for example in examples}


@pytest.mark.parametrize("language", list(Language))
def test_the_weights_belong_to_the_data(language: Language) -> None:
    with np.load(WEIGHT_DIR / f"{language}.npz", allow_pickle=False) as data:
        assert str(data["built_from"]) == built_from(language), "run python -m training.train"


def test_training_is_deterministic_and_learns() -> None:
    examples = [
        Example(f"we will grumble at the {word} loudly", LEGAL)
        for word in ("court", "judge", "bench")
    ]
    examples += [
        Example(f"we will wave at the {word} kindly", frozenset()) for word in ("cat", "dog", "cow")
    ]
    first, second = train(Language.EN, examples), train(Language.EN, examples)
    np.testing.assert_allclose(first.weights, second.weights, rtol=0, atol=1e-4)
    matcher = PhraseMatcher(load_pack(Language.EN), first)
    features = matcher.features
    assert features is not None
    assert {m.category for m in matcher.match("we will grumble at the thing loudly")} == {"legal"}
    assert matcher.match("we will wave at the thing kindly") == []
