"""What Windows says of its sound devices: its endpoints, the default for calls, and why it refuses.

Through soundcard's view of WASAPI, which the caller hands in (loopback.py alone imports it). Any thread, once
`keep_apartment` was called. Windows converts to the rate and the channels that are asked for
(AUDCLNT_STREAMFLAGS_AUTOCONVERTPCM).
"""

import ctypes
import functools
import struct
import sys
import warnings
from typing import Any, Final
from uuid import UUID

from callwatch.audio.backend import Device, DeviceKind
from callwatch.core.log import logger_of

_log: Final = logger_of(__name__)

BACKEND: Final = "wasapi"
# Windows converts, so one rate fits all hardware.
DELIVERED_HZ: Final = 48_000
# Shared mode; AUTOCONVERTPCM, SRC_DEFAULT_QUALITY and NOPERSIST, and LOOPBACK (audioclient.h).
_SHARED: Final = 0
_CONVERT: Final = 0x80000000 | 0x08000000 | 0x00080000
_LOOPBACK: Final = 0x00020000
_TICKS_A_SECOND: Final = 10_000_000
# A busy machine reads late; what has come is read at once, so that a long buffer delays nothing.
_BUFFER_S: Final = 0.5
# KSDATAFORMAT_SUBTYPE_IEEE_FLOAT, and speakers of ksmedia.h.
_FLOAT: Final = UUID("00000003-0000-0010-8000-00aa00389b71")
_FRONT_CENTRE: Final = 0x4
_FRONT_LEFT_AND_RIGHT: Final = 0x3
# EDataFlow and ERole of mmdeviceapi.h.
_FLOWS: Final = {DeviceKind.LOOPBACK: 0, DeviceKind.INPUT: 1}
# Soft phones play on the communications device; where none is set it is the console's.
_ROLES: Final = (2, 0)
# What soundcard raises for one endpoint that is not as it expects.
_ODD_ENDPOINT: Final = (RuntimeError, AssertionError, ValueError, OSError)

_PERMISSION: Final = (
    "Windows does not let desktop apps use the microphone: switch it on under Settings > Privacy & "
    "security > Microphone"
)
# HRESULTs by what they mean to the person at the machine (winerror.h, audioclient.h).
_REFUSALS: Final = {
    "0x8889000a": "another program has it for itself alone: switch off exclusive mode in that program, "
    "or in the device's properties under Advanced",
    "0x88890004": "it was unplugged or switched off: plug it in again",
    "0x80070490": "it is not there any more: plug it in again",
    "0x80070005": _PERMISSION,
    "0x88890010": "the service Windows Audio does not run: start it",
    "0x88890008": "it cannot deliver 48 kHz: choose another default format in its properties",
}


@functools.cache
def keep_apartment(ole32: Any = None) -> None:
    """Keep COM's multithreaded apartment for as long as the program runs.

    soundcard enters it on the thread that imports it, and it ends with that thread: every later stream on
    another thread was refused with 0x800401f0. Once is enough.
    """
    if ole32 is None and sys.platform == "win32":
        ole32 = ctypes.OleDLL("ole32")
    if ole32 is not None:
        ole32.CoIncrementMTAUsage(ctypes.byref(ctypes.c_void_p()))


def silence_warnings(soundcard: Any) -> None:
    """Gaps are counted by the call itself; soundcard would print a line for each."""
    warnings.filterwarnings("ignore", category=soundcard.mediafoundation.SoundcardRuntimeWarning)


def endpoints(soundcard: Any) -> list[Device]:
    """Loopbacks of all playback devices, and all microphones; `default` marks the ones for calls.

    An endpoint that cannot be described is left out. Raises RuntimeError when Windows Audio does not answer.
    """
    defaults = {kind: _default_id(soundcard, kind) for kind in _FLOWS}
    found: list[Device] = []
    for endpoint in soundcard.all_microphones(include_loopback=True):
        kind = DeviceKind.LOOPBACK if endpoint.isloopback else DeviceKind.INPUT
        try:
            name = str(endpoint.name)
        except _ODD_ENDPOINT as exc:
            _log.warning("a sound device has no name", exc_info=exc)
            continue
        identity = str(endpoint.id)
        found.append(
            Device(
                id=identity,
                name=name,
                kind=kind,
                channels=_channels(endpoint),
                rate_hz=DELIVERED_HZ,
                default=identity == defaults[kind],
                backend=BACKEND,
            )
        )
    return found


class Endpoint:
    """One endpoint of Windows, found by its id without asking every other one for its name."""

    def __init__(self, soundcard: Any, device: Device) -> None:
        self._library = soundcard.mediafoundation
        self._device = device

    def recorder(self, rate_hz: int, channels: int, blocksize: int) -> Any:
        """soundcard's recorder on a stream that is opened here: a context manager with `record`.

        soundcard writes the format as if its fields were aligned, which puts the bits per sample where the speaker
        mask belongs: Windows then mixes for a wrong speaker, or refuses. Raises RuntimeError with Windows' code.
        """
        library, loopback = self._library, self._device.kind is DeviceKind.LOOPBACK
        microphone = library._Microphone(library._Device(self._device.id), isloopback=loopback)
        client = microphone._audio_client()
        wave_format = library._ffi.from_buffer(float_format(rate_hz, channels))
        flags = _CONVERT | (_LOOPBACK if loopback else 0)
        code = client[0][0].lpVtbl.Initialize(
            client[0], _SHARED, flags, round(max(blocksize / rate_hz, _BUFFER_S) * _TICKS_A_SECOND), 0,
            library._ffi.cast("WAVEFORMATEXTENSIBLE *", wave_format), library._ffi.NULL,
        )  # fmt: skip
        library._com.check_error(code)
        recorder = library._Recorder.__new__(library._Recorder)
        recorder._ptr, recorder.samplerate = client, rate_hz
        recorder.channelmap, recorder._idle_start_time = list(range(channels)), None
        return recorder


def float_format(rate_hz: int, channels: int) -> bytes:
    """A WAVEFORMATEXTENSIBLE (mmreg.h, packed) of 32-bit floats."""
    block = channels * 4
    mask = _FRONT_CENTRE if channels == 1 else _FRONT_LEFT_AND_RIGHT
    head = struct.pack("<HHIIHHH", 0xFFFE, channels, rate_hz, rate_hz * block, block, 32, 22)
    return head + struct.pack("<HI", 32, mask) + _FLOAT.bytes_le


def refusal(error: BaseException) -> str:
    """Why Windows did not open a device, as the end of a sentence that says what to do."""
    code = str(error).lower().removeprefix("error ")
    return _REFUSALS.get(code, "close other programs that use it")


def _channels(endpoint: Any) -> int:
    try:
        return int(endpoint.channels)
    except _ODD_ENDPOINT:
        return 2  # Windows converts to whatever is asked for


def _default_id(soundcard: Any, kind: DeviceKind) -> str:
    """The endpoint that calls use; "" when there is none (0x80070490, no device of that kind)."""
    library = soundcard.mediafoundation
    with library._DeviceEnumerator() as enumerator:
        pointer = library._ffi.new("IMMDevice **")
        ask = enumerator._ptr[0][0].lpVtbl.GetDefaultAudioEndpoint
        for role in _ROLES:
            if ask(enumerator._ptr[0], _FLOWS[kind], role, pointer) == 0:
                try:
                    return str(enumerator._device_id(pointer))
                finally:
                    library._com.release(pointer)
    return ""
