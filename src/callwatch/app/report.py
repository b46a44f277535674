"""The report of a call from its journal: for a call that a crash cut short, or to write it anew."""

from pathlib import Path

from callwatch.app.calls import JOURNAL_NAME
from callwatch.core.channels import Language
from callwatch.core.errors import InputError
from callwatch.core.summary import CallSummary
from callwatch.report.journal import read_journal
from callwatch.report.write import ReportPaths, write_report
from callwatch.session.record import summarize


def report_of_journal(journal: Path, out_dir: Path | None) -> tuple[CallSummary, ReportPaths]:
    """Read an events.jsonl (or the folder that holds it) and write its report.

    Without `out_dir` the report is written beside the journal. Raises InputError for what is no
    journal, OutputError when the report cannot be written.
    """
    path = journal / JOURNAL_NAME if journal.is_dir() else journal
    try:
        summary = summarize(read_journal(path))
    except ValueError as exc:
        raise InputError(
            f"{path} holds no call (its first event is missing): name an events.jsonl that "
            "callwatch wrote."
        ) from exc
    try:
        language = Language(summary.call.language)
    except ValueError:
        language = Language.EN  # the figures are the same in any language
    return summary, write_report(summary, out_dir or path.parent, language)
