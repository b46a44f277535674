"""Where the app keeps what is its own."""

from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """The folder of the app's own calls and reports."""
    return Path(platformdirs.user_data_dir("callwatch", appauthor=False))
