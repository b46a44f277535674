"""The customer's channel greets as an agent does, in the first words."""

import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.voice.quality.swapped_channels import SwappedChannelDetector


def said(text: str, channel: Channel, at_s: float = 1.0) -> Utterance:
    words = tuple(
        Word(word, TimeSpan(at_s + i * 0.3, at_s + i * 0.3 + 0.25))
        for i, word in enumerate(text.split())
    )
    return Utterance("u", channel, words, True, at_s + 3.0)


GREETING = "Good morning, how can I help you?"


@pytest.mark.parametrize(("at_s", "noted"), [(44.5, True), (45.5, False)])
def test_a_greeting_counts_in_the_first_three_quarters_of_a_minute(
    at_s: float, noted: bool
) -> None:
    detector = SwappedChannelDetector(Language.EN)
    notes = detector.hear(said(GREETING, Channel.CUSTOMER, at_s))
    assert [note.code for note in notes] == (["swapped_channels"] if noted else [])


def test_the_agents_own_greeting_settles_it() -> None:
    detector = SwappedChannelDetector(Language.EN)
    assert detector.hear(said(GREETING, Channel.AGENT)) == []
    assert detector.hear(said(GREETING, Channel.CUSTOMER, 5.0)) == []


def test_it_is_noted_once() -> None:
    detector = SwappedChannelDetector(Language.EN)
    assert len(detector.hear(said(GREETING, Channel.CUSTOMER))) == 1
    assert detector.hear(said(GREETING, Channel.CUSTOMER, 5.0)) == []
