"""The base of the bar's parts: each takes a plain value, draws it, and repaints only when it changed."""

from typing import Final

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from callwatch_ui.theme.style import CAPTION_PX, Style, colour, text_width

CELL_HEIGHT: Final = 38.0
# Long enough to be seen as a change, short enough not to draw the eye for long.
TWEEN_MS: Final = 260


class Indicator(QWidget):
    """Base of the drawn parts: all lengths are in units at 100 %, the painter does the scaling."""

    def __init__(self, look: Style) -> None:
        super().__init__()
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_look(self, look: Style) -> None:
        """Take another look and draw again."""
        self._look = look
        self.fit()
        self.update()

    def describe(self, name: str, value: str) -> None:
        """Say to screen readers, and in the tool tip, what is drawn."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(value)
        self.setToolTip(f"{name}: {value}")

    def units(self) -> tuple[float, float]:
        """Width and height at 100 %."""
        raise NotImplementedError

    def paint(self, painter: QPainter) -> None:
        """Draw in units."""
        raise NotImplementedError

    def fit(self) -> None:
        """Take the size that the content asks for, when it differs."""
        size = self._look.size(*self.units())
        if size != self.minimumSize() or size != self.maximumSize():
            self.setFixedSize(size)

    def sizeHint(self) -> QSize:  # noqa: N802
        """The fixed size."""
        return self._look.size(*self.units())

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """Scale, then draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._look.scale, self._look.scale)
        self.paint(painter)
        painter.end()

    def font_units(self, size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """A font for a painter that is already scaled."""
        return Style(self._look.theme).font(size, weight)

    def caption_width(self, *texts: str) -> float:
        """Width in units of the widest caption, as if all were bold."""
        font = self.font_units(CAPTION_PX, QFont.Weight.DemiBold)
        return max(text_width(font, text) for text in texts)

    def draw_caption(self, painter: QPainter, text: str, ink: str, *, bold: bool = False) -> None:
        """One centred line at the foot of the cell."""
        weight = QFont.Weight.DemiBold if bold else QFont.Weight.Normal
        painter.setFont(self.font_units(CAPTION_PX, weight))
        painter.setPen(colour(ink))
        box = QRectF(0, CELL_HEIGHT - 15, self.units()[0], 15)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def arc_pen(ink: str, width: float) -> QPen:
    """A pen whose ends are flat, so that gaps keep their size."""
    pen = QPen(colour(ink), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def draw_arc(painter: QPainter, box: QRectF, start: float, extent: float) -> None:
    """An arc clockwise from `start`, both in degrees; 90 is the top."""
    painter.drawArc(box, round(start * 16), round(-extent * 16))
