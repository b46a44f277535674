"""What the PulseAudio (or PipeWire) server does with our streams: the only file with pulsectl.

A sound server moves a running recording to another source without an error: when a device is
unplugged, or when somebody drags it in a mixer. Only the server knows; it is asked here.
Threads: any, one at a time (pulsectl locks).
"""

import os
import threading
from typing import Any, Final

from callwatch.audio.backend import Device, DeviceKind

BACKEND: Final = "pulse"

# The server delivers every source at any rate; this one fits nearly all hardware.
DELIVERED_HZ: Final = 48_000


def control_installed() -> bool:
    """Whether the sound server can be asked at all."""
    try:
        import pulsectl
    except (ImportError, OSError):
        return False
    return bool(pulsectl)


class SoundServer:
    """A control connection, opened when first needed and again after the server restarted.

    Every method gives an empty answer when there is no server or no pulsectl.
    """

    def __init__(self) -> None:
        self._pulse: Any = None
        self._changed = False
        self._listening = False

    def wait_for_change(self, stop: threading.Event, timeout_s: float) -> bool:
        """Wait until sources or recordings change on the server, at most `timeout_s`.

        True when `stop` is set: it is seen within `timeout_s`. Without a server: a plain wait.
        """
        try:
            pulse = self._connected()
            if pulse is None:
                return stop.wait(timeout_s)
            self._listening = True
            if not self._changed:
                pulse.event_listen(timeout_s)
            self._changed = False
        except self._errors():
            self.close()
            return stop.wait(timeout_s)
        finally:
            self._listening = False
        return stop.is_set()

    def devices(self) -> list[Device]:
        """All sources: microphones and the monitors of sinks."""
        try:
            pulse = self._connected()
            if pulse is None:
                return []
            server = pulse.server_info()
            default_monitor = f"{server.default_sink_name}.monitor"
            return [
                _device(source, server.default_source_name, default_monitor)
                for source in pulse.source_list()
            ]
        except self._errors():
            self.close()
            return []

    def recordings(self) -> dict[int, str]:
        """The recordings of this process: index -> name of the source that each hears."""
        try:
            pulse = self._connected()
            if pulse is None:
                return {}
            names = {source.index: source.name for source in pulse.source_list()}
            return {
                output.index: names.get(output.source, "")
                for output in pulse.source_output_list()
                if output.proplist.get("application.process.id") == str(os.getpid())
            }
        except self._errors():
            self.close()
            return {}

    def move(self, recording: int, source: str) -> None:
        """Let a recording hear another source."""
        try:
            pulse = self._connected()
            if pulse is not None:
                pulse.source_output_move(recording, pulse.get_source_by_name(source).index)
        except self._errors():
            self.close()

    def reachable(self) -> bool:
        """Whether a server answers."""
        try:
            return self._connected() is not None
        except self._errors():
            self.close()
            return False

    def close(self) -> None:
        """Drop the connection; the next question opens it again."""
        if self._pulse is not None:
            pulse, self._pulse = self._pulse, None
            pulse.close()

    def _connected(self) -> Any:
        if self._pulse is None:
            try:
                import pulsectl
            except (ImportError, OSError):
                return None
            pulse = pulsectl.Pulse("callwatch", connect=False, threading_lock=True)
            try:
                # Without a timeout: with one, pulsectl always waits until it has run out.
                pulse.connect(autospawn=False)
            except pulsectl.PulseError:
                pulse.close()
                return None
            pulse.event_mask_set("source", "source_output", "server")
            pulse.event_callback_set(self._notice)
            self._pulse = pulse
        return self._pulse

    def _notice(self, event: object) -> None:
        """Called by pulsectl inside any of its loops; may only interrupt the listening one."""
        del event
        self._changed = True
        if self._listening:
            import pulsectl

            raise pulsectl.PulseLoopStop

    @staticmethod
    def _errors() -> tuple[type[Exception], ...]:
        try:
            import pulsectl
        except (ImportError, OSError):
            return (OSError,)
        return (pulsectl.PulseError, pulsectl.PulseDisconnected, OSError)


def _device(source: Any, default_source: str, default_monitor: str) -> Device:
    monitor = source.proplist.get("device.class") == "monitor" or bool(source.monitor_of_sink_name)
    default = source.name == (default_monitor if monitor else default_source)
    return Device(
        id=source.name,
        name=source.description or source.name,
        kind=DeviceKind.LOOPBACK if monitor else DeviceKind.INPUT,
        # Not from sample_spec: pulsectl leaves it pointing to memory that is gone.
        channels=source.channel_count,
        rate_hz=DELIVERED_HZ,
        default=default,
        backend=BACKEND,
    )


class RecordingWatch:
    """Which recording on the server is ours, and whether it still hears its source.

    Make one just before a stream is opened and `bind` it just after; the recording that is new
    in between is ours. Without a server or pulsectl nothing is known, and nothing is claimed.
    """

    def __init__(self, server: SoundServer) -> None:
        self._server = server
        self._before = set(server.recordings())
        self._index: int | None = None
        self._source = ""

    def bind(self, wanted: str | None = None) -> None:
        """Find the new recording; `wanted` is put right when the server placed it elsewhere.

        (A server remembers where a program was moved to, and sends its next stream there.)
        """
        new = {
            index: source
            for index, source in self._server.recordings().items()
            if index not in self._before
        }
        if len(new) != 1:
            return
        self._index, self._source = next(iter(new.items()))
        if wanted is not None and self._source != wanted:
            self._server.move(self._index, wanted)
            self._source = wanted

    def moved_to(self) -> str | None:
        """The source that our recording hears by now, "" when it is gone; None when all is well."""
        if self._index is None:
            return None
        now = self._server.recordings().get(self._index, "")
        return None if now == self._source else now
