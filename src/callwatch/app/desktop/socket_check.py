"""The doctor's look at the app's socket: a private place, and somebody there or nobody. No Qt, no threads."""

import socket
import sys
from pathlib import Path

from callwatch.app.findings import Finding
from callwatch.core.errors import CallwatchError
from callwatch_ui.desktop.ipc import AppBusyError, AppCommand, AppNotRunningError, send
from callwatch_ui.desktop.private_socket import socket_path


def socket_finding() -> Finding:
    """Where `callwatch call` reaches the app: a private place, and somebody there or nobody."""
    try:
        place = socket_path()
        send(AppCommand.STATUS, place)
    except AppNotRunningError:
        if sys.platform != "win32" and Path(place).exists() and not _is_listened_to(place):
            text = f"The app does not run; one that died left {place} behind: the next start takes it over."
            return Finding("app's socket", True, text)
        return Finding("app's socket", True, f"The app does not run; it would listen at {place}.")
    except AppBusyError as error:
        return Finding("app's socket", False, str(error), "end the app and start it again")
    except CallwatchError as error:
        return Finding("app's socket", False, str(error), "see the sentence")
    return Finding("app's socket", True, "The app runs and answers.")


def _is_listened_to(place: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        try:
            link.connect(place)
        except OSError:
            return False
    return True
