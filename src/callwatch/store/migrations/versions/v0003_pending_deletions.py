"""What is still to be deleted of calls that are gone is remembered until it is.

A program that was killed in the middle, and a file that was open, leave nothing behind for good.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "pending_deletions",
        sa.Column("pk", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("machine", sa.String(200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
    )
    op.create_index("ix_pending_deletions_machine", "pending_deletions", ["machine"])


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("pending_deletions")
