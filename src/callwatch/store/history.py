"""The call history: every finished call, found again, compared, and really deleted.

One `CallHistory` may be used from several threads; each piece of work opens its own connection.
The summaries come in masked already; the history stores what it is given.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, insert, or_, select, update

from callwatch.core.channels import Language
from callwatch.core.closing import ClosedByWith
from callwatch.core.errors import StoreError
from callwatch.core.figures import OwnHistory, StoredCall
from callwatch.core.files import SOUND_SUFFIXES
from callwatch.core.log import logger_of
from callwatch.core.nudge_outcomes import nudge_outcomes
from callwatch.core.summary import CallSummary
from callwatch.core.trends import GROUP_AGENTS, GROUP_CALLS, Trends
from callwatch.store.damage import OnDamaged, fail, whole
from callwatch.store.database import (
    compact,
    open_database,
    parsed,
    shown,
    translated_errors,
    writing,
)
from callwatch.store.filters import CallFilter, filtered
from callwatch.store.models import Call, CallFile, NudgeOutcome, StoredDocument, Transcript
from callwatch.store.ownership import Ownership
from callwatch.store.removal import (
    RETENTION_DAYS,
    add_files,
    clear_analysis,
    delete_files,
    expired,
    no_longer_pending,
    not_deleted,
    pending,
    remove,
)
from callwatch.store.rows import (
    call_values,
    figures_from,
    pack,
    retention,
    sortable,
    spoken_text,
    stored_call,
    unpack,
    utc,
)
from callwatch.store.search import FoundCall, search_postgresql, search_sqlite, terms_of
from callwatch.store.trends import group_agents, only_agent, since_week, trends_of

__all__ = ["CallFilter", "CallHistory", "FoundCall"]

# So many calls are read at a time where all are exported.
_PAGE = 200
# How many calls before this one a report compares it with.
LAST_CALLS = 20

_IS_SOUND = or_(*(CallFile.path.endswith(suffix) for suffix in SOUND_SUFFIXES))

_calls = Call.__table__
_log = logger_of(__name__)


def _leave_out(fault: StoreError) -> None:
    _log.warning("a call of the history is left out", exc_info=fault)


class CallHistory(ClosedByWith):
    """The calls in one database. `url` None is the SQLite file in the user's data folder.

    `agent_id` is the pseudonym of who asks: in a shared history (PostgreSQL) everything but
    `group_trends` and `compact` is about their own calls, and raises StoreError without it.
    """

    def __init__(self, url: str | None = None, agent_id: str | None = None) -> None:
        address = parsed(url)
        self.name = shown(address)
        self._whose = Ownership(address.get_backend_name() != "sqlite", agent_id or None)
        self._engine = open_database(address)
        with contextlib.suppress(StoreError):  # it stays pending, and was told when it began
            self.finish_deletions()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def add(
        self,
        summary: CallSummary,
        files: Sequence[Path] = (),
        keep_days: int = RETENTION_DAYS,
        added_at: datetime | None = None,
        *,
        encrypt: bool = False,
    ) -> str:
        """Store a call and return its id. The same id again replaces the call but keeps the note,
        the follow-up and the mark. `files` (a recording) are deleted together with the call;
        `keep_days` is the retention time that it was made under; it counts from `added_at` where
        that is given, and from now for a recording, whose call may be of an earlier day.
        `encrypt`: what was said needs the keyring's key to be read, and is not found by `search`.
        """
        self._whose.check_new(summary.call.agent_id)
        values = call_values(summary)
        if added_at is None and summary.call.is_recording:
            added_at = datetime.now(UTC)  # an old recording is new here
        values |= retention(values["started_at"], keep_days, added_at)
        body, words = pack(summary, encrypt=encrypt), "" if encrypt else spoken_text(summary)
        with translated_errors(self.name), writing(self._engine) as connection:
            pk = self._pk(connection, summary.call.id)
            if pk is None:
                result = connection.execute(insert(Call).values(**values).returning(Call.pk))
                pk = int(result.scalar_one())
            else:
                connection.execute(update(Call).where(Call.pk == pk).values(**values))
                clear_analysis(connection, pk)
            connection.execute(insert(StoredDocument).values(call_pk=pk, body=body))
            if words:
                connection.execute(insert(Transcript).values(call_pk=pk, body=words))
            outcomes = [{"call_pk": pk, **asdict(o)} for o in nudge_outcomes(summary)]
            if outcomes:
                connection.execute(insert(NudgeOutcome), outcomes)
            if files:
                add_files(connection, pk, files)
        return summary.call.id

    def add_files(self, call_id: str, files: Sequence[Path]) -> None:
        """More files that are deleted together with the call; StoreError when there is none."""
        with translated_errors(self.name), writing(self._engine) as connection:
            pk = self._pk(connection, call_id)
            if pk is None:
                raise self._unknown(call_id)
            add_files(connection, pk, files)

    def list(
        self,
        limit: int = 20,
        offset: int = 0,
        where: CallFilter | None = None,
        on_damaged: OnDamaged = fail,
    ) -> list[StoredCall]:
        """One page of calls, newest first; follow-ups are listed by their date instead."""
        chosen = where or CallFilter()
        if chosen.agent_id is not None:
            self._whose.check(chosen.agent_id)
        query = filtered(select(_calls).where(*self._whose.own()), chosen)
        if chosen.follow_up:
            query = query.order_by(Call.follow_up_on, Call.started_at)
        else:
            query = query.order_by(Call.started_at.desc(), Call.pk.desc())
        with translated_errors(self.name), self._engine.connect() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).mappings().all()
        return list(whole(rows, stored_call, on_damaged))

    def record(self, call_id: str) -> StoredCall:
        """The line of one call; StoreError when there is none."""
        query = select(_calls).where(Call.call_id == call_id, *self._whose.own())
        with translated_errors(self.name), self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise self._unknown(call_id)
        return stored_call(row)

    def get(self, call_id: str) -> CallSummary:
        """The whole summary of one call; StoreError when there is none."""
        query = select(StoredDocument.body).join(Call, Call.pk == StoredDocument.call_pk)
        with translated_errors(self.name), self._engine.connect() as connection:
            own = query.where(Call.call_id == call_id, *self._whose.own())
            body = connection.execute(own).scalar()
        if body is None:
            raise self._unknown(call_id)
        return unpack(body, call_id)

    def has(self, call_id: str) -> bool:
        """Whether the call is stored, as one's own."""
        with translated_errors(self.name), self._engine.connect() as connection:
            return self._pk(connection, call_id) is not None

    def audio_of(self, call_ids: Sequence[str]) -> dict[str, Path]:
        """The kept sound of these calls, of those that have any on this machine."""
        query = select(Call.call_id, CallFile.path).join(CallFile, CallFile.call_pk == Call.pk)
        query = query.where(Call.call_id.in_(call_ids), _IS_SOUND, *self._whose.own())
        with translated_errors(self.name), self._engine.connect() as connection:
            found = {call_id: Path(path) for call_id, path in connection.execute(query)}
        return {call_id: path for call_id, path in found.items() if path.is_file()}

    def has_audio(self) -> bool:
        """Whether any call's sound was kept."""
        query = select(CallFile.pk).join(Call, CallFile.call_pk == Call.pk)
        query = query.where(_IS_SOUND, *self._whose.own()).limit(1)
        with translated_errors(self.name), self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def known_files(self, paths: Sequence[Path]) -> set[Path]:
        """Those of the files that belong to a call, whoever's it is."""
        names = {str(path.absolute()): path for path in paths}
        known: set[Path] = set()
        with translated_errors(self.name), self._engine.connect() as connection:
            for first in range(0, len(paths), _PAGE):
                some = [str(path.absolute()) for path in paths[first : first + _PAGE]]
                query = select(CallFile.path).where(CallFile.path.in_(some))
                known |= {names[found] for found in connection.execute(query).scalars()}
        return known

    def own_history(self, agent_id: str | None, before: str, call_id: str = "") -> OwnHistory:
        """What a report shows of the agent's own past: their last calls before that start, and
        the note, follow-up and mark of the call itself when it is stored already.
        """
        self._whose.check(agent_id)
        query = (
            select(_calls)
            .where(Call.agent_id == agent_id if agent_id is not None else Call.agent_id.is_(None))
            .where(Call.started_at < sortable(utc(before)), Call.is_hard.is_(False))
            .where(Call.is_recording.is_(False))
            .where(Call.call_id != call_id)
            .order_by(Call.started_at.desc(), Call.pk.desc())
            .limit(LAST_CALLS)
        )
        with translated_errors(self.name), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
            itself = select(_calls).where(Call.call_id == call_id, *self._whose.own())
            own = connection.execute(itself).mappings().first()
        # One damaged call must not keep every later one out of the history.
        previous = tuple(whole(rows, figures_from, _leave_out))
        if own is None:
            return OwnHistory(previous)
        return OwnHistory(previous, own["note"], own["follow_up_on"], own["is_hard"])

    def search(
        self, query: str, limit: int = 20, offset: int = 0, on_damaged: OnDamaged = fail
    ) -> Sequence[FoundCall]:
        """Calls in whose transcript all words of `query` are, the last added first.

        "Words in quotes" must follow each other; a word that ends in * may go on. A query without
        a word finds nothing.
        """
        terms = terms_of(query)
        if not terms:
            return []
        with translated_errors(self.name), self._engine.connect() as connection:
            if self._whose.is_shared:
                agent = self._whose.named()
                found = search_postgresql(connection, terms, limit, offset, agent)
            else:
                found = search_sqlite(connection, terms, limit, offset)
            pks = [pk for pk, _ in found]
            rows = connection.execute(select(_calls).where(Call.pk.in_(pks))).mappings().all()
        calls = dict(whole(rows, lambda row: (row["pk"], stored_call(row)), on_damaged))
        return [FoundCall(calls[pk], snippet) for pk, snippet in found if pk in calls]

    def trends(
        self, agent_id: str | None = None, weeks: int | None = None, now: datetime | None = None
    ) -> Trends:
        """The agent's own figures by week; hard calls are left out.

        `agent_id` None is oneself in a shared history; in a file it is for one that holds one
        agent's calls: StoreError when there are several. `weeks` with `now` looks back only so far.
        """
        if self._whose.is_shared:
            agent_id = agent_id or self._whose.named()
            self._whose.check(agent_id)
        with translated_errors(self.name), self._engine.connect() as connection:
            agent = only_agent(connection) if agent_id is None else agent_id
            return trends_of(connection, (agent,), since_week(weeks, now))

    def group_trends(self, weeks: int | None = None, now: datetime | None = None) -> Trends:
        """Figures over several agents; StoreError unless the group is large enough to hide each."""
        with translated_errors(self.name), self._engine.connect() as connection:
            since = since_week(weeks, now)
            agents = group_agents(connection, since)
            found = trends_of(connection, agents, since, as_group=True)
        if not found.weeks:
            raise StoreError(
                f"a week is shown only when at least {GROUP_AGENTS} agents have at least {GROUP_CALLS} calls "
                "in it; here no week has: ask again when there are more calls"
            )
        return replace(found, agents=len(agents))

    def note(self, call_id: str, text: str) -> None:
        """Write the note of a call, numbers masked; an empty text takes it away."""
        name = self.record(call_id).figures.language
        known = name in Language.__members__.values()
        # Loaded here: listing calls masks nothing, and should come at once.
        from callwatch.redaction.redactor import mask_text

        self._change(call_id, note=mask_text(text, Language(name) if known else Language.EN))

    def set_follow_up(self, call_id: str, on: date | None) -> None:
        """Set the day on which to follow up; None takes it away."""
        self._change(call_id, follow_up_on=on)

    def mark_hard(self, call_id: str, is_hard: bool = True) -> None:
        """Mark a call as hard: it then counts in no average."""
        self._change(call_id, is_hard=is_hard)

    def export_all(self, on_damaged: OnDamaged = fail) -> Iterator[CallSummary]:
        """Every call of one's own, oldest first, a page at a time."""
        last = 0
        while True:
            query = (
                select(Call.pk, Call.call_id, StoredDocument.body)
                .join(StoredDocument, Call.pk == StoredDocument.call_pk)
                .where(Call.pk > last, *self._whose.own())
                .order_by(Call.pk)
                .limit(_PAGE)
            )
            with translated_errors(self.name), self._engine.connect() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            last = rows[-1].pk
            yield from whole(rows, lambda row: unpack(row.body, row.call_id), on_damaged)

    def delete(self, call_id: str) -> None:
        """Delete one call, its files and every trace of it; StoreError when there is none."""
        with translated_errors(self.name), writing(self._engine) as connection:
            pk = self._pk(connection, call_id)
            if pk is None:
                raise self._unknown(call_id)
            remove(connection, select(Call.pk).where(Call.pk == pk))
        self.finish_deletions()

    def purge(self) -> int:
        """Delete every call of one's own; returns how many there were."""
        return self._delete_where(select(Call.pk).where(*self._whose.own()))

    def delete_older_than(self, days: int, now: datetime) -> int:
        """Delete the calls that are due (`expired`); returns how many. StoreError when days < 0."""
        if days < 0:
            raise StoreError("the retention time is a number of days: give 0 or more")
        which = expired(self._whose, days, now)
        return self._delete_where(which, must_compact=False)

    def compact(self) -> None:
        """Give back the room of deleted calls, and the last traces of them."""
        compact(self._engine, self.name)

    def finish_deletions(self, *, must_compact: bool = True) -> None:
        """Delete the files of deleted calls and the last traces of their words; also what a kill, or
        a file that was open, left of an earlier time. StoreError names what is still there.

        `must_compact` false: while another program reads, the room is given back the next time.
        """
        with translated_errors(self.name), self._engine.connect() as connection:
            paths = pending(connection)
        if not paths:
            return
        left = delete_files([path for path in paths if path])
        not_compacted: StoreError | None = None
        if "" in paths:
            try:
                self.compact()
            except StoreError as exc:
                not_compacted = exc
        kept = {*left, *([""] if not_compacted else ())}
        with translated_errors(self.name), writing(self._engine) as connection:
            no_longer_pending(connection, [path for path in paths if path not in kept])
        if left:
            raise not_deleted(left)
        if not_compacted is not None and must_compact:
            raise not_compacted

    def _delete_where(self, which: Select[int], *, must_compact: bool = True) -> int:
        with translated_errors(self.name), self._engine.connect() as connection:
            if connection.execute(which.limit(1)).first() is None:
                return 0
        with translated_errors(self.name), writing(self._engine) as connection:
            count = len(connection.execute(which).all())
            remove(connection, which)
        self.finish_deletions(must_compact=must_compact)
        return count

    def _change(self, call_id: str, **values: Any) -> None:
        with translated_errors(self.name), writing(self._engine) as connection:
            query = update(Call).where(Call.call_id == call_id, *self._whose.own()).values(**values)
            if connection.execute(query).rowcount == 0:
                raise self._unknown(call_id)

    def _pk(self, connection: Connection, call_id: str) -> int | None:
        query = select(Call.pk).where(Call.call_id == call_id, *self._whose.own())
        return connection.execute(query).scalar()

    def _unknown(self, call_id: str) -> StoreError:
        return StoreError(
            f"there is no call {call_id!r} in the history {self.name}: "
            "see `callwatch calls list` for those there are"
        )
