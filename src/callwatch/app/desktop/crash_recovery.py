"""Finishes calls of the app that something cut short: a lost screen, a crash, a power failure.

Their journals are there, and the figures are made from the events alone: what is missing is the
report and the place in the history.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from callwatch.app.calls import JOURNAL_NAME, REPORT_NAMES
from callwatch.app.desktop.retention import CALLS
from callwatch.config import Config
from callwatch.core.errors import CallwatchError, MissingPartError, StoreError
from callwatch.core.figures import OwnHistory
from callwatch.core.log import logged, logger_of
from callwatch.core.summary import CallSummary
from callwatch.report.journal import read_journal
from callwatch.report.revisions import settle_journal
from callwatch.report.write import write_report
from callwatch.session.summary_builder import summarize

_log: Final = logger_of(__name__)


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
        with logged(_log, "a call that was cut short stays so", CallwatchError, ValueError):
            settle_journal(journal)
            summary = summarize(read_journal(journal))
            past = _remember(summary, config, journal.parent)
            write_report(summary, journal.parent, config.call.language, past)
            done += 1
    return done


def _remember(summary: CallSummary, config: Config, folder: Path) -> OwnHistory | None:
    """Put the call into the history; None when that cannot be: the report is written all the same.

    Its sound, where any was kept, went with the crash.
    """
    # Loaded here: most starts have no such call.
    from callwatch.store.history import CallHistory

    store, call = config.store, summary.call
    files = [folder / name for name in REPORT_NAMES]
    try:
        with CallHistory(store.url or None, config.call.agent_id) as history:
            history.add(summary, files, store.retention_days)
            return history.own_history(call.agent_id, call.started_at, call.id)
    except (StoreError, MissingPartError):
        return None
