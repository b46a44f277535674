"""A live call on simulated drivers, for what no test machine has: Windows' silent loopback."""

import threading
from collections.abc import Callable

import numpy as np
import pytest

from callwatch.audio.backend import Capture, Deliver, Device, DeviceKind
from callwatch.audio.device_stream import Wanted, resolve
from callwatch.audio.devices import list_devices, open_live
from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.errors import DeviceLostError, InputError, MissingPartError
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan, total_s

RATE = 48_000
MICROPHONE = Device("mic", "Headset", DeviceKind.INPUT, 1, RATE, True, "simulated")
SPEAKER = Device("spk", "Headset (loopback)", DeviceKind.LOOPBACK, 2, RATE, True, "simulated")


class Stream:
    """An open simulated device."""

    def __init__(self, device: Device, channels: int, deliver: Deliver) -> None:
        self.device, self.channels, self.deliver = device, channels, deliver
        self.there = True

    def alive(self) -> bool:
        return self.there

    def moved_to(self) -> str | None:
        return None

    def close(self) -> None:
        self.there = False


class Windows:
    """A driver whose loopback delivers nothing while nothing plays; time moves by `sound`."""

    name = "simulated"
    silent_when_idle = True

    def __init__(self) -> None:
        self.present = [MICROPHONE, SPEAKER]
        self.streams: dict[str, Stream] = {}
        self.now_s = 1000.0
        self.changed = threading.Event()
        self.seen = threading.Event()

    def devices(self) -> list[Device]:
        return list(self.present)

    def refresh(self) -> None:
        return

    def close(self) -> None:
        self.streams.clear()

    def wait_for_change(self, stop: threading.Event, timeout_s: float) -> bool:
        if self.changed.is_set():
            self.changed.clear()
            return stop.is_set()
        self.seen.set()
        return stop.wait(0.01)

    def open(self, device: Device, channels: int, deliver: Deliver) -> Capture:
        if device not in self.present:
            raise InputError(f"{device.name} is not there")
        self.streams[device.id] = Stream(device, channels, deliver)
        # The first sound of a microphone comes at once.
        if device is MICROPHONE:
            deliver(np.zeros((480, channels), np.float32), RATE)
        return self.streams[device.id]

    def sound(self, *playing: str, seconds: float = 0.1) -> None:
        """Time goes on; the named devices deliver, in chunks of 20 ms."""
        for _ in range(round(seconds / 0.02)):
            self.now_s += 0.02
            for name in playing:
                stream = self.streams[name]
                stream.deliver(np.full((960, stream.channels), 0.25, np.float32), RATE)

    def look(self) -> None:
        """Let the watcher see what changed."""
        self.seen.clear()
        self.changed.set()
        assert self.seen.wait(60)


def hear(driver: Windows, *steps: Callable[[], None]) -> tuple[list[CallBlock], tuple[Fact, ...]]:
    """The blocks of a call during which the steps happen, each before the next block."""
    blocks: list[CallBlock] = []
    todo = list(steps)
    live = open_live(None, None, clock=lambda: driver.now_s, drivers=[driver])
    with live:
        todo.pop(0)()
        for block in live.blocks():
            blocks.append(block)
            # A step is due when what the ones before brought has been heard.
            if driver.now_s - 1000.0 - block.end_s < 0.55:
                if not todo:
                    break
                todo.pop(0)()
        told = live.warnings()
    return blocks, told


def gaps(blocks: list[CallBlock], channel: Channel) -> list[TimeSpan]:
    return [span for block in blocks for side, span in block.dropped if side is channel]


def test_a_loopback_that_pauses_is_silent_and_nothing_is_lost() -> None:
    driver = Windows()
    blocks, told = hear(
        driver,
        lambda: driver.sound("mic", "spk", seconds=2.0),
        lambda: driver.sound("mic", seconds=8.0),
        lambda: driver.sound("mic", "spk", seconds=2.0),
    )
    samples = np.concatenate([block.samples for block in blocks], axis=1)
    assert told == ()
    assert gaps(blocks, Channel.CUSTOMER) == []
    row = np.abs(samples[1].astype(np.int32))
    assert row[16_000:24_000].min() > 8000
    assert not row[3 * 16_000 : 9 * 16_000].any()
    assert row[round(10.5 * 16_000) : 11 * 16_000].min() > 8000
    assert np.abs(samples[0, 16_000 : 11 * 16_000].astype(np.int32)).min() > 8000


def test_a_loopback_that_is_unplugged_is_lost() -> None:
    driver = Windows()

    def unplug() -> None:
        driver.present.remove(SPEAKER)
        driver.streams["spk"].there = False
        driver.look()
        driver.sound("mic", seconds=3.0)

    def replug() -> None:
        driver.present.append(SPEAKER)
        driver.look()
        driver.look()
        driver.sound("mic", "spk", seconds=2.0)

    blocks, told = hear(driver, lambda: driver.sound("mic", "spk", seconds=2.0), unplug, replug)
    assert told[0].key == "source.device_unplugged"
    assert told[1].key == "source.device_back"
    assert told[1].params["away_s"] == pytest.approx(3.0, abs=0.05)
    assert total_s(gaps(blocks, Channel.CUSTOMER)) == pytest.approx(3.0, abs=0.3)
    assert total_s(gaps(blocks, Channel.AGENT)) < 0.05


def test_a_driver_that_has_just_what_is_wanted_keeps_the_next_one_unasked() -> None:
    class Costly(Windows):
        asked = 0

        def devices(self) -> list[Device]:
            self.asked += 1
            return super().devices()

    first, second = Windows(), Costly()
    for name in (None, MICROPHONE.id):
        wanted = Wanted(name, DeviceKind.INPUT, "agent")
        assert resolve(wanted, [first, second]) == (first, MICROPHONE)
    assert second.asked == 0
    # A part of a name could mean a device of either.
    with pytest.raises(InputError, match="several"):
        resolve(Wanted(MICROPHONE.id[:2], DeviceKind.INPUT, "agent"), [first, second])
    assert second.asked == 1


def test_missing_drivers_and_devices_are_told() -> None:
    class Missing(Windows):
        def devices(self) -> list[Device]:
            raise MissingPartError("no driver: install it")

    assert [device.id for device in list_devices([Missing(), Windows()])] == ["mic", "spk"]
    with pytest.raises(MissingPartError, match="install it"):
        list_devices([Missing()])
    with pytest.raises(MissingPartError, match="install it"):
        open_live(None, None, drivers=[Missing()])
    deaf = Windows()
    deaf.present = [SPEAKER]
    with pytest.raises(DeviceLostError, match="no microphone"):
        open_live(None, None, drivers=[deaf])
    mute = Windows()
    mute.present = [MICROPHONE]
    with pytest.raises(DeviceLostError, match="--customer"):
        open_live(None, None, drivers=[mute])


def test_a_driver_that_hangs_does_not_hold_up_who_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    driver, let_go = Windows(), threading.Event()
    monkeypatch.setattr("callwatch.audio.live._JOIN_TIMEOUT_S", 0.01)
    monkeypatch.setattr(driver, "close", lambda: let_go.wait(60))
    live = open_live(None, None, clock=lambda: driver.now_s, drivers=[driver])
    live.close()
    live.close()
    assert not let_go.is_set()
    assert list(live.blocks()) == []
    let_go.set()
