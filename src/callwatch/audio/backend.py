"""What a driver of sound devices offers, so that live capture knows no driver."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from callwatch.core.arrays import FloatArray


class DeviceKind(StrEnum):
    """What a device hears."""

    INPUT = "input"  # a microphone, a line, a virtual source
    LOOPBACK = "loopback"  # what is being played: "what the agent hears"


@dataclass(frozen=True, slots=True)
class Device:
    """Something that can be listened to.

    id        stable while the device is plugged in, and after it returns; unique in its backend
    name      what a person reads and types
    channels  how many it has
    rate_hz   at which it delivers
    default   whether the system uses it when nobody chooses
    """

    id: str
    name: str
    kind: DeviceKind
    channels: int
    rate_hz: int
    default: bool
    backend: str


class Capture(Protocol):
    """A device that has been opened and delivers until it is closed."""

    def alive(self) -> bool:
        """False once the driver has given up."""
        ...

    def moved_to(self) -> str | None:
        """The id of the source that it hears instead of its own; None when all is well."""
        ...

    def close(self) -> None:
        """Stop, and wait until no delivery can follow."""
        ...


Deliver = Callable[[FloatArray, int], None]


class Backend(Protocol):
    """A driver: which devices there are now, and how one is opened.

    silent_when_idle   its loopbacks deliver nothing while nothing plays (Windows), so that
                       a pause in delivery is no sign of a lost device
    """

    name: str
    silent_when_idle: bool

    def devices(self) -> list[Device]:
        """What is there now. Raises MissingPartError without the driver or the sound server."""
        ...

    def wait_for_change(self, stop: threading.Event, timeout_s: float) -> bool:
        """Wait until devices may have changed, at most `timeout_s`; whether `stop` was set."""
        ...

    def refresh(self) -> None:
        """Look for devices that came since the driver was started, where it does not by itself."""
        ...

    def close(self) -> None:
        """Free what the driver holds, when nothing is open any more; may be repeated."""
        ...

    def open(self, device: Device, channels: int, deliver: Deliver) -> Capture:
        """Start to deliver float32 (n, channels) and the rate. Raises InputError."""
        ...
