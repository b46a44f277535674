import io
import sys

import pytest
from rich.table import Table
from rich.text import Text

from callwatch.cli import console
from callwatch.cli.console import PlainTextConsole, print_json, print_text

ATTACK = "\x1b]0;title\x07\x1b[2Jhello\x9b1A\u202e"


@pytest.mark.parametrize("markup", [True, False])
def test_no_text_acts_on_the_terminal_and_the_markup_still_does(markup: bool) -> None:
    file = io.StringIO()
    out = PlainTextConsole(file=file, force_terminal=True, width=200, color_system="standard")
    table = Table(box=None)
    table.add_column(ATTACK)
    table.add_row(ATTACK)
    out.print(ATTACK, markup=markup)
    out.print(table)
    printed = file.getvalue()
    assert "hello" in printed
    for part in ("\x1b]0", "\x1b[2J", "\x9b", "\x07", "\u202e"):
        assert part not in printed
    out.print(Text("bold", style="bold"))
    assert "\x1b[1mbold" in file.getvalue()


def test_a_document_is_left_alone_unless_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, told in ((io.StringIO(), ATTACK), (Terminal(), None)):
        monkeypatch.setattr(sys, "stdout", stream)
        print_text(ATTACK)
        assert (stream.getvalue() == ATTACK) is (told is not None)
        print_json(ATTACK)
        assert "\x9b" not in stream.getvalue().removeprefix(ATTACK)


def test_all_commands_print_through_it() -> None:
    assert isinstance(console.out, PlainTextConsole)
    assert isinstance(console.err, PlainTextConsole)
