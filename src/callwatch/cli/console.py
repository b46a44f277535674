"""What all commands share: consoles, progress, options, printing of nudges."""

import functools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from callwatch.core.channels import Language
from callwatch.core.errors import CallwatchError
from callwatch.core.events import Event, NudgeShown
from callwatch.core.summary import CallSummary
from callwatch.core.terminal import printable, printable_json
from callwatch.texts.facts import reason_of, sentence

P = ParamSpec("P")
R = TypeVar("R")


class PlainTextConsole(Console):
    """A console whose own markup works, and on which no text from a call or a file acts."""

    def render_str(self, text: str, **options: Any) -> Text:
        """See rich; every string that is printed passes here."""
        return super().render_str(printable(text), **options)


out = PlainTextConsole(highlight=False, soft_wrap=True)
err = PlainTextConsole(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """JSON and nothing else, for other programs."""
    sys.stdout.write(printable_json(json.dumps(value, ensure_ascii=False, indent=1)) + "\n")


def print_text(text: str) -> None:
    """A document as it is for another program; on a terminal without what would act on it."""
    sys.stdout.write(printable(text) if sys.stdout.isatty() else text)


def clock(time_s: float) -> str:
    """Call time as m:ss."""
    return f"{int(time_s) // 60}:{int(time_s) % 60:02d}"


def print_warnings(summary: CallSummary, indent: str = "") -> None:
    """What could not be measured and why, in the language of the call."""
    language = Language.or_english(summary.call.language)
    for warning in summary.input_quality.warnings:
        err.print(f"{indent}note: {sentence(warning, language)}", markup=False)


def nudge_printer(language: Language) -> Callable[[Event], None]:
    """A sink that prints each nudge with its call time."""

    def sink(event: Event) -> None:
        if isinstance(event, NudgeShown):
            lines = event.nudge.text.split("\n")
            # Words of the call may hold brackets ("[number]"): they are no markup.
            title, advice = escape(lines[0]), escape(" ".join(lines[1:]))
            out.print(f"{clock(event.time_s):>6}  [bold]{title}[/bold]  {advice}")
            out.print(f"        [dim]{escape(reason_of(event.nudge, language))}[/dim]")

    return sink


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[float, float | None], None]]:
    """A bar on stderr, moved by (call time reached, call length), s; it vanishes when done."""
    if not err.is_terminal:
        yield lambda _time_s, _total_s: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda time_s, total_s: progress.update(task, completed=time_s, total=total_s)


def stoppable(command: Callable[P, R]) -> Callable[P, R]:
    """A command that Ctrl-C, SIGTERM or SIGHUP ends with one sentence and status 1."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt as exc:
            message = "Stopped: no half-written report was left behind."
            raise CallwatchError(message) from exc

    return run
