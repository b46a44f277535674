"""One device of a live call, kept open: opened, watched, and opened again when it was lost.

Threads: `open` on the caller's, then `check` on the watcher thread alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from callwatch.audio.backend import Backend, Capture, Device, DeviceKind
from callwatch.audio.choose import default_device, find_device
from callwatch.audio.inbox import CaptureSink, Inbox
from callwatch.core.errors import DeviceLostError, InputError, MissingPartError
from callwatch.core.facts import Fact

# Every device that delivers at all does so many times a second, a virtual one that was asleep
# after two.
_SILENT_LOST_S: Final = 4.0

# The list of devices is asked for so seldom, because it costs some ms on every system.
_LIST_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: a device by name, or the system's default of a kind.

    The default is followed when it changes during the call. `side` is whose it is: "agent", "customer" or "both".
    """

    name: str | None
    kind: DeviceKind
    side: str


@dataclass(slots=True)
class DeviceStream:
    """A device of the call. `lost` holds the clock times (from, to or None) when it was away."""

    index: int
    wanted: Wanted
    channels: int
    backends: Sequence[Backend]
    inbox: Inbox
    clock: Callable[[], float]
    report: Callable[[Fact], None]
    device: Device | None = None
    lost: list[tuple[float, float | None]] = field(default_factory=list)
    dropped_frames: int = 0
    _backend: Backend | None = None
    _capture: Capture | None = None
    _feed: CaptureSink | None = None
    _epoch: int = 0
    _listed_s: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the device is there and delivers."""
        return self._capture is not None and not self._is_away

    @property
    def _is_away(self) -> bool:
        """Whether it was lost and has not been heard since, opened again or not."""
        return bool(self.lost) and self.lost[-1][1] is None

    @property
    def pauses(self) -> bool:
        """Whether its device may deliver nothing although all is well (Windows loopback)."""
        return (
            self._backend is not None
            and self._backend.silent_when_idle
            and self.device is not None
            and self.device.kind is DeviceKind.LOOPBACK
        )

    def open(self) -> None:
        """Open the device. Raises InputError when it is not there or refuses."""
        backend, device = resolve(self.wanted, self.backends)
        feed = CaptureSink(self.inbox, self.index, self._epoch, self.clock)
        channels = min(self.channels, device.channels)
        self._capture = backend.open(device, channels, feed.deliver)
        self._backend, self.device, self._feed = backend, device, feed
        self._epoch += 1
        feed.last_s = self._listed_s = self.clock()

    def await_sound(self, timeout_s: float) -> None:
        """Wait for the first sound of an open device that does not pause."""
        if self._feed is not None and not self.pauses:
            self._feed.delivered.wait(timeout_s)

    def check(self) -> None:
        """Notice a lost or moved device, or a new default; try to open it again."""
        if self._capture is None:
            self._reopen()
            return
        assert self._feed is not None
        if self._is_away and (self._feed.delivered.is_set() or self.pauses):
            self._returned()
        if reason := self._reason(self._capture):
            self._lose(reason)
            self._reopen()

    def close(self) -> None:
        """Stop delivering; may be repeated."""
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.close()
        if self._feed is not None:
            self.dropped_frames += self._feed.dropped_frames
            self._feed = None

    def _reason(self, capture: Capture) -> Fact | None:
        """Why the device counts as lost, None while it is well."""
        assert self._feed is not None
        moved = capture.moved_to()
        if moved and self._is_listed():
            return self._new_default() or self._note("device_moved", to=moved)
        if moved is not None or not capture.alive():
            return self._note("device_unplugged")
        if not self.pauses and self.clock() - self._feed.last_s > _SILENT_LOST_S:
            return self._note("device_stopped")
        if self.clock() - self._listed_s < _LIST_EVERY_S:
            return None
        self._listed_s = self.clock()
        if self.pauses and not self._is_listed():
            return self._note("device_unplugged")
        return self._new_default()

    def _is_listed(self) -> bool:
        """Whether the device is there at all; not when its driver does not answer."""
        assert self._backend is not None
        assert self.device is not None
        try:
            return self.device.id in {device.id for device in self._backend.devices()}
        except MissingPartError:
            return False

    def _new_default(self) -> Fact | None:
        if self.wanted.name is not None:
            return None
        try:
            _, device = resolve(self.wanted, self.backends)
        except (InputError, MissingPartError):
            return None
        if self.device is None or device.id == self.device.id:
            return None
        return self._note("new_default", to=device.name)

    def _lose(self, reason: Fact) -> None:
        self.close()
        if not self._is_away:
            self.lost.append((self.clock(), None))
            self.report(reason)

    def _note(self, what: str, **params: str | float) -> Fact:
        name = self.device.name if self.device else "?"
        return Fact("source", {"what": what, "name": name, "side": self.wanted.side, **params})

    def _reopen(self) -> None:
        for backend in self.backends:
            try:
                backend.refresh()
            except MissingPartError:
                continue
        try:
            self.open()
        except (InputError, MissingPartError):
            return

    def _returned(self) -> None:
        since_s, _ = self.lost[-1]
        self.lost[-1] = (since_s, self.clock())
        self.report(self._note("device_back", away_s=self.clock() - since_s))


def resolve(wanted: Wanted, backends: Sequence[Backend]) -> tuple[Backend, Device]:
    """The device that is meant, and its driver. Raises InputError when it is not there.

    The drivers are asked in their order, and one that has just what is wanted keeps the rest
    unasked: PortAudio with all that ALSA loads costs 20 MB, which a sound server makes needless.
    """
    known: list[tuple[Backend, Device]] = []
    missing: MissingPartError | None = None
    for backend in backends:
        try:
            listed = backend.devices()
        except MissingPartError as exc:
            missing = exc
            continue
        exact = next((device for device in listed if _is_meant(wanted, device)), None)
        if exact is not None:
            return backend, exact
        known += [(backend, device) for device in listed]
    devices = [device for _, device in known]
    name = wanted.name
    device = find_device(name, devices) if name else default_device(wanted.kind, devices)
    if device is not None:
        return next((backend, found) for backend, found in known if found is device)
    if not known and missing is not None:
        raise missing
    if wanted.name is not None:
        raise DeviceLostError(f"there is no device {wanted.name!r}: see callwatch devices")
    if wanted.kind is DeviceKind.LOOPBACK:
        raise DeviceLostError(
            "what is being played cannot be heard on this machine: name the customer's device "
            "with --customer"
        )
    raise DeviceLostError("there is no microphone: plug one in, or name a device with --agent")


def _is_meant(wanted: Wanted, device: Device) -> bool:
    """Whether nothing else can be meant: the very id, or the default of the kind."""
    if wanted.name is not None:
        return device.id == wanted.name
    return device.default and device.kind is wanted.kind
