"""The overlay on a real display, driven by lines such as `show NAME`, `grab FILE`, `where`."""

import sys
from pathlib import Path

from PyQt6.QtCore import QDeadlineTimer, QEventLoop, QSocketNotifier
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from PyQt6.sip import voidptr

from callwatch.core.channels import Language
from callwatch_ui.native.global_shortcut import global_hotkey
from callwatch_ui.overlay.screenshots import picture_state
from callwatch_ui.overlay.window import Overlay
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.translator import Translator


def main(language: str, theme: str, places: str = "") -> None:
    app = QApplication(sys.argv[:1])
    file = Path(places) if places else None
    settings = OverlaySettings(theme=theme, reduced_motion=True, places_file=file)
    overlay = Overlay(Translator(Language(language)), settings)
    dismissed: list[str] = []
    pressed: list[str] = []
    key = global_hotkey()
    assert key is not None
    key.pressed.connect(pressed.append)
    overlay.dismissed.connect(dismissed.append)

    def answer() -> None:
        verb, _, rest = sys.stdin.readline().strip().partition(" ")
        match verb:
            case "show":
                overlay.set_state(picture_state(rest, Language(language)))
                app.processEvents()
                overlay.repaint()
                app.sync()
                print("shown", flush=True)
            case "grab":
                screen = app.primaryScreen()
                assert screen is not None
                screen.grabWindow(voidptr(0)).save(rest)
                print("grabbed", flush=True)
            case "where":
                box, ratio = overlay.geometry(), overlay.devicePixelRatio()
                numbers = box.x(), box.y(), box.width(), box.height()
                print(*(round(n * ratio) for n in numbers), flush=True)
            case "close-button":
                button = overlay.card.close_button
                at = button.mapToGlobal(button.rect().center()) * overlay.devicePixelRatio()
                print(at.x(), at.y(), flush=True)
            case "saved":
                late = QDeadlineTimer(5000)
                while file is not None and not file.exists() and not late.hasExpired():
                    app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
                print(int(file is not None and file.exists()), flush=True)
            case "dismissed":
                print(*dismissed, flush=True)
            case "hotkey":
                late = QDeadlineTimer(5000)
                while len(pressed) < int(rest) and not late.hasExpired():
                    app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
                print(*pressed, flush=True)
            case "active":
                print(int(overlay.isActiveWindow()), flush=True)
            case _:
                app.quit()

    notifier = QSocketNotifier(voidptr(sys.stdin.fileno()), QSocketNotifier.Type.Read)
    notifier.activated.connect(answer)
    overlay.show()
    assert QTest.qWaitForWindowExposed(overlay)  # type: ignore[call-overload]
    settled = QDeadlineTimer(5000)
    while overlay.pos() != overlay.place:
        assert not settled.hasExpired(), "the overlay never came to its place"
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    overlay.repaint()
    app.sync()
    print("ready", flush=True)
    app.exec()


main(*sys.argv[1:])
