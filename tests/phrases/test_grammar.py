import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callwatch.core.errors import ConfigError
from callwatch.phrases.grammar import Classes, anchors, expand, parse
from callwatch.phrases.pack import Rule
from callwatch.phrases.rules import RuleSet
from callwatch.phrases.text import normalise

CLASSES: Classes = {"boss": (parse("manager*"), parse("team leader")), "nobody": (parse("<boss>"),)}


def said(pattern: str, text: str) -> list[str]:
    """What a pattern finds in a text."""
    rules = RuleSet([Rule("r", ("manager",), (parse(pattern),))], CLASSES)
    read = normalise(text, {"im": ("i", "am")})
    return [text[slice(*read.offsets(hit.first, hit.last))] for hit in rules.search(read)]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("get me", "Get me out", ["Get me"]),
        ("get me", "forget me", []),
        ("manag*", "the management", ["management"]),
        ("*chef", "en butikschef kom", ["butikschef"]),
        ("*che*", "en butikschef kom", ["butikschef"]),
        ("get * now", "get it now", ["get it now"]),
        ("get * now", "get now", []),
        ("get .. now", "get a big now", ["get a big now"]),
        ("get .. now", "get a big fat now", []),
        ("get ... now", "get a very big fat thing now", ["get a very big fat thing now"]),
        ("get ... now", "get it. Then now", []),
        ("(get|fetch) [me|us] <boss>", "fetch us the manager. get managers", ["get managers"]),
        ("<nobody>", "a team leader", ["team leader"]),
        ("^ go", "go. you go", ["go"]),
        ("you $", "you and you. hm", ["you"]),
        ("i am", "so I'm here", ["I'm"]),
    ],
)
def test_patterns_find_words(pattern: str, text: str, found: list[str]) -> None:
    assert said(pattern, text) == found


@pytest.mark.parametrize(
    "pattern", ["", "(a b", "a)", "[a|b", "(a]", "a, b", "(a|)", "x*y", "w!", "<A>", "*a"]
)
def test_a_bad_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError):
        parse(pattern)


def test_an_anchor_is_in_every_text_that_matches() -> None:
    found = anchors(parse("[please] (fetch|get me) .. <boss>"), CLASSES)
    assert found is not None
    assert anchors(parse("[a] .. *"), CLASSES) is None


@given(st.integers(0, 10_000))
def test_a_drawn_sentence_matches_its_own_pattern(seed: int) -> None:
    text = "(get|fetch) [me|us] [the] (manager|team leader) [now]"
    words = " ".join(expand(parse(text, prose=True), CLASSES, random.Random(seed)))
    assert said(text, words)


@pytest.mark.parametrize(
    ("pattern", "is_read"),
    [
        ("(" * 100 + "a" + ")" * 100, True),
        ("(" * 101 + "a" + ")" * 101, False),
        ("[" * 3000, False),
        ("a " * 1999 + "b", True),
        ("a " * 2000 + "b", False),
    ],
)
def test_a_pattern_may_be_so_long_and_so_deep(pattern: str, is_read: bool) -> None:
    if is_read:
        assert parse(pattern)
        return
    with pytest.raises(ConfigError, match="write several patterns") as refused:
        parse(pattern)
    assert len(str(refused.value)) < 200
