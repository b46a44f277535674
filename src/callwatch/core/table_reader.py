"""Plain values (a table of a TOML file) into a frozen dataclass, each checked against its field.

A field says what it allows:

    retention_days: int = limited(30, least=1, most=3650)
    theme: str = limited("system", choices=("system", "light"))

Every mistake is one sentence that names the key and says what is allowed; the field then keeps
the value that it had. Elements of lists and tables are checked like values.
"""

import difflib
import math
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
_LIMITS: Final = "limits"
_LONGEST: Final = 60  # of a wrong value or an unknown name, in its sentence
_MISSING: Final = object()
# Metadata of a field that no table sets.
INTERNAL: Final = {"internal": True}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a field allows: numbers from `least` to `most`, texts that are one of `choices`.

    For a list they hold for each element.
    """

    least: float = -math.inf
    most: float = math.inf
    choices: tuple[str, ...] = ()


def limited(
    default: T,
    *,
    least: float = -math.inf,
    most: float = math.inf,
    choices: Sequence[str] = (),
) -> T:
    """A dataclass field with that default, and what it allows."""
    limits = Limits(least, most, tuple(choices))
    made: T = field(default=default, metadata={_LIMITS: limits})
    return made


def declared_limits(owner: Any, name: str) -> Limits:
    """What the field of a dataclass (or of one of its values) allows by its own declaration."""
    (found,) = (item for item in fields(owner) if item.name == name)
    limits = found.metadata.get(_LIMITS)
    return limits if isinstance(limits, Limits) else Limits()


def near(name: str, known: Sequence[str]) -> list[str]:
    """Up to three known names that `name` may be a slip of, the nearest first."""
    return difflib.get_close_matches(name, known, n=3, cutoff=0.7)


def leaves(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The dotted key of each value in a table and the tables in it."""
    out: list[str] = []
    for key, value in table.items():
        inner = isinstance(value, Mapping)
        out += leaves(value, f"{prefix}{key}.") if inner else [f"{prefix}{key}"]
    return out


def nested(key: str, value: object) -> dict[str, Any]:
    """The table that holds one value under a dotted key."""
    first, _, rest = key.partition(".")
    return {first: nested(rest, value) if rest else value}


def take_key(table: MutableMapping[str, Any], key: str) -> Any:
    """The value of a dotted key, which the table then holds no more; None when it does not."""
    first, _, rest = key.partition(".")
    if not rest:
        return table.pop(first, None)
    inner = table.get(first)
    return take_key(inner, rest) if isinstance(inner, MutableMapping) else None


class TableReader:
    """Reads tables and gathers what is wrong with them in `mistakes`.

    `noun`: how a sentence begins ("The setting"). `place`: where the values are from (" in
    /etc/config.toml"). `limits(owner, name)`: what a field of a dataclass value allows.
    """

    def __init__(
        self,
        noun: str = "The setting",
        place: str = "",
        limits: Callable[[Any, str], Limits] = declared_limits,
    ) -> None:
        self._noun, self._place, self._limits = noun, place, limits
        self.mistakes: list[str] = []

    def read(self, base: T, table: Mapping[str, Any], where: str = "") -> T:
        """`base` (a value of a dataclass) with what the table sets."""
        owner: Any = base
        hints = get_type_hints(type(owner))
        known = [item.name for item in fields(owner) if item.init and item.metadata != INTERNAL]
        kept: dict[str, Any] = {}
        for name, value in table.items():
            key = f"{where}{name}"
            if name not in known:
                self._unknown(name, where, known)
            elif is_dataclass(inner := getattr(owner, name)):
                if isinstance(value, Mapping):
                    kept[name] = self.read(inner, value, f"{key}.")
                else:
                    self._say(key, value, f"a table: write [{key}] above its keys")
            else:
                checked = self._value(hints[name], value, key, self._limits(owner, name))
                if checked is not _MISSING:
                    kept[name] = checked
        try:
            changed: T = replace(owner, **kept)
        except ValueError as exc:
            self.mistakes.append(f"[{where.rstrip('.')}]{self._place} cannot be used: {exc}.")
            return base
        return changed

    def _value(self, hint: Any, value: Any, key: str, limits: Limits) -> Any:
        hint = _without_none(hint)
        made, inner = get_origin(hint), get_args(hint)
        if made is dict and isinstance(value, Mapping):
            items = {name: self._value(inner[1], v, key, limits) for name, v in value.items()}
            return _MISSING if _MISSING in items.values() else items
        if made in (tuple, frozenset, list) and isinstance(value, list | tuple | set | frozenset):
            return self._list(hint, list(value), key, limits)
        if (fits := _plain(hint, value, limits)) is not _MISSING:
            return fits
        self._say(key, value, _allowed(hint, limits))
        return _MISSING

    def _list(self, hint: Any, values: list[Any], key: str, limits: Limits) -> Any:
        made, inner = get_origin(hint), get_args(hint)
        if made is tuple and Ellipsis not in inner and len(values) != len(inner):
            self._say(key, values, _allowed(hint, limits))
            return _MISSING
        checked = [self._value(inner[0], value, key, limits) for value in values]
        return _MISSING if any(item is _MISSING for item in checked) else made(checked)

    def _unknown(self, name: str, where: str, known: Sequence[str]) -> None:
        key = f"{where}{name}"
        if close := near(name, known):
            what = f"did you mean {' or '.join(where + item for item in close)}"
        else:
            what = f"use one of {', '.join(sorted(known))}"
        self.mistakes.append(f"{self._noun} {_short(key)}{self._place} does not exist: {what}.")

    def _say(self, key: str, value: Any, allowed: str) -> None:
        shown = _short(repr(value))
        self.mistakes.append(f"{self._noun} {key}{self._place} is {shown}: it must be {allowed}.")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (UnionType, Union):
        return next(arg for arg in get_args(hint) if arg is not NoneType)
    return hint


def _plain(hint: Any, value: Any, limits: Limits) -> Any:
    """The value as a bool, number, text or member of an enum; _MISSING when it does not fit."""
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value) if value in list(hint) else _MISSING
    if hint in (int, float):
        fits = type(value) in (int, float) if hint is float else type(value) is int
        # The comparison comes first: a whole number of any length can be compared, not converted.
        if not fits or not limits.least <= value <= limits.most or abs(value) > 1e300:
            return _MISSING
        return hint(value)
    if type(value) is not hint or (limits.choices and value not in limits.choices):
        return _MISSING
    return value


def _allowed(hint: Any, limits: Limits) -> str:
    """What a field of that type allows, for "it must be ..."."""
    made, inner = get_origin(hint), get_args(hint)
    if made is dict:
        return f"a table in which each value is {_allowed(inner[1], limits)}"
    if made is tuple and Ellipsis not in inner:
        return f"a list of {len(inner)}, each {_allowed(inner[0], limits)}"
    if made in (tuple, frozenset, list):
        return f"a list, each item {_allowed(inner[0], limits)}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return f"one of {', '.join(hint)}"
    if hint in (int, float):
        noun = "a whole number" if hint is int else "a number"
        return noun + _range(limits)
    if hint is bool:
        return "true or false"
    return f"one of {', '.join(limits.choices)}" if limits.choices else "a text in quotes"


def _range(limits: Limits) -> str:
    if math.isfinite(limits.least) and math.isfinite(limits.most):
        return f" from {limits.least:g} to {limits.most:g}"
    return f" of {limits.least:g} or more" if math.isfinite(limits.least) else ""
