"""Windows' sound devices, with a soundcard of our own in place of Windows."""

import ctypes
import struct
import sys
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from callwatch.audio import loopback, wasapi
from callwatch.audio.backend import Device, DeviceKind
from callwatch.audio.devices import list_devices
from callwatch.core.errors import MissingPartError

RENDER, CAPTURE = 0, 1
CONSOLE, COMMUNICATIONS = 0, 2
NOT_FOUND = -2147023728  # 0x80070490


class Endpoint:
    """One sound device of Windows, as soundcard shows it."""

    def __init__(self, identity: str, name: str | None, *, isloopback: bool) -> None:
        self.id, self.isloopback, self._name = identity, isloopback, name
        self.channels = 2

    @property
    def name(self) -> str:
        if self._name is None:
            raise RuntimeError("Property was expected to be a string, but is not a string")
        return self._name


class Soundcard:
    """The parts of soundcard that are used on Windows. `defaults`: (flow, role) -> id."""

    def __init__(self, endpoints: list[Endpoint], defaults: dict[tuple[int, int], str]) -> None:
        self.endpoints = endpoints
        self.released = 0

        def ask(_this: object, flow: int, role: int, pointer: list[str]) -> int:
            found = defaults.get((flow, role))
            if found is None:
                return NOT_FOUND
            pointer[0] = found
            return 0

        table = SimpleNamespace(GetDefaultAudioEndpoint=ask)
        outer = self

        class Enumerator:
            _ptr = ((SimpleNamespace(lpVtbl=table),),)

            def __enter__(self) -> "Enumerator":
                return self

            def __exit__(self, *_: object) -> None: ...

            def _device_id(self, pointer: list[str]) -> str:
                return pointer[0]

        def release(_pointer: object) -> None:
            outer.released += 1

        self.mediafoundation = SimpleNamespace(
            _DeviceEnumerator=Enumerator,
            _ffi=SimpleNamespace(new=lambda _: [""]),
            _com=SimpleNamespace(release=release),
        )

    def all_microphones(self, include_loopback: bool) -> list[Endpoint]:
        assert include_loopback
        return self.endpoints


def speakers(identity: str, name: str | None = "Headset") -> Endpoint:
    return Endpoint(identity, name, isloopback=True)


def microphone(identity: str, name: str | None = "Headset") -> Endpoint:
    return Endpoint(identity, name, isloopback=False)


def test_equal_names_have_one_default_and_it_is_the_one_for_calls() -> None:
    card = Soundcard(
        [speakers("s1"), speakers("s2"), microphone("m1"), microphone("m2")],
        {
            (RENDER, CONSOLE): "s1", (RENDER, COMMUNICATIONS): "s2",
            (CAPTURE, CONSOLE): "m1",
        },
    )  # fmt: skip
    found = wasapi.endpoints(card)
    assert [device.id for device in found if device.default] == ["s2", "m1"]
    assert [device.kind for device in found] == [DeviceKind.LOOPBACK] * 2 + [DeviceKind.INPUT] * 2
    assert card.released == 2


def test_without_a_device_there_is_none_and_no_error() -> None:
    assert wasapi.endpoints(Soundcard([], {})) == []


def test_one_odd_endpoint_leaves_the_others() -> None:
    odd_channels = speakers("odd")

    class Odd(Endpoint):
        @property
        def channels(self) -> int:
            raise AssertionError

        @channels.setter
        def channels(self, _value: int) -> None: ...

    odd_channels = Odd("odd", "USB", isloopback=True)
    found = wasapi.endpoints(Soundcard([speakers("nameless", None), odd_channels], {}))
    assert [(device.id, device.channels) for device in found] == [("odd", 2)]


class Opened:
    """The driver's half of opening an endpoint; `refuses` with a code of Windows."""

    def __init__(self, code: int = 0) -> None:
        self.asked: list[tuple[Any, ...]] = []

        def initialize(_this: object, *args: object) -> int:
            self.asked.append(args)
            return code

        def check(given: int) -> None:
            if given:
                raise RuntimeError(f"Error {hex(given + 2**32)}")

        class Recorder:
            """soundcard's, whose own __init__ is not used."""

            def __init__(self) -> None:
                raise AssertionError

        client = ((SimpleNamespace(lpVtbl=SimpleNamespace(Initialize=initialize)),),)

        def microphone(device: str, isloopback: bool) -> SimpleNamespace:
            self.asked.append((device, isloopback))
            return SimpleNamespace(_audio_client=lambda: client)

        self.mediafoundation = SimpleNamespace(
            _Device=lambda identity: identity,
            _Microphone=microphone,
            _ffi=SimpleNamespace(from_buffer=bytes, cast=lambda _, given: given, NULL=None),
            _com=SimpleNamespace(check_error=check),
            _Recorder=Recorder,
        )


HEADSET = Device("s1", "Headset", DeviceKind.LOOPBACK, 2, 48_000, True, wasapi.BACKEND)


@pytest.mark.parametrize(
    ("device", "flags"),
    [(HEADSET, 0x880A0000), (replace(HEADSET, kind=DeviceKind.INPUT), 0x88080000)],
)
def test_an_endpoint_is_opened_by_its_id_and_windows_converts(device: Device, flags: int) -> None:
    driver = Opened()
    recorder = wasapi.Endpoint(driver, device).recorder(48_000, channels=2, blocksize=1920)
    assert driver.asked[0] == ("s1", device.kind is DeviceKind.LOOPBACK)
    shared, asked_flags, ticks, _, wave_format, _ = driver.asked[1]
    assert (shared, asked_flags, ticks) == (0, flags, 5_000_000)
    assert wave_format == wasapi.float_format(48_000, 2)
    assert recorder.channelmap == [0, 1]


def test_an_endpoint_that_is_taken_says_its_code() -> None:
    with pytest.raises(RuntimeError, match="0x8889000a") as caught:
        wasapi.Endpoint(Opened(0x8889000A - 2**32), HEADSET).recorder(48_000, 1, 1920)
    assert "exclusive mode" in wasapi.refusal(caught.value)


@pytest.mark.parametrize(("channels", "mask"), [(1, 0x4), (2, 0x3)])
def test_the_format_is_the_packed_one_of_windows(channels: int, mask: int) -> None:
    made = wasapi.float_format(48_000, channels)
    assert len(made) == 40
    assert struct.unpack_from("<HHI", made) == (0xFFFE, channels, 48_000)
    # Bits per sample at byte 18 and the speakers at byte 20: no gap before them.
    assert struct.unpack_from("<HI", made, 18) == (32, mask)
    assert made[24:28] == b"\x03\0\0\0"


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("Error 0x8889000a", "exclusive mode"), ("Error 0x80070005", "Privacy & security"),
        ("Error 0x88890004", "plug it in"), ("Error 0x80070490", "plug it in"),
        ("Error 0x88890010", "service Windows Audio"), ("Error 0x88890008", "format"),
        ("anything else", "close other programs"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do(code: str, part: str) -> None:
    assert part in wasapi.refusal(RuntimeError(code))


def test_the_apartment_outlives_the_thread_that_loads_the_driver() -> None:
    class Ole32:
        cookies = 0

        def CoIncrementMTAUsage(self, cookie: object) -> int:  # noqa: N802
            assert cookie is not None
            self.cookies += 1
            return 0

    ole32 = Ole32()
    wasapi.keep_apartment(ole32)
    wasapi.keep_apartment(ole32)
    assert ole32.cookies == 1


class WindowsLoopback(loopback.SoundcardBackend):
    """The backend as it is on Windows, on any machine."""

    def __init__(self, library: Callable[[], Any]) -> None:
        super().__init__()
        self._given = library

    def _library(self) -> Any:
        return self._given()


def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "sys", SimpleNamespace(platform="win32"))


def test_windows_audio_that_does_not_answer_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_windows(monkeypatch)

    class Silent(Soundcard):
        def all_microphones(self, include_loopback: bool) -> list[Endpoint]:
            raise RuntimeError("Error 0x800706ba")

    backend = WindowsLoopback(lambda: Silent([], {}))
    with pytest.raises(MissingPartError, match="Windows Audio does not answer"):
        list_devices([backend])


def test_a_machine_without_playback_devices_still_has_its_microphone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_windows(monkeypatch)
    card = Soundcard([microphone("m1")], {(CAPTURE, COMMUNICATIONS): "m1"})
    assert [device.id for device in list_devices([WindowsLoopback(lambda: card)])] == ["m1"]


if sys.platform == "win32":

    def test_com_works_on_a_thread_after_the_one_that_loaded_it_has_ended() -> None:
        import threading

        answers: list[object] = []
        for _ in range(2):  # the first loads the driver and ends, as the app's warm-up does
            thread = threading.Thread(
                target=lambda: answers.append(loopback.SoundcardBackend().devices())
            )
            thread.start()
            thread.join()
        assert len(answers) == 2
        assert ctypes.OleDLL("ole32") is not None
