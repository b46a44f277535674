"""The nudge card: an icon, two short lines, and two small buttons. It never takes the keyboard."""

from typing import Final

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from callwatch.core.nudges import NudgeLevel
from callwatch_ui.overlay.card_content import Card
from callwatch_ui.overlay.icon_button import BUTTON, IconButton
from callwatch_ui.overlay.indicators import arc_pen, draw_arc
from callwatch_ui.overlay.text_button import TextButton
from callwatch_ui.theme.icons import draw_icon
from callwatch_ui.theme.style import BODY_PX, CAPTION_PX, TITLE_PX, Style, colour

CARD_HEIGHT: Final = 58.0
# What of it the advice has: two lines in the smallest font.
ADVICE_HEIGHT: Final = CARD_HEIGHT / 2 - 2
TEXT_LEFT: Final = 58.0
PAD: Final = 12.0


class NudgeCard(QWidget):
    """Shows one card, or nothing."""

    dismissed = pyqtSignal(str)
    not_useful = pyqtSignal(str)
    note_closed = pyqtSignal()
    action_clicked = pyqtSignal()

    def __init__(self, look: Style, close_name: str, not_useful_name: str) -> None:
        super().__init__()
        self._look = look
        self.card: Card | None = None
        self._extra = 0.0
        self.close_button = IconButton(look, "close", close_name, self)
        self.not_useful_button = IconButton(look, "thumb_down", not_useful_name, self)
        self.action_button = TextButton(look, self)
        self.action_button.clicked.connect(self.action_clicked)
        self.close_button.clicked.connect(self._close)
        self.not_useful_button.clicked.connect(self._judge)
        self.hide()

    def set_card(self, card: Card | None) -> None:
        """Show this card; the same card changes nothing."""
        if card == self.card:
            return
        self.card = card
        self.setVisible(card is not None)
        if card is not None:
            self.setAccessibleName(card.title)
            self.setAccessibleDescription(card.advice)
            self.not_useful_button.setVisible(card.can_be_judged)
            self.close_button.setVisible(card.can_be_closed)
            self.action_button.set_text(card.action)
            self._place()
            self.update()

    def set_look(self, look: Style) -> None:
        """Take another look."""
        self._look = look
        for button in (self.close_button, self.not_useful_button, self.action_button):
            button.set_look(look)
        self._place()
        self.update()

    def retranslate(self, close_name: str, not_useful_name: str) -> None:
        """The language changed."""
        self.close_button.set_name(close_name)
        self.not_useful_button.set_name(not_useful_name)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Height of two lines, or of a longer sentence about the app; the bar sets the width."""
        return self._look.size(200, CARD_HEIGHT + self._extra)

    def fit(self, width_px: int) -> None:
        """Take the height that the advice needs at this width of the card."""
        if self.card is None:
            return
        room = width_px / self._look.scale - TEXT_LEFT - PAD
        font = fitting_font(self.card.advice, BODY_PX, room, QFont.Weight.Normal)
        metrics = QFontMetricsF(font)
        flags = int(Qt.TextFlag.TextWordWrap)
        text = metrics.boundingRect(QRectF(0, 0, room, 1000), flags, self.card.advice)
        extra = text.height() - ADVICE_HEIGHT
        extra = extra + PAD if extra > 0 else 0.0
        if extra != self._extra:
            self._extra = extra
            self.updateGeometry()

    def resizeEvent(self, event: object) -> None:  # noqa: N802, ARG002
        """Keep the buttons in the corner."""
        self._place()

    def _place(self) -> None:
        side = self.close_button.width()
        right = self.width() - round(self._look.px(6))
        top = round(self._look.px(5))
        self.close_button.move(right - side, top)
        self.not_useful_button.move(right - 2 * side, top)
        left = right - (2 if self.card is not None and self.card.can_be_judged else 1) * side
        action = self.action_button
        action.move(left - action.width() - round(self._look.px(4)), top)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """Panel, strip, icon, two lines."""
        if self.card is None:
            return
        theme, card = self._look.theme, self.card
        ink, tint = theme.nudge(card.level)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._look.scale, self._look.scale)
        width, height = self.width() / self._look.scale, self.height() / self._look.scale
        draw_panel(painter, QRectF(0, 0, width, height), self._look)
        strip = 5.0 if card.level is NudgeLevel.URGENT else 3.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(ink))
        painter.drawRoundedRect(QRectF(6, 11, strip, height - 22), strip / 2, strip / 2)
        disc = QRectF(17, (height - 32) / 2, 32, 32)
        painter.setBrush(colour(tint))
        if card.level is NudgeLevel.URGENT:
            painter.setPen(QPen(colour(ink), 1.6))
        painter.drawEllipse(disc)
        if card.left is not None:
            painter.setPen(arc_pen(ink, 2.4))
            draw_arc(painter, disc, 90.0, -360.0 * card.left)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        draw_icon(painter, card.icon, disc.adjusted(6, 6, -6, -6), colour(ink), 1.9)
        self._lines(painter, card, width, height)
        painter.end()

    def _lines(self, painter: QPainter, card: Card, width: float, height: float) -> None:
        theme = self._look.theme
        buttons = BUTTON * (1 + card.can_be_judged) + 6
        if card.action:
            buttons += self.action_button.width() / self._look.scale + 8
        middle = (height - self._extra) / 2
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(colour(theme.text))
        room = width - TEXT_LEFT - buttons
        painter.setFont(fitting_font(card.title, TITLE_PX, room, QFont.Weight.DemiBold))
        painter.drawText(QRectF(TEXT_LEFT, middle - 20, room, 20), flags, card.title)
        painter.setPen(colour(theme.muted))
        room = width - TEXT_LEFT - PAD
        font = fitting_font(card.advice, BODY_PX, room, QFont.Weight.Normal)
        painter.setFont(font)
        box = QRectF(TEXT_LEFT, middle + 1, room, 18)
        if QFontMetricsF(font).horizontalAdvance(card.advice) > room:
            box.setHeight(height - middle - 2)
            painter.drawText(box, int(flags) | int(Qt.TextFlag.TextWordWrap), card.advice)
        else:
            painter.drawText(box, flags, card.advice)

    def _close(self) -> None:
        if self.card is None:
            return
        if self.card.nudge_id is not None:
            self.dismissed.emit(self.card.nudge_id)
        else:
            self.note_closed.emit()

    def _judge(self) -> None:
        if self.card is not None and self.card.nudge_key is not None:
            self.not_useful.emit(self.card.nudge_key)


def fitting_font(text: str, units: float, room: float, weight: QFont.Weight) -> QFont:
    """The font at its usual size, or a little smaller (never under a caption) to fit `room`."""
    for size in (units, units - 0.7, CAPTION_PX + 0.3):
        font = Style().font(size, weight)
        if QFontMetricsF(font).horizontalAdvance(text) <= room:
            return font
    return Style().font(CAPTION_PX, weight)


def draw_panel(painter: QPainter, box: QRectF, look: Style, radius: float = 12.0) -> None:
    """The rounded ground that bar and card share."""
    theme = look.theme
    inset = theme.border_px / 2
    painter.setPen(QPen(colour(theme.border), theme.border_px))
    painter.setBrush(colour(theme.surface))
    painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
