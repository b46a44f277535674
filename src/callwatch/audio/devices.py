"""What can be heard on this machine, and opening it as a call."""

import contextlib
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final

from callwatch.audio.backend import Backend, Device, DeviceKind
from callwatch.audio.device_stream import DeviceStream, Wanted, resolve
from callwatch.audio.inbox import Inbox
from callwatch.audio.live import LiveCall
from callwatch.audio.loopback import CHUNK_S, SoundcardBackend
from callwatch.audio.portaudio import PortAudioBackend
from callwatch.audio.pulse import SoundServer
from callwatch.core.arrays import FloatArray
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.errors import InputError, MissingPartError
from callwatch.core.facts import Fact

# A tenth of a second: what a person still feels as at once, and what a sound server delivers.
LIVE_BLOCK_S: Final = 0.1
# A device with a loose plug must not fill the report.
_MAX_NOTES: Final = 40


def backends(chunk_s: float = CHUNK_S) -> list[Backend]:
    """The drivers of this machine, the sound server's first, which delivers every `chunk_s`.

    On Windows soundcard alone: its endpoints are the system's own, with their defaults as they are now, while
    PortAudio knows only those of its start.
    """
    server = SoundServer()
    first = SoundcardBackend(server, chunk_s)
    return [first] if sys.platform == "win32" else [first, PortAudioBackend(server)]


def load_driver() -> None:
    """Load the sound server's driver before a call needs it; nothing happens without one."""
    server = SoundServer()
    with contextlib.suppress(MissingPartError):
        SoundcardBackend(server).load()
    server.close()


def list_devices(drivers: Sequence[Backend] | None = None) -> list[Device]:
    """Everything that can be listened to now, microphones and loopbacks.

    A driver that is missing has no devices; MissingPartError only when none works at all.
    """
    found: list[Device] = []
    missing: list[MissingPartError] = []
    given = drivers is not None
    drivers = backends() if drivers is None else drivers
    for driver in drivers:
        try:
            found += driver.devices()
        except MissingPartError as exc:
            missing.append(exc)
        if not given:
            driver.close()
    if missing and len(missing) == len(drivers):
        raise missing[-1]
    return found


def play(customer: str | None, samples: FloatArray, rate_hz: int) -> None:
    """Play mono float32 where the customer's voice is played (None: the default); waits for its end.

    Raises InputError or MissingPartError with what to do.
    """
    server = SoundServer()
    driver = SoundcardBackend(server)
    try:
        _, device = resolve(Wanted(customer, DeviceKind.LOOPBACK, "customer"), [driver])
        driver.play(device, samples, rate_hz)
    finally:
        driver.close()


def open_live(
    agent: str | None,
    customer: str | None,
    *,
    block_s: float = 0.1,
    chunk_s: float = CHUNK_S,
    channels: tuple[Channel, Channel] = CHANNELS,
    clock: Callable[[], float] = time.monotonic,
    drivers: Sequence[Backend] | None = None,
) -> LiveCall:
    """Listen to a call that is happening.

    ========  ========  ==================================================================
    agent     customer
    ========  ========  ==================================================================
    None      None      the default microphone, and what the default playback device plays
    A         None      one device with two channels (`channels`: whose is the first)
    A         A         the same
    A or None B         two devices, each mixed to one channel and pulled to the call clock
    ========  ========  ==================================================================

    Names are ids or names as `list_devices` gives them, or an unmistakable part of one. A default
    is followed when it changes. `chunk_s`: how often a device of the sound server delivers; seldom
    costs less. `drivers` are closed with the call. Raises InputError or
    MissingPartError with what to do.
    """
    drivers = backends(chunk_s) if drivers is None else drivers
    inbox = Inbox()
    notes: list[Fact] = []

    def report(note: Fact) -> None:
        if len(notes) < _MAX_NOTES:
            notes.append(note)

    def leg(index: int, wanted: Wanted, wanted_channels: int) -> DeviceStream:
        return DeviceStream(index, wanted, wanted_channels, drivers, inbox, clock, report)

    if agent is not None and customer in (None, agent):
        wanted = Wanted(agent, DeviceKind.INPUT, "both")
        _, device = resolve(wanted, drivers)
        if device.channels < 2:
            raise InputError(
                f"{device.name} has one channel: name the customer's device with --customer"
            )
        legs = [leg(0, wanted, 2)]
    else:
        legs = [
            leg(0, Wanted(agent, DeviceKind.INPUT, "agent"), 2),
            leg(1, Wanted(customer, DeviceKind.LOOPBACK, "customer"), 2),
        ]
    return LiveCall(legs, inbox, channels=channels, block_s=block_s, clock=clock, notes=notes)
