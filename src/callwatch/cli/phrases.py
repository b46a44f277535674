"""`callwatch phrases`: match lines of text, say why a call has its threats, check a pack."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from callwatch.cli.console import clock
from callwatch.cli.history_option import HistoryOption, open_history
from callwatch.cli.options import KnownLanguage
from callwatch.core.channels import Language
from callwatch.core.errors import CallwatchError
from callwatch.core.terminal import printable
from callwatch.document import fact_to_document
from callwatch.phrases.check import check_packs
from callwatch.phrases.embeddings import why_no_embeddings
from callwatch.phrases.explain import Explainer
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.texts.facts import english

phrases_app = typer.Typer(
    help="Threat phrases: try them on text, check a pack of your own.", no_args_is_help=True
)


@phrases_app.command("match")
def match_lines(
    language: KnownLanguage,
    packs: Annotated[
        Path | None,
        typer.Option("--packs", help="Folder with packs of your own, laid over the shipped ones."),
    ] = None,
    embeddings: Annotated[
        bool,
        typer.Option(
            "--embeddings/--no-embeddings",
            help="Judge by meaning too: finds more, takes some 10 ms a line.",
        ),
    ] = True,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say in words why, instead of JSON.")
    ] = False,
) -> None:
    """Read one utterance a line on stdin, write one JSON object a line."""
    explainer = Explainer(language, packs) if explain else None
    if embeddings and (why := why_no_embeddings()):
        typer.echo(printable(why), err=True)
    try:
        matcher = PhraseMatcher.for_language(language, packs, embeddings=embeddings)
    except CallwatchError as exc:
        typer.echo(f"callwatch: {printable(str(exc))}", err=True)
        raise typer.Exit(1) from exc
    out = sys.stdout.buffer
    for raw in sys.stdin.buffer:
        text = raw.decode("utf-8", errors="replace").rstrip("\r\n").removeprefix("\ufeff")
        found = matcher.match(text)
        if explainer is not None:
            typer.echo(printable(text))
            for match in found:
                typer.echo(printable(f"  {explainer.why(match.category, match.evidence, text)}"))
            continue
        matches = [
            {
                "category": match.category.value,
                "text": match.text,
                "start": match.start,
                "end": match.end,
                "score": match.score,
                "evidence": english(match.evidence),
                **fact_to_document(match.evidence, "evidence_"),
            }
            for match in found
        ]
        out.write(
            json.dumps({"text": text, "matches": matches}, ensure_ascii=False).encode() + b"\n"
        )
        out.flush()


@phrases_app.command("why")
def why(
    call_id: Annotated[
        str, typer.Argument(metavar="CALL", help="The call's id, from `calls list`.")
    ],
    history: HistoryOption = None,
    packs: Annotated[
        Path | None, typer.Option("--packs", help="The packs of your own that the call had.")
    ] = None,
) -> None:
    """Say for each threat of a call which rule or which known threats it rests on."""
    with open_history(history) as calls:
        summary = calls.get(call_id)
    said = {utterance.id: utterance.text for utterance in summary.utterances}
    explainer = Explainer(Language(summary.call.language), packs)
    reasons: list[str] = []
    for cue in summary.cues:
        if cue.category is not None:
            # Without a transcript the words of the threat itself are all there is.
            text = said.get(cue.utterance_id or "") or str(cue.evidence.params.get("said", ""))
            reason = explainer.why(cue.category, cue.evidence, text)
            reasons.append(f"{clock(cue.span.start_s)}  {reason}")
    typer.echo(printable("\n".join(reasons)) or "This call has no threats.")


@phrases_app.command("check")
def check(
    directory: Annotated[
        Path | None,
        typer.Argument(help="Folder with packs of your own; without it, the shipped packs."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Say what is wrong in phrase packs; exit status 1 when one cannot be used."""
    try:
        findings = check_packs(directory)
    except CallwatchError as exc:
        typer.echo(f"callwatch: {printable(str(exc))}", err=True)
        raise typer.Exit(1) from exc
    if as_json:
        rows = [
            {"path": str(found.path), "message": found.message, "is_error": found.is_error}
            for found in findings
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for found in findings:
            typer.echo(
                f"{'error' if found.is_error else 'advice'}: {found.path.name}: {found.message}"
            )
        if not findings:
            typer.echo("The packs are in order.")
    if any(found.is_error for found in findings):
        raise typer.Exit(1)
