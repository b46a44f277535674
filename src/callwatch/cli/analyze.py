"""`callwatch analyze`: recordings through the engine as fast as the machine allows."""

from pathlib import Path
from typing import Annotated

import typer

from callwatch.app.analyze import Analysis, AnalysisInput, PendingCall, analyze_calls
from callwatch.app.archive.folder import INDEX_NAME, TABLE_NAME, FolderResult, measured
from callwatch.app.archive.gather import gather
from callwatch.app.calls import CallOutcome
from callwatch.cli.archive_options import Manifest, NameExpression, Pairs, Pattern, selected
from callwatch.cli.console import clock, err, out, print_json, print_warnings, progress_bar
from callwatch.cli.folder_table import print_folder
from callwatch.cli.options import (
    AgentFile,
    Channels,
    CustomerFile,
    EngineName,
    Experimental,
    LanguageName,
    ModelDir,
    configured,
    parse_channels,
)
from callwatch.core.errors import CallwatchError, InputError, OutputError
from callwatch.core.files import path_text
from callwatch.document import to_document


def analyze(
    calls: Annotated[
        list[Path] | None,
        typer.Argument(help="Recordings with two channels, and folders of recordings."),
    ] = None,
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the reports.")] = Path(
        "callwatch-reports"
    ),
    language: LanguageName = None,
    engine: EngineName = None,
    model: ModelDir = None,
    channels: Channels = "agent,customer",
    agent_file: AgentFile = None,
    customer_file: CustomerFile = None,
    pattern: Pattern = None,
    pairs: Pairs = None,
    name_pattern: NameExpression = None,
    manifest: Manifest = None,
    experimental: Experimental = None,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="Keep the calls in the history.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Analyse recordings and write a report for each: OUT/NAME/report.html, .json, events.jsonl.

    A folder, or a list, also gets OUT/index.html and OUT/calls.csv.
    """
    if bool(agent_file) != bool(customer_file):
        raise typer.BadParameter("give --agent-file and --customer-file together")
    if not (calls or agent_file or manifest):
        raise typer.BadParameter("name at least one recording")
    if out_dir.exists() and not out_dir.is_dir():  # said once, not for each recording
        raise OutputError(f"{path_text(out_dir)} is a file: choose a folder with --out.")
    config = configured(language, engine, model, experimental)
    order = parse_channels(channels)
    result = FolderResult(config.call.language)
    inputs: list[AnalysisInput] = []
    for item in gather(calls or [], manifest or [], selected(pattern, pairs, name_pattern)):
        if isinstance(item, InputError):
            result.faults.append(str(item))
        else:
            inputs.append(item.local())
    if agent_file and customer_file:
        inputs.append(AnalysisInput(agent_file=agent_file, customer_file=customer_file))
    is_many = bool(manifest) or any(path.is_dir() for path in calls or [])
    reports = []
    with Analysis(config) as analysis:
        if not as_json:
            err.print(analysis.explanation, markup=False)
        reserved = (INDEX_NAME, TABLE_NAME) if is_many else ()
        pending = list(
            analyze_calls(analysis, inputs, out_dir, order, in_history=history, reserved=reserved)
        )
        for call, outcome in measured(pending, _run, result.faults):
            result.add(call.item.main_path, outcome)
            if as_json:
                reports.append(to_document(outcome.summary))
            else:
                _print_call(outcome)
    if is_many and result.calls:
        index = result.write(out_dir)
        if not as_json:
            print_folder(result, index)
    if as_json:
        print_json(reports)
    if result.faults:
        raise CallwatchError("\ncallwatch: ".join(result.faults))


def _run(call: PendingCall) -> CallOutcome:
    with progress_bar(call.name) as advance:
        return call.run(advance)


def _print_call(outcome: CallOutcome) -> None:
    summary = outcome.summary
    length = clock(summary.call.duration_s)
    where = path_text(outcome.paths.html)
    out.print(f"{where}  {length} min, cues: {len(summary.cues)}", markup=False)
    print_warnings(summary, "  ")
