"""Threats as people say them on the telephone, turned round and run on, and the same words otherwise."""

import pytest

from callwatch.core.channels import Language
from callwatch.phrases.matcher import PhraseMatcher

MEANT = [
    ("i've had it with you lot i'm off at the end of the month", "leave"),
    ("well the papers can have it then if you won't sort it", "media"),
    ("i'll go to the bank and charge it back", "legal"),
    ("i'd look over my shoulder tonight if i was you", "physical"),
    ("if they cut us off i'm just gonna end it", "self_harm"),
]
ORDINARY = [
    "can i hit you with one more question",
    "the phone's dead and it won't wake up",
    "i know someone at the paper but that's not why i'm ringing",
    "i want to end it at the end of the month because we're moving house",
]


@pytest.fixture(scope="module")
def matcher() -> PhraseMatcher:
    return PhraseMatcher.for_language(Language.EN)


@pytest.mark.parametrize(("text", "category"), MEANT)
def test_a_threat_as_it_is_said_on_the_telephone(
    matcher: PhraseMatcher, text: str, category: str
) -> None:
    assert category in [match.category for match in matcher.match(text)]


@pytest.mark.parametrize("text", ORDINARY)
def test_the_same_words_without_a_threat(matcher: PhraseMatcher, text: str) -> None:
    assert matcher.match(text) == []
