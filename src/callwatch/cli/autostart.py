"""`callwatch autostart`: whether the app starts when you log in."""

from enum import StrEnum
from typing import Annotated

import typer

from callwatch.app.autostart import is_on, switch
from callwatch.cli.console import out


class Wish(StrEnum):
    """What is asked for."""

    ON = "on"
    OFF = "off"
    STATUS = "status"


def autostart(
    wish: Annotated[Wish, typer.Argument(help="on, off, or status.")] = Wish.STATUS,
) -> None:
    """Start the app when you log in, or stop doing so; without an argument, say which holds."""
    if wish is not Wish.STATUS:
        switch(wish is Wish.ON)
    out.print(
        "callwatch starts when you log in."
        if is_on()
        else "callwatch does not start when you log in: `callwatch autostart on` changes that."
    )
