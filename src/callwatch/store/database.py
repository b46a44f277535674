"""Opening the history: SQLite in the user's data folder, or PostgreSQL by URL; always up to date.

The only file that knows how the two databases differ in opening, locking and compacting. Threads:
an engine hands each thread its own connection.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, exc, inspect, text
from sqlalchemy.engine import URL, make_url

from callwatch.core.build import how_to_install
from callwatch.core.errors import CallwatchError, MissingPartError, StoreError
from callwatch.core.files import open_private
from callwatch.core.owner_only import is_owner_only, make_private_folder, restrict_to_owner
from callwatch.store.place import default_path

# The newest version that this program knows: the last file in migrations/versions.
HEAD: Final = "0005"
# How long a second program may hold the history before we give up.
BUSY_TIMEOUT_S = 5.0
_MIGRATING: Final = threading.Lock()
# Any number will do, as long as all callwatch programs use the same one.
_MIGRATION_LOCK = 7_202_613


def default_url() -> str:
    """SQLite in this user's data folder."""
    return f"sqlite:///{default_path()}"


def parsed(url: str | None) -> URL:
    """The URL to open; a plain path is an SQLite file. StoreError when it is neither."""
    text_url = url or default_url()
    if "://" not in text_url:
        text_url = f"sqlite:///{Path(text_url).expanduser()}"
    try:
        result = make_url(text_url)
    except exc.ArgumentError as error:
        raise StoreError(
            "the history's address cannot be read: give a path, sqlite:///PATH or "
            "postgresql://USER@HOST/DATABASE"
        ) from error
    if result.drivername in ("postgres", "postgresql"):
        result = result.set(drivername="postgresql+psycopg")
    if result.drivername not in ("sqlite", "postgresql+psycopg"):
        raise StoreError(
            f"a history in {result.drivername} is not known: use an SQLite file or PostgreSQL"
        )
    return result


def open_database(url: URL) -> Engine:
    """An engine on a history of the newest version, made or migrated when needed.

    Raises StoreError with what to do, MissingPartError when PostgreSQL's driver is not installed.
    """
    name = shown(url)
    engine = _sqlite(url, name) if url.get_backend_name() == "sqlite" else _postgresql(url)
    try:
        with translated_errors(name):
            _bring_up_to_date(engine, name)
    except CallwatchError:
        engine.dispose()
        raise
    return engine


def damage_of(url: URL) -> str:
    """What SQLite's own check says of the file, in a line; "" when it is whole, absent or on a server."""
    if url.get_backend_name() != "sqlite" or not Path(url.database or "").is_file():
        return ""
    try:
        link = sqlite3.connect(f"file:{url.database}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
        with contextlib.closing(link):
            (found,) = link.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        found = str(error)
    line = " ".join(str(found).split())
    return "" if line == "ok" else line[:200]


def shown(url: URL) -> str:
    """The history by a name that may be printed: the path, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


@contextlib.contextmanager
def translated_errors(name: str) -> Iterator[None]:
    """Translate the database's errors into one sentence that says what to do."""
    try:
        yield
    except exc.DBAPIError as error:
        raise StoreError(_sentence(name, str(error.orig))) from error


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: on SQLite it waits for its turn before it reads anything."""
    opened = engine.connect().execution_options(callwatch_writes=True)
    with opened as connection, connection.begin():
        yield connection


def compact(engine: Engine, name: str) -> None:
    """Give back the room of what was deleted, so that no trace of it is left in the files."""
    with translated_errors(name):
        if engine.dialect.name != "sqlite":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM calls, documents, transcripts, nudge_outcomes"))
            return
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            # The full-text index only marks words as deleted until its parts are merged.
            cursor.execute("INSERT INTO transcript_index(transcript_index) VALUES('optimize')")
            cursor.execute("VACUUM")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error as error:
            raise _not_compacted(name, str(error)) from error
        finally:
            raw.close()
        if busy:
            raise _not_compacted(name, "another program is reading it")


def _not_compacted(name: str, reason: str) -> StoreError:
    return StoreError(
        f"the calls are deleted, but {name} could not be compacted ({reason}): "
        "close other programs that use it and run `callwatch calls compact`"
    )


def _sqlite(url: URL, name: str) -> Engine:
    if url.database and url.database != ":memory:":
        _make_private(Path(url.database), name)
    engine = create_engine(
        url,
        # A connection is kept: closing the last one folds the log into the file, which is slow.
        pool_size=1,
        connect_args={"timeout": BUSY_TIMEOUT_S, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA foreign_keys=ON")
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            cursor.execute("PRAGMA journal_mode=WAL")
        # Never corrupt; a power cut may cost the last call, which its journal still holds.
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("callwatch_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


# Bytes of the smallest page. SQLite takes a shorter file of anything for an empty one, and writes over it.
_SMALLEST = 512


def _make_private(path: Path, name: str) -> None:
    """Make the file before SQLite does, for its owner alone; its log takes the same mode."""
    try:
        make_private_folder(path.parent)
        if not path.exists():
            os.close(open_private(path, os.O_CREAT | os.O_RDWR))
        elif 0 < path.stat().st_size < _SMALLEST:
            raise StoreError(_sentence(name, "file is not a database"))
        elif not is_owner_only(path):
            restrict_to_owner(path)
    except OSError as error:
        raise StoreError(
            f"the history {name} cannot be made or opened ({error.strerror}): allow writing there, "
            "or name another place with --history"
        ) from error


def _postgresql(url: URL) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise MissingPartError(
            "a history in PostgreSQL needs the driver psycopg: "
            f"{how_to_install('callwatch[postgresql]')}"
        ) from error
    return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})


def _bring_up_to_date(engine: Engine, name: str) -> None:
    with engine.connect() as connection:
        version = _version(connection)
    if version == HEAD:
        return
    _check_known(version, name)
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        # Another program may have done it while this one waited for its turn.
        version = _version(connection)
        if version != HEAD:
            _check_known(version, name)
            _migrate(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])


def _check_known(version: str | None, name: str) -> None:
    """Versions are numbered: a higher number than ours was written by a newer program."""
    if version is not None and version > HEAD:
        raise StoreError(
            f"the history {name} was written by a newer callwatch (version {version}, this one "
            f"knows {HEAD}): update callwatch, or name another place with --history"
        )


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    # Alembic keeps the migration that runs in globals: two at once, each in a thread, take each other's.
    with _MIGRATING:
        command.upgrade(config, "head")


def _sentence(name: str, reason: str) -> str:
    reason = " ".join(reason.split())
    low = reason.lower()
    if "locked" in low or "busy" in low:
        return (
            f"the history {name} is in use by another program: close it, or wait a moment, "
            "and try again"
        )
    if "readonly" in low or "read-only" in low or "unable to open" in low:
        return (
            f"the history {name} cannot be written: allow writing there, "
            "or name another place with --history"
        )
    if "full" in low and "disk" in low:
        return f"there is no room left for the history {name}: make room and try again"
    if "disk i/o" in low:
        # What SQLite says of a disk without room for its log, and of one that fails.
        return (
            f"the history {name} met a fault of its disk: make room there, check the disk, "
            "or name another place with --history"
        )
    if "not a database" in low or "malformed" in low:
        return (
            f"{name} is damaged or not a history of callwatch: move it away, "
            "or name another place with --history"
        )
    if "connection" in low and ("refused" in low or "failed" in low):
        return (
            f"the history {name} cannot be reached: start the database server, "
            "or check the address given with --history"
        )
    return f"the history {name} refused the work ({reason[:200]}): check it, or name another place"
