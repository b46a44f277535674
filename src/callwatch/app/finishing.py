"""What a finished call leaves: its report first, then retention, then its place in the history.

A history that cannot be written costs nobody the report, a full disk neither: see report_place.py.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from callwatch.app.audit_trail import note_deletion
from callwatch.app.folders import data_folder
from callwatch.app.kept_audio import KeptAudio, tidy, without_sound
from callwatch.app.report_place import PlacedReport, place_report
from callwatch.app.trusted_clock import believed_now
from callwatch.config import Config
from callwatch.core.errors import MissingPartError, OutputError, StoreError
from callwatch.core.figures import OwnHistory
from callwatch.core.summary import CallSummary
from callwatch.report.write import ReportPaths, write_report

if TYPE_CHECKING:
    from callwatch.store.history import CallHistory

CLOCK_JUMPED: Final = (
    "the clock has jumped ahead, so calls that are too old were not deleted: set it right, or leave it, and a day "
    "later they go; `callwatch calls purge --older-than-days DAYS` deletes them now"
)


@dataclass(frozen=True, slots=True)
class FinishPlan:
    """`can_be_elsewhere`: a report that its folder does not take is written elsewhere, because the
    call cannot be heard again. `came_in_now`: it began another day, and is kept from today on.
    `own_files`: names in the folder that are deleted with the call.
    """

    in_history: bool
    can_be_elsewhere: bool
    came_in_now: bool = False
    own_files: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """A finished call and where its report is.

    `history_fault`: why the report is elsewhere, why the history does not hold the call, or why it
    holds calls for too long; the report is there all the same. `is_stored`: nothing is left to do.
    """

    summary: CallSummary
    paths: ReportPaths
    journal: Path
    history_fault: str | None = None
    is_stored: bool = True


def finish_call(
    summary: CallSummary, audio: KeptAudio | None, folder: Path, config: Config, plan: FinishPlan
) -> CallOutcome:
    """Report, retention, history. Raises OutputError when no disk takes the report."""
    if audio is not None:
        summary = audio.close(summary)
    if not plan.in_history:
        report = _report(summary, folder, config, None, plan)
        return CallOutcome(summary, report.paths, folder, report.fault)
    faults: list[str] = []
    with contextlib.ExitStack() as opened:
        history, past = _open(opened, summary, config, faults)
        report = _report(summary, folder, config, past, plan)
        is_stored = False
        if history is not None:
            faults += delete_due(history, config)
            files = [report.paths.json.parent / name for name in plan.own_files]
            added_at = datetime.now(UTC) if plan.came_in_now else None
            is_stored = _store(
                history, summary, files, audio, config=config, faults=faults, added_at=added_at
            )
        if not (is_stored or audio is None or (plan.can_be_elsewhere and audio.leave())):
            # Sound goes with its call: what the history does not hold is not kept. Sealed sound of a call that waits
            # for the history waits with it.
            audio.discard()
            silent = without_sound(summary)
            if silent is not summary:
                summary = silent
                report = _report(summary, folder, config, past, plan)
    if report.fault is not None:
        faults.insert(0, report.fault)
    return CallOutcome(summary, report.paths, folder, "; ".join(faults) or None, is_stored)


def delete_due(history: "CallHistory", config: Config) -> list[str]:
    """Delete calls and sound whose time is over; what went wrong."""
    now = believed_now(data_folder())
    if now is None:
        return [CLOCK_JUMPED]
    try:
        note_deletion(history.delete_older_than(config.store.retention_days, now), "retention")
        tidy(history, config.store)
    except StoreError as exc:
        return [f"calls that are too old could not be deleted: {exc}"]
    return []


def _open(
    opened: contextlib.ExitStack, summary: CallSummary, config: Config, faults: list[str]
) -> "tuple[CallHistory | None, OwnHistory | None]":
    """The history, with the agent's past in it; None for what cannot be had, and why."""
    # Loaded here: analysing without a history needs no database.
    from callwatch.store.history import CallHistory

    call = summary.call
    try:
        history = opened.enter_context(CallHistory(config.store.url or None, config.call.agent_id))
        return history, history.own_history(call.agent_id, call.started_at, call.id)
    except (StoreError, MissingPartError) as exc:
        faults.append(f"the report is written, but {exc}")
        return None, None


def _store(
    history: "CallHistory",
    summary: CallSummary,
    files: Sequence[Path],
    audio: KeptAudio | None,
    *,
    config: Config,
    faults: list[str],
    added_at: datetime | None,
) -> bool:
    """Put the call into the history, with its files; whether that is done."""
    paths = list(files)
    if audio is not None and audio.path is not None:
        paths.append(audio.path)
    try:
        history.add(
            summary, paths, config.store.retention_days, added_at, encrypt=config.store.encrypt
        )
        if audio is not None:
            audio.publish()
    except (StoreError, OutputError, MissingPartError) as exc:
        faults.append(f"the report is written, but {exc}")
        return isinstance(exc, OutputError)
    return True


def _report(
    summary: CallSummary, folder: Path, config: Config, past: OwnHistory | None, plan: FinishPlan
) -> PlacedReport:
    language = config.call.language
    if not config.store.words_in_files:
        summary = replace(summary, utterances=())
    if plan.can_be_elsewhere:
        return place_report(summary, folder, language, past)
    return PlacedReport(write_report(summary, folder, language, past))
