"""One row a call, for a spreadsheet or a notebook. Empty means not measured, never 0."""

import csv
import io
from collections.abc import Iterable

from callwatch.core.channels import CHANNELS
from callwatch.core.cues import METHOD_STEPS, Cue, CueKind, ThreatCategory
from callwatch.core.summary import CallSummary
from callwatch.document import DECIMALS
from callwatch.texts.facts import english

# A spreadsheet takes a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PER_SIDE = (
    *("talk_s", "talk_share", "interruptions", "backchannels", "turns"),
    *("longest_monologue_s", "response_latency_median_s", "speech_rate_wpm"),
)
# Nobody knows of these what a recogniser did not hear.
_FROM_WORDS = frozenset({CueKind.THREAT, CueKind.BLAMING, *METHOD_STEPS} - {CueKind.CONTROL})
_WHOLE = ("overlap_s", "silence_s", "longest_silence_s", "switches_per_min")

Cell = str | int | float | None


def to_csv(summaries: Iterable[CallSummary]) -> str:
    """A header and one row a call; RFC 4180, decimal point."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for summary in summaries:
        row = csv_row(summary)
        if writer is None:
            writer = csv.DictWriter(out, list(row), lineterminator="\r\n")
            writer.writeheader()
        writer.writerow(row)
    return out.getvalue()


def csv_row(summary: CallSummary) -> dict[str, str | int | float]:
    """The row of one call as it is written."""
    return {name: _cell(value) for name, value in row_of(summary).items()}


def row_of(summary: CallSummary) -> dict[str, Cell]:
    """The columns of one call."""
    call, metrics = summary.call, summary.metrics
    row: dict[str, Cell] = {
        "id": call.id,
        "agent_id": call.agent_id,
        "started_at": call.started_at,
        "duration_s": call.duration_s,
        "language": call.language,
        "engine": call.engine,
        "source": call.source,
    }
    for name in _PER_SIDE:
        for channel in CHANNELS:
            row[f"{name}_{channel.value}"] = getattr(metrics, name).get(channel)
    for name in _WHOLE:
        row[name] = getattr(metrics, name)
    row["non_talk_s"] = metrics.non_talk_total_s
    for kind in CueKind:
        if kind not in (CueKind.INTERRUPTION, CueKind.BACKCHANNEL, CueKind.RAISED_VOICE):
            is_known = call.has_words or kind not in _FROM_WORDS
            row[kind.value] = _count(summary.cues, kind) if is_known else None
    for channel in CHANNELS:
        row[f"raised_voice_{channel.value}"] = sum(
            cue.is_raised_voice and cue.channel is channel for cue in summary.cues
        )
    for category in ThreatCategory:
        count = sum(c.category is category for c in summary.cues)
        row[f"threat_{category.value}"] = count if call.has_words else None
    row["nudges_shown"] = sum(nudge.shown for nudge in summary.nudges)
    row["nudges_held"] = sum(not nudge.shown for nudge in summary.nudges)
    row["warnings"] = " | ".join(english(warning) for warning in summary.input_quality.warnings)
    return row


def _count(cues: Iterable[Cue], kind: CueKind) -> int:
    return sum(cue.kind is kind for cue in cues)


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
