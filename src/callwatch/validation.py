"""What must hold of a value that was read from a file: the types of its dataclass, and times of a call.

Numbers must be finite. What no check knows (a type of another library) is refused: add it here.
"""

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from callwatch.core.summary import CallSummary

# No call lasts a month; a picture of one that did would be drawn for hours.
LONGEST_CALL_S: Final = 31 * 24 * 3600.0


def check_summary(summary: CallSummary) -> None:
    """TypeError or ValueError when a field has another type, or a time is none of a call's."""
    check_types(summary)
    check_time(summary.call.duration_s)
    spans = [span for _, span in (*summary.segments, *summary.turn_spans)]
    spans += [cue.span for cue in summary.cues]
    spans += summary.metrics.non_talk or ()
    for span in spans:
        check_time(span.start_s)
        check_time(span.end_s)


def check_time(time_s: float) -> None:
    """ValueError when no call has that time, in seconds since its start."""
    if time_s < 0:
        raise ValueError("a time before the call began")
    if time_s > LONGEST_CALL_S:
        raise ValueError("a time more than a month after the call began")


def check_types(value: object) -> None:
    """TypeError or ValueError when a field of the dataclass, at any depth, is not what it should be."""
    kind: Any = type(value)
    for name, hint in _hints(kind).items():
        if not _fits(getattr(value, name), hint):
            raise TypeError(f"{name} of {type(value).__name__} is no {_name(hint)}")


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _fits(value: object, hint: Any) -> bool:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return any(_fits(value, one) for one in inner)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if inner[-1] is Ellipsis:
            return all(_fits(item, inner[0]) for item in value)
        return len(value) == len(inner) and all(map(_fits, value, inner))
    if origin in (dict, Mapping):
        return isinstance(value, Mapping) and all(
            _fits(key, inner[0]) and _fits(item, inner[1]) for key, item in value.items()
        )
    return _is_a(value, hint)


def _is_a(value: object, kind: type) -> bool:
    if kind is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and math.isfinite(typing.cast(float, value))
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, kind):
        return False
    if dataclasses.is_dataclass(kind) and not isinstance(value, Enum):
        check_types(value)
    return True


def _name(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint))
