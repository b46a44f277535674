"""Replay of a recording: overlay, timeline, play, pause and seek. GUI thread."""

from collections.abc import Sequence
from typing import Final

from PyQt6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import Event
from callwatch_ui.overlay.bar import Bar
from callwatch_ui.overlay.card import CARD_HEIGHT, NudgeCard
from callwatch_ui.overlay.card_content import card_for, clock
from callwatch_ui.theme.icons import NUDGE_ICONS
from callwatch_ui.theme.style import CAPTION_PX, Style, colour
from callwatch_ui.translator import Translator
from callwatch_ui.windows.replay_player import Mark, ReplayPlayer

STEP_MS: Final = 50
LEFT: Final = 74.0
LANE: Final = 26.0
TOP: Final = 22.0
# A mark is found by the mouse within this many pixels.
NEAR_PX: Final = 6.0


class Timeline(QWidget):
    """Two lanes of speech, marks of cues and nudges, and the playhead. A click seeks."""

    sought = pyqtSignal(float)

    def __init__(self, look: Style, words: Translator, player: ReplayPlayer) -> None:
        super().__init__()
        self._look, self._words, self._player = look, words, player
        self._picture: QPixmap | None = None
        self._head_x = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words("replay.timeline"))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Two lanes and a line of nudges."""
        return self._look.size(620, TOP + 2 * LANE + 14)

    def follow(self) -> None:
        """Move the playhead, when it moves by a whole pixel."""
        x = round(self.x_of(self._player.position_s))
        if x != self._head_x:
            old, self._head_x = self._head_x, x
            self.update(old - 4, 0, 9, self.height())
            self.update(x - 4, 0, 9, self.height())

    def x_of(self, time_s: float) -> float:
        """Pixels from the left for a moment of the call."""
        left = self._look.px(LEFT)
        room = max(1.0, self.width() - left - self._look.px(12))
        return left + room * (time_s / self._player.duration_s if self._player.duration_s else 0)

    def mark_at(self, x: float) -> Mark | None:
        """The mark under the mouse."""
        near = [
            m
            for m in self._player.marks(self._words.language)
            if abs(self.x_of(m.time_s) - x) <= NEAR_PX
        ]
        return min(near, key=lambda m: abs(self.x_of(m.time_s) - x), default=None)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Seek to where it was clicked."""
        if event is None:
            return
        left, right = self.x_of(0), self.x_of(self._player.duration_s)
        share = (event.position().x() - left) / max(1.0, right - left)
        self.sought.emit(min(1.0, max(0.0, share)) * self._player.duration_s)

    def event(self, event: object) -> bool:
        """A tool tip says what a mark means."""
        if isinstance(event, QHelpEvent):
            mark = self.mark_at(event.x())
            text = "" if mark is None else f"{clock(mark.time_s)}  {mark.text}"
            QToolTip.showText(event.globalPos(), text.replace("<", "‹"), self)
            return True
        return super().event(event)  # type: ignore[arg-type]

    def resizeEvent(self, event: object) -> None:  # noqa: N802, ARG002
        """Draw the still part again at the new size."""
        self._picture = None

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """The still part from its picture, then the playhead."""
        if self._picture is None:
            self._picture = self._drawn()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = self.x_of(self._player.position_s)
        painter.setPen(QPen(colour(self._look.theme.text), 1.5))
        painter.drawLine(QPointF(x, 6), QPointF(x, self.height() - 4))
        painter.setBrush(colour(self._look.theme.text))
        painter.drawEllipse(QPointF(x, 6), 3, 3)
        painter.end()

    def _drawn(self) -> QPixmap:
        ratio, theme = self.devicePixelRatio(), self._look.theme
        out = QPixmap(self.size() * ratio)
        out.setDevicePixelRatio(ratio)
        out.fill(colour(theme.surface))
        painter = QPainter(out)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._look.font(CAPTION_PX))
        for channel in CHANNELS:
            self._lane(painter, channel)
        for channel, span in self._player.speech():
            box = self._box(channel, span.start_s, span.end_s)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(theme.agent if channel is Channel.AGENT else theme.customer))
            painter.drawRoundedRect(box, 2, 2)
        for mark in self._player.marks(self._words.language):
            self._mark(painter, mark)
        painter.end()
        return out

    def _lane(self, painter: QPainter, channel: Channel) -> None:
        theme, box = self._look.theme, self._box(channel, 0, self._player.duration_s)
        painter.setPen(colour(theme.muted))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        label = QRectF(0, box.top(), self._look.px(LEFT - 10), box.height())
        painter.drawText(label, flags, self._words(f"side.{channel}"))
        painter.setPen(QPen(colour(theme.hairline), 1))
        painter.drawLine(
            QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y())
        )

    def _mark(self, painter: QPainter, mark: Mark) -> None:
        theme, x = self._look.theme, self.x_of(mark.time_s)
        if mark.is_nudge:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(theme.info))
            y = self._look.px(12)
            diamond = [QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5), QPointF(x - 5, y)]
            painter.drawConvexPolygon(*diamond)
            return
        box = self._box(mark.channel or Channel.CUSTOMER, 0, 0)
        painter.setPen(QPen(colour(theme.heated), 2))
        painter.drawLine(QPointF(x, box.top() - 4), QPointF(x, box.bottom() + 4))

    def _box(self, channel: Channel, start_s: float, end_s: float) -> QRectF:
        top = self._look.px(TOP + channel.index * LANE)
        left, right = self.x_of(start_s), self.x_of(end_s)
        return QRectF(
            left, top + self._look.px(5), max(1.0, right - left), self._look.px(LANE - 12)
        )


class ReplayWindow(QWidget):
    """Plays the events of a recording."""

    def __init__(
        self, words: Translator, look: Style, events: Sequence[Event], duration_s: float
    ) -> None:
        super().__init__()
        self._words = words
        self.player = ReplayPlayer(events, duration_s)
        self.setWindowTitle(words("replay.title"))
        self.bar = Bar(look, words)
        self.card = NudgeCard(look, words("card.close"), words("card.not_useful"))
        self.card.not_useful_button.setEnabled(False)
        self.card_room = QWidget()
        self.card_room.setFixedHeight(look.size(1, CARD_HEIGHT).height())
        room = QVBoxLayout(self.card_room)
        room.setContentsMargins(0, 0, 0, 0)
        room.addWidget(self.card)
        self.timeline = Timeline(look, words, self.player)
        self.timeline.sought.connect(self.seek)
        self.play_button = QPushButton(words("replay.play"))
        self.play_button.clicked.connect(self.toggle)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, round(duration_s * 10))
        self.slider.setSingleStep(10)
        self.slider.setPageStep(100)
        self.slider.setAccessibleName(words("replay.seek"))
        self.slider.valueChanged.connect(lambda value: self.seek(value / 10))
        self.time = QLabel()
        row = QHBoxLayout()
        for part in (self.play_button, self.slider, self.time):
            row.addWidget(part)
        layout = QVBoxLayout(self)
        layout.addWidget(self.bar)
        layout.addWidget(self.card_room)
        layout.addWidget(self.timeline)
        layout.addLayout(row)
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._step)
        self.show_position()

    def toggle(self) -> None:
        """Play or pause."""
        if self.player.is_playing:
            self.player.pause()
            self._timer.stop()
        else:
            self.player.play()
            self._clock.start()
            self._timer.start()
        self.show_position()

    def seek(self, time_s: float) -> None:
        """Jump to a moment."""
        if round(time_s * 10) != round(self.player.position_s * 10):
            self.player.seek(time_s)
            self.show_position()

    def show_position(self) -> None:
        """Render the player's position and state."""
        player = self.player
        self.bar.set_state(player.state)
        self.card.set_card(card_for(player.state, self._words, NUDGE_ICONS))
        self.timeline.follow()
        self.play_button.setText(
            self._words("replay.pause" if player.is_playing else "replay.play")
        )
        self.time.setText(f"{clock(player.position_s)} / {clock(player.duration_s)}")
        self.slider.blockSignals(True)
        self.slider.setValue(round(player.position_s * 10))
        self.slider.blockSignals(False)

    def _step(self) -> None:
        self.player.advance(self._clock.restart() / 1000)
        if not self.player.is_playing:
            self._timer.stop()
        self.show_position()
