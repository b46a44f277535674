"""A table becomes a dataclass; every mistake is one sentence that says what is allowed."""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest

from callwatch.core.table_reader import INTERNAL, Limits, TableReader, limited


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Inner:
    days: int = limited(30, least=1, most=365)
    share: float = limited(0.5, least=0.0, most=1.0)
    theme: str = limited("light", choices=("light", "dark"))
    off: frozenset[str] = limited(frozenset(), choices=("a", "b"))
    counts: dict[str, int] = field(default_factory=dict)
    band: tuple[float, float] = limited((1.0, 2.0), least=0.0)
    names: tuple[str, ...] = ()
    on: bool = True
    colour: Colour = Colour.RED
    free: float = 0.0
    maybe: float | None = None

    def __post_init__(self) -> None:
        if self.share > 0.9 and not self.on:
            raise ValueError("a share over 0.9 wants `on`")


@dataclass(frozen=True)
class Outer:
    inner: Inner = field(default_factory=Inner)
    title: str = ""
    hidden: int = field(default=7, metadata=INTERNAL)


@pytest.mark.parametrize(
    ("name", "value", "becomes"),
    [
        ("days", 1, 1),
        ("days", 365, 365),
        ("share", 0, 0.0),
        ("share", 1.0, 1.0),
        ("theme", "dark", "dark"),
        ("off", ["a", "b"], frozenset({"a", "b"})),
        ("counts", {"x": 2}, {"x": 2}),
        ("band", [0, 3.5], (0.0, 3.5)),
        ("names", ["x", "y", "z"], ("x", "y", "z")),
        ("on", False, False),
        ("colour", "blue", Colour.BLUE),
        ("free", -1e300, -1e300),
        ("maybe", 2, 2.0),
    ],
)
def test_a_value_that_fits_is_taken(name: str, value: Any, becomes: Any) -> None:
    reader = TableReader()
    read = getattr(reader.read(Outer(), {"inner": {name: value}}).inner, name)
    assert reader.mistakes == []
    assert read == becomes
    assert type(read) is type(becomes)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("days", 0, "a whole number from 1 to 365"),
        ("days", 366, "a whole number from 1 to 365"),
        ("days", -5, "a whole number from 1 to 365"),
        ("days", 30.0, "a whole number from 1 to 365"),
        ("days", True, "a whole number from 1 to 365"),
        ("days", "30", "a whole number from 1 to 365"),
        ("share", 1.0001, "a number from 0 to 1"),
        ("share", -0.0001, "a number from 0 to 1"),
        ("share", math.nan, "a number from 0 to 1"),
        ("share", True, "a number from 0 to 1"),
        ("free", math.inf, "a number"),
        ("free", -math.inf, "a number"),
        ("free", math.nan, "a number"),
        ("free", 10**400, "a number"),
        ("maybe", "x", "a number"),
        ("theme", "pink", "one of light, dark"),
        ("theme", 3, "one of light, dark"),
        ("off", "a", "a list, each item one of a, b"),
        ("off", ["c"], "one of a, b"),
        ("off", [3], "one of a, b"),
        ("counts", {"x": "y"}, "a whole number"),
        ("counts", 3, "a table in which each value is a whole number"),
        ("band", [1.0], "a list of 2, each a number of 0 or more"),
        ("band", [1.0, None], "a number of 0 or more"),
        ("band", ["a", 1.0], "a number of 0 or more"),
        ("band", [1.0, -1.0], "a number of 0 or more"),
        ("names", ["x", 1], "a text in quotes"),
        ("on", 1, "true or false"),
        ("colour", "green", "one of red, blue"),
        ("colour", [], "one of red, blue"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_is_allowed(
    name: str, value: Any, allowed: str
) -> None:
    reader = TableReader(place=" in x.toml")
    assert reader.read(Outer(), {"inner": {name: value}}) == Outer()
    (sentence,) = reader.mistakes
    assert sentence.startswith(f"The setting inner.{name} in x.toml is ")
    assert sentence.endswith(f": it must be {allowed}.")
    assert len(sentence) < 200


def test_each_mistake_has_its_sentence_and_the_rest_is_taken() -> None:
    reader = TableReader()
    read = reader.read(Outer(), {"inner": {"days": 0, "theme": "dark", "off": ["x", "y"]}})
    assert read == Outer(Inner(theme="dark"))
    assert len(reader.mistakes) == 3


def test_what_is_read_later_lies_over_what_was_read_before() -> None:
    reader = TableReader()
    first = reader.read(Outer(), {"inner": {"days": 7, "share": 0.1}})
    assert reader.read(first, {"inner": {"days": 8}}).inner == Inner(days=8, share=0.1)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"tilte": "x"}, "The setting tilte does not exist: did you mean title."),
        ({"inner": {"dyas": 3}}, "The setting inner.dyas does not exist: did you mean inner.days."),
        ({"zzz": 1}, "The setting zzz does not exist: use one of inner, title."),
        ({"hidden": 1}, "The setting hidden does not exist: use one of inner, title."),
        ({"inner": 3}, "The setting inner is 3: it must be a table: write [inner] above its keys."),
        (
            {"inner": {"share": 0.95, "on": False}},
            "[inner] cannot be used: a share over 0.9 wants `on`.",
        ),
    ],
)
def test_other_mistakes(table: dict[str, Any], sentence: str) -> None:
    reader = TableReader()
    assert reader.read(Outer(), table) == Outer()
    assert reader.mistakes == [sentence]


def test_limits_can_come_from_elsewhere() -> None:
    reader = TableReader("The threshold", limits=lambda owner, name: Limits(0.0, 2.0))
    assert reader.read(Outer(), {"inner": {"free": 3.0}}) == Outer()
    assert reader.mistakes == ["The threshold inner.free is 3.0: it must be a number from 0 to 2."]


@pytest.mark.parametrize(("name", "shown"), [("t" * 54, "t" * 54), ("t" * 55, "t" * 54 + "...")])
def test_an_unknown_name_is_shown_up_to_sixty_characters(name: str, shown: str) -> None:
    reader = TableReader("The setting")
    reader.read(Outer(), {"inner": {name: 1}})
    assert reader.mistakes[0].startswith(f"The setting inner.{shown} does not exist: use one of ")
