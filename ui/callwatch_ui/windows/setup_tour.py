"""The first run's look at the bar: the bar itself, a number under each part, and what each means."""

from dataclasses import replace
from typing import Final

from PyQt6.QtCore import QPoint, QRectF, Qt
from PyQt6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget, QWizardPage

from callwatch.core.cues import CueKind
from callwatch.core.escalation import EscalationLevel
from callwatch.core.nudges import NudgeLevel
from callwatch.session.nudge_rules import KEEP_LISTENING
from callwatch_ui.overlay.bar import Bar
from callwatch_ui.overlay.state import OverlayState, Phase
from callwatch_ui.theme.style import Style, colour
from callwatch_ui.translator import Translator
from callwatch_ui.windows.preview_card import preview_card

# The parts of the bar from left to right, and the card.
PARTS: Final = ("gauge", "share", "steps", "voice", "light", "card")
BADGE: Final = 18.0
# Between a part and its number.
STEM: Final = 8
# A call in its middle: everything on the bar has something to show.
SHOWN: Final = OverlayState(
    phase=Phase.RUNNING, time_s=134.0, level=EscalationLevel.HEATED, talk_s=(38.0, 74.0),
    customer_effort=3.4, steps=(("tour", CueKind.CONTROL),), raised=frozenset({"tour"}),
)  # fmt: skip


class Badge(QWidget):
    """A number in a disc."""

    def __init__(self, number: int, look: Style) -> None:
        super().__init__()
        self._number, self._look = number, look
        self.setFixedSize(look.size(BADGE, BADGE))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """Disc and number."""
        painter = QPainter(self)
        draw_badge(painter, QRectF(self.rect()), self._number, self._look)
        painter.end()


class Tour(QWidget):
    """Bar, numbers, card."""

    def __init__(self, words: Translator, look: Style) -> None:
        super().__init__()
        self._look = look
        self.bar, self.card = (
            Bar(look, words),
            preview_card(KEEP_LISTENING, NudgeLevel.ADVICE, words, look),
        )
        self.bar.set_state(SHOWN)
        self.bar.show_signal(SHOWN.signal)
        self.bar.pin.hide()
        for part in (self.bar, self.card):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(round(BADGE) + STEM + 6)
        layout.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.card, 0, Qt.AlignmentFlag.AlignLeft)
        width = self.bar.sizeHint().width()
        self.card.setFixedSize(width, self.card.sizeHint().height())
        layout.setContentsMargins(0, 0, 0, 0)
        self.setFixedWidth(width + round(BADGE) + STEM)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """A stem and a number for each part."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        foot = self.bar.geometry().bottom()
        pen = QPen(self.palette().placeholderText().color(), 1.2)
        for i, cell in enumerate(self.bar.cells):
            x = cell.mapTo(self, QPoint(cell.width() // 2, 0)).x()
            painter.setPen(pen)
            painter.drawLine(x, foot + 2, x, foot + STEM)
            at = QRectF(x - BADGE / 2, foot + STEM, BADGE, BADGE)
            draw_badge(painter, at, i + 1, self._look)
        card = self.card.geometry()
        x, y = card.right() + STEM // 2, card.center().y()
        draw_badge(painter, QRectF(x, y - BADGE / 2, BADGE, BADGE), len(PARTS), self._look)
        painter.end()


class TourPage(QWizardPage):
    """The bar, and one line a part."""

    def __init__(self, words: Translator, look: Style) -> None:
        super().__init__()
        self.setTitle(words("setup.tour.title"))
        self.setSubTitle(words("setup.tour.text"))
        look = replace(look, scale=1.0, may_move=False)  # bigger ones would not fit the page
        layout = QVBoxLayout(self)
        layout.addWidget(Tour(words, look), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        legend = QGridLayout()
        legend.setColumnStretch(1, 1)
        legend.setVerticalSpacing(4)
        for i, part in enumerate(PARTS):
            says = QLabel(words(f"setup.tour.{part}"))
            says.setWordWrap(True)
            legend.addWidget(Badge(i + 1, look), i, 0, Qt.AlignmentFlag.AlignTop)
            legend.addWidget(says, i, 1)
        layout.addLayout(legend)
        layout.addStretch(1)


def draw_badge(painter: QPainter, box: QRectF, number: int, look: Style) -> None:
    """A number in a disc."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(look.theme.focus))
    painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.setPen(colour(look.theme.surface))
    painter.setFont(Style().font(11.0, QFont.Weight.DemiBold))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))
    painter.setBrush(Qt.BrushStyle.NoBrush)
