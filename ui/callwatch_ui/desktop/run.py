"""Starts the desktop app, once a user, and runs it until it is quit."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress

from PyQt6.QtWidgets import QApplication

from callwatch.core.channels import Language
from callwatch.core.errors import CallwatchError
from callwatch_ui.desktop.app import DesktopApp
from callwatch_ui.desktop.host import DesktopHost
from callwatch_ui.desktop.ipc import AppBusyError, AppCommand, AppNotRunningError, send
from callwatch_ui.desktop.private_socket import socket_path
from callwatch_ui.native.platforms import preferred_platform
from callwatch_ui.native.signals import error_hooks, interrupts
from callwatch_ui.native.single_instance import SingleInstance
from callwatch_ui.translator import Translator


def run_desktop(
    language: Language,
    host: Callable[[], DesktopHost],
    socket: str | None = None,
) -> int:
    """Run the app until it is quit: 0, or 1 when it met a bug, which ends nothing. A second start shows the first one.

    `host` is built after Qt, so that it may use it. Call from the main thread.
    """
    os.environ.update(preferred_platform())
    only = SingleInstance(socket or socket_path())
    if not only.acquire():
        # One that is just starting answers nobody yet, and shows itself.
        with suppress(AppBusyError, AppNotRunningError):
            send(AppCommand.SHOW, socket)
        return 0
    try:
        return _run_only(language, host, socket)
    finally:
        only.release()


def _run_only(language: Language, host: Callable[[], DesktopHost], socket: str | None) -> int:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)
    desktop = DesktopApp(Translator(language), host())
    try:
        is_first = desktop.server.listen(socket)
    except CallwatchError:
        desktop.close()
        raise
    if not is_first:
        with suppress(AppBusyError):
            send(AppCommand.SHOW, socket)
        desktop.close()
        return 0
    # Not quit: it takes the windows away under what is still to be painted.
    desktop.quit_wanted.connect(lambda: app.exit(0))
    with error_hooks(desktop.faulted.emit) as bugs, interrupts(desktop.quit_wanted.emit):
        desktop.show()
        app.exec()
        desktop.close()
    return 1 if bugs else 0
