"""Which devices may be whose side, for the lists of the first run and of the settings.

A microphone is an input, the customer's voice is what is being played: neither is ever offered as
the other. "" is what the system uses when nobody chooses; it is followed when it changes.
"""

from collections.abc import Sequence

from callwatch.audio.backend import Device, DeviceKind
from callwatch.audio.choose import default_device, find_device
from callwatch.audio.devices import list_devices
from callwatch.audio.pulse import SoundServer
from callwatch.core.channels import Channel
from callwatch.core.errors import InputError, MissingPartError

KINDS = {Channel.AGENT: DeviceKind.INPUT, Channel.CUSTOMER: DeviceKind.LOOPBACK}


def known_devices() -> list[Device]:
    """Everything that can be heard now; nothing when no driver works.

    Where a sound server answers, its devices are all of them: ALSA's names for the same ones would
    only confuse, and PortAudio costs 20 MB.
    """
    server = SoundServer()
    found = server.devices()
    server.close()
    try:
        return found or list_devices()
    except (InputError, MissingPartError):
        return []


def side_choices(side: Channel, devices: Sequence[Device] | None = None) -> list[tuple[str, str]]:
    """Id and name of what may be that side, the system's own choice (id "") first."""
    devices = known_devices() if devices is None else devices
    of_kind = [device for device in devices if device.kind is KINDS[side]]
    default = default_device(KINDS[side], devices)
    first = [] if default is None else [("", _plain(default.name))]
    return first + [(device.id, _plain(device.name)) for device in of_kind]


def _plain(name: str) -> str:
    """What plays, not what the sound server calls the ear on it."""
    return name.removeprefix("Monitor of ")


def in_full(agent: str, customer: str) -> tuple[str, str]:
    """The same two sides as `open_live` takes them.

    A named microphone alone would mean a device with two channels: the system's loopback is then
    named too.
    """
    if not agent or customer:
        return agent, customer
    default = default_device(DeviceKind.LOOPBACK, known_devices())
    return agent, "" if default is None else default.id


def device_id(name: str, devices: Sequence[Device]) -> str:
    """The id of the device that a settings file names by any part of its name; else the name."""
    if not name:
        return ""
    try:
        found = find_device(name, devices)
    except InputError:
        return name
    return name if found is None else found.id
