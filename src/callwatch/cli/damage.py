"""Calls of the history that cannot be read: named after the others were shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer
from rich.markup import escape

from callwatch.cli.console import err
from callwatch.core.errors import StoreError

_FAULTS_SHOWN: Final = 10


class Damage:
    """Calls that could not be read, to be told when the others are shown."""

    def __init__(self) -> None:
        self.faults: list[StoreError] = []

    def __call__(self, fault: StoreError) -> None:
        """One more."""
        self.faults.append(fault)


@contextmanager
def damage_shown() -> Iterator[Damage]:
    """At the end, a sentence for each call that could not be read, and exit status 1."""
    damage = Damage()
    yield damage
    for fault in damage.faults[:_FAULTS_SHOWN]:
        err.print(escape(str(fault)))
    if (more := len(damage.faults) - _FAULTS_SHOWN) > 0:
        err.print(f"{more} more calls cannot be read.")
    if damage.faults:
        raise typer.Exit(1)
