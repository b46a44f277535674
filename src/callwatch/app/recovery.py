"""Finishes calls that something cut short: a kill, a crash, a lost screen, a power failure.

Their journals are there, and the figures are made from the events alone: what is missing is the report and the
place in the history. Called at the start of the app and of every command; two at once do not disturb each other.
One journal that cannot be read is set aside under another name, and the others are finished.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from callwatch.app.folders import CALLS, data_folder
from callwatch.app.kept_audio import (
    recovered_sound,
    remove_unfinished_audio,
    with_last_day,
    without_sound,
)
from callwatch.app.report_place import place_report
from callwatch.app.sealed_call import SealedCall
from callwatch.app.trusted_clock import CLOCK_FILE
from callwatch.app.unfinished import (
    FoundMark,
    UnfinishedCall,
    any_cut_short,
    cut_short,
    marked_calls,
)
from callwatch.config import Config
from callwatch.core.channels import Language
from callwatch.core.errors import CallwatchError, InputError, MissingPartError
from callwatch.core.files import remove_stale_parts
from callwatch.core.log import logged, logger_of
from callwatch.core.summary import CallSummary
from callwatch.document import from_document
from callwatch.report.journal import JOURNAL_NAME, holds_nothing, read_journal
from callwatch.report.journal_words import drop_sealed
from callwatch.report.read import read_report
from callwatch.report.revisions import settle_journal
from callwatch.report.write import REPORT_FILES
from callwatch.session.summary_builder import summarize
from callwatch.store.place import has_pending_deletions

if TYPE_CHECKING:
    from callwatch.store.history import CallHistory

_log: Final = logger_of(__name__)

SET_ASIDE: Final = ".damaged"


@dataclass(frozen=True, slots=True)
class Recovered:
    """Reports that were written now, and journals that could not be read."""

    reports: tuple[Path, ...] = ()
    set_aside: tuple[Path, ...] = ()

    def __add__(self, other: "Recovered") -> "Recovered":
        return Recovered(self.reports + other.reports, self.set_aside + other.set_aside)


def finish_unfinished(config: Config) -> Recovered:
    """Finish every call that was marked as begun and whose process is gone, and deletions.

    Raises nothing.
    """
    out = Recovered()
    remove_stale_parts(data_folder() / CLOCK_FILE)
    if has_pending_deletions(config.store.url):
        with (
            logged(_log, "deletions stay unfinished", CallwatchError),
            contextlib.ExitStack() as opened,
        ):
            _history(opened, config)  # opening it finishes them
    if not any_cut_short():
        return out
    for mark in cut_short():
        with mark, logged(_log, "a call that was cut short stays so", Exception):
            out += _finish_marked(mark, config)
    remove_unfinished_audio()
    return out


def finish_cut_short(folder: Path, config: Config, before: datetime) -> Recovered:
    """Finish calls of the app from before calls were marked.

    `folder` is the app's data folder. Only journals that nobody wrote to since `before`: a call
    that runs now is left alone.
    """
    out, marked = Recovered(), {call.journal for call in marked_calls()}
    for journal in sorted((folder / CALLS).glob(f"*/{JOURNAL_NAME}")):
        with logged(_log, "a call that was cut short stays so", Exception):
            is_finished = (journal.parent / REPORT_FILES[0]).exists()
            if is_finished or str(journal.absolute()) in marked:
                continue
            if journal.lstat().st_mtime >= before.timestamp():
                continue
            call = UnfinishedCall("", str(journal.parent), str(journal), True, True, True)
            out += _finish(call, config)
    return out


def _finish_marked(mark: FoundMark, config: Config) -> Recovered:
    """Finish the call and take its mark away; the mark stays when a disk or the history refuses."""
    call = mark.call
    if call is None:
        mark.done()
        return Recovered()
    _remove_parts(call)
    out = _finish(call, config)
    mark.done()
    return out


def _finish(call: UnfinishedCall, config: Config) -> Recovered:
    """Report and history. Raises CallwatchError when it is worth another try."""
    folder, journal = Path(call.folder), Path(call.journal)
    words = SealedCall.of(call, config.store)
    summary = _finished_report(folder / REPORT_FILES[0], call.call_id)
    if summary is not None:
        summary = words.added_to(summary)
    reports: tuple[Path, ...] = ()
    if summary is None:
        if not call.is_live or not journal.is_file():
            return Recovered()
        if holds_nothing(journal):  # it ended before its first event was on the disk
            journal.unlink()
            with contextlib.suppress(OSError):  # not empty: it holds something else
                folder.rmdir()
            return Recovered()
        try:
            settle_journal(journal)
            summary = summarize(read_journal(journal, words.unseal))
        except (InputError, ValueError) as exc:
            return _set_aside(journal, exc)
    with contextlib.ExitStack() as opened:
        history = _history(opened, config) if call.in_history else None
        call_info = summary.call
        past = None
        if history is not None:
            past = history.own_history(call_info.agent_id, call_info.started_at, call_info.id)
        sound = None
        if history is not None:
            was_closed = call_info.audio_kept_until is not None
            sound = recovered_sound(config.store, call_info.id, was_closed=was_closed)
        days = config.store.retention_days
        summary = without_sound(summary) if sound is None else with_last_day(summary, days)
        if call.is_live or not all((folder / name).exists() for name in REPORT_FILES):
            shown = summary if config.store.words_in_files else replace(summary, utterances=())
            language = Language.or_english(call_info.language)
            reports = (place_report(shown, folder, language, past).paths.html,)
        if history is not None and not history.has(call_info.id):
            words.check()
            files = [folder / name for name in (*REPORT_FILES, JOURNAL_NAME)]
            kept = files if call.own_folder else []
            kept += [sound] if sound is not None else []
            history.add(summary, kept, days, encrypt=config.store.encrypt)
    drop_sealed(journal)
    return Recovered(reports)


def _finished_report(path: Path, call_id: str) -> CallSummary | None:
    """The summary of the report when it is that of this call, and can be read."""
    with contextlib.suppress(InputError, ValueError):
        summary = from_document(read_report(path))
        if summary.call.id == call_id:
            return summary
    return None


def _history(opened: contextlib.ExitStack, config: Config) -> "CallHistory | None":
    # Loaded here: most starts have no such call.
    from callwatch.store.history import CallHistory

    try:
        return opened.enter_context(CallHistory(config.store.url or None, config.call.agent_id))
    except MissingPartError:
        return None


def _set_aside(journal: Path, why: Exception) -> Recovered:
    """Out of the way of the next start, and still there for a person."""
    _log.warning("a journal cannot be read and is set aside", exc_info=why)
    aside = journal.with_name(journal.name + SET_ASIDE)
    journal.replace(aside)
    return Recovered(set_aside=(aside,))


def _remove_parts(call: UnfinishedCall) -> None:
    """What was not whole yet when the call was cut short; its process is gone, whatever has its number."""
    folder = Path(call.folder)
    for name in (*REPORT_FILES, JOURNAL_NAME):
        remove_stale_parts(folder / name, may_be_written=False)
    if not call.is_live:
        with contextlib.suppress(OSError):  # not empty: it holds something else
            folder.rmdir()


def notes_of(recovered: Recovered) -> Sequence[str]:
    """What a person is told, one sentence each."""
    notes = [f"a call that was cut short has its report now: {path}" for path in recovered.reports]
    notes += [
        f"the journal of a call that was cut short cannot be read: it was set aside as {path}"
        for path in recovered.set_aside
    ]
    return notes
