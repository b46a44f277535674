"""Each call knows the day after which anybody's callwatch may delete it.

In a shared history one agent's retention time must neither delete another's calls early nor leave
the calls of somebody who is gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column("calls", sa.Column("delete_after", sa.String(24)))


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("calls", "delete_after")
