"""Archives and teams: where a call came from, what it was measured with, and who may see it.

On PostgreSQL row-level security keeps each login to its rows, and the figures of each agent and
week are kept added up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OF_A_CALL = ("documents", "transcripts", "call_files", "nudge_outcomes")


def upgrade() -> None:
    """To this version."""
    op.add_column("calls", sa.Column("queue", sa.String(200), nullable=False, server_default=""))
    op.add_column("calls", sa.Column("engine_key", sa.String(64)))
    op.add_column("calls", sa.Column("added_at", sa.String(24)))
    op.create_index("ix_calls_engine_key", "calls", ["engine_key"])
    op.create_table(
        "archive_files",
        sa.Column("locator", sa.Text, primary_key=True),
        sa.Column("stamp", sa.String(200), nullable=False),
        sa.Column("engine_key", sa.String(64), nullable=False),
        sa.Column(
            "call_pk",
            sa.Integer,
            sa.ForeignKey("calls.pk", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
    )
    op.create_table(
        "team_reports",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        _create_roles()
        _create_aggregates()


def downgrade() -> None:
    """Back to the version before."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION callwatch_refresh()")
        op.execute("DROP MATERIALIZED VIEW agent_weeks")
        for table in ("calls", "archive_files", *_OF_A_CALL):
            op.execute(f"DROP POLICY IF EXISTS own ON {table}")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute("DROP FUNCTION callwatch_role()")
        op.execute("DROP FUNCTION callwatch_agent()")
        op.drop_table("members")
    op.drop_table("team_reports")
    op.drop_table("archive_files")
    op.drop_index("ix_calls_engine_key", "calls")
    for column in ("added_at", "engine_key", "queue"):
        op.drop_column("calls", column)


def _create_roles() -> None:
    """Who a login is, and what it may see. The owner of the tables, who keeps the list, sees all."""
    op.create_table(
        "members",
        sa.Column("login", sa.String(63), primary_key=True),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("agent_id", sa.String(200)),
    )
    for name, column in (("role", "role"), ("agent", "agent_id")):
        # A login cannot change its session_user; the function reads a table that it cannot read.
        op.execute(
            f"CREATE FUNCTION callwatch_{name}() RETURNS text LANGUAGE plpgsql STABLE "
            "SECURITY DEFINER SET search_path FROM CURRENT AS "
            f"$$ BEGIN RETURN (SELECT {column} FROM members WHERE login = session_user); END $$"
        )
    batch = "(SELECT callwatch_role()) = 'batch'"
    own = "(SELECT callwatch_role()) = 'agent' AND agent_id = (SELECT callwatch_agent())"
    _protect("calls", f"{batch} OR ({own})")
    for table in _OF_A_CALL:
        _protect(table, f"{batch} OR call_pk IN (SELECT pk FROM calls)")
    _protect("archive_files", batch)


def _protect(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON {table} USING ({condition}) WITH CHECK ({condition})")


def _create_aggregates() -> None:
    """One row for each agent, week and queue; read by nobody but the owner and `batch`."""
    figures = {
        "talk_share": "talk_share_agent",
        "interruptions": "interruptions_agent",
        "patience_s": "response_latency_agent_s",
    }
    sums = ", ".join(
        f"count({column}) AS {name}_n, coalesce(sum({column}), 0)::float8 AS {name}_sum"
        for name, column in figures.items()
    )
    op.execute(
        f"CREATE MATERIALIZED VIEW agent_weeks AS SELECT agent_id, week, queue, count(*) AS calls, {sums}, "
        "count(*) FILTER (WHERE raised_voice > 0) AS raised, count(*) FILTER (WHERE threats > 0) AS threats "
        "FROM calls WHERE NOT is_hard AND agent_id IS NOT NULL GROUP BY agent_id, week, queue"
    )
    op.execute("CREATE UNIQUE INDEX ix_agent_weeks ON agent_weeks (agent_id, week, queue)")
    # Only its owner may refresh it; those with the role `batch` do so through this.
    op.execute(
        "CREATE FUNCTION callwatch_refresh() RETURNS void LANGUAGE plpgsql SECURITY DEFINER "
        "SET search_path FROM CURRENT AS $$ BEGIN REFRESH MATERIALIZED VIEW agent_weeks; END $$"
    )
    op.execute("REVOKE ALL ON FUNCTION callwatch_refresh() FROM PUBLIC")
