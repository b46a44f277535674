"""Recordings are told from the agent's own calls, and counted in no trend.

What lies in the history already is a recording when its source is the name of a file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FILES = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif", ".w64", ".caf")
_BEFORE = {
    "ix_calls_agent": ("agent_id", "started_at", "is_hard", "week"),
    "ix_calls_trends": (
        *("week", "is_hard", "agent_id", "talk_share_agent", "interruptions_agent"),
        *("response_latency_agent_s", "threats"),
    ),
}
_AFTER = {
    "ix_calls_agent": (*_BEFORE["ix_calls_agent"], "is_recording"),
    "ix_calls_trends": (*_BEFORE["ix_calls_trends"], "is_recording", "engine"),
}


def upgrade() -> None:
    """To this version."""
    column = sa.Column("is_recording", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("calls", column)
    source, recording = sa.column("source", sa.Text), sa.column("is_recording", sa.Boolean)
    calls = sa.table("calls", source, recording)
    is_file = sa.or_(*(sa.func.lower(source).endswith(ending) for ending in _FILES))
    op.execute(calls.update().where(is_file).values(is_recording=sa.true()))
    _index(_AFTER)


def downgrade() -> None:
    """Back to the version before."""
    _index(_BEFORE)
    op.drop_column("calls", "is_recording")


def _index(columns: dict[str, tuple[str, ...]]) -> None:
    for name, wanted in columns.items():
        op.drop_index(name, "calls")
        op.create_index(name, "calls", list(wanted))
