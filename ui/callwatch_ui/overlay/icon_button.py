"""A small flat button with a drawn icon. It never takes the keyboard."""

from typing import Final

from PyQt6.QtCore import QEvent, QRectF, QSize, Qt
from PyQt6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QAbstractButton, QWidget

from callwatch_ui.theme.icons import draw_icon
from callwatch_ui.theme.style import Style, colour

# WCAG 2.2, 2.5.8: a target is at least 24 by 24.
BUTTON: Final = 24.0


class IconButton(QAbstractButton):
    """A flat button with a drawn icon."""

    def __init__(self, look: Style, icon: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self._is_under_mouse = self._is_lit = False
        self.set_name(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_look(look)

    def set_name(self, name: str) -> None:
        """Say what it does."""
        self.setAccessibleName(name)
        self.setToolTip(name)

    def set_lit(self, lit: bool) -> None:
        """Show that what it does is on."""
        if lit != self._is_lit:
            self._is_lit = lit
            self.update()

    def set_look(self, look: Style) -> None:
        """Take another look."""
        self._look = look
        self.setFixedSize(look.size(BUTTON, BUTTON))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """The smallest allowed target."""
        return self._look.size(BUTTON, BUTTON)

    def enterEvent(self, event: QEnterEvent | None) -> None:  # noqa: N802, ARG002
        """Show that it can be pressed."""
        self._is_under_mouse = True
        self.update()

    def leaveEvent(self, event: QEvent | None) -> None:  # noqa: N802, ARG002
        """Back to rest."""
        self._is_under_mouse = False
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """The icon, on a soft ground under the mouse."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._look.scale, self._look.scale)
        if self._is_under_mouse:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(theme.hairline))
            painter.drawRoundedRect(QRectF(1, 1, BUTTON - 2, BUTTON - 2), 6, 6)
        elif self._is_lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(theme.tint_advice))
            painter.drawRoundedRect(QRectF(1, 1, BUTTON - 2, BUTTON - 2), 6, 6)
        ink = theme.calm if self._is_lit else theme.text if self._is_under_mouse else theme.muted
        draw_icon(painter, self._icon, QRectF(4.5, 4.5, 15, 15), colour(ink), 1.9)
        painter.end()
