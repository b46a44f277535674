"""`callwatch calls`: list, show, export and delete the calls of the history."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from callwatch.app.audit_trail import note_deletion
from callwatch.cli.console import err, out, print_json, print_text
from callwatch.cli.damage import Damage, damage_shown
from callwatch.cli.history_option import CallId, HistoryOption, JsonOption, open_history
from callwatch.cli.listen import listen_to_call
from callwatch.cli.options import PrintedLanguage
from callwatch.core.channels import Language
from callwatch.core.errors import StoreError
from callwatch.core.figures import StoredCall
from callwatch.core.files import file_stem
from callwatch.core.summary import CallSummary
from callwatch.document import to_document
from callwatch.report.export_csv import to_csv
from callwatch.report.exports import ExportFormat, export_call
from callwatch.report.figure_rows import audio_kept, figure_rows
from callwatch.report.files import write_private
from callwatch.report.moments import moments_of, worth_a_look
from callwatch.report.sentences import what_mattered
from callwatch.report.wording import Wording, clock

if TYPE_CHECKING:
    from callwatch.store.history import CallHistory, FoundCall

calls_app = typer.Typer(
    help="The calls so far: list, show, search, export, delete.", no_args_is_help=True
)

calls_app.command("listen")(listen_to_call)

# A show on the terminal stays on one screen.
_MOMENTS_SHOWN = 8


@calls_app.command("list")
def list_calls(
    *,
    history: HistoryOption = None,
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Skip so many first.")] = 0,
    follow_up: Annotated[
        bool, typer.Option("--follow-up", help="Only calls to follow up, the nearest day first.")
    ] = False,
    hard: Annotated[bool, typer.Option("--hard", help="Only calls marked as hard.")] = False,
    threats: Annotated[bool, typer.Option("--threats", help="Only calls with a threat.")] = False,
    agent: Annotated[str | None, typer.Option(help="Only this agent's pseudonym.")] = None,
) -> None:
    """List calls, newest first."""
    from callwatch.store.history import CallFilter

    where = CallFilter(
        agent_id=agent, follow_up=follow_up, hard=True if hard else None, with_threats=threats
    )
    with open_history(history) as calls, damage_shown() as on_damaged:
        records = calls.list(limit, offset, where, on_damaged)
        if as_json:
            print_json([record_document(record) for record in records])
        elif records:
            out.print(_list_table(records))
        elif not on_damaged.faults:
            out.print("No calls yet. `callwatch demo` makes the first one.")


@calls_app.command("show")
def show_call(
    call_id: CallId,
    history: HistoryOption = None,
    as_json: JsonOption = False,
    language: PrintedLanguage = Language.EN,
) -> None:
    """Show one call: what mattered, the figures, the moments."""
    with open_history(history) as calls:
        summary, record = calls.get(call_id), calls.record(call_id)
        audio = calls.audio_of([call_id]).get(call_id)
    if as_json:
        print_json(to_document(summary))
        return
    _show(summary, record, Wording.of(language))
    if audio is not None:
        out.print(f"\n{escape(audio_kept(summary, Wording.of(language)))}\n{escape(str(audio))}")


@calls_app.command("search")
def search_calls(
    query: Annotated[
        str, typer.Argument(help='Words; "in quotes" they follow each other; wor* may go on.')
    ],
    *,
    history: HistoryOption = None,
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Skip so many first.")] = 0,
) -> None:
    """Find calls by what was said."""
    with open_history(history) as calls, damage_shown() as on_damaged:
        found = calls.search(query, limit, offset, on_damaged)
        _print_found(found, as_json=as_json)


def _print_found(found: "Sequence[FoundCall]", *, as_json: bool) -> None:
    if as_json:
        marks = str.maketrans("\x02\x03", "[]")
        lines = [
            {**record_document(hit.call), "snippet": hit.snippet.translate(marks)} for hit in found
        ]
        print_json(lines)
        return
    if not found:
        out.print("No call was found. Try fewer words, or the beginning of one: refun*")
    for hit in found:
        moment = Wording.of(Language.EN).stamp(hit.call.figures.started_at)
        snippet = escape(" ".join(hit.snippet.split()))
        snippet = snippet.replace("\x02", "[bold]").replace("\x03", "[/bold]")
        out.print(f"[dim]{moment}[/]  {escape(hit.call.figures.call_id)}\n    {snippet}")


@calls_app.command("export")
def export_calls(
    call_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The call's id, from `calls list`.")
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Every call: one file each, or one CSV.")
    ] = False,
    kind: Annotated[ExportFormat, typer.Option("--format", help="In which format.")] = (
        ExportFormat.JSON
    ),
    target: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", help="A file; a folder with --all.")
    ] = None,
    history: HistoryOption = None,
    language: PrintedLanguage = Language.EN,
) -> None:
    """Export a call, or all of them (your right of access)."""
    if (call_id is None) != everything:
        raise typer.BadParameter("name one call, or say --all")
    with open_history(history) as calls:
        if call_id is None:
            with damage_shown() as on_damaged:
                _export_all(calls, kind, target, language, on_damaged)
            return
        summary = calls.get(call_id)
        own = calls.own_history(summary.call.agent_id, summary.call.started_at, call_id)
    data = export_call(summary, kind, language, own)
    if target is None and kind.is_binary:
        target = Path(file_stem(call_id) + kind.suffix)
    if target is None:
        print_text(data.decode("utf-8"))
    else:
        out.print(escape(str(write_private(target, data))))


def _export_all(
    calls: "CallHistory",
    kind: ExportFormat,
    target: Path | None,
    language: Language,
    on_damaged: "Damage",
) -> None:
    from callwatch.app.kept_audio import clear_suffix, export_sound

    summaries = calls.export_all(on_damaged)
    if kind is ExportFormat.CSV:
        text = to_csv(summaries)
        if target is None:
            print_text(text)
        else:
            out.print(escape(str(write_private(target, text))))
        _print_kept_audio(calls)
        return
    if target is None and kind is ExportFormat.JSON:
        print_json([to_document(summary) for summary in summaries])
        _print_kept_audio(calls)
        return
    folder, names, sounds = target or Path("callwatch-export"), Counter[str](), 0
    for summary in summaries:
        stem = file_stem(summary.call.id)
        names[stem] += 1
        name = stem if names[stem] == 1 else f"{stem}-{names[stem]}"
        write_private(folder / (name + kind.suffix), export_call(summary, kind, language))
        if (audio := calls.audio_of([summary.call.id]).get(summary.call.id)) is not None:
            export_sound(audio, summary.call.id, folder / (name + clear_suffix(audio)))
            sounds += 1
    with_sound = f", {sounds} with their sound" if sounds else ""
    out.print(f"{names.total()} calls in {escape(str(folder))}{with_sound}")


def _print_kept_audio(calls: "CallHistory") -> None:
    if calls.has_audio():
        err.print("Kept sound is not in this: `calls export --all --out FOLDER` copies it too.")


@calls_app.command("delete")
def delete_call(
    call_id: CallId,
    history: HistoryOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete one call for good, with its files."""
    with open_history(history) as calls:
        what = _described(calls, call_id)
        if not yes and not typer.confirm(f"Delete {what}, for good?"):
            raise typer.Exit(1)
        calls.delete(call_id)
    note_deletion(1, "delete")
    out.print(f"Deleted {escape(call_id)}.")


def _described(calls: "CallHistory", call_id: str) -> str:
    """The call in words; one that is damaged by its id alone. StoreError when there is none."""
    try:
        figures = calls.record(call_id).figures
    except StoreError:
        if not calls.has(call_id):
            raise
        return f"the damaged call {call_id}"
    began = Wording.of(Language.EN).stamp(figures.started_at)
    return f"the call of {began} ({clock(figures.duration_s)}), {call_id}"


@calls_app.command("purge")
def purge_calls(
    history: HistoryOption = None,
    older_than_days: Annotated[
        int | None,
        typer.Option(min=0, max=36_500, metavar="DAYS", help="Only calls older than this."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all calls for good."""
    what = "ALL calls" if older_than_days is None else f"calls older than {older_than_days} days"
    if not yes and not typer.confirm(f"Delete {what} for good?"):
        raise typer.Exit(1)
    with open_history(history) as calls:
        if older_than_days is None:
            count = calls.purge()
        else:
            count = calls.delete_older_than(older_than_days, datetime.now().astimezone())
    from callwatch.app.kept_audio import remove_unfinished_audio

    remove_unfinished_audio()
    note_deletion(count, "purge")
    out.print(f"Deleted {count} {'call' if count == 1 else 'calls'}.")


@calls_app.command("compact")
def compact_calls(history: HistoryOption = None) -> None:
    """Give back the room of deleted calls."""
    with open_history(history) as calls:
        calls.compact()
    out.print("Done.")


@calls_app.command("note")
def note_call(
    call_id: CallId,
    text: Annotated[str, typer.Argument(help="What to remember; an empty text takes it away.")],
    history: HistoryOption = None,
) -> None:
    """Write a note on a call."""
    with open_history(history) as calls:
        calls.note(call_id, text)
    out.print("Noted." if text else "The note is gone.")


@calls_app.command("follow-up")
def follow_up_call(
    call_id: CallId,
    day: Annotated[
        str | None, typer.Argument(metavar="[YYYY-MM-DD]", help="The day to follow up.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the follow-up away.")] = False,
    history: HistoryOption = None,
) -> None:
    """Set the day on which to follow a call up; `calls list --follow-up` finds it."""
    if (day is None) != clear:
        raise typer.BadParameter("give either a day (YYYY-MM-DD) or --clear")
    on = None if day is None else _day(day)
    with open_history(history) as calls:
        calls.set_follow_up(call_id, on)
    out.print("No follow-up any more." if on is None else f"Follow up on {on.isoformat()}.")


@calls_app.command("hard")
def hard_call(
    call_id: CallId,
    undo: Annotated[bool, typer.Option("--undo", help="Take the mark away.")] = False,
    history: HistoryOption = None,
) -> None:
    """Mark a call as one of the few that nobody could have turned: it counts in no average."""
    with open_history(history) as calls:
        calls.mark_hard(call_id, not undo)
    out.print("The mark is gone." if undo else "Marked as hard: it counts in no average.")


def record_document(record: StoredCall) -> dict[str, Any]:
    """One line of the list as plain values."""
    figures = asdict(record.figures)
    return {
        "id": figures.pop("call_id"),
        **figures,
        "threat_categories": list(record.threat_categories),
        "source": record.source,
        "engine": record.engine,
        "is_recording": record.is_recording,
        "note": record.note,
        "follow_up_on": None if record.follow_up_on is None else record.follow_up_on.isoformat(),
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise StoreError(f"{text!r} is no day: give it as 2026-01-31") from exc


def _list_table(records: list[StoredCall]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("id", "when", "length", "you", "interrupted", "raised", "threats", ""):
        numeric = name in ("length", "you", "interrupted", "raised")
        table.add_column(
            name, justify="right" if numeric else "left", no_wrap=name in ("id", "when")
        )
    wording = Wording.of(Language.EN)
    for record in records:
        f = record.figures
        share = "–" if f.talk_share_agent is None else wording.percent(f.talk_share_agent)
        categories = ", ".join(record.threat_categories)
        marks = [
            escape(_short(record.source)) if record.is_recording else "",
            "hard" if f.is_hard else "",
            f"follow up {record.follow_up_on}" if record.follow_up_on else "",
            escape(_short(record.note)),
        ]
        table.add_row(
            escape(f.call_id),
            wording.stamp(f.started_at),
            clock(f.duration_s),
            share,
            "–" if f.interruptions_agent is None else str(f.interruptions_agent),
            str(f.raised_voice),
            escape(f"{'–' if f.threats is None else f.threats} {categories}".strip()),
            " · ".join(filter(None, marks)),
        )
    return table


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"


def _show(summary: CallSummary, record: StoredCall, w: Wording) -> None:
    out.print(f"[bold]{escape(summary.call.id)}[/]  {w.moment(summary.call.started_at)}")
    out.print(f"[dim]{escape(summary.call.source)} · {w.seconds(summary.call.duration_s)}[/]\n")
    for sentence in what_mattered(summary, w):
        out.print(escape(sentence))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in (w.t("figures.figure"), w.t("page.you"), w.t("page.customer")):
        table.add_column(name)
    for row in figure_rows(summary, w):
        both = (row.agent, row.customer) if row.whole is None else (row.whole, "")
        table.add_row(row.name, *both)
    out.print()
    out.print(table)
    moments = worth_a_look(moments_of(summary, w), _MOMENTS_SHOWN)
    if moments:
        out.print(f"\n[bold]{escape(w.t('moments.heading'))}[/]")
    for moment in moments:
        line = f"{moment.at:>7}  {moment.title} · {moment.who}. {moment.evidence}"
        out.print(escape(line))
    for warning in summary.input_quality.warnings:
        out.print(f"[yellow]![/] {escape(w.fact(warning))}")
    if record.figures.is_hard:
        out.print(f"\n{escape(w.t('page.hard'))}")
    if record.follow_up_on is not None:
        out.print("\n" + w.t("aftercare.follow_up_on", date=w.day(record.follow_up_on)))
    if record.note:
        out.print(f"{w.t('aftercare.note')}: {escape(record.note)}")
