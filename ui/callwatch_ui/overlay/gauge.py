"""How heated the call is, as an arc of four parts."""

from PyQt6.QtCore import QRectF, QVariantAnimation
from PyQt6.QtGui import QPainter

from callwatch.core.escalation import EscalationLevel
from callwatch_ui.overlay.indicators import CELL_HEIGHT, TWEEN_MS, Indicator, arc_pen, draw_arc
from callwatch_ui.theme.style import Style


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
