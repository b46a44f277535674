"""The slim bar: gauge, talk share, method tracker, effort, input light.

    compact   gauge  ring                          voice  light  pin     in a calm call
    full      gauge  ring and shares  four steps   voice  light  pin     tense, with a card, or pinned

What is on right now (both talk; keep listening) is in the middle of the ring and on the bar's edge.
"""

from typing import Final

from PyQt6.QtCore import QElapsedTimer, QRectF, QTimer, QVariantAnimation, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QWidget

from callwatch.core.channels import Channel
from callwatch.core.cues import METHOD_STEPS
from callwatch.core.escalation import EscalationLevel
from callwatch_ui.overlay.card import draw_panel
from callwatch_ui.overlay.card_content import clock, input_words, share_lines
from callwatch_ui.overlay.gauge import Gauge
from callwatch_ui.overlay.icon_button import IconButton
from callwatch_ui.overlay.indicators import TWEEN_MS, Indicator
from callwatch_ui.overlay.share_ring import SIGNAL_ICONS, ShareRing
from callwatch_ui.overlay.small_indicators import EffortBar, InputLight, LightIcon
from callwatch_ui.overlay.state import OverlayState, Phase, Signal
from callwatch_ui.overlay.tracker import Tracker
from callwatch_ui.theme.style import Style, colour
from callwatch_ui.translator import Translator

PAD_X: Final = 12.0
PAD_Y: Final = 8.0
GAP: Final = 10.0
# Thick enough to be seen from the corner of the eye.
EDGE: Final = 3.0
# A light that goes out sooner has hardly been seen.
LEAST_SIGNAL_MS: Final = 700


class Hairline(QFrame):
    """A thin upright line between two parts."""

    def __init__(self, look: Style) -> None:
        super().__init__()
        self.set_look(look)

    def set_look(self, look: Style) -> None:
        """Take another look."""
        self._look = look
        self.setFixedWidth(max(1, round(look.px(1))))
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """A line that does not reach the edges."""
        painter = QPainter(self)
        inset = round(self._look.px(4))
        painter.fillRect(
            self.rect().adjusted(0, inset, 0, -inset), colour(self._look.theme.hairline)
        )
        painter.end()


class Bar(QWidget):
    """Renders an OverlayState. `pin_clicked`: the agent wants it to stay open, or no longer."""

    pin_clicked = pyqtSignal()

    def __init__(self, look: Style, words: Translator) -> None:
        super().__init__()
        self._look = look
        self._words = words
        levels = {level: words.level(level) for level in EscalationLevel}
        steps = {step: words.step(step) for step in METHOD_STEPS}
        you, they = words(f"side.{Channel.AGENT}"), words(f"side.{Channel.CUSTOMER}")
        widest = (f"{you} 100 %", f"{they} 100 %")
        start = share_lines(OverlayState(), words)
        signals = {signal: words(f"signal.{signal}") for signal in SIGNAL_ICONS}
        self.gauge = Gauge(look, levels, words("bar.level"))
        self.share = ShareRing(look, words("bar.share"), start, widest, signals)
        self.tracker = Tracker(look, words("bar.method"), steps, words("step.all_done"))
        self.effort = EffortBar(
            look, words("bar.effort"), words("bar.effort_short"), words("bar.degree", n="{n}")
        )
        self.light = InputLight(look, words("bar.input"), words("state.idle"))
        self.pin = IconButton(look, "pin", words("bar.keep_open"), self)
        self.pin.clicked.connect(self.pin_clicked)
        self.cells: tuple[Indicator, ...] = (
            self.gauge, self.share, self.tracker, self.effort, self.light,
        )  # fmt: skip
        self._lines: list[Hairline] = []
        self._layout = QHBoxLayout(self)
        for i, cell in enumerate(self.cells):
            if i:
                self._lines.append(Hairline(look))
                self._layout.addWidget(self._lines[-1])
            self._layout.addWidget(cell)
        self._layout.addWidget(self.pin)
        self._has_words = True
        self.is_expanded = True
        self._edge = SignalEdge(self, look)
        self.setAccessibleName(words("bar.name"))
        self._fit()

    def set_state(self, state: OverlayState) -> None:
        """Hand each part its value."""
        self.gauge.set_level(state.level)
        self.share.set_share(state.agent_share_percent, share_lines(state, self._words))
        self.tracker.set_done(state.steps_done)
        speaks = Channel.CUSTOMER in state.speaking
        self.effort.set_effort(state.effort_blocks, is_speaking=speaks)
        self._edge.set_signal(state.signal)
        if state.has_words != self._has_words:
            self._has_words = state.has_words
            self._show_parts()
        caption, says = clock(state.time_s), input_words(state, self._words)
        icon = LightIcon.GOOD if state.input_is_good else LightIcon.BAD
        if state.phase in (Phase.PAUSED, Phase.HELD):
            icon = LightIcon.PAUSED
        elif state.phase in (Phase.WAITING, Phase.FINISHED):
            icon, caption = LightIcon.RESTING, self._words("state.idle")
            says = caption
        self.light.set_light(caption, icon, says)

    def set_expanded(self, expanded: bool) -> None:
        """Show every part, or only what matters in a calm call."""
        if expanded != self.is_expanded:
            self.is_expanded = expanded
            self._show_parts()

    def set_pinned(self, pinned: bool) -> None:
        """Show whether it stays open."""
        self.pin.set_lit(pinned)
        self.pin.set_name(self._words("bar.let_shrink" if pinned else "bar.keep_open"))

    def full_width_px(self) -> int:
        """How wide it is with every part, whatever it shows now."""
        hidden = self.sizeHint().width()
        if self.is_expanded:
            return hidden
        gap = 2 * self._layout.spacing() + self._lines[0].width()
        tracker = self.tracker.sizeHint().width() + gap if self._has_words else 0
        return hidden + tracker + self.share.extra_px()

    def set_look(self, look: Style) -> None:
        """Take another look."""
        self._look = look
        self._edge.look = look
        for cell in self.cells:
            cell.set_look(look)
        for line in self._lines:
            line.set_look(look)
        self.pin.set_look(look)
        self._fit()
        self.update()

    def show_signal(self, signal: Signal) -> None:
        """The ring's part of a signal; the edge is drawn by the bar."""
        self.share.set_signal(signal)
        self.update()

    def _show_parts(self) -> None:
        self.share.set_compact(not self.is_expanded)
        shows_steps = self.is_expanded and self._has_words
        self.tracker.setVisible(shows_steps)
        self._lines[self.cells.index(self.tracker) - 1].setVisible(shows_steps)
        self.updateGeometry()
        self.update()

    def _fit(self) -> None:
        x, y = round(self._look.px(PAD_X)), round(self._look.px(PAD_Y))
        self._layout.setContentsMargins(x, y, round(self._look.px(PAD_X - 4)), y)
        self._layout.setSpacing(round(self._look.px(GAP)))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """The ground and the edge; each part draws itself."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._look.scale, self._look.scale)
        box = QRectF(0, 0, self.width() / self._look.scale, self.height() / self._look.scale)
        draw_panel(painter, box, self._look)
        self._edge.paint(painter, box)
        painter.end()


class SignalEdge:
    """The signal on the bar's edge and ground: comes and goes softly, or at once without motion."""

    def __init__(self, bar: Bar, look: Style) -> None:
        self.look = look
        self._bar = bar
        self._signal = self._wanted = Signal.NONE
        self._strength = 0.0
        self._since = QElapsedTimer()
        self._late = QTimer(bar)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self._follow)
        self._tween = QVariantAnimation(bar)
        self._tween.setDuration(TWEEN_MS)
        self._tween.valueChanged.connect(self._moved)

    def set_signal(self, signal: Signal) -> None:
        """Show a signal now, or let it go when it could be seen."""
        if signal is self._wanted:
            return
        self._wanted = signal
        shown_ms = self._since.elapsed() if self._since.isValid() else LEAST_SIGNAL_MS
        is_visible = self._bar.isVisible() and self._signal is not Signal.NONE
        if signal is Signal.NONE and is_visible and shown_ms < LEAST_SIGNAL_MS:
            self._late.start(LEAST_SIGNAL_MS - shown_ms)
        else:
            self._follow()

    def paint(self, painter: QPainter, box: QRectF) -> None:
        """Edge and ground, in the painter's units."""
        if self._strength <= 0.0 or self._signal is Signal.NONE:
            return
        ink, ground = self.look.theme.signal(is_overlap=self._signal is Signal.BOTH)
        edge = EDGE + self.look.theme.border_px - 1.0
        inset = edge / 2
        painter.setPen(QPen(colour(ink, self._strength), edge))
        painter.setBrush(colour(ground, self._strength))
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), 11, 11)

    def _follow(self) -> None:
        self._late.stop()
        signal, goes = self._wanted, self._wanted is Signal.NONE
        self._bar.show_signal(signal)
        if not goes:
            self._signal = signal
            self._since.start()
        else:
            self._since.invalidate()
        self._tween.stop()
        if self.look.may_move and self._bar.isVisible():
            self._tween.setStartValue(self._strength)
            self._tween.setEndValue(0.0 if goes else 1.0)
            self._tween.start()
        else:
            self._moved(0.0 if goes else 1.0)

    def _moved(self, value: float) -> None:
        self._strength = float(value)
        self._bar.update()
