"""Calls of the history that cannot be read: the others are read all the same."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from callwatch.core.errors import StoreError

Row = TypeVar("Row")
Value = TypeVar("Value")

# What becomes of the fault of one call.
OnDamaged = Callable[[StoreError], None]


def fail(fault: StoreError) -> None:
    """Nothing is read when one call cannot be."""
    raise fault


def whole(
    rows: Iterable[Row], read: Callable[[Row], Value], on_damaged: OnDamaged
) -> Iterator[Value]:
    """What the rows hold, in their order, without those that `read` refuses with a StoreError."""
    for row in rows:
        try:
            value = read(row)
        except StoreError as fault:
            on_damaged(fault)
            continue
        yield value
