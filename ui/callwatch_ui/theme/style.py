"""The look that every drawn widget shares: theme, scale, motion, fonts."""

import os
from dataclasses import dataclass
from typing import Final

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication
from PyQt6.QtWidgets import QApplication, QStyle

from callwatch_ui.settings import OverlaySettings
from callwatch_ui.theme.palettes import CONTRAST, DARK, LIGHT, THEMES, Theme

# The desktop's own face first; Qt takes the first family that is installed.
FAMILIES: Final = ["Inter", "Segoe UI", "SF Pro Text", "Cantarell", "Noto Sans", "DejaVu Sans"]
CAPTION_PX: Final = 11.0
BODY_PX: Final = 12.5
TITLE_PX: Final = 14.0


@dataclass(frozen=True, slots=True)
class Style:
    """Theme, scale (1..3) and whether things may move."""

    theme: Theme = LIGHT
    scale: float = 1.0
    may_move: bool = True

    def px(self, units: float) -> float:
        """Logical pixels for a length given at 100 %."""
        return units * self.scale

    def size(self, width: float, height: float) -> QSize:
        """A whole-pixel size, rounded up."""
        return QSize(-int(-self.px(width) // 1), -int(-self.px(height) // 1))

    def font(self, units: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The overlay's font with figures of equal width."""
        font = QFont()
        font.setFamilies(FAMILIES)
        font.setPixelSize(max(1, round(self.px(units))))
        font.setWeight(weight)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font


def text_width(font: QFont, text: str) -> float:
    """Width of one line of plain text in logical pixels."""
    return QFontMetricsF(font).horizontalAdvance(text)


def colour(value: str, alpha: float = 1.0) -> QColor:
    """A #rrggbb colour with an opacity 0..1."""
    out = QColor(value)
    out.setAlphaF(alpha)
    return out


def look_for(settings: OverlaySettings) -> Style:
    """The look that the settings ask for; `system` follows the desktop. Needs a QGuiApplication."""
    moves = not settings.reduced_motion
    if settings.reduced_motion is None:
        moves = not desktop_reduces_motion()
    return Style(_theme(settings.theme), settings.scale, moves)


def desktop_reduces_motion() -> bool:
    """Whether the desktop was told to avoid animation; KDE, GNOME and Windows tell Qt's style."""
    if os.environ.get("GTK_ENABLE_ANIMATIONS") == "0":
        return True
    style = QApplication.style()
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return style is not None and style.styleHint(hint) == 0


def _theme(name: str) -> Theme:
    if name != "system":
        return THEMES[name]
    hints = QGuiApplication.styleHints()
    assert hints is not None
    palette = QGuiApplication.palette()
    ground, ink = palette.window().color(), palette.windowText().color()
    if {ground.name(), ink.name()} == {"#000000", "#ffffff"}:
        return CONTRAST
    return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
