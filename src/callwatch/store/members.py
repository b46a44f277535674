"""Who may do what in a PostgreSQL history (`core.roles`); said by the owner of its tables."""

import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection, text

from callwatch.core.errors import StoreError
from callwatch.core.roles import Role
from callwatch.store.database import open_database, parsed, shown, translated_errors

_CALLS = "calls, documents, transcripts, call_files, nudge_outcomes, pending_deletions"
_WRITE = "SELECT, INSERT, UPDATE, DELETE"
_GRANTS = {
    Role.AGENT: [f"{_WRITE} ON {_CALLS}"],
    Role.BATCH: [
        f"{_WRITE} ON {_CALLS}, archive_files, team_reports",
        "SELECT ON agent_weeks",
        "EXECUTE ON FUNCTION callwatch_refresh()",
    ],
    Role.TEAM: ["SELECT ON team_reports"],
}


def grant(url: str, login: str, role: Role, agent_id: str | None = None) -> None:
    """Let an existing login of the database do what `role` says; replaces what it was before.

    Raises StoreError for a history that is no PostgreSQL, an agent without a pseudonym, and what
    the database refuses.
    """
    if (role is Role.AGENT) != bool(agent_id):
        raise StoreError("an agent needs a pseudonym, and nobody else has one: use --agent")
    with _administered(url) as connection:
        _revoke(connection, login)
        name = _quoted(login)
        for what in _GRANTS[role]:
            connection.execute(text(f"GRANT {what} TO {name}"))
        connection.execute(text(f"GRANT SELECT ON alembic_version TO {name}"))
        connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}"))
        values = {"login": login, "role": role.value, "agent": agent_id}
        connection.execute(text("INSERT INTO members VALUES (:login, :role, :agent)"), values)


def revoke(url: str, login: str) -> None:
    """Take every right on the history away from a login."""
    with _administered(url) as connection:
        _revoke(connection, login)


def _revoke(connection: Connection, login: str) -> None:
    name = _quoted(login)
    for what in ("TABLES", "SEQUENCES"):
        connection.execute(text(f"REVOKE ALL ON ALL {what} IN SCHEMA public FROM {name}"))
    connection.execute(text(f"REVOKE ALL ON FUNCTION callwatch_refresh() FROM {name}"))
    connection.execute(text("DELETE FROM members WHERE login = :login"), {"login": login})


@contextlib.contextmanager
def _administered(url: str) -> Iterator[Connection]:
    """One transaction of the owner."""
    address = parsed(url)
    if address.get_backend_name() != "postgresql":
        raise StoreError(
            "only a history in PostgreSQL has logins: name it with --history postgresql://..."
        )
    engine = open_database(address)
    try:
        with translated_errors(shown(address)), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _quoted(login: str) -> str:
    """A name as SQL takes it; two points stand for a bind in a text, so they are escaped."""
    doubled = login.replace('"', '""').replace(":", "\\:")
    return f'"{doubled}"'
