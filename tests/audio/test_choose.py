"""Which device a name means."""

import pytest

from callwatch.audio.backend import Device, DeviceKind
from callwatch.audio.choose import default_device, find_device
from callwatch.core.errors import InputError


def device(name: str, kind: DeviceKind = DeviceKind.INPUT, *, default: bool = False) -> Device:
    return Device(name, f"The {name}", kind, 2, 48_000, default, "test")


def test_exact_names_go_before_parts_of_names() -> None:
    devices = [device("Mic"), device("Mic 2"), device("Line")]
    assert find_device("Mic", devices) is devices[0]
    assert find_device("The Mic 2", devices) is devices[1]
    assert find_device("mic", devices) is devices[0]
    assert find_device("LIN", devices) is devices[2]
    assert find_device("headset", devices) is None
    with pytest.raises(InputError, match=r"Mic, Mic 2"):
        find_device("mi", devices)


def test_the_default_or_the_only_one() -> None:
    one, other = device("one"), device("other", default=True)
    loop = device("loop", DeviceKind.LOOPBACK)
    assert default_device(DeviceKind.INPUT, [one, other, loop]) is other
    assert default_device(DeviceKind.LOOPBACK, [one, other, loop]) is loop
    assert default_device(DeviceKind.INPUT, [one, device("third"), loop]) is None
    assert default_device(DeviceKind.INPUT, []) is None
