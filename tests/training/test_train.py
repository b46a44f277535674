from pathlib import Path

import numpy as np
import pytest
from training.examples import Example, read_examples, sentence_files
from training.train import (
    TrainConfig,
    build_sample,
    built_from,
    examples_of,
    sample_of,
    train,
    with_talk,
)

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


def grumbling() -> list[Example]:
    return [
        Example(f"we will grumble at the {word} loudly", LEGAL)
        for word in ("court", "judge", "bench")
    ] + [
        Example(f"we will wave at the {word} kindly", frozenset()) for word in ("cat", "dog", "cow")
    ]


def test_training_is_deterministic_and_learns() -> None:
    examples = grumbling()
    first, second = train(Language.EN, examples), train(Language.EN, examples)
    np.testing.assert_allclose(first.weights, second.weights, rtol=0, atol=1e-4)
    matcher = PhraseMatcher(load_pack(Language.EN), first)
    features = matcher.features
    assert features is not None
    assert {m.category for m in matcher.match("we will grumble at the thing loudly")} == {"legal"}
    assert matcher.match("we will wave at the thing kindly") == []


def test_of_ordinary_talk_what_looks_most_like_a_threat_is_learnt() -> None:
    pack = load_pack(Language.EN)
    like = "we will grumble at the clerk loudly"
    talk = [f"on day {number} it rained in the hills" for number in range(8)]
    config = TrainConfig(ordinary_spread=3, hardest=2, ordinary_weight=0.5)
    sample = build_sample(Language.EN, grumbling(), pack, config)
    # its checksum must not put it among the spread
    talked = with_talk(sample, [*talk, like], pack, config)
    assert len(talked.offsets) - len(sample.offsets) == 5
    assert float(talked.importance[-1]) == 0.5
    assert not talked.targets[len(sample.offsets) - 1 :].any()
    taught = {
        tuple(talked.codes[begin:end])
        for begin, end in zip(talked.offsets[-3:-1], talked.offsets[-2:], strict=True)
    }
    assert tuple(sample_of([(like, frozenset(), 1.0)], pack).codes) in taught


def test_little_talk_is_learnt_as_a_whole() -> None:
    pack = load_pack(Language.EN)
    sample = build_sample(Language.EN, grumbling(), pack, TrainConfig())
    talked = with_talk(sample, ["it rained", "the sun shone"], pack, TrainConfig())
    assert len(talked.offsets) - len(sample.offsets) == 2
