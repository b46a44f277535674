"""Between a call summary and the rows of the history."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from callwatch.core.cues import CueKind
from callwatch.core.errors import StoreError
from callwatch.core.figures import CallFigures, StoredCall, figures_of
from callwatch.core.summary import CallSummary
from callwatch.document import from_document, to_document
from callwatch.store.sealing import is_sealed, seal, unseal
from callwatch.validation import CALL_YEARS, check_types

# Level 6: a call of an hour shrinks to a tenth in a few milliseconds.
_COMPRESSION = 6
# A report of eight hours with every word has some 10 MB; a few kB of zlib can announce gigabytes.
_LONGEST_BODY = 1 << 27
_FIGURES = (
    *("duration_s", "language", "talk_share_agent", "interruptions_agent"),
    *("interruptions_customer", "response_latency_agent_s", "longest_monologue_agent_s"),
    *("speech_rate_agent_wpm", "switches_per_min", "raised_voice", "threats"),
    *("method_steps", "nudges_shown"),
)


def call_values(summary: CallSummary) -> dict[str, Any]:
    """The columns of `calls` that come from the summary; the agent's own are not among them."""
    figures = figures_of(summary)
    started = utc(summary.call.started_at)
    categories = dict.fromkeys(
        cue.category.value for cue in summary.cues if cue.kind is CueKind.THREAT and cue.category
    )
    return {
        "call_id": summary.call.id,
        "agent_id": summary.call.agent_id,
        "started_at": sortable(started),
        "week": week_of(started),
        "source": summary.call.source,
        "engine": summary.call.engine,
        "is_recording": summary.call.is_recording,
        "threat_categories": ",".join(categories),
        **{name: getattr(figures, name) for name in _FIGURES},
        "threats": figures.threats or 0,  # without words the engine says that nobody knows
    }


def retention(started_at: str, keep_days: int, added_at: datetime | None) -> dict[str, str | None]:
    """When the call came in, and the day after which anybody may delete it."""
    since = added_at or utc(started_at)
    return {
        "added_at": None if added_at is None else sortable(added_at),
        "delete_after": sortable(since + timedelta(days=keep_days)),
    }


def pack(summary: CallSummary, *, encrypt: bool = False) -> bytes:
    """The whole report as compressed JSON, sealed when it is to be encrypted."""
    body = json.dumps(to_document(summary), ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate in a file name or a word must not cost the whole call.
    packed = zlib.compress(body.encode("utf-8", "replace"), _COMPRESSION)
    return seal(packed, summary.call.id) if encrypt else packed


def unpack(body: bytes, call_id: str) -> CallSummary:
    """The summary that `pack` packed; StoreError when the bytes are damaged, or the key is lost."""
    if is_sealed(body):
        body = unseal(body, call_id)
    try:
        document = json.loads(_inflated(body))
    except (zlib.error, ValueError, RecursionError) as exc:
        raise _damaged(call_id) from exc
    return from_document(document)


def _inflated(body: bytes) -> bytes:
    """What zlib packed; ValueError when it is cut short, or longer than any call."""
    stream = zlib.decompressobj()
    out = stream.decompress(body, _LONGEST_BODY)
    if not stream.eof:
        raise ValueError("no whole body")
    return out


def _damaged(call_id: object) -> StoreError:
    return StoreError(
        f"the call {call_id} is damaged in the history: delete it and analyse it again"
    )


def spoken_text(summary: CallSummary) -> str:
    """All words of the call in the order of time, one utterance a line. No NUL: PostgreSQL."""
    spoken = sorted(summary.utterances, key=lambda utterance: utterance.span.start_s)
    lines = "\n".join(utterance.text for utterance in spoken if utterance.words)
    return lines.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def stored_call(row: RowMapping) -> StoredCall:
    """One line of the history; StoreError when another program wrote what is none."""
    try:
        found = StoredCall(
            figures=figures_from(row),
            source=row["source"],
            engine=row["engine"],
            threat_categories=tuple(filter(None, row["threat_categories"].split(","))),
            note=row["note"],
            follow_up_on=row["follow_up_on"],
            is_recording=bool(row["is_recording"]),
        )
        check_types(found)
    except (TypeError, ValueError, AttributeError) as exc:
        raise _damaged(row["call_id"]) from exc
    return found


def figures_from(row: RowMapping) -> CallFigures:
    """The comparable figures of one line; StoreError when one is no number, or the start no time."""
    found = CallFigures(
        call_id=row["call_id"],
        agent_id=row["agent_id"],
        started_at=row["started_at"],
        is_hard=row["is_hard"],
        **({name: row[name] for name in _FIGURES} | {"threats": _threats(row)}),
    )
    try:
        check_types(found)
        datetime.fromisoformat(found.started_at)
    except (TypeError, ValueError) as exc:
        raise _damaged(found.call_id) from exc
    return found


def utc(started_at: str) -> datetime:
    """The moment of an RFC 3339 text, in UTC; StoreError when it is none."""
    try:
        moment = datetime.fromisoformat(started_at)
        if moment.year not in CALL_YEARS:
            raise ValueError("no year of a call")
    except ValueError as exc:
        raise StoreError(
            f"the start of the call is no time ({started_at!r}): give it as 2026-01-31T09:15:00Z"
        ) from exc
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def sortable(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    )


def week_of(moment: datetime) -> str:
    """The Monday of that week, as YYYY-MM-DD."""
    return (moment.date() - timedelta(days=moment.weekday())).isoformat()


def _threats(row: RowMapping) -> int | None:
    return None if row["engine"] in ("", "none") else row["threats"]
