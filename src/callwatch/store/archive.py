"""Writing many calls of many agents: what `callwatch batch` does to the history.

One `ArchiveStore` writes, in batches; each batch is in the history whole or not at all, and writing
it again changes nothing. Called by one thread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, text, update

from callwatch.core.closing import ClosedByWith
from callwatch.core.nudge_outcomes import nudge_outcomes
from callwatch.core.summary import CallSummary
from callwatch.store.database import open_database, parsed, shown, translated_errors, writing
from callwatch.store.models import ArchiveFile, Call, NudgeOutcome, StoredDocument, Transcript
from callwatch.store.rows import call_values, pack, retention, spoken_text


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A call as rows, made where it was measured: packing costs more than writing."""

    values: Mapping[str, Any]
    body: bytes
    words: str
    outcomes: tuple[Mapping[str, Any], ...]

    @property
    def call_id(self) -> str:
        """Its id: the same for the same recording of the same agent."""
        return str(self.values["call_id"])


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """One recording and its call; `call` is None when the history has it already."""

    locator: str
    stamp: str
    call_id: str
    call: PreparedCall | None = None


def prepare(
    summary: CallSummary, queue: str, engine_key: str, keep_days: int, added_at: datetime
) -> PreparedCall:
    """The rows of a call of an archive."""
    values = call_values(summary)
    values |= {"queue": queue, "engine_key": engine_key}
    values |= retention(values["started_at"], keep_days, added_at)
    outcomes = tuple(asdict(outcome) for outcome in nudge_outcomes(summary))
    return PreparedCall(values, pack(summary), spoken_text(summary), outcomes)


class ArchiveStore(ClosedByWith):
    """The history as an archive sees it. Raises StoreError with what to do."""

    def __init__(self, url: str) -> None:
        address = parsed(url)
        self.name = shown(address)
        self._engine = open_database(address)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def measured_with(self, engine_key: str) -> list[str]:
        """The ids of the calls that this engine measured."""
        query = select(Call.call_id).where(Call.engine_key == engine_key)
        with translated_errors(self.name), self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def unchanged(self, stamps: Mapping[str, str], engine_key: str) -> set[str]:
        """The locators of those recordings (locator to stamp) that need no work."""
        query = select(ArchiveFile.locator, ArchiveFile.stamp).where(
            ArchiveFile.locator.in_(list(stamps)), ArchiveFile.engine_key == engine_key
        )
        with translated_errors(self.name), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {locator for locator, stamp in rows if stamps[locator] == stamp}

    def write(self, rows: Sequence[ArchiveRow], engine_key: str) -> None:
        """Write all of these, in one transaction."""
        with translated_errors(self.name), writing(self._engine) as connection:
            calls = {row.call.call_id: row.call for row in rows if row.call is not None}
            keys = _write_calls(connection, calls)
            keys |= _keys(connection, [row.call_id for row in rows if row.call_id not in keys])
            locators = {row.locator: row for row in rows}
            connection.execute(delete(ArchiveFile).where(ArchiveFile.locator.in_(list(locators))))
            files = [
                {
                    "locator": row.locator,
                    "stamp": row.stamp,
                    "engine_key": engine_key,
                    "call_pk": keys[row.call_id],
                }
                # A call that was deleted meanwhile is measured again the next time.
                for row in locators.values()
                if row.call_id in keys
            ]
            if files:
                connection.execute(insert(ArchiveFile), files)

    def refresh(self) -> None:
        """Add the figures of agents and weeks up again, where the database keeps them so."""
        if self._engine.dialect.name == "postgresql":
            with translated_errors(self.name), self._engine.begin() as connection:
                connection.execute(text("SELECT callwatch_refresh()"))


def _write_calls(connection: Connection, calls: Mapping[str, PreparedCall]) -> dict[str, int]:
    """Insert the calls or, where they are known, replace their analysis; id to primary key."""
    keys = _keys(connection, list(calls))
    for table in (StoredDocument, Transcript, NudgeOutcome):
        connection.execute(delete(table).where(table.call_pk.in_(list(keys.values()))))
    if keys:
        changed = [{"b_pk": pk, **calls[call_id].values} for call_id, pk in keys.items()]
        connection.execute(update(Call.__table__).where(Call.pk == bindparam("b_pk")), changed)  # type: ignore[arg-type]
    new = [dict(call.values) for call_id, call in calls.items() if call_id not in keys]
    if new:
        inserted = connection.execute(insert(Call).returning(Call.call_id, Call.pk), new)
        keys |= {str(call_id): int(pk) for call_id, pk in inserted}
    rows = [(keys[call_id], call) for call_id, call in calls.items()]
    bodies = [{"call_pk": pk, "body": call.body} for pk, call in rows]
    words = [{"call_pk": pk, "body": call.words} for pk, call in rows if call.words]
    outcomes = [{"call_pk": pk, **outcome} for pk, call in rows for outcome in call.outcomes]
    for table, values in ((StoredDocument, bodies), (Transcript, words), (NudgeOutcome, outcomes)):
        if values:
            connection.execute(insert(table), values)
    return keys


def _keys(connection: Connection, call_ids: Sequence[str]) -> dict[str, int]:
    query = select(Call.call_id, Call.pk).where(Call.call_id.in_(call_ids))
    return {str(call_id): int(pk) for call_id, pk in connection.execute(query)}
