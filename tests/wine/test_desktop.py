"""The overlay as a window of Windows: what it is, and what it leaves to the program that has the keys."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ui.xserver import XServer
from tests.wine.windows import Windows

PERSONALIZE = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Themes\\Personalize"
TOASTS = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\PushNotifications"
# winuser.h
NO_ACTIVATE, TOOL_WINDOW, TOP_MOST = 0x08000000, 0x80, 0x8
PER_MONITOR = 2
PROGRAM = """
import ctypes, json
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QLineEdit
app = QApplication([])
from callwatch.core.channels import Language
from callwatch_ui.desktop.tray import has_tray
from callwatch_ui.native.windows_notifications import shows_notifications
from callwatch_ui.overlay.window import Overlay
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.translator import Translator
user32 = ctypes.windll.user32
user32.GetWindowDpiAwarenessContext.restype = ctypes.c_void_p
user32.GetAwarenessFromDpiAwarenessContext.argtypes = [ctypes.c_void_p]
def has_keys(window):
    for _ in range(500):
        if user32.GetForegroundWindow() == int(window.winId()):
            return True
        QTest.qWait(20)
    return False
def settled():
    for _ in range(20):
        QTest.qWait(20)
    return user32.GetForegroundWindow() == int(editor.winId())
editor = QLineEdit()
editor.show()
editor.activateWindow()
out = {"editor": has_keys(editor)}
overlay = Overlay(Translator(Language.EN), OverlaySettings(hide_from_sharing=True))
overlay.show()
out["shown"] = settled()
window, at = int(overlay.winId()), overlay.mapToGlobal(overlay.bar.rect().center())
user32.SetCursorPos(at.x(), at.y())
for button in (2, 4):
    user32.mouse_event(button, 0, 0, 0, 0)
    out["clicked"] = settled()
overlay.apply(OverlaySettings(click_through=True))
out["click_through"] = settled()
out["style"] = user32.GetWindowLongW(int(overlay.winId()), -20)
context = user32.GetWindowDpiAwarenessContext(int(overlay.winId()))
out["awareness"] = user32.GetAwarenessFromDpiAwarenessContext(context)
out["is_dark"] = overlay.look.theme.is_dark
out["tray"] = has_tray()
out["notifications"] = shows_notifications()
print(json.dumps(out))
"""


class Desktop:
    """One screen of that Windows, and what the program sees on it."""

    def __init__(self, screen: XServer, folder: Path) -> None:
        self._windows = Windows(folder / "home", DISPLAY=screen.display)

    def look(self) -> dict[str, Any]:
        done = self._windows.python("-c", PROGRAM)
        assert done.returncode == 0, done.stdout
        seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return seen

    def switch(self, key: str, value: str, number: int | None) -> None:
        """Set a switch of the registry, or take it away."""
        way = ["delete", key, "/v", value, "/f"]
        if number is not None:
            way = ["add", key, "/v", value, "/t", "REG_DWORD", "/d", str(number), "/f"]
        assert self._windows.program("reg", *way).returncode == 0


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    folder = tmp_path_factory.mktemp("desktop")
    screen = XServer(folder)
    here = Desktop(screen, folder)
    here._windows.end_all()
    try:
        yield here
    finally:
        here._windows.end_all()
        screen.close()


def test_it_takes_no_keys_and_stays_on_top(desktop: Desktop) -> None:
    seen = desktop.look()
    assert seen["editor"], "the editor had the keys before"
    assert seen["shown"]
    assert seen["clicked"]
    assert seen["click_through"]
    for bit in (NO_ACTIVATE, TOOL_WINDOW, TOP_MOST):
        assert seen["style"] & bit, hex(bit)
    assert seen["awareness"] == PER_MONITOR
    assert seen["tray"]
    assert (seen["is_dark"], seen["notifications"]) == (False, True)


def test_the_users_switches_are_followed(desktop: Desktop) -> None:
    switches = ((PERSONALIZE, "AppsUseLightTheme"), (TOASTS, "ToastEnabled"))
    for key, value in switches:
        desktop.switch(key, value, 0)
    try:
        seen = desktop.look()
    finally:
        for key, value in switches:
            desktop.switch(key, value, None)
    assert (seen["is_dark"], seen["notifications"]) == (True, False)
