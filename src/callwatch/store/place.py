"""Where the history lies, and whether it has deletions to finish, without loading the database."""

import contextlib
import sqlite3
from pathlib import Path

import platformdirs


def default_path() -> Path:
    """The SQLite file in this user's data folder."""
    return Path(platformdirs.user_data_dir("callwatch", False)) / "history.sqlite3"


def has_pending_deletions(url: str | None) -> bool:
    """Whether files of deleted calls are still there; False for a history that is no SQLite file."""
    path = default_path() if not url else Path(url.removeprefix("sqlite:///")).expanduser()
    if (url and "://" in url and not url.startswith("sqlite:///")) or not path.is_file():
        return False
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.1)
        with contextlib.closing(connection):
            query = "SELECT 1 FROM pending_deletions LIMIT 1"
            return connection.execute(query).fetchone() is not None
    return False
