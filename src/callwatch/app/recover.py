"""Finishes calls of the app that something cut short: a lost screen, a crash, a power failure.

Their journals are there, and the figures are made from the events alone: what is missing is the
report and the place in the history.
"""

import contextlib
from datetime import datetime
from pathlib import Path

from callwatch.app.calls import JOURNAL_NAME, REPORT_NAMES, remember
from callwatch.app.own_files import CALLS
from callwatch.config import Config
from callwatch.core.errors import CallwatchError
from callwatch.report.journal import read_journal
from callwatch.report.write import write_report
from callwatch.session.record import summarize


def finish_cut_short(folder: Path, config: Config, before: datetime) -> int:
    """Write the report of each call without one, and put it into the history; how many.

    `folder` is the app's data folder. Only journals that nobody wrote to since `before`: a call
    that runs now is left alone. One that holds no call, or cannot be written, is left as it is.
    """
    done = 0
    for journal in sorted((folder / CALLS).glob(f"*/{JOURNAL_NAME}")):
        is_finished = (journal.parent / REPORT_NAMES[0]).exists()
        if is_finished or journal.stat().st_mtime >= before.timestamp():
            continue
        # ValueError: its first event is missing.
        with contextlib.suppress(CallwatchError, ValueError):
            summary = summarize(read_journal(journal))
            files = [journal.parent / name for name in REPORT_NAMES]
            past, _ = remember(summary, config.store, files)
            write_report(summary, journal.parent, config.call.language, past)
            done += 1
    return done
