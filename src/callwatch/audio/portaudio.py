"""Microphones and lines through PortAudio: the only file that imports sounddevice. Not used on Windows.

PortAudio calls back on a thread of its own. It knows only the devices that were there when it
was started, so `refresh` starts it again - which is possible only while nothing is open.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from callwatch.audio.backend import Capture, Deliver, Device, DeviceKind
from callwatch.audio.pulse import RecordingWatch, SoundServer
from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.build import how_to_install
from callwatch.core.errors import InputError, MissingPartError

# Asked of the driver: a chunk every few 10 ms without drop-outs on a busy machine.
_LATENCY_S: Final = 0.05

_CARDS: Final = Path("/proc/asound/cards")


class PortAudioBackend:
    """Input devices through sounddevice."""

    name = "portaudio"
    silent_when_idle = False

    def __init__(self, server: SoundServer | None = None) -> None:
        self._server = server or SoundServer()
        self._open: list[_Stream] = []
        self._cards = _plugged_in()

    def devices(self) -> list[Device]:
        """Everything with an input. Raises MissingPartError without PortAudio."""
        return [device for _, device in self._indexed()]

    def refresh(self) -> None:
        """Restart PortAudio when nothing is open and, where that can be seen, a card came."""
        self._open = [stream for stream in self._open if not stream.closed]
        cards = _plugged_in()
        if self._open or (cards is not None and cards == self._cards):
            return
        self._cards = cards
        library = _library()
        try:
            library._terminate()
            library._initialize()
        except library.PortAudioError as exc:
            raise _unusable(exc) from exc

    def wait_for_change(self, stop: threading.Event, timeout_s: float) -> bool:
        """Until the sound server reports a change; where there is none, a plain wait."""
        return self._server.wait_for_change(stop, timeout_s)

    def close(self) -> None:
        """Drop the connection to the sound server."""
        self._server.close()

    def open(self, device: Device, channels: int, deliver: Deliver) -> Capture:
        """Open by id. Raises InputError when it is gone, busy or refused."""
        library = _library()
        index = next((at for at, known in self._indexed() if known.id == device.id), None)
        if index is None:
            raise InputError(f"{device.name} is not there: see callwatch devices")
        watch = RecordingWatch(self._server)
        try:
            stream = _Stream(library, index, device, channels, deliver=deliver, watch=watch)
        except library.PortAudioError as exc:
            raise InputError(
                f"{device.name} cannot be opened ({_reason(exc)}): close other programs that "
                "use it, and allow this program to use the microphone"
            ) from exc
        watch.bind()
        self._open.append(stream)
        return stream

    def _indexed(self) -> list[tuple[int, Device]]:
        library = _library()
        try:
            apis, infos = library.query_hostapis(), library.query_devices()
        except library.PortAudioError as exc:
            raise _unusable(exc) from exc
        default = library.default.device[0]
        found = []
        for index, info in enumerate(infos):
            api = apis[info["hostapi"]]["name"]
            if info["max_input_channels"] < 1:
                continue
            device = Device(
                id=f"{api}:{info['name']}",
                name=info["name"],
                kind=DeviceKind.INPUT,
                channels=info["max_input_channels"],
                rate_hz=round(info["default_samplerate"]),
                default=index == default,
                backend=self.name,
            )
            found.append((index, device))
        return found


class _Stream:
    """One open PortAudio input."""

    def __init__(
        self,
        library: Any,
        index: int,
        device: Device,
        channels: int,
        *,
        deliver: Deliver,
        watch: RecordingWatch,
    ) -> None:
        self.closed = False
        self._watch = watch
        rate_hz = device.rate_hz

        def callback(indata: Any, frames: int, time: object, status: object) -> None:
            del frames, time, status
            # Raw: sounddevice's own way to arrays is one that numpy 2.5 takes leave of.
            deliver(np.frombuffer(indata, np.float32).reshape(-1, channels), rate_hz)

        self._stream = library.RawInputStream(
            device=index,
            channels=channels,
            samplerate=rate_hz,
            dtype="float32",
            latency=_LATENCY_S,
            callback=callback,
        )
        self._stream.start()

    def alive(self) -> bool:
        return not self.closed and bool(self._stream.active)

    def moved_to(self) -> str | None:
        return self._watch.moved_to()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._stream.close(ignore_errors=True)


@contextmanager
def open_output() -> Iterator[Callable[[Samples], None]]:
    """The default output: a function that plays int16 (n, 2) at CALL_RATE_HZ and waits for it."""
    library = _library()
    try:
        with library.RawOutputStream(samplerate=CALL_RATE_HZ, channels=2, dtype="int16") as stream:
            yield lambda samples: stream.write(samples.tobytes())
    except library.PortAudioError as exc:
        raise InputError(
            f"no output plays sound ({_reason(exc)}): choose one in the system's sound settings"
        ) from exc


def _library() -> Any:
    try:
        import sounddevice
    except ImportError as exc:
        raise MissingPartError(
            f"microphones need sounddevice: {how_to_install('sounddevice')}"
        ) from exc
    except OSError as exc:
        raise MissingPartError(
            "microphones need PortAudio: sudo apt install libportaudio2, or your system's package"
        ) from exc
    return sounddevice


def _plugged_in() -> str | None:
    """What reports that a card came or went; None where nothing does."""
    try:
        return _CARDS.read_text()
    except OSError:
        return None


def _unusable(error: Exception) -> MissingPartError:
    return MissingPartError(f"PortAudio does not work ({_reason(error)}): restart this program")


def _reason(error: Exception) -> str:
    return str(error.args[0]) if error.args else type(error).__name__
