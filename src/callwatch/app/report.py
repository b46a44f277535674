"""The report of a call from its journal: for a call that a crash cut short, or to write it again."""

import shlex
from dataclasses import replace
from pathlib import Path

from callwatch.app.calls import JOURNAL_NAME
from callwatch.core.channels import Language
from callwatch.core.errors import InputError
from callwatch.core.facts import Fact
from callwatch.core.summary import CallSummary
from callwatch.report.journal import read_journal
from callwatch.report.journal_words import holds_sealed
from callwatch.report.write import ReportPaths, write_report
from callwatch.session.summary_builder import summarize

# How recordings begin: WAV, FLAC, OGG, MP3 with and without a tag.
_SOUND = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3")
_READ_BYTES = 4096


def report_of_journal(journal: Path, out_dir: Path | None) -> tuple[CallSummary, ReportPaths]:
    """Read an events.jsonl (or the folder that holds it) and write its report.

    Without `out_dir` the report is written beside the journal. Words that are sealed in it stay out of the report,
    which says so. Raises InputError for what is no
    journal, OutputError when the report cannot be written.
    """
    path = journal / JOURNAL_NAME if journal.is_dir() else journal
    _refuse_other_files(path)
    try:
        summary = summarize(read_journal(path))
    except ValueError as exc:
        raise InputError(
            f"{path} holds no call (its first event is missing): name an events.jsonl that "
            "callwatch wrote."
        ) from exc
    language = Language.or_english(summary.call.language)
    if holds_sealed(path):
        # With the key at hand too: a report lies on the disk in clear, the words do not.
        told = (*summary.input_quality.warnings, Fact("words_encrypted"))
        summary = replace(summary, input_quality=replace(summary.input_quality, warnings=told))
    return summary, write_report(summary, out_dir or path.parent, language)


def _refuse_other_files(path: Path) -> None:
    """InputError with what to do for what is plainly no journal but something near to it."""
    try:
        with path.open("rb") as file:
            head = file.read(_READ_BYTES)
    except OSError:
        return  # the journal's reader says why
    if head.startswith(_SOUND):
        raise InputError(
            f"{path} is a recording: run `callwatch analyze {shlex.quote(str(path))}`."
        )
    line = head.lstrip().split(b"\n", 1)[0]
    if not line.startswith(b'{"'):
        raise InputError(
            f"{path} is no journal of a call: name an events.jsonl that callwatch wrote, "
            "or the folder that holds it."
        )
