import pytest

from callwatch.app.desktop import sides
from callwatch.app.desktop.sides import device_id, in_full, side_choices
from callwatch.audio.backend import Device, DeviceKind
from callwatch.core.channels import Channel

MIC, OUT = DeviceKind.INPUT, DeviceKind.LOOPBACK


def device(name: str, kind: DeviceKind, *, default: bool = False) -> Device:
    return Device(f"id-{name}", name, kind, 1, 48_000, default, "pulse")


DEVICES = [
    device("Webcam", MIC),
    device("Headset", MIC, default=True),
    device("Monitor of Headset", OUT, default=True),
    device("Monitor of Screen", OUT),
]


def test_a_monitor_is_never_offered_as_the_microphone() -> None:
    agent, customer = (side_choices(side, DEVICES) for side in Channel)
    assert agent == [("", "Headset"), ("id-Webcam", "Webcam"), ("id-Headset", "Headset")]
    assert [name for _, name in customer] == [
        "Headset", "Headset", "Screen",
    ]  # fmt: skip
    assert side_choices(Channel.AGENT, [d for d in DEVICES if d.kind is OUT]) == []


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        (("", ""), ("", "")),  # the defaults, and followed when they change
        (("", "id-Monitor of Screen"), ("", "id-Monitor of Screen")),
        (("id-Webcam", "id-Monitor of Screen"), ("id-Webcam", "id-Monitor of Screen")),
        (("id-Webcam", ""), ("id-Webcam", "id-Monitor of Headset")),
    ],
)
def test_a_named_microphone_is_not_taken_for_both_sides(
    monkeypatch: pytest.MonkeyPatch, chosen: tuple[str, str], kept: tuple[str, str]
) -> None:
    monkeypatch.setattr(sides, "known_devices", lambda: DEVICES)
    assert in_full(*chosen) == kept


def test_a_device_is_found_by_a_part_of_its_name() -> None:
    assert device_id("web", DEVICES) == "id-Webcam"
    assert device_id("headset", DEVICES) == "id-Headset"
    assert device_id("monitor", DEVICES) == "monitor"  # it can mean several
    assert device_id("gone", DEVICES) == "gone"
    assert device_id("", DEVICES) == ""
