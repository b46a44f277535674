"""The slim bar: gauge, talk share, method tracker, effort, input light."""

from typing import Final

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QWidget

from callwatch.core.channels import Channel
from callwatch.core.cues import METHOD_STEPS
from callwatch.core.escalation import EscalationLevel
from callwatch_ui.overlay.card import draw_panel
from callwatch_ui.overlay.card_content import clock, input_words, share_lines
from callwatch_ui.overlay.indicators import Gauge, Indicator, ShareRing, Tracker
from callwatch_ui.overlay.small_indicators import EffortBar, InputLight, LightIcon
from callwatch_ui.overlay.state import OverlayState, Phase
from callwatch_ui.theme.style import Style, colour
from callwatch_ui.translator import Translator

PAD_X: Final = 12.0
PAD_Y: Final = 8.0
GAP: Final = 10.0


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
    """Renders an OverlayState."""

    def __init__(self, look: Style, words: Translator) -> None:
        super().__init__()
        self._look = look
        self._words = words
        levels = {level: words.level(level) for level in EscalationLevel}
        steps = {step: words.step(step) for step in METHOD_STEPS}
        you, they = words(f"side.{Channel.AGENT}"), words(f"side.{Channel.CUSTOMER}")
        widest = (f"{you} 100 %", f"{they} 100 %")
        start = share_lines(OverlayState(), words)
        self.gauge = Gauge(look, levels, words("bar.level"))
        self.share = ShareRing(look, words("bar.share"), start, widest)
        self.tracker = Tracker(look, words("bar.method"), steps, words("step.all_done"))
        self.effort = EffortBar(
            look, words("bar.effort"), words("bar.effort_short"), words("bar.degree", n="{n}")
        )
        self.light = InputLight(look, words("bar.input"), words("state.idle"))
        self.cells: tuple[Indicator, ...] = (
            self.gauge,
            self.share,
            self.tracker,
            self.effort,
            self.light,
        )
        self._lines: list[Hairline] = []
        self._layout = QHBoxLayout(self)
        for i, cell in enumerate(self.cells):
            if i:
                self._lines.append(Hairline(look))
                self._layout.addWidget(self._lines[-1])
            self._layout.addWidget(cell)
        self.setAccessibleName(words("bar.name"))
        self._fit()

    def set_state(self, state: OverlayState) -> None:
        """Hand each part its value."""
        self.gauge.set_level(state.level)
        self.share.set_share(state.agent_share_percent, share_lines(state, self._words))
        self.tracker.set_done(state.steps_done)
        speaks = Channel.CUSTOMER in state.speaking
        self.effort.set_effort(state.effort_blocks, is_speaking=speaks)
        caption, says = clock(state.time_s), input_words(state, self._words)
        icon = LightIcon.GOOD if state.input_is_good else LightIcon.BAD
        if state.phase in (Phase.PAUSED, Phase.HELD):
            icon = LightIcon.PAUSED
        elif state.phase in (Phase.WAITING, Phase.FINISHED):
            icon, caption = LightIcon.RESTING, self._words("state.idle")
            says = caption
        self.light.set_light(caption, icon, says)

    def set_look(self, look: Style) -> None:
        """Take another look."""
        self._look = look
        for cell in self.cells:
            cell.set_look(look)
        for line in self._lines:
            line.set_look(look)
        self._fit()
        self.update()

    def _fit(self) -> None:
        x, y = round(self._look.px(PAD_X)), round(self._look.px(PAD_Y))
        self._layout.setContentsMargins(x, y, x, y)
        self._layout.setSpacing(round(self._look.px(GAP)))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """The ground; each part draws itself."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._look.scale, self._look.scale)
        box = QRectF(0, 0, self.width() / self._look.scale, self.height() / self._look.scale)
        draw_panel(painter, box, self._look)
        painter.end()
