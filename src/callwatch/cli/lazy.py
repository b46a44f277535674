"""Commands that are loaded when they are called: `callwatch call stop` needs no engine."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import typer
import typer.main
from typer.core import TyperGroup

from callwatch.cli.console import stoppable

# How every level prints its help.
STYLE: Final[dict[str, Any]] = {
    "add_completion": False,
    "rich_markup_mode": "markdown",
    "pretty_exceptions_enable": False,
}


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """Where a command is: a function, or a Typer with commands of its own."""

    module: str
    attribute: str
    panel: str
    can_be_stopped: bool = False

    def load(self, name: str) -> Any:
        """The click command of that name."""
        part = getattr(import_module(self.module), self.attribute)
        holder = typer.Typer(**STYLE)
        # Two commands make a group; its own name is never seen.
        holder.callback()(_nothing)
        if isinstance(part, typer.Typer):
            holder.add_typer(part, name=name, rich_help_panel=self.panel)
        else:
            function: Callable[..., object] = stoppable(part) if self.can_be_stopped else part
            holder.command(name, rich_help_panel=self.panel)(function)
        return typer.main.get_group(holder).commands[name]


def lazy_group(commands: dict[str, LazyCommand]) -> type[TyperGroup]:
    """A group with these commands, in this order; the help loads all of them."""

    class LazyGroup(TyperGroup):
        """Loads a command by its name."""

        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
            """The names, in the order of the help."""
            return list(commands)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
            """The command, or None for a name that there is not."""
            found = commands.get(cmd_name)
            return None if found is None else found.load(cmd_name)

    return LazyGroup


def _nothing() -> None:
    """Make the holder a group."""
