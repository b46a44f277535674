"""The sources of a sound server and the endpoints of Windows: the only file that imports soundcard.

soundcard's recorder blocks, so every open device has a reader thread of its own. On Linux a
device is a PulseAudio or PipeWire source; on Windows a microphone, or the loopback of a playback device.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from callwatch.audio import wasapi
from callwatch.audio.backend import Capture, Deliver, Device
from callwatch.audio.pulse import BACKEND as PULSE
from callwatch.audio.pulse import RecordingWatch, SoundServer
from callwatch.core.arrays import FloatArray
from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.build import how_to_install
from callwatch.core.errors import InputError, MissingPartError

# Delivered at once. Two devices cost 6 % of a core with 20 ms, 4 % with 40 ms.
CHUNK_S: Final = 0.04

# A null sink that nobody listened to answers after up to two seconds.
_OPEN_TIMEOUT_S: Final = 5.0
_JOIN_TIMEOUT_S: Final = 3.0

# What soundcard raises when a stream fails under it (it has no error class of its own).
_SOUNDCARD_ERRORS: Final = (
    RuntimeError,
    AssertionError,
    IndexError,
    OSError,
    TypeError,
    ValueError,
)


class SoundcardBackend:
    """Devices through soundcard: all sources of the sound server, or all endpoints of Windows."""

    name = "soundcard"
    silent_when_idle = sys.platform == "win32"

    def __init__(self, server: SoundServer | None = None, chunk_s: float = CHUNK_S) -> None:
        self._server = server or SoundServer()
        self._chunk_s = chunk_s
        self._open: list[_Reader] = []

    def devices(self) -> list[Device]:
        """Sources of the sound server with their monitors, or the endpoints of Windows."""
        if sys.platform == "linux":
            return self._server.devices()
        try:
            return wasapi.endpoints(self._library())
        except _SOUNDCARD_ERRORS as exc:
            raise MissingPartError(
                "Windows Audio does not answer: start the service Windows Audio, or restart the machine"
            ) from exc

    def load(self) -> None:
        """Load the driver before it is needed. Raises MissingPartError when it cannot be."""
        self._library()

    def refresh(self) -> None:
        """Nothing to do: soundcard asks the system every time."""

    def wait_for_change(self, stop: threading.Event, timeout_s: float) -> bool:
        """Until the sound server reports a change; where there is none, a plain wait."""
        return self._server.wait_for_change(stop, timeout_s)

    def close(self) -> None:
        """Drop the connection to the sound server."""
        self._server.close()

    def open(self, device: Device, channels: int, deliver: Deliver) -> Capture:
        """Start a reader thread. Raises InputError when the device cannot be opened."""
        soundcard = self._library()
        try:
            if sys.platform == "linux":
                # Not get_microphone: it asks the server, and libpulse ends the process when a
                # question meets a server that has just gone. Opening a stream fails in peace.
                microphone = soundcard.pulseaudio._Microphone(id=device.id)
            else:
                microphone = wasapi.Endpoint(soundcard, device)
        except _SOUNDCARD_ERRORS as exc:
            raise InputError(f"{device.name} is not there: see callwatch devices") from exc
        watch = RecordingWatch(self._server)
        reader = _Reader(microphone, device, channels, deliver, watch, chunk_s=self._chunk_s)
        reader.start()
        watch.bind(device.id if device.backend == PULSE else None)
        self._open = [*(other for other in self._open if other.alive()), reader]
        return reader

    def play(self, loopback: Device, samples: FloatArray, rate_hz: int) -> None:
        """Play mono float32 where that loopback listens; waits until it was played.

        Raises InputError when it cannot be played.
        """
        soundcard = self._library()
        try:
            if sys.platform == "linux":  # not get_speaker: see `open`
                speaker = soundcard.pulseaudio._Speaker(id=loopback.id.removesuffix(".monitor"))
            else:
                speaker = soundcard.get_speaker(loopback.id)
            speaker.play(samples.reshape(-1, 1), rate_hz, channels=1)
        except _SOUNDCARD_ERRORS as exc:
            raise InputError(f"{loopback.name} plays nothing: choose another device") from exc

    def _library(self) -> Any:
        """soundcard, connected to the sound server that runs now."""
        if sys.platform == "linux" and not self._server.reachable():
            raise MissingPartError(
                "no sound server answers: start PulseAudio or PipeWire, and install pulsectl"
            )
        try:
            wasapi.keep_apartment()
            import soundcard

            if sys.platform == "win32":
                wasapi.silence_warnings(soundcard)
            self._reconnect(soundcard)
        except (ImportError, OSError, AssertionError, NotImplementedError) as exc:
            raise MissingPartError(
                f"loopback needs soundcard and a sound server: {how_to_install('soundcard')}"
            ) from exc
        return soundcard

    def _reconnect(self, soundcard: Any) -> None:
        """soundcard connects once, at import; after the server restarted it must connect again."""
        pulse = getattr(soundcard, "pulseaudio", None)
        if pulse is None:
            return
        pulse._PulseAudio._lock_mainloop = lambda self: _MainloopLock(pulse._pa, self.mainloop)
        state = pulse._pulse._pa_context_get_state(pulse._pulse.context)
        if state == pulse._pa.PA_CONTEXT_READY:
            return
        if any(reader.alive() for reader in self._open):
            # They still hold streams of the old connection, and notice its end within a second.
            raise MissingPartError("the sound server is starting again: wait a moment")
        pulse._pulse = pulse._PulseAudio()


class _MainloopLock:
    """soundcard's lock of its connection, without a new class for every time that it is taken.

    Those were 12,000 objects a second with two devices, all of them garbage in cycles.
    """

    __slots__ = ("_lib", "_mainloop")

    def __init__(self, lib: Any, mainloop: Any) -> None:
        self._lib, self._mainloop = lib, mainloop

    def __enter__(self) -> None:
        self._lib.pa_threaded_mainloop_lock(self._mainloop)

    def __exit__(self, *_: object) -> None:
        self._lib.pa_threaded_mainloop_unlock(self._mainloop)


class _StopReading(Exception):  # noqa: N818 - a signal, not an error
    """Raised inside soundcard's wait to get out of it."""


class _StoppableEvent(threading.Event):
    """soundcard waits for data without end while a source is suspended; this gets it out."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = False

    def wait(self, timeout: float | None = None) -> bool:
        """As Event.wait; raises _StopReading once stopped."""
        got = super().wait(timeout)
        if self.stopped:
            raise _StopReading
        return got


class _Reader:
    """One open device: a thread that records and delivers until closed."""

    def __init__(
        self,
        microphone: Any,
        device: Device,
        channels: int,
        deliver: Deliver,
        watch: RecordingWatch,
        *,
        chunk_s: float,
    ) -> None:
        self._microphone = microphone
        self._chunk_s = chunk_s
        self._device = device
        self._channels = channels
        self._deliver = deliver
        self._watch = watch
        self._event = _StoppableEvent()
        self._answered = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"callwatch-{device.id}", daemon=True
        )

    def start(self) -> None:
        """Open the device; raises InputError when it refuses or does not answer."""
        self._thread.start()
        if not self._answered.wait(_OPEN_TIMEOUT_S):
            self.close()
            raise InputError(f"{self._device.name} does not answer: unplug it and plug it in again")
        if self._error is not None:
            self._thread.join(_JOIN_TIMEOUT_S)
            raise InputError(
                f"{self._device.name} cannot be opened: {wasapi.refusal(self._error)}"
            ) from self._error

    def alive(self) -> bool:
        return self._thread.is_alive()

    def moved_to(self) -> str | None:
        return self._watch.moved_to()

    def close(self) -> None:
        self._event.stopped = True
        self._event.set()
        if self._thread is not threading.current_thread():
            self._thread.join(_JOIN_TIMEOUT_S)

    def _run(self) -> None:
        rate_hz = self._device.rate_hz
        try:
            recorder = self._microphone.recorder(
                rate_hz, channels=self._channels, blocksize=round(self._chunk_s * rate_hz)
            )
            recorder._record_event = self._event
            with recorder:
                self._answered.set()
                while not self._event.stopped:
                    self._deliver(recorder.record(None), rate_hz)
        except _StopReading:
            return
        except _SOUNDCARD_ERRORS as exc:
            self._error = exc
        finally:
            self._answered.set()


@contextmanager
def open_output() -> Iterator[Callable[[Samples], None]]:
    """The default output: a function that plays int16 (n, 2) at CALL_RATE_HZ and waits for it."""
    library = SoundcardBackend()._library()
    try:
        with library.default_speaker().player(CALL_RATE_HZ, channels=2) as player:
            yield lambda samples: player.play(samples.astype(np.float32) / 32768.0)
    except _SOUNDCARD_ERRORS as exc:
        raise InputError(
            "no output plays sound: choose one in the system's sound settings"
        ) from exc
