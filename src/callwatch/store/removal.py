"""Taking calls out of the history: which ones are due, and every trace of them."""

import contextlib
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Select, and_, delete, insert, or_, select

from callwatch.core.errors import StoreError
from callwatch.store.models import (
    Call,
    CallFile,
    NudgeOutcome,
    PendingDeletion,
    StoredDocument,
    Transcript,
)
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


def remove(connection: Connection, which: Select[int]) -> None:
    """Delete the chosen calls with all that hangs on them; their files are pending from then on."""
    chosen = which.scalar_subquery()
    query = select(CallFile.path).where(CallFile.call_pk.in_(chosen))
    paths = ["", *connection.execute(query).scalars()]  # "": the room in the database
    for table in (NudgeOutcome, CallFile, Transcript, StoredDocument):
        connection.execute(delete(table).where(table.call_pk.in_(chosen)))
    connection.execute(delete(Call).where(Call.pk.in_(chosen)))
    pending = [{"machine": machine(), "path": path} for path in paths]
    connection.execute(insert(PendingDeletion), pending)


def add_files(connection: Connection, pk: int, files: Sequence[Path]) -> None:
    """Files that go with the call; those that are known already are not doubled."""
    query = select(CallFile.path).where(CallFile.call_pk == pk)
    known = set(connection.execute(query).scalars())
    paths = dict.fromkeys(str(path.absolute()) for path in files)
    new = [{"call_pk": pk, "path": path} for path in paths if path not in known]
    if new:
        connection.execute(insert(CallFile), new)


def pending(connection: Connection) -> list[str]:
    """What this machine has still to delete."""
    query = select(PendingDeletion.path).where(PendingDeletion.machine == machine())
    return list(connection.execute(query).scalars())


def no_longer_pending(connection: Connection, paths: Sequence[str]) -> None:
    """These are deleted."""
    mine = PendingDeletion.machine == machine()
    for path in paths:
        connection.execute(delete(PendingDeletion).where(mine, PendingDeletion.path == path))


def machine() -> str:
    """The name of this machine: in a shared history each deletes its own files."""
    return platform.node()[:200]


def delete_files(paths: Sequence[str]) -> dict[str, str]:
    """Delete these files, and folders that hold nothing else; those that could not be, and why."""
    left: dict[str, str] = {}
    for path in map(Path, paths):
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            left[str(path)] = exc.strerror or str(exc)
        else:
            with contextlib.suppress(OSError):
                path.parent.rmdir()
    return left


def not_deleted(left: Mapping[str, str]) -> StoreError:
    """The sentence for files that are still there."""
    named = ", ".join(f"{path} ({reason})" for path, reason in left.items())
    return StoreError(
        f"the calls are deleted, but these files of theirs are not: {named}; they are tried again by "
        "the next start, or delete them by hand"
    )
