import threading

from pytestqt.qtbot import QtBot

from callwatch.core.channels import Channel
from callwatch.core.events import Event, MeterUpdated, PartialTranscribed, VoiceStarted
from callwatch.core.words import Utterance
from callwatch_ui.native.event_bridge import INBOX_EVENTS, SLICE_EVENTS, EventBridge


def started(i: int) -> VoiceStarted:
    return VoiceStarted(float(i), Channel.AGENT, float(i))


def test_events_of_another_thread_arrive_in_order_in_the_gui_thread(qtbot: QtBot) -> None:
    bridge = EventBridge()
    got: list[Event] = []
    threads: set[int] = set()

    def take(events: tuple[Event, ...]) -> None:
        got.extend(events)
        threads.add(threading.get_ident())

    def send() -> None:
        for i in range(1000):
            bridge(started(i))

    bridge.arrived.connect(take)
    sender = threading.Thread(target=send)
    sender.start()
    qtbot.waitUntil(lambda: len(got) == 1000)
    sender.join(60)
    assert [event.time_s for event in got] == list(range(1000))
    assert threads == {threading.get_ident()}


def test_a_burst_arrives_in_slices(qtbot: QtBot) -> None:
    bridge = EventBridge()
    sizes: list[int] = []
    bridge.arrived.connect(lambda events: sizes.append(len(events)))
    for i in range(SLICE_EVENTS + 5):
        bridge(started(i))
    qtbot.waitUntil(lambda: sum(sizes) == SLICE_EVENTS + 5)
    assert sizes == [SLICE_EVENTS, 5]


def test_words_of_the_call_never_cross(qtbot: QtBot) -> None:
    bridge = EventBridge()
    got: list[Event] = []
    bridge.arrived.connect(got.extend)
    bridge(PartialTranscribed(1.0, Utterance("u1", Channel.CUSTOMER, (), False, 1.0)))
    meter = MeterUpdated(2.0, {}, {})
    bridge(meter)
    qtbot.waitUntil(lambda: bool(got))
    assert got == [meter]


def test_a_full_inbox_drops_the_oldest_and_counts_it() -> None:
    bridge = EventBridge()
    for i in range(INBOX_EVENTS + 3):
        bridge(started(i))
    assert bridge.dropped == 3
