"""Starts the desktop app, or says what is missing for it."""

import sys
from contextlib import suppress
from typing import Final

from callwatch.app.desktop.malloc import limit_arenas
from callwatch.app.folders import data_folder
from callwatch.config import load_what_works
from callwatch.core.errors import MissingPartError
from callwatch.core.owner_only import make_private_folder

# Python's own 5 ms, times the threads of a call, is what the screen would wait for its turn.
SWITCH_S: Final = 0.001


class NoScreenError(MissingPartError):
    """Qt or a display is missing for the app."""


def run_app() -> int:
    """The desktop app until it is quit; the exit status.

    Raises NoScreenError without Qt or a display.
    """
    try:
        from callwatch_ui.desktop.run import run_desktop
        from callwatch_ui.native.platforms import has_display
    except ImportError as exc:
        raise NoScreenError(
            f"The app needs PyQt6 and its system libraries ({exc}): "
            "run `callwatch doctor` to see what to install."
        ) from exc
    if not has_display():
        raise NoScreenError("There is no display for the app: use `callwatch live` instead.")
    from callwatch.app.desktop.host import AppHost

    with suppress(OSError):  # whoever writes there says what is wrong with it
        make_private_folder(data_folder())
    limit_arenas()
    sys.setswitchinterval(SWITCH_S)
    loaded, problem = load_what_works()
    return run_desktop(loaded.config.call.language, lambda: AppHost(loaded, problem))
