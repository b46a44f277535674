"""The customer's effort bar and the input light with the call's clock."""

from enum import StrEnum
from typing import Final

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter, QPen

from callwatch_ui.overlay.indicators import CELL_HEIGHT, Indicator
from callwatch_ui.theme.icons import draw_icon
from callwatch_ui.theme.style import Style, colour

BLOCKS: Final = 6


class EffortBar(Indicator):
    """The customer's vocal effort against their own usual: six blocks that grow in height."""

    BLOCK: Final = 7.0
    GAP: Final = 3.0

    def __init__(self, look: Style, name: str, caption: str, degree: str) -> None:
        super().__init__(look)
        self._name = name
        self._caption = caption
        self._degree = degree
        self._full = 0
        self._is_speaking = False
        self.describe(name, degree.format(n=0))
        self.fit()

    def set_effort(self, full: int, *, is_speaking: bool) -> None:
        """Fill `full` of six blocks."""
        if (full, is_speaking) == (self._full, self._is_speaking):
            return
        self._full, self._is_speaking = full, is_speaking
        self.describe(self._name, self._degree.format(n=full))
        self.update()

    def units(self) -> tuple[float, float]:
        """Blocks or caption, whichever is wider."""
        row = BLOCKS * self.BLOCK + (BLOCKS - 1) * self.GAP
        return max(row, self.caption_width(self._caption)) + 2, CELL_HEIGHT

    def paint(self, painter: QPainter) -> None:
        """Blocks, then the caption; the caption is bold while the customer speaks."""
        theme = self._look.theme
        row = BLOCKS * self.BLOCK + (BLOCKS - 1) * self.GAP
        left, foot = (self.units()[0] - row) / 2, 18.5
        ink = theme.heated if self._full >= 5 else theme.tense if self._full >= 3 else theme.calm
        for i in range(BLOCKS):
            height = 6.0 + i * 2.0
            x = left + i * (self.BLOCK + self.GAP)
            box = QRectF(x, foot - height, self.BLOCK, height)
            if i < self._full:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour(ink))
            else:
                painter.setPen(QPen(colour(theme.track), 1.0))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                box.adjust(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(box, 1.8, 1.8)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ink = theme.text if self._is_speaking else theme.muted
        self.draw_caption(painter, self._caption, ink)


class LightIcon(StrEnum):
    """What the light says, by the icon that it shows."""

    GOOD = "mic"
    BAD = "mic_off"
    PAUSED = "pause"
    RESTING = "ear"  # no call is watched


class InputLight(Indicator):
    """Whether a call is watched, whether both sides are heard, and the call's time."""

    def __init__(self, look: Style, name: str, ready: str) -> None:
        super().__init__(look)
        self._name = name
        self._says = self._caption = self._ready = ready
        self._icon = LightIcon.RESTING
        self.describe(name, ready)
        self.fit()

    def set_light(self, caption: str, icon: LightIcon, says: str) -> None:
        """Show the time as text, the state of the sound by icon; `says` it in words when asked."""
        if says != self._says:
            self._says = says
            self.describe(self._name, says)
        if (caption, icon) != (self._caption, self._icon):
            self._caption, self._icon = caption, icon
            self.update()

    def units(self) -> tuple[float, float]:
        """Room for h:mm:ss."""
        return self.caption_width("0:00:00", self._ready) + 2, CELL_HEIGHT

    def paint(self, painter: QPainter) -> None:
        """Icon in a disc, then the caption."""
        theme = self._look.theme
        centre = self.units()[0] / 2
        disc = QRectF(centre - 11, 0, 22, 22)
        ink, tint, has_ring = theme.tense, theme.tint_important, True
        if self._icon is LightIcon.GOOD:
            ink, tint, has_ring = theme.calm, theme.tint_advice, False
        elif self._icon is LightIcon.RESTING:
            ink, tint = theme.muted, theme.surface
        painter.setPen(QPen(colour(ink), 1.2) if has_ring else Qt.PenStyle.NoPen)
        painter.setBrush(colour(tint))
        painter.drawEllipse(disc.adjusted(0.6, 0.6, -0.6, -0.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        draw_icon(painter, self._icon, disc.adjusted(3.5, 3.5, -3.5, -3.5), colour(ink), 2.0)
        self.draw_caption(painter, self._caption, theme.muted)
