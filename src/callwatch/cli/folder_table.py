"""The total of a folder on the terminal."""

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from callwatch.app.archive.folder import FolderResult
from callwatch.cli.console import clock, out
from callwatch.core.channels import Language
from callwatch.core.files import path_text
from callwatch.report.wording import Wording


def print_folder(result: FolderResult, index: Path | None) -> None:
    """Files, hours, faults, the calls most worth hearing, and where the page is."""
    total = Table(box=None, pad_edge=False, show_header=False)
    total.add_row("calls", str(result.calls))
    total.add_row("hours", f"{result.hours:.2f}")
    total.add_row("faults", str(len(result.faults)))
    out.print()
    out.print(total)
    if result.best:
        out.print("\n[bold]Most worth hearing[/]")
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in ("recording", "began", "length", "what"):
            table.add_column(name)
        wording = Wording.of(Language.EN)
        for line in result.best:
            began, length = wording.stamp(line.started_at), clock(line.duration_s)
            table.add_row(escape(line.name), began, length, escape(line.why))
        out.print(table)
    if index is not None:
        out.print(f"\n{escape(path_text(index))}")
