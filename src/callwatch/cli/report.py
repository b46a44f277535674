"""`callwatch report`: the report of a call from its journal."""

from pathlib import Path
from typing import Annotated

import typer

from callwatch.app.report import report_of_journal
from callwatch.cli.console import clock, out, print_json, print_warnings
from callwatch.cli.history_option import JsonOption
from callwatch.document import to_document


def report(
    journal: Annotated[Path, typer.Argument(help="An events.jsonl, or the folder that holds it.")],
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the report.", show_default="beside the journal"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a call's report from its journal, also when a crash cut the call short."""
    summary, paths = report_of_journal(journal, out_dir)
    if as_json:
        print_json(to_document(summary))
        return
    print_warnings(summary)
    length = clock(summary.call.duration_s)
    out.print(f"{paths.html}  {length} min, cues: {len(summary.cues)}", markup=False)
