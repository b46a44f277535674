"""A small button with words on the card. It never takes the keyboard."""

from typing import Final

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QAbstractButton, QWidget

from callwatch_ui.theme.style import CAPTION_PX, Style, colour, text_width

HEIGHT: Final = 24.0
PAD: Final = 10.0


class TextButton(QAbstractButton):
    """A rounded frame with a word or two in it; hidden without words."""

    def __init__(self, look: Style, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("–")  # until it has words it is hidden
        self.hide()

    def set_text(self, says: str) -> None:
        """Show these words, or nothing."""
        self.setText(says)
        self.setAccessibleName(says or "–")
        self._fit()
        self.setVisible(bool(says))

    def set_look(self, look: Style) -> None:
        """Take another look."""
        self._look = look
        self._fit()
        self.update()

    def _fit(self) -> None:
        font = Style().font(CAPTION_PX, QFont.Weight.DemiBold)
        self.setFixedSize(self._look.size(text_width(font, self.text()) + 2 * PAD, HEIGHT))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """Frame and words; filled while the mouse is on it."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._look.scale, self._look.scale)
        box = QRectF(0, 0, self.width() / self._look.scale, HEIGHT)
        is_on = self.underMouse() or self.isDown()
        painter.setPen(QPen(colour(theme.info), 1.2))
        painter.setBrush(colour(theme.tint_info if is_on else theme.surface))
        painter.drawRoundedRect(box.adjusted(0.8, 0.8, -0.8, -0.8), HEIGHT / 2, HEIGHT / 2)
        painter.setPen(colour(theme.info))
        painter.setFont(Style().font(CAPTION_PX, QFont.Weight.DemiBold))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
