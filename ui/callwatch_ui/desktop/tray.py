"""The tray icon with its state, and the menu that tray and overlay share. GUI thread.

Without a tray (`has_tray()` is False) the overlay's own menu does everything the tray does.
"""

from functools import partial
from typing import Final

from PyQt6.QtCore import QObject, QPoint, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QMenu, QSystemTrayIcon

from callwatch_ui.desktop.ipc import AppCommand, AppState
from callwatch_ui.overlay.card_content import Card
from callwatch_ui.theme.icons import draw_icon
from callwatch_ui.theme.palettes import LIGHT, Theme
from callwatch_ui.theme.style import colour
from callwatch_ui.translator import Translator

ICON_PX: Final = 64
# What each state offers, in the order of the menu.
OFFERS: Final = {
    AppState.IDLE: (AppCommand.START,),
    AppState.RUNNING: (AppCommand.STOP, AppCommand.HOLD, AppCommand.PAUSE),
    AppState.HELD: (AppCommand.STOP, AppCommand.RESUME),
    AppState.PAUSED: (AppCommand.STOP, AppCommand.RESUME),
}
COMMANDS: Final = (
    AppCommand.START,
    AppCommand.STOP,
    AppCommand.HOLD,
    AppCommand.PAUSE,
    AppCommand.RESUME,
)
# What can be done with the card below the bar, without the mouse on it.
CARD_COMMANDS: Final = (AppCommand.DISMISS, AppCommand.NOT_USEFUL)
WINDOWS: Final = ("report", "history", "replay", "settings", "setup")


class AppMenu(QObject):
    """The menu: what the state offers, the windows, quit."""

    commanded = pyqtSignal(object)
    window_wanted = pyqtSignal(str)
    quit_wanted = pyqtSignal()

    def __init__(
        self,
        words: Translator,
        commands: tuple[AppCommand, ...] = COMMANDS,
        windows: tuple[str, ...] = WINDOWS,
    ) -> None:
        super().__init__()
        self._words = words
        self.menu = QMenu()
        self._keys: dict[str, QAction] = {}
        self.commands: dict[AppCommand, QAction] = {}
        for command in commands:
            self.commands[command] = self._add(f"menu.{command}")
            self.commands[command].triggered.connect(partial(self._command, command))
        for command in CARD_COMMANDS:
            self.commands[command] = self._add(f"menu.{command}")
            self.commands[command].triggered.connect(partial(self._command, command))
        self.set_card(None)
        self.menu.addSeparator()
        self.windows: dict[str, QAction] = {}
        for name in windows:
            self.windows[name] = self._add(f"menu.{name}")
            self.windows[name].triggered.connect(partial(self._window, name))
        self.menu.addSeparator()
        self.quit = self._add("menu.quit")
        self.quit.triggered.connect(self.quit_wanted)
        self.set_state(AppState.IDLE)

    def set_state(self, state: AppState) -> None:
        """Offer what fits the state."""
        for command, action in self.commands.items():
            if command not in CARD_COMMANDS:
                action.setVisible(command in OFFERS[state])

    def set_card(self, card: Card | None) -> None:
        """Offer what fits the card below the bar."""
        can_close = card is not None and card.can_be_closed
        self.commands[AppCommand.DISMISS].setVisible(can_close)
        can_judge = card is not None and card.can_be_judged
        self.commands[AppCommand.NOT_USEFUL].setVisible(can_judge)

    def retranslate(self) -> None:
        """Take the texts again: the language changed."""
        for key, action in self._keys.items():
            action.setText(self._words(key))

    def pop_up(self, at: QPoint) -> None:
        """Show the menu at a place of the desktop."""
        self.menu.popup(at)

    def _add(self, key: str) -> QAction:
        action = self.menu.addAction(self._words(key))
        assert action is not None
        self._keys[key] = action
        return action

    def _command(self, command: AppCommand) -> None:
        self.commanded.emit(command)

    def _window(self, name: str) -> None:
        self.window_wanted.emit(name)


class Tray(QSystemTrayIcon):
    """The icon in the tray: its shape and its tool tip tell the state."""

    def __init__(self, words: Translator, menu: AppMenu) -> None:
        super().__init__()
        self._words = words
        self._menu = menu
        self.setContextMenu(menu.menu)
        self.set_state(AppState.IDLE)

    def set_state(self, state: AppState) -> None:
        """Show a state; the menu follows."""
        self._menu.set_state(state)
        self.setIcon(tray_icon(state))
        self.setToolTip(f"callwatch – {self._words(f'state.{state}')}")


def has_tray() -> bool:
    """Whether this desktop has a tray."""
    return QSystemTrayIcon.isSystemTrayAvailable()


def tray_icon(state: AppState, theme: Theme = LIGHT) -> QIcon:
    """A light disc with the state's sign: it reads on dark and on light panels."""
    sign, ink = {
        AppState.IDLE: ("ear", theme.muted),
        AppState.RUNNING: ("ear", theme.calm),
        AppState.HELD: ("pause", theme.tense),
        AppState.PAUSED: ("mic_off", theme.tense),
    }[state]
    pixmap = QPixmap(ICON_PX, ICON_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(ink if state is AppState.RUNNING else theme.surface))
    painter.drawEllipse(QRectF(2, 2, ICON_PX - 4, ICON_PX - 4))
    line = theme.surface if state is AppState.RUNNING else ink
    draw_icon(painter, sign, QRectF(12, 12, ICON_PX - 24, ICON_PX - 24), colour(line), 2.2)
    painter.end()
    return QIcon(pixmap)
