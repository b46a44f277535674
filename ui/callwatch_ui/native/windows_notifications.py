"""Whether Windows shows a notification now, or swallows it. No Qt in here.

Swallowed: the user switched notifications off, or Windows says that this is no moment for one (a presentation, a
program that fills the screen). What matters is then said elsewhere.
"""

import contextlib
import ctypes
import sys
from collections.abc import Callable
from typing import Any, Final

# QUERY_USER_NOTIFICATION_STATE of shellapi.h: all other states are reasons to be silent.
ACCEPTS_NOTIFICATIONS: Final = 5
_KEY: Final = r"Software\Microsoft\Windows\CurrentVersion\PushNotifications"
_SWITCH: Final = "ToastEnabled"


def shows_notifications(
    shell32: Any = None, is_switched_on: Callable[[], bool] | None = None
) -> bool:
    """False when a notification of the tray would not be seen; True on other systems than Windows."""
    if shell32 is None:
        if sys.platform != "win32":
            return True
        shell32 = ctypes.windll.shell32
    state = ctypes.c_int(ACCEPTS_NOTIFICATIONS)
    failed = shell32.SHQueryUserNotificationState(ctypes.byref(state))
    if not failed and state.value != ACCEPTS_NOTIFICATIONS:
        return False
    return (is_switched_on or _is_switched_on)()


def _is_switched_on() -> bool:
    """The user's switch under Settings > System > Notifications; it is on when nobody touched it."""
    if sys.platform == "win32":
        import winreg

        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, _KEY) as key,
        ):
            return bool(winreg.QueryValueEx(key, _SWITCH)[0])
    return True
