"""The four steps of the method."""

from typing import Final

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QFont, QPainter, QPen

from callwatch.core.cues import METHOD_STEPS, CueKind
from callwatch_ui.overlay.indicators import CELL_HEIGHT, Indicator
from callwatch_ui.theme.icons import draw_icon
from callwatch_ui.theme.style import Style, colour


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
