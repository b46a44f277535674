"""The tables of the history.

`calls` holds one narrow line a call, so that lists and trends never open a document;
`documents` the whole report, compressed; `transcripts` the words, for searching;
`call_files` what lies on disk for a call and is deleted with it; `nudge_outcomes` what happened
in the seconds after each due nudge; `pending_deletions` what is still to be deleted of calls that
are gone.
"""

from datetime import date

from sqlalchemy import (
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables of the history."""


class Call(Base):
    """One call: its figures and what the agent added. `started_at` and `week` sort as text."""

    __tablename__ = "calls"

    pk: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(String(200), unique=True)
    agent_id: Mapped[str | None] = mapped_column(String(200))
    # RFC 3339 in UTC with milliseconds: text that sorts like time on every database.
    started_at: Mapped[str] = mapped_column(String(24))
    # The Monday of the call's week, YYYY-MM-DD.
    week: Mapped[str] = mapped_column(String(10))
    duration_s: Mapped[float] = mapped_column(Float)
    language: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(String(40))
    talk_share_agent: Mapped[float | None] = mapped_column(Float)
    interruptions_agent: Mapped[int | None] = mapped_column(Integer)
    interruptions_customer: Mapped[int | None] = mapped_column(Integer)
    response_latency_agent_s: Mapped[float | None] = mapped_column(Float)
    longest_monologue_agent_s: Mapped[float | None] = mapped_column(Float)
    speech_rate_agent_wpm: Mapped[float | None] = mapped_column(Float)
    switches_per_min: Mapped[float | None] = mapped_column(Float)
    raised_voice: Mapped[int] = mapped_column(Integer)
    threats: Mapped[int] = mapped_column(Integer)
    threat_categories: Mapped[str] = mapped_column(String(200))
    method_steps: Mapped[int] = mapped_column(Integer)
    nudges_shown: Mapped[int] = mapped_column(Integer)
    is_hard: Mapped[bool] = mapped_column(Boolean, server_default=false())
    note: Mapped[str] = mapped_column(Text, server_default="")
    follow_up_on: Mapped[date | None] = mapped_column(Date)
    # Analysed from a file: no call of the agent's own day.
    is_recording: Mapped[bool] = mapped_column(Boolean, server_default=false())
    # Sorts like `started_at`; NULL for calls from before it was written.
    delete_after: Mapped[str | None] = mapped_column(String(24))
    # The team that took the call; "" where it is not known.
    queue: Mapped[str] = mapped_column(String(200), server_default="")
    # What it was measured with, so that an archive is measured again when that changes.
    engine_key: Mapped[str | None] = mapped_column(String(64))
    # When a recording of an earlier day came in; NULL for a call that was stored when it ended.
    added_at: Mapped[str | None] = mapped_column(String(24))

    __table_args__ = (
        Index("ix_calls_started", "started_at", "pk"),
        # An agent's page in its order; with the rest, a group is counted from the index alone.
        Index("ix_calls_agent", "agent_id", "started_at", "is_hard", "week", "is_recording"),
        Index("ix_calls_follow_up", "follow_up_on"),
        Index("ix_calls_engine_key", "engine_key"),
        # Everything that the trends of a week need, so that they are read from the index alone.
        Index(
            "ix_calls_trends",
            *("week", "is_hard", "agent_id", "talk_share_agent", "interruptions_agent"),
            *("response_latency_agent_s", "threats", "is_recording", "engine"),
        ),
    )


class StoredDocument(Base):
    """report.json of one call, as compressed JSON."""

    __tablename__ = "documents"

    call_pk: Mapped[int] = mapped_column(
        ForeignKey("calls.pk", ondelete="CASCADE"), primary_key=True
    )
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Transcript(Base):
    """The words of one call as one text, for the full-text index."""

    __tablename__ = "transcripts"

    call_pk: Mapped[int] = mapped_column(
        ForeignKey("calls.pk", ondelete="CASCADE"), primary_key=True
    )
    body: Mapped[str] = mapped_column(Text)


class CallFile(Base):
    """A file on disk that belongs to a call (a recording) and goes when the call goes."""

    __tablename__ = "call_files"

    pk: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(Text)


class NudgeOutcome(Base):
    """What happened after one due nudge; `was_shown` false means withheld at random."""

    __tablename__ = "nudge_outcomes"

    pk: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(80))
    was_shown: Mapped[bool] = mapped_column(Boolean)
    agent_interrupts: Mapped[bool] = mapped_column(Boolean)
    customer_raises: Mapped[bool] = mapped_column(Boolean)
    agent_share: Mapped[float | None] = mapped_column(Float)


class PendingDeletion(Base):
    """A file of a deleted call that is still there, on that machine; "" is the room in the database.

    Written in the transaction that deletes the call, so that a kill leaves nothing forgotten.
    """

    __tablename__ = "pending_deletions"

    pk: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    machine: Mapped[str] = mapped_column(String(200), index=True)
    path: Mapped[str] = mapped_column(Text)


class ArchiveFile(Base):
    """A recording of an archive as it was when it was measured, and the call that it holds.

    `stamp` changes when the file does (size and time, or the store's own mark).
    """

    __tablename__ = "archive_files"

    locator: Mapped[str] = mapped_column(Text, primary_key=True)
    stamp: Mapped[str] = mapped_column(String(200))
    engine_key: Mapped[str] = mapped_column(String(64))
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), index=True)


class TeamReport(Base):
    """The published group figures, as JSON: all that somebody with the role `team` can read."""

    __tablename__ = "team_reports"

    pk: Mapped[int] = mapped_column(Integer, primary_key=True)
    body: Mapped[str] = mapped_column(Text)
