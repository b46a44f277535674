"""How sure the words were, in the report."""

from dataclasses import replace

import pytest
from tests.report.builders import empty_call, rich_call

from callwatch.core.channels import Language
from callwatch.core.summary import CallSummary
from callwatch.report.html import render_html
from callwatch.report.word_certainty import CertaintyConfig, word_certainty
from callwatch.report.wording import Wording


def call_with(confidences: list[float]) -> CallSummary:
    """A call of one utterance whose words have these confidences."""
    call = rich_call()
    spoken = next(u for u in call.utterances if u.words)
    words = tuple(replace(spoken.words[0], confidence=one) for one in confidences)
    return replace(call, utterances=(spoken.with_words(words),))


@pytest.mark.parametrize(
    ("confidences", "said"),
    [
        ([0.60] * 20, "nearly every word"),
        ([0.59] * 20, "unsure of most words"),
        ([0.9] * 18 + [0.1] * 2, "nearly every word"),
        ([0.9] * 17 + [0.1] * 3, "some 8 words in ten"),
        ([0.9] * 10 + [0.1] * 10, "some 5 words in ten"),
        ([0.9] * 9 + [0.1] * 11, "unsure of most words"),
    ],
)
def test_the_sentence_follows_the_words_that_were_sure(confidences: list[float], said: str) -> None:
    assert CertaintyConfig() == CertaintyConfig(0.6, 0.9, 0.5), "the bounds of this table"
    assert said in str(word_certainty(call_with(confidences), Wording.of(Language.EN)))


@pytest.mark.parametrize("language", list(Language))
def test_the_page_has_it_in_the_language_of_the_call(language: Language) -> None:
    call = call_with([0.9] * 8 + [0.1] * 2)
    sentence = word_certainty(call, Wording.of(language))
    assert sentence is not None
    assert "8" in sentence
    assert sentence in render_html(call, language)


def test_a_call_without_words_has_none() -> None:
    assert word_certainty(empty_call(), Wording.of(Language.EN)) is None
