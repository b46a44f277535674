from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.events import (
    CueOpened,
    EscalationChanged,
    Event,
    MeterUpdated,
    NudgeClosed,
    NudgeShown,
    VoiceStopped,
)
from callwatch.core.facts import Fact, quoted
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.spans import TimeSpan
from callwatch_ui.overlay.state import Phase
from callwatch_ui.theme.style import Style
from callwatch_ui.translator import Translator
from callwatch_ui.windows.replay_player import ReplayPlayer
from callwatch_ui.windows.replay_window import ReplayWindow

DURATION_S = 600.0


def call() -> list[Event]:
    """Ten minutes with a nudge a minute; more events than one snapshot holds."""
    events: list[Event] = []
    levels = list(EscalationLevel)
    for second in range(1, 600):
        talk = {Channel.AGENT: second * 0.4, Channel.CUSTOMER: second * 0.5}
        events.append(MeterUpdated(float(second), talk, {}))
        if second % 60 == 10:
            at = float(second)
            nudge = Nudge(
                f"n{second}",
                "keep_listening",
                "Lyssna\nVidare",
                NudgeLevel.ADVICE,
                at,
                True,
                quoted("x"),
            )
            evidence = Fact("dead_air", {"silent_s": 9.0})
            cue = Cue(CueKind.INTERRUPTION, Channel.AGENT, TimeSpan(at - 1, at), at, 1.0, evidence)
            new, old = levels[second // 60 % 4], levels[(second // 60 - 1) % 4]
            events += [
                CueOpened(at, f"c{second}", cue),
                NudgeShown(at, nudge),
                NudgeClosed(at + 4, nudge.id, "time"),
                EscalationChanged(at, EscalationChange(at, new, old)),
                VoiceStopped(at, Channel.CUSTOMER, TimeSpan(at - 8, at)),
            ]
    return events


@given(st.lists(st.floats(-5, 700), min_size=1, max_size=8))
def test_a_jump_shows_the_same_as_playing_there(places: list[float]) -> None:
    jumping = ReplayPlayer(call(), DURATION_S)
    for place in places:
        jumping.seek(place)
    playing = ReplayPlayer(call(), DURATION_S)
    playing.is_playing = True
    target = min(max(places[-1], 0.0), DURATION_S - 0.01)
    while playing.position_s < target:
        playing.advance(min(7.3, target - playing.position_s))
    if places[-1] < DURATION_S - 0.01:
        assert jumping.state == playing.state


def test_it_stops_at_the_end_and_starts_again_from_the_beginning() -> None:
    player = ReplayPlayer(call(), DURATION_S)
    player.seek(599.0)
    player.play()
    player.advance(5.0)
    assert (player.position_s, player.is_playing) == (DURATION_S, False)
    assert player.state.phase is Phase.FINISHED
    player.play()
    assert (player.position_s, player.is_playing) == (0.0, True)


def test_a_paused_replay_stands_still() -> None:
    player = ReplayPlayer(call(), DURATION_S)
    player.advance(10.0)
    assert player.position_s == 0.0


def test_an_empty_call_can_be_replayed() -> None:
    player = ReplayPlayer([], 0.0)
    player.play()
    player.advance(1.0)
    assert not player.is_playing


def test_marks_name_cues_and_shown_nudges() -> None:
    marks = ReplayPlayer(call(), DURATION_S).marks(Language.SV)
    expected = [(False, "ingen har talat på 9 s"), (True, "Lyssna")]
    assert [(m.is_nudge, m.text) for m in marks[:2]] == expected


def test_the_window_plays_seeks_and_shows_the_card(qtbot: QtBot) -> None:
    window = ReplayWindow(Translator(Language.SV), Style(), call(), DURATION_S)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.slider.setValue(125)
    assert window.player.position_s == 12.5
    assert window.card.accessibleName() == "Lyssna"
    assert window.time.text() == "0:12 / 10:00"
    window.timeline.sought.emit(20.0)
    assert not window.card.isVisible()
    assert window.slider.value() == 200
    window.play_button.click()
    assert window.play_button.text() == "Pausa"
    qtbot.waitUntil(lambda: window.player.position_s > 20.1)
    window.play_button.click()
    assert window.play_button.text() == "Spela"
    mark = window.timeline.mark_at(window.timeline.x_of(10.0))
    assert mark is not None
    assert mark.text == "Lyssna"
