"""`callwatch analyze`: recordings through the engine as fast as the machine allows."""

from pathlib import Path
from typing import Annotated

import typer

from callwatch.app.analyze import Analysis, AnalysisInput, analyze_calls
from callwatch.cli.console import clock, err, out, print_json, print_warnings, progress_bar
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
from callwatch.core.errors import CallwatchError
from callwatch.document import to_document


def analyze(
    calls: Annotated[
        list[Path] | None, typer.Argument(help="Recordings: WAV, FLAC or OGG with two channels.")
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
    experimental: Experimental = None,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="Keep the calls in the history.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Analyse recordings and write a report for each: OUT/NAME/report.html, .json, events.jsonl."""
    if bool(agent_file) != bool(customer_file):
        raise typer.BadParameter("give --agent-file and --customer-file together")
    inputs = [AnalysisInput(path=path) for path in calls or []]
    if agent_file and customer_file:
        inputs.append(AnalysisInput(agent_file=agent_file, customer_file=customer_file))
    if not inputs:
        raise typer.BadParameter("name at least one recording")
    config = configured(language, engine, model, experimental)
    order = parse_channels(channels)
    failures: list[str] = []
    reports = []
    with Analysis(config) as analysis:
        if not as_json:
            err.print(analysis.explanation, markup=False)
        for item in analyze_calls(analysis, inputs, out_dir, order, history):
            try:
                with progress_bar(item.name) as advance:
                    outcome = item.run(advance)
            except CallwatchError as error:
                failures.append(str(error))
                continue
            if outcome.history_fault is not None:
                failures.append(outcome.history_fault)
            reports.append(to_document(outcome.summary))
            if not as_json:
                summary = outcome.summary
                out.print(
                    f"{outcome.paths.html}  {clock(summary.call.duration_s)} min, "
                    f"{len(summary.cues)} cues",
                    markup=False,
                )
                print_warnings(summary, "  ")
    if as_json:
        print_json(reports)
    if failures:
        raise CallwatchError("\ncallwatch: ".join(failures))
