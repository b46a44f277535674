"""Live capture on a real PulseAudio server: levels, times, loss and return, moves, defaults."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from tests.pulse import PulseServer

from callwatch.audio.backend import DeviceKind
from callwatch.audio.devices import list_devices, open_live, play
from callwatch.audio.live import LiveCall
from callwatch.core.audio import CallBlock, Samples
from callwatch.core.channels import Channel
from callwatch.core.errors import DeviceLostError, InputError
from callwatch.core.spans import TimeSpan, total_s, union

pytestmark = pytest.mark.pulse

RATE = 16_000
A, C = Channel.AGENT, Channel.CUSTOMER
BEEP_S = 0.4


@pytest.fixture
def server() -> Iterator[PulseServer]:
    with PulseServer() as server, server.entered():
        yield server


def beeps(starts_s: list[float], length_s: float, total_s: float, hz: float = 600) -> Samples:
    """Tone bursts of amplitude 8000 at known times, int16 (n,)."""
    out = np.zeros(round(total_s * RATE), np.int16)
    t = np.arange(round(length_s * RATE)) / RATE
    for start_s in starts_s:
        at = round(start_s * RATE)
        out[at : at + len(t)] = 8000 * np.sin(2 * np.pi * hz * t)
    return out


def onsets_s(row: Samples) -> list[float]:
    """When bursts begin: the level passes a tenth of the amplitude after 50 ms of quiet."""
    loud = np.flatnonzero(np.abs(row.astype(np.int32)) > 800)
    first = np.flatnonzero(np.diff(loud, prepend=-RATE) > RATE // 20)
    return [float(at) / RATE for at in loud[first]]


def level(row: Samples, start_s: float, end_s: float) -> float:
    """RMS of a stretch."""
    piece = row[round(start_s * RATE) : round(end_s * RATE)].astype(np.float64)
    return float(np.sqrt((piece**2).mean()))


def is_lost(block: CallBlock, channel: Channel) -> bool:
    """Whether a part of a channel's block was not delivered."""
    return any(side is channel for side, _ in block.dropped)


def is_heard(block: CallBlock, channel: Channel) -> bool:
    """Whether a beep sounds in a channel of a block."""
    return int(np.abs(block.samples[channel.index].astype(np.int32)).max()) > 800


class Heard:
    """What came out of a live call while things happened to it.

    Nothing is measured by the clock of this machine: a test says in which order things happen.
    """

    def __init__(
        self,
        live: LiveCall,
        until_s: float,
        *,
        then: Callable[[CallBlock], bool] = lambda _: True,
        **at: Callable[[], object],
    ) -> None:
        """`at` holds what to do when the call reaches a time: t2_5=action means at 2.5 s.

        It ends at the first block after `until_s` of which `then` holds; `go_on` hears more.
        """
        self._live = live
        self.blocks: list[CallBlock] = []
        self.go_on(until_s, then=then, **at)

    def go_on(
        self,
        until_s: float = 0.0,
        *,
        then: Callable[[CallBlock], bool] = lambda _: True,
        **at: Callable[[], object],
    ) -> None:
        """Hear more of the same call."""
        todo = sorted((float(key[1:].replace("_", ".")), action) for key, action in at.items())
        for block in self._live.blocks():
            self.blocks.append(block)
            while todo and block.end_s >= todo[0][0]:
                todo.pop(0)[1]()
            if block.end_s >= until_s and not todo and then(block):
                break
        self.samples = np.concatenate([block.samples for block in self.blocks], axis=1)

    @property
    def end_s(self) -> float:
        """Where the call had come to."""
        return self.blocks[-1].end_s

    def gaps(self, channel: Channel) -> list[TimeSpan]:
        """Dropped spans, joined."""
        spans = [span for block in self.blocks for side, span in block.dropped if side is channel]
        return union(spans, bridge_s=0.001)


def test_what_can_be_heard_is_listed(server: PulseServer) -> None:
    server.pactl("load-module", "module-remap-source", "master=null1.monitor", "source_name=mic1")
    server.pactl("load-module", "module-null-sink", "sink_name=mono", "channels=1", "rate=16000")
    devices = {device.id: device for device in list_devices()}
    assert devices["mono.monitor"].channels == 1
    assert devices["null1.monitor"].kind is DeviceKind.LOOPBACK
    assert devices["null1.monitor"].default
    assert not devices["null2.monitor"].default
    assert devices["mic1"].kind is DeviceKind.INPUT
    assert devices["mic1"].channels == 2
    assert devices["mic1"].rate_hz == 48_000


def test_two_devices_of_different_rates_are_heard_in_time(server: PulseServer) -> None:
    server.add_sink("slow", 22_050)
    server.pactl("load-module", "module-combine-sink", "sink_name=both", "slaves=null1,slow")
    sound = beeps([1.0, 2.1, 3.7], BEEP_S, 4.5)
    with open_live("null1.monitor", "slow.monitor") as live:
        heard = Heard(live, 6.5, t0_2=lambda: server.play("both", sound))
        assert live.warnings() == ()
        assert live.duration_s is None
    for channel in Channel:
        row = heard.samples[channel.index]
        at_s = onsets_s(row)
        assert len(at_s) == 3
        assert level(row, at_s[1] + 0.1, at_s[1] + 0.3) == pytest.approx(8000 / 2**0.5, rel=0.02)
    # Each beep is heard in both channels at once: it begins in the one before it is over in the other.
    agent, customer = (onsets_s(row) for row in heard.samples)
    assert agent == pytest.approx(customer, abs=BEEP_S)


def test_a_two_channel_device_keeps_its_sides_together(server: PulseServer) -> None:
    left, right = beeps([0.5], BEEP_S, 3.0), beeps([0.5, 1.5], BEEP_S, 3.0)
    both = np.stack([left, right], axis=1).ravel()
    with open_live("null1.monitor", None) as live:
        heard = Heard(live, 4.0, t0_2=lambda: server.play("null1", both, channels=2))
    agent, customer = (onsets_s(row) for row in heard.samples)
    assert (len(agent), len(customer)) == (1, 2)
    # To the sample: whatever delays the device delays both of its channels.
    assert abs(customer[0] - agent[0]) * RATE <= 1


def test_what_is_played_for_the_customers_side_is_heard_there_and_nowhere_else(
    server: PulseServer,
) -> None:
    note = 0.25 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)
    sound = note.astype(np.float32)
    player = threading.Thread(target=play, args=("null2.monitor", sound, 48_000))
    with open_live("null1.monitor", "null2.monitor") as live:
        heard = Heard(live, 0.5, t0_5=player.start, then=lambda block: is_heard(block, C))
        player.join()
    assert not np.abs(heard.samples[A.index]).any()


def test_the_blocks_come_while_the_sound_is_played(server: PulseServer) -> None:
    """How soon they come is measured by `python -m benchmarks.capture`."""
    sound = beeps([0.5], BEEP_S, 20.0)
    with open_live("null1.monitor", "null2.monitor") as live:
        players = [server.play("null1", sound)]
        for block in live.blocks():
            if is_heard(block, Channel.AGENT):
                break
        assert players[0].poll() is None


def test_a_reader_that_was_busy_loses_nothing(server: PulseServer) -> None:
    busy, busy_s = threading.Event(), 1.5
    sound = beeps([0.5, 1.0, 1.5, 2.0, 2.5], 0.25, 3.0)
    with open_live("null1.monitor", "null2.monitor") as live:
        # As while a model is loaded: nobody sets it, so the wait takes its time.
        heard = Heard(
            live,
            4.0,
            t0_2=lambda: server.play("null1", sound),
            t1_0=lambda: busy.wait(busy_s),
        )
    assert len(onsets_s(heard.samples[0])) == 5
    for channel in Channel:
        assert total_s(heard.gaps(channel)) < busy_s / 10


def test_unplugged_and_plugged_in_again(server: PulseServer) -> None:
    sound = beeps([0.2 + 0.5 * k for k in range(40)], 0.25, 20.0)
    with open_live("null1.monitor", "null2.monitor") as live:
        heard = Heard(
            live,
            1.5,
            then=lambda block: is_lost(block, A) and not live.delivers(A),
            t0_1=lambda: server.play("null1", sound),
            t1_5=lambda: server.remove(server.module_of("null1")),
        )
        away_s = heard.end_s
        heard.go_on(away_s + 1.0)
        server.add_sink("null1", 44_100)
        player = server.play("null1", sound)
        heard.go_on(then=lambda block: live.delivers(A) and is_heard(block, A))
        told = live.warnings()
        assert player.poll() is None
    gap = max(heard.gaps(A), key=lambda span: span.duration_s)
    assert 1.3 < gap.start_s < away_s + 1.0 <= gap.end_s < heard.end_s
    assert total_s(heard.gaps(C)) < gap.duration_s / 2
    row = heard.samples[0]
    assert not row[round(gap.start_s * RATE) : round(gap.end_s * RATE)].any()
    assert level(row, 0.1, gap.start_s) > 1000
    assert [note.key for note in told[:2]] == ["source.device_unplugged", "source.device_back"]


def test_a_moved_stream_is_a_lost_device_and_is_taken_back(server: PulseServer) -> None:
    """Somebody drags the customer's recording to the agent's source in a mixer."""

    def move() -> None:
        recordings = server.recordings()
        (index,) = (key for key, source in recordings.items() if source == "null2.monitor")
        server.pactl("move-source-output", index, "null1.monitor")

    sound = beeps([0.0], 8.0, 8.0)
    with open_live("null1.monitor", "null2.monitor") as live:
        heard = Heard(
            live,
            1.5,
            then=lambda block: is_lost(block, C) and bool(live.warnings()),
            t0_1=lambda: server.play("null1", sound),
            t1_5=move,
        )
        heard.go_on(then=lambda block: live.delivers(C) and not block.dropped)
        told = live.warnings()
        now = set(server.recordings().values())
    gap = max(heard.gaps(C), key=lambda span: span.duration_s)
    assert 1.3 < gap.start_s < gap.end_s < heard.end_s
    assert told[0].key == "source.device_moved"
    assert told[0].params["to"] == "null1.monitor"
    assert now == {"null1.monitor", "null2.monitor"}
    # Of the wrong voice only what was heard until the server told: less than what was left out.
    wrong = np.abs(heard.samples[1].astype(np.int32)) > 400
    assert wrong.sum() / RATE < gap.duration_s
    assert level(heard.samples[0], 0.5, 1.3) > 5000


def test_the_sound_server_itself_starts_again(server: PulseServer) -> None:
    def restart() -> None:
        server.stop()
        server.start()

    with open_live("null1.monitor", "null2.monitor") as live:
        heard = Heard(
            live, 1.0, then=lambda block: bool(block.dropped and live.warnings()), t1_0=restart
        )
        heard.go_on(then=lambda block: live.delivers(A) and live.delivers(C) and not block.dropped)
        server.play("null2", beeps([0.3], 1.0, 2.0))
        heard.go_on(then=lambda block: is_heard(block, Channel.CUSTOMER))
    for channel in Channel:
        gap = max(heard.gaps(channel), key=lambda span: span.duration_s)
        assert gap.end_s < heard.end_s


def test_the_default_is_followed_when_it_changes(server: PulseServer) -> None:
    for number in "12":
        server.pactl(
            "load-module",
            "module-remap-source",
            f"master=null{number}.monitor",
            f"source_name=mic{number}",
        )
    server.pactl("set-default-source", "mic1")
    server.pactl("set-default-sink", "null2")
    with open_live(None, None) as live:
        heard = Heard(
            live,
            1.0,
            then=lambda block: bool(live.warnings()) and is_heard(block, Channel.AGENT),
            t0_1=lambda: server.play("null2", beeps([0.0], 20.0, 20.0)),
            t1_0=lambda: server.pactl("set-default-source", "mic2"),
        )
        told = live.warnings()
    assert "source.new_default" in {note.key for note in told}
    assert level(heard.samples[0], 0.3, 1.0) < 10
    assert level(heard.samples[1], 0.5, 1.0) > 5000


def test_a_suspended_source_is_silence_and_closing_does_not_hang(server: PulseServer) -> None:
    with open_live("null1.monitor", "null2.monitor") as live:
        heard = Heard(
            live,
            0.5,
            then=lambda _: bool(live.warnings()),
            t0_5=lambda: server.pactl("suspend-sink", "null1", "1"),
        )
        assert len(live.warnings()) == 1
        assert live.warnings()[0].key == "source.device_stopped"
        assert not live.delivers(Channel.AGENT)
        # A close that hangs is ended, and told, by the time that a test may take.
        live.close()
    assert heard.gaps(Channel.AGENT)
    assert total_s(heard.gaps(C)) < total_s(heard.gaps(A))
    assert not [thread for thread in threading.enumerate() if "callwatch" in thread.name]


def test_close_from_another_thread_ends_the_blocks(server: PulseServer) -> None:
    live = open_live("null1.monitor", "null2.monitor", block_s=0.05)
    for block in live.blocks():
        if block.start_s == 0.0:
            closer = threading.Thread(target=live.close)
            closer.start()
    closer.join(60)
    assert not closer.is_alive()


def test_names_that_are_wrong_are_told(server: PulseServer) -> None:
    with pytest.raises(
        DeviceLostError, match="there is no device 'headset': see callwatch devices"
    ):
        open_live("headset", "null2.monitor")
    with pytest.raises(InputError, match="can mean several devices"):
        open_live("null", "null2.monitor")
    server.pactl("load-module", "module-null-sink", "sink_name=mono", "channels=1")
    with pytest.raises(InputError, match="has one channel"):
        open_live("mono.monitor", None)
    assert not [thread for thread in threading.enumerate() if "callwatch" in thread.name]
