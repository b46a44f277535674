"""The parts of the bar: each takes a plain value, draws it, and repaints only when it changed."""

from typing import Final

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, QVariantAnimation
from PyQt6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from callwatch.core.cues import METHOD_STEPS, CueKind
from callwatch.core.escalation import EscalationLevel
from callwatch_ui.theme.icons import draw_icon
from callwatch_ui.theme.style import BODY_PX, CAPTION_PX, Style, colour, text_width

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


class Gauge(Indicator):
    """Escalation: an arc of four parts, filled up to the level, and the level's word."""

    def __init__(self, look: Style, words: dict[EscalationLevel, str], name: str) -> None:
        super().__init__(look)
        self._words = words
        self._name = name
        self._level = EscalationLevel.CALM
        self._fill = 1.0
        self._tween = QVariantAnimation(self)
        self._tween.setDuration(TWEEN_MS)
        self._tween.valueChanged.connect(self._moved)
        self.describe(name, words[self._level])
        self.fit()

    def set_level(self, level: EscalationLevel) -> None:
        """Show a level; the same level changes nothing."""
        if level is self._level:
            return
        self._level = level
        self.describe(self._name, self._words[level])
        self._tween.stop()
        if self._look.may_move and self.isVisible():
            self._tween.setStartValue(self._fill)
            self._tween.setEndValue(float(level.rank + 1))
            self._tween.start()
        else:
            self._fill = float(level.rank + 1)
        self.update()

    def units(self) -> tuple[float, float]:
        """As wide as the longest word, so that nothing jumps."""
        return max(58.0, self.caption_width(*self._words.values()) + 4), CELL_HEIGHT

    def paint(self, painter: QPainter) -> None:
        """Arc, then word."""
        theme = self._look.theme
        ink = theme.level(self._level)
        centre, radius, part, gap = self.units()[0] / 2, 17.0, 39.0, 8.0
        box = QRectF(centre - radius, 3.5, 2 * radius, 2 * radius)
        for i in range(4):
            start = 180 - i * (part + gap)
            filled = min(1.0, max(0.0, self._fill - i))
            painter.setPen(arc_pen(theme.track, 2.0))
            draw_arc(painter, box, start, part)
            if filled > 0:
                painter.setPen(arc_pen(ink, 5.5))
                draw_arc(painter, box, start, part * filled)
        self.draw_caption(painter, self._words[self._level], ink, bold=True)

    def _moved(self, value: float) -> None:
        self._fill = float(value)
        self.update()


class ShareRing(Indicator):
    """Who talks how much: a ring of two arcs, and both shares in words."""

    DIAMETER: Final = 30.0

    def __init__(
        self, look: Style, name: str, lines: tuple[str, str], widest: tuple[str, str]
    ) -> None:
        super().__init__(look)
        self._name = name
        self._widest = widest
        self._percent: int | None = None
        self._lines = lines
        self.describe(name, ", ".join(lines))
        self.fit()

    def set_share(self, percent: int | None, lines: tuple[str, str]) -> None:
        """Show the agent's share in percent, or None for "not yet"."""
        if (percent, lines) == (self._percent, self._lines):
            return
        self._percent, self._lines = percent, lines
        self.describe(self._name, ", ".join(lines))
        self.update()

    def units(self) -> tuple[float, float]:
        """Room for the widest figures."""
        bold = text_width(self.font_units(BODY_PX, QFont.Weight.DemiBold), self._widest[0])
        plain = text_width(self.font_units(CAPTION_PX), self._widest[1])
        return self.DIAMETER + 10 + max(bold, plain) + 2, CELL_HEIGHT

    def paint(self, painter: QPainter) -> None:
        """Ring, then the two lines."""
        theme, d, stroke = self._look.theme, self.DIAMETER, 5.0
        box = QRectF(stroke / 2, (CELL_HEIGHT - d + stroke) / 2, d - stroke, d - stroke)
        if self._percent is None:
            painter.setPen(QPen(colour(theme.track), 2.0))
            painter.drawEllipse(box)
        else:
            self._arcs(painter, box, stroke)
        left = d + 10
        painter.setFont(self.font_units(BODY_PX, QFont.Weight.DemiBold))
        painter.setPen(colour(theme.text))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, 3, 300, 17), flags, self._lines[0])
        painter.setFont(self.font_units(CAPTION_PX))
        painter.setPen(colour(theme.muted))
        painter.drawText(QRectF(left, 20, 300, 15), flags, self._lines[1])

    def _arcs(self, painter: QPainter, box: QRectF, stroke: float) -> None:
        theme = self._look.theme
        share = (self._percent or 0) / 100
        gap = 9.0 if 0 < share < 1 else 0.0
        for ink, width, start, extent in (
            (theme.agent, stroke, 90.0, share * 360),
            (theme.customer, stroke / 2, 90.0 - share * 360, (1 - share) * 360),
        ):
            if extent <= gap:
                continue
            painter.setPen(arc_pen(ink, width))
            draw_arc(painter, box, start - gap / 2, extent - gap)


class Tracker(Indicator):
    """The four steps of the method: ticked when done, and the next one in words."""

    PITCH: Final = 28.0
    RADIUS: Final = 7.5

    def __init__(self, look: Style, name: str, words: dict[CueKind, str], all_done: str) -> None:
        super().__init__(look)
        self._name = name
        self._words = words
        self._all_done = all_done
        self._done: frozenset[CueKind] = frozenset()
        self._say()
        self.fit()

    def set_done(self, done: frozenset[CueKind]) -> None:
        """Tick these steps."""
        if done != self._done:
            self._done = done
            self._say()
            self.update()

    def _next(self) -> CueKind | None:
        return next((step for step in METHOD_STEPS if step not in self._done), None)

    def _caption(self) -> str:
        step = self._next()
        return self._all_done if step is None else self._words[step]

    def _say(self) -> None:
        ticks = ", ".join(
            f"{self._words[s]} {'✓' if s in self._done else '–'}" for s in METHOD_STEPS
        )
        self.describe(self._name, ticks)

    def units(self) -> tuple[float, float]:
        """Room for the longest word."""
        row = 3 * self.PITCH + 2 * self.RADIUS + 4
        return max(row, self.caption_width(*self._words.values(), self._all_done) + 4), CELL_HEIGHT

    def paint(self, painter: QPainter) -> None:
        """Line, nodes, word."""
        theme = self._look.theme
        left, y = (self.units()[0] - 3 * self.PITCH) / 2, 10.5
        following = self._next()
        painter.setPen(QPen(colour(theme.track), 1.5))
        for i in range(3):
            x = left + i * self.PITCH + self.RADIUS + 2.5
            painter.drawLine(QPointF(x, y), QPointF(x + self.PITCH - 2 * self.RADIUS - 5, y))
        for i, step in enumerate(METHOD_STEPS):
            self._node(painter, QPointF(left + i * self.PITCH, y), step, str(i + 1), following)
        ink = theme.calm if following is None else theme.muted
        self.draw_caption(painter, self._caption(), ink, bold=following is None)

    def _node(
        self, painter: QPainter, at: QPointF, step: CueKind, number: str, following: CueKind | None
    ) -> None:
        theme, r = self._look.theme, self.RADIUS
        box = QRectF(at.x() - r, at.y() - r, 2 * r, 2 * r)
        if step in self._done:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(theme.calm))
            painter.drawEllipse(box)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            draw_icon(
                painter, "check", box.adjusted(2.6, 2.6, -2.6, -2.6), colour(theme.surface), 3.6
            )
            return
        is_next = step is following
        painter.setPen(
            QPen(colour(theme.text if is_next else theme.track), 1.6 if is_next else 1.2)
        )
        painter.drawEllipse(box.adjusted(0.7, 0.7, -0.7, -0.7))
        painter.setPen(colour(theme.text if is_next else theme.muted))
        painter.setFont(self.font_units(9.0, QFont.Weight.DemiBold))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, number)
