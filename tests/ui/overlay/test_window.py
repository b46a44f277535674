from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QGuiApplication, QHelpEvent, QMouseEvent
from PyQt6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.events import (
    CallStarted,
    CueOpened,
    EscalationChanged,
    Event,
    MeterUpdated,
    NudgeClosed,
    NudgeShown,
    VoiceStopped,
)
from callwatch.core.facts import quoted
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallInfo
from callwatch.texts.catalogue import load_texts
from callwatch_ui.overlay.bar import Bar
from callwatch_ui.overlay.card import CARD_HEIGHT, PAD, TEXT_LEFT, fitting_font
from callwatch_ui.overlay.geometry import Screen
from callwatch_ui.overlay.screenshots import PICTURE_STATES, picture_state
from callwatch_ui.overlay.state import OverlayState, Phase, with_phase
from callwatch_ui.overlay.window import Overlay
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.theme.style import BODY_PX, Style
from callwatch_ui.translator import Translator

STILL = OverlaySettings(theme="light", reduced_motion=True)


class PaintCounter(QObject):
    """Counts the paint events of a window and everything in it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self.count = 0
        for part in (window, *window.findChildren(QWidget)):
            part.installEventFilter(self)

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        self.count += event is not None and event.type() == QEvent.Type.Paint
        return False


@pytest.fixture
def overlay(qtbot: QtBot) -> Overlay:
    out = Overlay(Translator(Language.EN), STILL)
    qtbot.addWidget(out)
    with qtbot.waitExposed(out):
        out.show()
    return out


def shown(level: NudgeLevel = NudgeLevel.ADVICE) -> NudgeShown:
    text = "Keep listening\nLet the pressure out."
    return NudgeShown(3.0, Nudge("n1", "keep_listening", text, level, 3.0, True, quoted("why")))


def tense(time_s: float) -> EscalationChanged:
    change = EscalationChange(time_s, EscalationLevel.TENSE, EscalationLevel.CALM)
    return EscalationChanged(time_s, change)


def interruption(time_s: float) -> CueOpened:
    span = TimeSpan(time_s - 0.7, time_s)
    return CueOpened(
        time_s, "i1", Cue(CueKind.INTERRUPTION, Channel.AGENT, span, time_s, 1.0, quoted(""))
    )


def raised(time_s: float) -> CueOpened:
    span = TimeSpan(time_s - 0.7, time_s)
    cue = Cue(CueKind.RAISED_VOICE, Channel.CUSTOMER, span, time_s, 1.0, quoted(""), effort=3.4)
    return CueOpened(time_s, "r1", cue)


def edge_of(overlay: Overlay) -> str:
    """The colour of the bar's edge, in the middle of its top."""
    picture = overlay.bar.grab().toImage()
    return picture.pixelColor(picture.width() // 2, 1).name()


def drag(window: QWidget, grip: QPoint, by: QPoint) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    at = QPointF(window.mapToGlobal(grip))
    for kind, button, held, where in (
        (QEvent.Type.MouseButtonPress, left, left, at),
        (QEvent.Type.MouseMove, none, left, at + QPointF(by)),
        (QEvent.Type.MouseButtonRelease, left, none, at + QPointF(by)),
    ):
        local = QPointF(window.mapFromGlobal(where.toPoint()))
        event = QMouseEvent(kind, local, where, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(window, event)


def settle(qtbot: QtBot, counter: PaintCounter) -> None:
    """Process events until a whole round paints nothing more."""
    for _ in range(50):
        before = counter.count
        qtbot.wait(5)
        if counter.count == before:
            return


def test_the_window_asks_for_no_focus_and_stays_on_top(overlay: Overlay) -> None:
    flags = overlay.windowFlags()
    for flag in (
        Qt.WindowType.FramelessWindowHint,
        Qt.WindowType.WindowStaysOnTopHint,
        Qt.WindowType.WindowDoesNotAcceptFocus,
    ):
        assert flags & flag
    assert overlay.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    for part in overlay.findChildren(QWidget):
        assert part.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_one_card_at_a_time_that_leaves_with_its_cue(overlay: Overlay) -> None:
    height = overlay.height()
    overlay.on_events((shown(),))
    assert overlay.card.isVisible()
    assert overlay.height() > height
    assert overlay.card.accessibleName() == "Keep listening"
    overlay.on_events((NudgeClosed(5.0, "n1", "cue closed"),))
    assert not overlay.card.isVisible()
    assert overlay.height() == height


def test_a_card_can_be_dismissed(overlay: Overlay, qtbot: QtBot) -> None:
    overlay.on_events((shown(),))
    with qtbot.waitSignal(overlay.dismissed) as told:
        overlay.card.close_button.click()
    assert told.args == ["n1"]
    assert not overlay.card.isVisible()


def test_a_card_can_be_called_not_useful_but_danger_cannot(overlay: Overlay, qtbot: QtBot) -> None:
    overlay.on_events((shown(NudgeLevel.URGENT),))
    assert not overlay.card.not_useful_button.isVisible()
    overlay.on_events((NudgeClosed(4.0, "n1", "time"), shown()))
    with qtbot.waitSignal(overlay.not_useful) as told:
        overlay.card.not_useful_button.click()
    assert told.args == ["keep_listening"]


def test_nothing_repaints_without_a_change(overlay: Overlay, qtbot: QtBot) -> None:
    state = picture_state("raised-voice", Language.EN)
    overlay.set_state(state)
    counter = PaintCounter(overlay)
    settle(qtbot, counter)
    before = counter.count
    for _ in range(20):
        overlay.set_state(state)
        overlay.set_state(replace(state, time_s=state.time_s + 0.2, customer_effort=3.41))
        qtbot.wait(2)
    assert counter.count == before
    overlay.set_state(replace(state, time_s=state.time_s + 1.0))
    settle(qtbot, counter)
    assert counter.count > before


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0])
def test_all_texts_fit(qtbot: QtBot, language: Language, scale: float) -> None:
    overlay = Overlay(Translator(language), replace(STILL, scale=scale))
    qtbot.addWidget(overlay)
    compact: set[int] = set()
    full: set[int] = set()
    for name in PICTURE_STATES:
        overlay.set_state(picture_state(name, language))
        overlay.layout_now()
        (full if overlay.bar.is_expanded else compact).add(overlay.width())
        assert overlay.bar.full_width_px() in full or not full
    assert (len(compact), len(full)) == (1, 1), "nothing on the bar moves within a form"
    assert max(compact) <= 370 * scale
    assert max(full) <= 600 * scale


def test_the_bar_grows_when_the_call_grows_tense(overlay: Overlay) -> None:
    calm, right = overlay.width(), overlay.geometry().right()
    assert not overlay.bar.tracker.isVisible()
    overlay.on_events((tense(10.0),))
    assert overlay.width() > calm
    assert overlay.bar.tracker.isVisible()
    # At the right edge of the screen it grows to the left, and back.
    assert overlay.geometry().right() == pytest.approx(right, abs=1)
    change = EscalationChange(60.0, EscalationLevel.CALM, EscalationLevel.TENSE)
    overlay.on_events((EscalationChanged(60.0, change),))
    assert (overlay.width(), overlay.geometry().right()) == (calm, right)


def test_a_click_on_the_pin_keeps_it_open(overlay: Overlay, qtbot: QtBot) -> None:
    calm = overlay.width()
    with qtbot.waitSignal(overlay.keep_open_changed) as said:
        overlay.bar.pin.click()
    assert said.args == [True]
    assert overlay.width() > calm
    assert overlay.bar.pin.toolTip() == "Small in calm calls"
    overlay.retranslate()
    assert overlay.bar.is_expanded
    overlay.bar.pin.click()
    assert overlay.width() == calm


def test_without_words_no_steps_are_shown(overlay: Overlay) -> None:
    info = CallInfo("c", None, "2026-01-01T00:00:00Z", 0.0, "test", "en", "none", None)
    overlay.on_events((CallStarted(0.0, info), tense(10.0)))
    assert not overlay.bar.tracker.isVisible()
    assert overlay.bar.share.isVisible()
    overlay.on_events((CallStarted(0.0, replace(info, engine="vosk")),))
    assert overlay.bar.tracker.isVisible()


@pytest.mark.parametrize("may_move", [True, False])
def test_talking_over_the_customer_is_seen_at_once(qtbot: QtBot, may_move: bool) -> None:
    overlay = Overlay(Translator(Language.EN), replace(STILL, reduced_motion=not may_move))
    qtbot.addWidget(overlay)
    with qtbot.waitExposed(overlay):
        overlay.show()
    quiet = edge_of(overlay)
    overlay.on_events((interruption(5.0),))
    qtbot.waitUntil(lambda: edge_of(overlay) == overlay.look.theme.tense)
    assert overlay.card.card is None
    assert overlay.bar.share.accessibleDescription().endswith("Both of you are talking")
    overlay.on_events((VoiceStopped(6.0, Channel.AGENT, TimeSpan(4.0, 5.9)),))
    qtbot.waitUntil(lambda: edge_of(overlay) == quiet)
    assert not overlay.bar.share.accessibleDescription().endswith("talking")


@pytest.mark.parametrize(("least_ms", "stays"), [(600_000, True), (0, False)])
def test_a_short_overlap_is_lit_long_enough_to_be_seen(
    overlay: Overlay, monkeypatch: pytest.MonkeyPatch, least_ms: int, stays: bool
) -> None:
    monkeypatch.setattr("callwatch_ui.overlay.bar.LEAST_SIGNAL_MS", least_ms)
    overlay.on_events((interruption(5.0),))
    overlay.on_events((VoiceStopped(5.1, Channel.AGENT, TimeSpan(4.0, 5.0)),))
    assert (edge_of(overlay) == overlay.look.theme.tense) is stays
    # What comes next is shown at once.
    overlay.on_events((raised(5.2),))
    assert edge_of(overlay) == overlay.look.theme.calm


def test_a_raised_voice_asks_to_listen_without_a_card(overlay: Overlay) -> None:
    overlay.on_events((raised(5.0),))
    assert edge_of(overlay) == overlay.look.theme.calm
    assert overlay.bar.share.accessibleDescription().endswith("keep listening")
    assert overlay.card.card is None
    # Talking over them comes first.
    overlay.on_events((interruption(6.0),))
    assert edge_of(overlay) == overlay.look.theme.tense


def test_tool_tips_come_though_the_window_is_never_active(overlay: Overlay, qtbot: QtBot) -> None:
    at = overlay.bar.gauge.rect().center()
    event = QHelpEvent(QEvent.Type.ToolTip, at, overlay.bar.gauge.mapToGlobal(at))
    QApplication.sendEvent(overlay.bar.gauge, event)
    qtbot.waitUntil(QToolTip.isVisible)
    assert QToolTip.text() == "The call is: Calm"
    QToolTip.hideText()


def test_a_card_that_is_not_on_the_screen_cannot_be_closed(overlay: Overlay) -> None:
    overlay.on_events((shown(),))
    overlay.hide()
    assert not overlay.close_card()
    assert not overlay.judge_card()
    overlay.show()
    assert overlay.close_card()


@pytest.mark.parametrize("language", Language)
def test_every_advice_fits_the_card(qtbot: QtBot, language: Language) -> None:
    overlay = Overlay(Translator(language), STILL)
    qtbot.addWidget(overlay)
    overlay.layout_now()
    room = overlay.bar.sizeHint().width() - TEXT_LEFT - PAD
    nudges, notes = load_texts("nudges", language), load_texts("app", language)
    advices = [text for key, text in nudges.items() if key.endswith(".advice")]
    advices += [text for key, text in notes.items() if key.startswith("note.")]
    assert len(advices) > 20
    for advice in advices:
        metrics = QFontMetricsF(fitting_font(advice, BODY_PX, room, QFont.Weight.Normal))
        wrapped = metrics.boundingRect(
            QRectF(0, 0, room, 500), int(Qt.TextFlag.TextWordWrap), advice.replace("\n", " ")
        )
        assert wrapped.height() <= CARD_HEIGHT / 2 - 2 + 1, advice


def test_the_light_tells_what_is_wrong_during_the_call(overlay: Overlay) -> None:
    ok = {Channel.AGENT: True, Channel.CUSTOMER: False}
    overlay.on_events((MeterUpdated(2.0, {}, {}, {}, ok, {Channel.CUSTOMER: "clipping"}),))
    light = overlay.bar.light
    assert light.accessibleDescription() == (
        "Check the customer's sound: Too loud: turn the recording level down."
    )
    assert overlay.card.card is None  # a light is enough
    overlay.on_events((MeterUpdated(20.0, {}, {}, {}, dict.fromkeys(Channel, True), {}),))
    assert light.accessibleDescription() == "Both sides are heard"
    assert overlay.card.card is None


def test_a_long_sentence_about_the_app_is_not_cut(overlay: Overlay) -> None:
    overlay.show_message("The microphone is gone.")
    overlay.layout_now()
    low = overlay.card.height()
    assert overlay.state.input_is_good
    overlay.show_message("The history cannot be written. " * 8)
    overlay.layout_now()
    assert overlay.card.height() > low + 20
    assert overlay.height() == overlay.bar.height() + overlay.card.height() + 6
    overlay.show_message("The microphone is gone.")
    overlay.layout_now()
    assert overlay.card.height() == low


def test_pause_is_said_in_words(overlay: Overlay) -> None:
    overlay.on_events((MeterUpdated(2.0, {}, {}),))
    overlay.set_phase(Phase.PAUSED)
    card = overlay.card.card
    assert card is not None
    assert (card.title, card.can_be_judged) == ("Paused", False)
    overlay.set_phase(Phase.RUNNING)
    assert overlay.card.card is None


def test_texts_of_a_call_are_drawn_as_they_are(overlay: Overlay) -> None:
    text = "<b>Bold</b>\n<img src=x>"
    nudge = Nudge("n1", "later_version", text, NudgeLevel.INFO, 1.0, True, quoted("why"))
    overlay.on_events((NudgeShown(1.0, nudge),))
    card = overlay.card.card
    assert card is not None
    assert (card.title, card.advice, card.icon) == ("<b>Bold</b>", "<img src=x>", "bubble_lines")


def test_dragging_moves_it_and_the_place_is_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    settings = replace(STILL, places_file=tmp_path / "places.json")
    first = Overlay(Translator(Language.EN), settings)
    qtbot.addWidget(first)
    first.show()
    start = first.pos()
    drag(first, QPoint(4, 4), QPoint(-60, -90))
    moved = first.pos()
    assert moved != start
    second = Overlay(Translator(Language.EN), settings)
    qtbot.addWidget(second)
    assert second.pos() == moved


def test_every_part_has_a_name_for_screen_readers(overlay: Overlay) -> None:
    overlay.set_state(picture_state("threat", Language.EN))
    said = {part.accessibleName(): part.accessibleDescription() for part in overlay.bar.cells}
    assert said["The call is"] == "Threat"
    assert said["Talk share"] == "You 32 %, Customer 68 %"
    assert said["Method"] == ("Stay calm ✓, Show you care ✓, Back to the matter –, Find a way –")
    assert said["Customer's voice"] == "6 of 6"
    assert said["Sound"] == "Both sides are heard"
    assert overlay.card.close_button.accessibleName() == "Close"


def test_settings_change_while_it_runs(overlay: Overlay) -> None:
    width = overlay.width()
    overlay.apply(replace(STILL, theme="dark", scale=2.0, opacity=0.8, click_through=True))
    assert overlay.width() >= 1.9 * width
    assert overlay.look.theme.is_dark
    assert overlay.windowFlags() & Qt.WindowType.WindowTransparentForInput
    assert overlay.isVisible()


def test_bad_settings_are_refused_with_a_sentence() -> None:
    for bad in ({"theme": "pink"}, {"scale": 4.0}, {"opacity": 0.1}):
        with pytest.raises(ValueError, match=r"overlay|theme"):
            OverlaySettings(**bad)


def test_the_state_survives_any_order_of_events(overlay: Overlay) -> None:
    events: tuple[Event, ...] = (
        NudgeClosed(1.0, "unknown", "time"),
        shown(),
        MeterUpdated(4.0, {Channel.AGENT: 3.0}, {}),
    )
    overlay.on_events(events)
    assert overlay.state != OverlayState()


def test_the_light_tells_whether_a_call_is_watched(qtbot: QtBot) -> None:
    bar = Bar(Style(), Translator(Language.SV))
    qtbot.addWidget(bar)
    assert bar.light.accessibleDescription() == "redo"
    running = OverlayState(phase=Phase.RUNNING, time_s=61.0)
    bar.set_state(running)
    assert bar.light.accessibleDescription() == Translator(Language.SV)("input.good")
    watched = bar.light.grab().toImage()
    bar.set_state(with_phase(running, Phase.FINISHED))
    assert bar.light.accessibleDescription() == "redo"
    assert bar.light.grab().toImage() != watched


def test_unplugged_with_its_screen_it_comes_back_on_the_other_with_its_card(
    overlay: Overlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, right = Screen("a", 0, 0, 1366, 768), Screen("b", 1366, 0, 3840, 2160)
    monkeypatch.setattr(Overlay, "_screens", staticmethod(lambda: [left, right]))
    overlay.on_events((tense(1.0), shown()))
    overlay.go_to_place()
    drag(overlay, QPoint(20, 20), QPoint(3000, 400))
    on_right = overlay.place
    assert on_right.x() > 1366
    monkeypatch.setattr(Overlay, "_screens", staticmethod(lambda: [left]))
    QGuiApplication.instance().screenRemoved.emit(QGuiApplication.primaryScreen())  # type: ignore[union-attr]
    place, size = overlay.place, overlay.sizeHint()
    assert 0 <= place.x() <= 1366 - size.width()
    assert 0 <= place.y() <= 768 - size.height()
    assert overlay.card.card is not None
    monkeypatch.setattr(Overlay, "_screens", staticmethod(lambda: [left, right]))
    QGuiApplication.instance().screenAdded.emit(QGuiApplication.primaryScreen())  # type: ignore[union-attr]
    assert overlay.place == on_right


def test_it_keeps_its_place_when_the_task_bar_or_the_scaling_changes(
    overlay: Overlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = QGuiApplication.primaryScreen()
    assert screen is not None
    for height, name, value in (
        (700, "availableGeometryChanged", screen.availableGeometry()),
        (600, "logicalDotsPerInchChanged", 120.0),
    ):
        there = [Screen("a", 0, 0, 1366, height)]
        monkeypatch.setattr(Overlay, "_screens", staticmethod(lambda there=there: there))
        getattr(screen, name).emit(value)
        assert overlay.place.y() + overlay.sizeHint().height() <= height


def test_hiding_from_screen_sharing_follows_the_setting(
    overlay: Overlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(
        "callwatch_ui.overlay.window.hide_from_sharing",
        lambda _window, *, hidden: asked.append(hidden),
    )
    overlay.apply(OverlaySettings(hide_from_sharing=True))
    overlay.apply(OverlaySettings())
    assert asked == [True, False]
    overlay.hide()
    overlay.apply(OverlaySettings(hide_from_sharing=True))
    assert asked == [True, False]  # a hidden window may have no identity yet
    overlay.show()
    assert asked == [True, False, True]


def test_another_theme_in_a_call_keeps_what_is_shown(overlay: Overlay) -> None:
    overlay.on_events((tense(1.0), interruption(2.0), shown()))
    before, light = overlay.state, edge_of(overlay)
    overlay.apply(OverlaySettings(theme="dark", reduced_motion=True))
    assert overlay.state == before
    assert overlay.card.card is not None
    assert overlay.look.theme.is_dark
    assert edge_of(overlay) != light


@pytest.mark.parametrize("language", Language)
def test_at_every_scale_the_bar_fits_the_screen(
    qtbot: QtBot, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Overlay, "_room_px", staticmethod(lambda: 1280))
    widths = []
    for scale in (1.0, 2.0, 3.0):
        settings = OverlaySettings(theme="light", scale=scale, keep_open=True)
        overlay = Overlay(Translator(language), settings)
        qtbot.addWidget(overlay)
        overlay.layout_now()
        widths.append(overlay.width())
    assert widths == sorted(widths)
    assert widths[1] > 1.9 * widths[0] or widths[1] > 1200
    assert max(widths) <= 1280
    assert widths[2] > 1200
