from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from callwatch.core.channels import Channel
from callwatch.core.events import VoiceStarted, VoiceStopped
from callwatch.core.spans import TimeSpan
from callwatch_ui.desktop.auto_call import AutoCallConfig
from callwatch_ui.desktop.auto_watch import AutoWatch
from callwatch_ui.desktop.ipc import AppCommand, AppState

DEFAULTS = AutoCallConfig()
A, C = Channel.AGENT, Channel.CUSTOMER


class Voices:
    def __init__(self, config: AutoCallConfig | None = DEFAULTS) -> None:
        self.config = config
        self.told: list[str] = []
        self.heard: Callable[[Channel, bool], None] | None = None

    def auto_call(self) -> AutoCallConfig | None:
        return self.config

    def watch_voices(self, heard: Callable[[Channel, bool], None]) -> "Voices":
        self.heard = heard
        return self

    def pause(self) -> None:
        self.told.append("pause")

    def resume(self) -> None:
        self.told.append("resume")

    def close(self) -> None:
        self.told.append("close")


class Desk:
    """A watch on a clock of the test."""

    def __init__(self, config: AutoCallConfig | None = DEFAULTS) -> None:
        self.now_s = 100.0
        self.host = Voices(config)
        self.watch = AutoWatch(self.host, lambda: self.now_s)
        self.wanted: list[AppCommand] = []
        self.watch.begin_wanted.connect(lambda: self.wanted.append(AppCommand.START))
        self.watch.end_wanted.connect(lambda: self.wanted.append(AppCommand.STOP))
        self.watch.reload()

    def talk(self, channel: Channel, seconds: float) -> None:
        assert self.host.heard is not None
        self.host.heard(channel, True)
        self.now_s += seconds
        self.host.heard(channel, False)

    def silence(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_s += 1
            self.watch.tick()

    def begin(self) -> None:
        self.talk(A, 1.0)
        self.talk(C, 1.0)
        self.watch.set_state(AppState.RUNNING)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk()


def test_a_call_from_both_voices_to_its_silence(desk: Desk) -> None:
    desk.begin()
    assert desk.wanted == [AppCommand.START]
    assert desk.host.told == ["resume", "pause"]
    desk.silence(50)
    desk.watch.on_events((VoiceStarted(50.0, C, 49.9),))
    desk.silence(70)  # the customer speaks all the time
    assert desk.wanted == [AppCommand.START]
    desk.watch.on_events((VoiceStopped(120.0, C, TimeSpan(50.0, 120.0)),))
    desk.silence(59)
    assert desk.wanted == [AppCommand.START]
    desk.silence(1)
    assert desk.wanted == [AppCommand.START, AppCommand.STOP]
    desk.watch.set_state(AppState.IDLE)
    assert desk.host.told == ["resume", "pause", "resume"]


def test_the_voice_that_began_the_call_is_told_anew_by_the_call(desk: Desk) -> None:
    assert desk.host.heard is not None
    desk.talk(A, 1.0)
    desk.host.heard(C, True)
    desk.silence(1)
    desk.watch.set_state(AppState.RUNNING)
    desk.silence(60)
    assert desk.wanted == [AppCommand.START, AppCommand.STOP]


@pytest.mark.parametrize("state", [AppState.HELD, AppState.PAUSED])
def test_hold_and_card_payment_are_no_silence(desk: Desk, state: AppState) -> None:
    desk.begin()
    desk.watch.set_state(state)
    desk.silence(600)
    desk.watch.set_state(AppState.RUNNING)
    desk.silence(59)
    assert desk.wanted == [AppCommand.START]
    desk.silence(1)
    assert desk.wanted == [AppCommand.START, AppCommand.STOP]


def test_a_call_that_cannot_begin_is_not_tried_again_until_it_was_quiet(desk: Desk) -> None:
    desk.begin()
    desk.watch.failed()
    desk.watch.set_state(AppState.IDLE)
    desk.begin()
    assert desk.wanted == [AppCommand.START]
    desk.watch.set_state(AppState.IDLE)
    desk.silence(60)
    desk.begin()
    assert desk.wanted == [AppCommand.START] * 2


def test_after_devices_that_went_away_the_next_talk_begins_a_call(desk: Desk) -> None:
    desk.begin()
    desk.watch.set_state(AppState.IDLE)
    desk.begin()
    assert desk.wanted == [AppCommand.START] * 2


def test_a_call_by_hand_is_ended_by_hand(desk: Desk) -> None:
    desk.watch.commanded(AppCommand.START)
    desk.watch.set_state(AppState.RUNNING)
    desk.silence(300)
    assert desk.wanted == []


def test_switched_off_nothing_is_listened_to(qtbot: QtBot) -> None:
    desk = Desk(None)
    assert desk.host.heard is None
    desk.host.config = AutoCallConfig(end_after_silence_s=5.0)
    desk.watch.reload()
    desk.begin()
    desk.silence(5)
    assert desk.wanted == [AppCommand.START, AppCommand.STOP]
    desk.host.config = None
    desk.watch.reload()
    assert desk.host.told[-1] == "close"
