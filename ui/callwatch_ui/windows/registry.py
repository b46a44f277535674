"""The app's windows: who owns each one, and when it goes. GUI thread.

Python takes a window away when its last name is gone, be it on the screen or just being painted.
So each is held here by name while it is open; closing it, and nothing else, deletes it, and Qt does
that when the event loop has nothing of it in hand.
"""

from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget


class OpenWindows:
    """At most one window a name."""

    def __init__(self) -> None:
        self._open: dict[str, QWidget] = {}
        self._held: dict[int, QWidget] = {}  # those too that are closed and not deleted yet

    def show(self, name: str, window: QWidget) -> None:
        """Take it over and show it; an older one of that name is closed."""
        self.close(name)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.destroyed.connect(partial(self._forget, id(window)))
        self._open[name] = self._held[id(window)] = window
        window.show()

    def raise_up(self, name: str) -> bool:
        """Bring it to the front; False when it is not open."""
        window = self._open.get(name)
        if window is None or not window.isVisible():
            return False
        if window.isMinimized():
            window.showNormal()
        window.raise_()
        window.activateWindow()
        return True

    def get(self, name: str) -> QWidget | None:
        """The window of that name, while it is open."""
        return self._open.get(name)

    def names(self) -> set[str]:
        """Those that are open."""
        return set(self._open)

    def close(self, name: str) -> None:
        """Close it; harmless when it is not open."""
        if name in self._open:
            self._open.pop(name).close()

    def close_all(self) -> None:
        """Close every window."""
        for name in self.names():
            self.close(name)

    def _forget(self, number: int, _gone: object = None) -> None:
        window = self._held.pop(number, None)
        self._open = {name: other for name, other in self._open.items() if other is not window}
