"""The first tables: calls, documents, transcripts with their full-text index, files, outcomes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "calls",
        sa.Column("pk", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("call_id", sa.String(200), nullable=False, unique=True),
        sa.Column("agent_id", sa.String(200)),
        sa.Column("started_at", sa.String(24), nullable=False),
        sa.Column("week", sa.String(10), nullable=False),
        sa.Column("duration_s", sa.Float, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("engine", sa.String(40), nullable=False),
        sa.Column("talk_share_agent", sa.Float),
        sa.Column("interruptions_agent", sa.Integer),
        sa.Column("interruptions_customer", sa.Integer),
        sa.Column("response_latency_agent_s", sa.Float),
        sa.Column("longest_monologue_agent_s", sa.Float),
        sa.Column("speech_rate_agent_wpm", sa.Float),
        sa.Column("switches_per_min", sa.Float),
        sa.Column("raised_voice", sa.Integer, nullable=False),
        sa.Column("threats", sa.Integer, nullable=False),
        sa.Column("threat_categories", sa.String(200), nullable=False),
        sa.Column("method_steps", sa.Integer, nullable=False),
        sa.Column("nudges_shown", sa.Integer, nullable=False),
        sa.Column("is_hard", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("follow_up_on", sa.Date),
        # A number is never given twice, so a deleted call cannot lend its words to another.
        sqlite_autoincrement=True,
    )
    op.create_index("ix_calls_started", "calls", ["started_at", "pk"])
    op.create_index("ix_calls_agent", "calls", ["agent_id", "started_at", "is_hard", "week"])
    op.create_index("ix_calls_follow_up", "calls", ["follow_up_on"])
    op.create_index(
        "ix_calls_trends",
        "calls",
        [
            *("week", "is_hard", "agent_id", "talk_share_agent", "interruptions_agent"),
            *("response_latency_agent_s", "threats"),
        ],
    )
    op.create_table(
        "documents",
        _call(primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "transcripts",
        _call(primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "call_files",
        sa.Column("pk", sa.Integer, primary_key=True, autoincrement=True),
        _call(nullable=False, index=True),
        sa.Column("path", sa.Text, nullable=False),
    )
    op.create_table(
        "nudge_outcomes",
        sa.Column("pk", sa.Integer, primary_key=True, autoincrement=True),
        _call(nullable=False, index=True),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("was_shown", sa.Boolean, nullable=False),
        sa.Column("agent_interrupts", sa.Boolean, nullable=False),
        sa.Column("customer_raises", sa.Boolean, nullable=False),
        sa.Column("agent_share", sa.Float),
    )
    _create_search(op.get_bind().dialect.name)


def downgrade() -> None:
    """Back to an empty database."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE transcript_index")
    for table in ("nudge_outcomes", "call_files", "transcripts", "documents", "calls"):
        op.drop_table(table)


def _call(**options: Any) -> "sa.Column[int]":
    key = sa.ForeignKey("calls.pk", ondelete="CASCADE")
    return sa.Column("call_pk", sa.Integer, key, **options)


def _create_search(dialect: str) -> None:
    """The full-text index: FTS5 over `transcripts` kept by triggers, or a GIN index."""
    if dialect == "postgresql":
        op.execute(
            "CREATE INDEX ix_transcripts_words ON transcripts "
            "USING gin (to_tsvector('simple', body))"
        )
        return
    # Letters keep their marks: å, ä, ö, æ and ø are letters of their own.
    op.execute(
        "CREATE VIRTUAL TABLE transcript_index USING fts5(body, content='transcripts', "
        "content_rowid='call_pk', tokenize=\"unicode61 remove_diacritics 0\")"
    )
    op.execute(
        "CREATE TRIGGER transcripts_added AFTER INSERT ON transcripts BEGIN "
        "INSERT INTO transcript_index(rowid, body) VALUES (new.call_pk, new.body); END"
    )
    op.execute(
        "CREATE TRIGGER transcripts_removed AFTER DELETE ON transcripts BEGIN "
        "INSERT INTO transcript_index(transcript_index, rowid, body) "
        "VALUES ('delete', old.call_pk, old.body); END"
    )
    op.execute(
        "CREATE TRIGGER transcripts_changed AFTER UPDATE ON transcripts BEGIN "
        "INSERT INTO transcript_index(transcript_index, rowid, body) "
        "VALUES ('delete', old.call_pk, old.body); "
        "INSERT INTO transcript_index(rowid, body) VALUES (new.call_pk, new.body); END"
    )
