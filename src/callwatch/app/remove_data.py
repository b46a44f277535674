"""`python -m callwatch.app.remove_data`: deletes what callwatch keeps for this user. An uninstaller's last step.

Calls, reports, history, kept sound, the agent's usual voice, settings, log and models of this user; nothing that was
written elsewhere with --out or --history.
"""

import shutil
from pathlib import Path
from typing import Final

import platformdirs

_FOLDERS: Final = (
    platformdirs.user_data_dir,
    platformdirs.user_config_dir,
    platformdirs.user_state_dir,
    platformdirs.user_cache_dir,
    platformdirs.user_log_dir,
)


def own_folders() -> list[Path]:
    """Where callwatch keeps something for this user, each once."""
    found = [Path(folder("callwatch", appauthor=False)) for folder in _FOLDERS]
    return list(dict.fromkeys(found))


def remove_data() -> list[Path]:
    """Delete them; those that could not be deleted whole."""
    for folder in own_folders():
        shutil.rmtree(folder, ignore_errors=True)
    return [folder for folder in own_folders() if folder.exists()]


if __name__ == "__main__":
    raise SystemExit(1 if remove_data() else 0)
