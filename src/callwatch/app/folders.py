"""Where the app keeps what is its own."""

from pathlib import Path
from typing import Final

import platformdirs

# Calls of the app, each in a folder of its own; and reports that were written again to be looked at.
CALLS: Final = "calls"
REPORTS: Final = "reports"
# Kept sound, a folder for each history.
AUDIO: Final = "audio"


def data_folder() -> Path:
    """The folder of the app's own calls and reports."""
    return Path(platformdirs.user_data_dir("callwatch", appauthor=False))
