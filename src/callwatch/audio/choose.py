"""Which device a name means."""

from collections.abc import Iterable

from callwatch.audio.backend import Device, DeviceKind
from callwatch.core.errors import InputError


def find_device(name: str, devices: Iterable[Device]) -> Device | None:
    """The device with this id or name, else the only one that contains it; None when none does.

    Upper and lower case do not matter. Raises InputError when several match.
    """
    known = list(devices)
    wanted = name.casefold()
    for matches in (
        [device for device in known if name in (device.id, device.name)],
        [device for device in known if wanted in (device.id.casefold(), device.name.casefold())],
        [device for device in known if wanted in f"{device.id}\n{device.name}".casefold()],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            names = ", ".join(device.id for device in matches)
            raise InputError(f"{name!r} can mean several devices ({names}): give more of the name")
    return None


def default_device(kind: DeviceKind, devices: Iterable[Device]) -> Device | None:
    """The system's default of a kind, else the only one; None when there is none.

    The sound server's answer goes before PortAudio's, whose `default` is an alias of it.
    """
    of_kind = [device for device in devices if device.kind is kind]
    defaults = [device for device in of_kind if device.default]
    if defaults:
        return defaults[0]
    return of_kind[0] if len(of_kind) == 1 else None
