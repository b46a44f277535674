"""The overlay: bar and card in one small window that never takes the focus.

GUI thread only. It receives an OverlayState and renders it.
"""

from dataclasses import replace
from typing import Final

from PyQt6.QtCore import QPoint, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QMouseEvent, QRegion, QResizeEvent, QScreen
from PyQt6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from callwatch.core.events import Event
from callwatch.core.facts import quoted
from callwatch_ui.native.platforms import (
    draws_see_through,
    hide_from_sharing,
    on_top_of_full_screen,
)
from callwatch_ui.overlay.bar import Bar
from callwatch_ui.overlay.card import NudgeCard
from callwatch_ui.overlay.card_content import card_for
from callwatch_ui.overlay.geometry import (
    GeometryStore,
    Screen,
    corner_place,
    first_place,
    is_right,
    on_screen,
    opens_upward,
)
from callwatch_ui.overlay.state import (
    APP_NOTE,
    InputNote,
    OverlayState,
    Phase,
    reduce,
    with_phase,
    without_note,
    without_nudge,
)
from callwatch_ui.settings import MIN_SCALE, OverlaySettings
from callwatch_ui.theme.icons import NUDGE_ICONS
from callwatch_ui.theme.style import Style, look_for
from callwatch_ui.translator import Translator

GAP_UNITS: Final = 6.0
RADIUS_UNITS: Final = 12.0
# Window managers that place a window of their own accord have done so by then.
SETTLE_MS: Final = 150
# Room for what rounding adds to a bar that just fits.
EDGE_PX: Final = 8
WINDOW_FLAGS: Final = (
    Qt.WindowType.Tool
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.WindowDoesNotAcceptFocus
    | Qt.WindowType.NoDropShadowWindowHint
)


class Overlay(QWidget):
    """The window. `dismissed(nudge_id)` and `not_useful(nudge_key)` go back to the engine."""

    dismissed = pyqtSignal(str)
    not_useful = pyqtSignal(str)
    menu_wanted = pyqtSignal(QPoint)
    card_changed = pyqtSignal(object)
    keep_open_changed = pyqtSignal(bool)
    action_wanted = pyqtSignal()

    def __init__(self, words: Translator, settings: OverlaySettings) -> None:
        super().__init__(None, WINDOW_FLAGS | on_top_of_full_screen(QGuiApplication.platformName()))
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
        # A window that never takes the focus is never the active one: tool tips come all the same.
        self.setAttribute(Qt.WidgetAttribute.WA_AlwaysShowToolTips)
        self._see_through = draws_see_through(QGuiApplication.platformName())
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, self._see_through)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWindowTitle("callwatch")
        self.setAccessibleName(words("bar.name"))
        self._words = words
        self._settings = settings
        self._look = look_for(settings)
        self._places = GeometryStore(settings.places_file)
        self._bar_place = QPoint()
        # Qt's own pos() may be that inside the window manager's frame for a while after showing.
        self._window_place = QPoint()
        self._held_at: QPoint | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._refit)
        self.state = OverlayState()
        self._keep_open = settings.keep_open
        self.bar = self._new_bar()
        self.card = NudgeCard(self._look, words("card.close"), words("card.not_useful"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        self._layout.addWidget(self.bar)
        self._layout.addWidget(self.card)
        self.card.dismissed.connect(self._dismiss)
        self.card.not_useful.connect(self._judge)
        self.card.action_clicked.connect(self.action_wanted)
        self.card.note_closed.connect(lambda: self.set_state(without_note(self.state)))
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        # A bound method: Qt forgets it together with the overlay.
        app.screenAdded.connect(self._follow)
        app.screenAdded.connect(self._desktop_changed)
        app.screenRemoved.connect(self._desktop_changed)
        for screen in app.screens():
            self._follow(screen)
        hints = QGuiApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self._desktop_changed)
        self.apply(settings)

    @property
    def look(self) -> Style:
        """Theme, scale and motion in use."""
        return self._look

    @property
    def place(self) -> QPoint:
        """Where the window's top left corner belongs, in desktop pixels."""
        return self._window_place

    def apply(self, settings: OverlaySettings) -> None:
        """Take other settings while running."""
        if settings.keep_open != self._settings.keep_open:
            self._keep_open = settings.keep_open
        self._settings = settings
        self._look = self._fitting(look_for(settings))
        self._layout.setSpacing(round(self._look.px(GAP_UNITS)))
        self.bar.set_look(self._look)
        self.card.set_look(self._look)
        self._set_size()
        self.card.fit(self.bar.sizeHint().width())
        self.setWindowOpacity(settings.opacity)
        if self.isVisible():
            self._hide_from_sharing()
        self._set_click_through(settings.click_through)
        self.adjustSize()
        self.go_to_place()

    def retranslate(self) -> None:
        """Take the texts again: the language changed."""
        old, self.bar = self.bar, self._new_bar()
        self._layout.replaceWidget(old, self.bar)
        old.hide()
        old.deleteLater()
        self.bar.set_state(self.state)
        self.bar.show()
        self.setAccessibleName(self._words("bar.name"))
        self.card.retranslate(self._words("card.close"), self._words("card.not_useful"))
        self.apply(self._settings)

    def on_events(self, events: tuple[Event, ...]) -> None:
        """Slot for the bridge: reduce all events, then render once."""
        state = self.state
        for event in events:
            state = reduce(state, event)
        self.set_state(state)

    def set_phase(self, phase: Phase) -> None:
        """The call was paused, held, resumed or finished."""
        self.set_state(with_phase(self.state, phase))

    def set_state(self, state: OverlayState) -> None:
        """Render a state; parts whose value did not change do not repaint."""
        self.state = state
        before = self._sizes()
        self.bar.set_state(state)
        card = card_for(state, self._words, NUDGE_ICONS)
        is_another = card != self.card.card
        self.card.set_card(card)
        self._set_size()
        if is_another:
            self.card.fit(self.bar.sizeHint().width())
        if before != self._sizes():
            self._refit()
        if is_another:
            self.card_changed.emit(card)

    def close_card(self) -> bool:
        """As a click on the cross; False when there is nothing to close."""
        card = self.card.card
        if card is None or not card.can_be_closed or not self.isVisible():
            return False
        self.card.close_button.click()
        return True

    def judge_card(self) -> bool:
        """As a click on the thumb; False when there is nothing to judge."""
        card = self.card.card
        if card is None or not card.can_be_judged or not self.isVisible():
            return False
        self.card.not_useful_button.click()
        return True

    def layout_now(self) -> None:
        """Give every part its place without waiting for a show event (for pictures)."""
        self.ensurePolished()
        self._refit()
        for part in (self.bar, self.card):
            layout = part.layout()
            if layout is not None:
                layout.activate()

    def show_message(self, message: str) -> None:
        """Say one sentence about the app itself, where a card would be."""
        note = InputNote(self.state.time_s, None, quoted(message, APP_NOTE))
        self.set_state(replace(self.state, app_note=note))
        self.show()

    def go_to_place(self) -> None:
        """Sit where the agent last put the overlay on these screens, else at the bottom right."""
        screens, size = self._screens(), self._bar_size()
        if not screens:
            return
        place = self._places.get(screens) or first_place(screens, size)
        self._bar_place = QPoint(*on_screen(place, size, screens))
        self._refit()

    def go_to_corner(self, corner: str) -> None:
        """Sit in one of places.CORNERS from now on, on these screens."""
        screens = self._screens()
        if screens:
            self._places.put(screens, corner_place(corner, screens, self._bar_size()))
            self.go_to_place()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Begin a drag, or ask for the menu."""
        if event is None:
            return
        if event.button() == Qt.MouseButton.LeftButton:
            self._held_at = event.globalPosition().toPoint() - self._window_place
        elif event.button() == Qt.MouseButton.RightButton:
            self.menu_wanted.emit(event.globalPosition().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Follow the mouse."""
        if event is not None and self._held_at is not None:
            self._window_place = event.globalPosition().toPoint() - self._held_at
            self.move(self._window_place)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802, ARG002
        """Stay, wholly on a screen, and remember the place."""
        if self._held_at is None:
            return
        self._held_at = None
        screens = self._screens()
        bar = self._window_place + self.bar.pos()
        size, extra = self._bar_size(), self._missing_px()
        x = bar.x() - (extra if is_right(bar.x() + self.bar.width() // 2, screens) else 0)
        place = on_screen((x, bar.y()), size, screens)
        self._places.put(screens, place)
        self._bar_place = QPoint(*place)
        self._refit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802, ARG002
        """Without a compositor the corners are cut by a mask."""
        if not self._see_through:
            self._cut_corners()

    def showEvent(self, event: object) -> None:  # noqa: N802, ARG002
        """The window has an identity now: leave it out of screen sharing when asked."""
        self._hide_from_sharing()
        self._refit()
        self._settle.start()

    def _dismiss(self, nudge_id: str) -> None:
        self.set_state(without_nudge(self.state, nudge_id))
        self.dismissed.emit(nudge_id)

    def _judge(self, nudge_key: str) -> None:
        nudge = self.state.nudge
        if nudge is not None:
            self.set_state(without_nudge(self.state, nudge.id))
        self.not_useful.emit(nudge_key)

    def _pin(self) -> None:
        """The pin was clicked."""
        self._keep_open = not self._keep_open
        self._set_size()
        self._refit()
        self.keep_open_changed.emit(self._keep_open)

    def _new_bar(self) -> Bar:
        bar = Bar(self._look, self._words)
        bar.pin_clicked.connect(self._pin)
        return bar

    def _set_size(self) -> None:
        """Compact in a calm call; a card needs the width too."""
        has_card = self.card.card is not None
        self.bar.set_expanded(self._keep_open or self.state.is_eventful or has_card)
        self.bar.set_pinned(self._keep_open)

    def _sizes(self) -> tuple[int, int, bool]:
        return (
            self.bar.sizeHint().width(),
            self.card.sizeHint().height(),
            self.card.isVisibleTo(self),
        )

    def _missing_px(self) -> int:
        """What the compact bar lacks of its full width."""
        return self._bar_size()[0] - self.bar.sizeHint().width()

    def _hide_from_sharing(self) -> None:
        window = self.winId()
        if window is not None:  # the desktop of a session that ends makes no windows
            hide_from_sharing(int(window), hidden=self._settings.hide_from_sharing)

    def _follow(self, screen: QScreen) -> None:
        """Another scaling or resolution of a screen, or a task bar that came or went."""
        screen.logicalDotsPerInchChanged.connect(self._desktop_changed)
        screen.availableGeometryChanged.connect(self._desktop_changed)

    def _desktop_changed(self, _what: object = None) -> None:
        self.apply(self._settings)

    def _fitting(self, look: Style) -> Style:
        """The look, made smaller where the bar would be wider than every screen."""
        self.bar.set_look(look)
        room = self._room_px()
        width = self.bar.full_width_px()
        if not room or width <= room:
            return look
        return replace(look, scale=max(MIN_SCALE, look.scale * (room - EDGE_PX) / width))

    def _refit(self) -> None:
        screens = self._screens()
        if not screens:
            return
        place = (self._bar_place.x(), self._bar_place.y())
        upward = opens_upward(place, screens, self._bar_size()[1])
        up, down = QBoxLayout.Direction.BottomToTop, QBoxLayout.Direction.TopToBottom
        self._layout.setDirection(up if upward else down)
        self._layout.activate()
        self.adjustSize()
        rise = self.height() - self._bar_size()[1] if upward else 0
        centre_x = self._bar_place.x() + self._bar_size()[0] // 2
        aside = self._missing_px() if is_right(centre_x, screens) else 0
        self._window_place = self._bar_place + QPoint(aside, -rise)
        self.move(self._window_place)
        if not self._see_through:
            self._cut_corners()

    def _bar_size(self) -> tuple[int, int]:
        """Of the full bar, whatever it shows now: the compact one lies at its outer end."""
        return self.bar.full_width_px(), self.bar.sizeHint().height()

    def _cut_corners(self) -> None:
        self._layout.activate()
        region = QRegion()
        radius = round(self._look.px(RADIUS_UNITS))
        for part in (self.bar, self.card):
            if part.isVisibleTo(self):
                region = region.united(rounded_region(part.geometry().getRect(), radius))
        self.setMask(region)

    def _set_click_through(self, on: bool) -> None:
        flag = Qt.WindowType.WindowTransparentForInput
        if bool(self.windowFlags() & flag) == on:
            return
        was_visible = self.isVisible()
        self.setWindowFlag(flag, on)
        self.setVisible(was_visible)

    @staticmethod
    def _room_px() -> int:
        """Width of the widest screen; 0 where nothing is shown and pictures are made."""
        if QGuiApplication.platformName() in ("offscreen", "minimal"):
            return 0
        return max((s.availableGeometry().width() for s in QGuiApplication.screens()), default=0)

    @staticmethod
    def _screens() -> list[Screen]:
        primary = QGuiApplication.primaryScreen()
        ordered = sorted(QGuiApplication.screens(), key=lambda s: s is not primary)
        areas = [(s.name(), s.availableGeometry()) for s in ordered]
        return [Screen(name, a.x(), a.y(), a.width(), a.height()) for name, a in areas]


def rounded_region(rect: tuple[int | None, ...], radius: int) -> QRegion:
    """A rectangle (x, y, width, height) with round corners."""
    x, y, w, h = (int(v or 0) for v in rect)
    d = 2 * radius
    region = QRegion(x + radius, y, w - d, h).united(QRegion(x, y + radius, w, h - d))
    for cx, cy in ((x, y), (x + w - d, y), (x, y + h - d), (x + w - d, y + h - d)):
        region = region.united(QRegion(cx, cy, d, d, QRegion.RegionType.Ellipse))
    return region
