"""Who talks how much, as a ring, and in its middle what is on right now."""

from typing import Final

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QFont, QPainter, QPen

from callwatch_ui.overlay.indicators import CELL_HEIGHT, Indicator, arc_pen, draw_arc
from callwatch_ui.overlay.state import Signal
from callwatch_ui.theme.icons import draw_icon
from callwatch_ui.theme.style import BODY_PX, CAPTION_PX, Style, colour, text_width

SIGNAL_ICONS: Final = {Signal.BOTH: "both", Signal.LISTEN: "ear"}


class ShareRing(Indicator):
    """A ring of two arcs, and both shares in words; compact it is the ring alone.

    A signal closes the ring and puts its mark into it.
    """

    DIAMETER: Final = 32.0
    STROKE: Final = 5.0

    def __init__(
        self,
        look: Style,
        name: str,
        lines: tuple[str, str],
        widest: tuple[str, str],
        signals: dict[Signal, str],
    ) -> None:
        super().__init__(look)
        self._name = name
        self._widest = widest
        self._percent: int | None = None
        self._lines = lines
        self._signals = signals
        self._signal = Signal.NONE
        self._is_compact = False
        self._say()
        self.fit()

    def set_share(self, percent: int | None, lines: tuple[str, str]) -> None:
        """Show the agent's share in percent, or None for "not yet"."""
        if (percent, lines) == (self._percent, self._lines):
            return
        self._percent, self._lines = percent, lines
        self._say()
        self.update()

    def set_signal(self, signal: Signal) -> None:
        """Show what is on right now."""
        if signal is not self._signal:
            self._signal = signal
            self._say()
            self.update()

    def set_compact(self, compact: bool) -> None:
        """Show the ring alone, or the shares in words too."""
        if compact != self._is_compact:
            self._is_compact = compact
            self.fit()
            self.update()

    def extra_px(self) -> int:
        """How much wider it is with the words."""
        return self._look.size(self._words_units(), 0).width()

    def units(self) -> tuple[float, float]:
        """Room for the widest figures."""
        return self.DIAMETER + (0.0 if self._is_compact else self._words_units()), CELL_HEIGHT

    def _words_units(self) -> float:
        bold = text_width(self.font_units(BODY_PX, QFont.Weight.DemiBold), self._widest[0])
        plain = text_width(self.font_units(CAPTION_PX), self._widest[1])
        return 10 + max(bold, plain) + 2

    def _say(self) -> None:
        shares = ", ".join(self._lines)
        is_on = self._signal is not Signal.NONE
        self.describe(self._name, f"{shares}. {self._signals[self._signal]}" if is_on else shares)

    def paint(self, painter: QPainter) -> None:
        """Ring, then the two lines."""
        theme, d, stroke = self._look.theme, self.DIAMETER, self.STROKE
        box = QRectF(stroke / 2, (CELL_HEIGHT - d + stroke) / 2, d - stroke, d - stroke)
        self._ring(painter, box)
        if self._is_compact:
            return
        left = d + 10
        painter.setFont(self.font_units(BODY_PX, QFont.Weight.DemiBold))
        painter.setPen(colour(theme.text))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, 3, 300, 17), flags, self._lines[0])
        painter.setFont(self.font_units(CAPTION_PX))
        painter.setPen(colour(theme.muted))
        painter.drawText(QRectF(left, 20, 300, 15), flags, self._lines[1])

    def _ring(self, painter: QPainter, box: QRectF) -> None:
        theme = self._look.theme
        if self._signal is not Signal.NONE:
            ink, _ = theme.signal(is_overlap=self._signal is Signal.BOTH)
            painter.setPen(QPen(colour(ink), 3.5))
            painter.drawEllipse(box)
            mark = box.adjusted(5.5, 5.5, -5.5, -5.5)
            draw_icon(painter, SIGNAL_ICONS[self._signal], mark, colour(ink), 2.6)
        elif self._percent is None:
            painter.setPen(QPen(colour(theme.track), 2.0))
            painter.drawEllipse(box)
        else:
            self._arcs(painter, box)

    def _arcs(self, painter: QPainter, box: QRectF) -> None:
        theme = self._look.theme
        share = (self._percent or 0) / 100
        gap = 9.0 if 0 < share < 1 else 0.0
        for ink, width, start, extent in (
            (theme.agent, self.STROKE, 90.0, share * 360),
            (theme.customer, self.STROKE / 2, 90.0 - share * 360, (1 - share) * 360),
        ):
            if extent <= gap:
                continue
            painter.setPen(arc_pen(ink, width))
            draw_arc(painter, box, start - gap / 2, extent - gap)
