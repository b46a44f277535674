import gc
import weakref

from PyQt6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from callwatch_ui.windows.registry import OpenWindows


class Window(QWidget):
    """As most windows, it holds itself in a cycle: only the collector could take it away."""

    def __init__(self) -> None:
        super().__init__()
        self.myself = lambda: self


def test_an_open_window_belongs_to_nobody_else(qtbot: QtBot) -> None:
    windows = OpenWindows()
    windows.show("history", Window())
    gc.collect()
    window = windows.get("history")
    assert window is not None
    assert window.isVisible()
    assert windows.raise_up("history")
    windows.close_all()
    assert not windows.raise_up("history")


def test_the_event_loop_deletes_what_is_closed(qtbot: QtBot) -> None:
    windows, gone = OpenWindows(), []
    window = Window()
    window.destroyed.connect(lambda: gone.append(True))
    windows.show("history", window)
    held = weakref.ref(window)
    del window
    gc.collect()
    windows.close("history")
    gc.collect()
    assert held() is not None  # still in Qt's hands
    assert gone == []
    qtbot.waitUntil(lambda: gone == [True])
    gc.collect()
    assert held() is None


def test_a_window_that_a_person_closes_is_forgotten(qtbot: QtBot) -> None:
    windows = OpenWindows()
    dialog = QDialog()
    windows.show("settings", dialog)
    dialog.reject()
    qtbot.waitUntil(lambda: windows.names() == set())


def test_a_newer_window_is_not_forgotten_with_the_older(qtbot: QtBot) -> None:
    windows, gone = OpenWindows(), []
    first, second = Window(), Window()
    first.destroyed.connect(lambda: gone.append(True))
    windows.show("replay", first)
    windows.show("replay", second)
    qtbot.waitUntil(lambda: gone == [True])
    assert windows.get("replay") is second
    assert second.isVisible()
    windows.close_all()
