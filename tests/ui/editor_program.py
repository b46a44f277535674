"""A plain text editor on a real display. `text`: what was typed; `focus`: 1 or 0; `lost`: times."""

import sys

from PyQt6.QtCore import QDeadlineTimer, QEventLoop, QSocketNotifier
from PyQt6.QtWidgets import QApplication, QPlainTextEdit
from PyQt6.sip import voidptr


def main() -> None:
    app = QApplication(sys.argv)
    editor = QPlainTextEdit()
    editor.setWindowTitle("editor")
    lost_focus: list[bool] = []
    app.focusWindowChanged.connect(lambda window: lost_focus.append(window is None))

    def answer() -> None:
        line = sys.stdin.readline().strip()
        if not line:
            app.quit()
        elif line == "text":
            print(repr(editor.toPlainText()), flush=True)
        elif line == "focus":
            print(int(editor.isActiveWindow() and editor.hasFocus()), flush=True)
        elif line == "lost":
            print(sum(lost_focus), flush=True)
        elif line in ("fullscreen", "maximized"):
            wants_full = line == "fullscreen"
            (editor.showFullScreen if wants_full else editor.showMaximized)()
            screen = editor.screen()
            late = QDeadlineTimer(5000)
            while not late.hasExpired() and screen is not None:
                app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
                if (editor.size() == screen.size()) == wants_full:
                    break
            editor.repaint()
            app.sync()
            print(int(screen is not None and editor.size() == screen.size()), flush=True)

    notifier = QSocketNotifier(voidptr(sys.stdin.fileno()), QSocketNotifier.Type.Read)
    notifier.activated.connect(answer)
    app.focusWindowChanged.connect(
        lambda w: print("ready", flush=True) if w and len(lost_focus) == 1 else None
    )
    editor.showMaximized()
    app.exec()


main()
