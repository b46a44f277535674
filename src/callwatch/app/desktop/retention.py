"""The app's own folders keep nothing longer than the history does.

A call that ended well is deleted with its row in the history. What is left: journals of calls
that a crash cut short, their sound, and reports that were written again for viewing.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from callwatch.app.folders import AUDIO, CALLS, REPORTS
from callwatch.audio.recording_writer import remove_unfinished
from callwatch.core.files import SOUND_SUFFIXES
from callwatch.core.log import logged, logger_of

_log: Final = logger_of(__name__)


def delete_old_files(folder: Path, retention_days: int, now: datetime) -> int:
    """Delete calls of the app whose files are older than the retention, and all looked-at reports.

    Kept sound that old goes too, with what a crash left of a recording. `folder` is the app's data
    folder. Gives how many folders and recordings were deleted. What cannot be deleted now (a file
    that is open on Windows) is deleted the next time.
    """
    count = remove_unfinished(folder / AUDIO)
    oldest_s = (now - timedelta(days=retention_days)).timestamp()
    old = [call for call in _folders(folder / CALLS) if _newest_s(call) < oldest_s]
    old += _folders(folder / REPORTS)
    for call in old:
        shutil.rmtree(call, ignore_errors=True)
    sounds = [p for suffix in SOUND_SUFFIXES for p in (folder / AUDIO).glob(f"*/*{suffix}")]
    for path in sounds:
        with logged(_log, "old sound was not deleted", OSError):
            if path.stat().st_mtime < oldest_s:
                path.unlink()
                count += 1
    return len(old) + count


def _folders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def _newest_s(folder: Path) -> float:
    return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
