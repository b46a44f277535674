"""Taking calls out of the history: which ones are due, and every trace of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Select, and_, delete, or_, select

from callwatch.core.errors import StoreError
from callwatch.store.models import Call, CallFile, NudgeOutcome, StoredDocument, Transcript
from callwatch.store.ownership import Ownership
from callwatch.store.rows import sortable

# Data minimisation: what nobody looked at in a month is not needed.
RETENTION_DAYS = 30


def expired(whose: Ownership, days: int, now: datetime) -> Select[int]:
    """The calls that began (or, of an archive, came in) more than `days` before `now`: one's own, and
    in a shared history also those of others whose own retention time is over, so that nothing stays
    of somebody who is gone.
    """
    due = sortable(now - timedelta(days=days))
    came_in = or_(Call.added_at.is_(None), Call.added_at < due)
    own = and_(Call.started_at < due, came_in, *whose.own())
    if not whose.is_shared:
        return select(Call.pk).where(own)
    oldest = sortable(now - timedelta(days=max(days, RETENTION_DAYS)))
    unknown = and_(Call.delete_after.is_(None), Call.started_at < oldest)
    return select(Call.pk).where(or_(own, Call.delete_after < sortable(now), unknown))


def clear_analysis(connection: Connection, pk: int) -> None:
    """Take away what an earlier analysis of the same call left; its files stay known."""
    for table in (StoredDocument, Transcript, NudgeOutcome):
        connection.execute(delete(table).where(table.call_pk == pk))


def remove(connection: Connection, which: Select[int]) -> list[str]:
    """Delete the chosen calls with all that hangs on them; returns the paths of their files."""
    chosen = which.scalar_subquery()
    paths = connection.execute(select(CallFile.path).where(CallFile.call_pk.in_(chosen))).scalars()
    found = list(paths)
    for table in (NudgeOutcome, CallFile, Transcript, StoredDocument):
        connection.execute(delete(table).where(table.call_pk.in_(chosen)))
    connection.execute(delete(Call).where(Call.pk.in_(chosen)))
    return found


def delete_files(paths: Sequence[str]) -> None:
    """Delete these files; StoreError names those that could not be."""
    left = []
    for path in map(Path, paths):
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            left.append(f"{path} ({exc.strerror})")
    if left:
        raise StoreError(
            f"the calls are deleted, but these files of theirs are not: {', '.join(left)}; "
            "delete them by hand"
        )
