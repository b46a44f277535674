"""PortAudio inputs, really captured: its ALSA devices end in a PulseAudio server here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sounddevice
from tests.audio.test_live_pulse import Heard, beeps, is_lost, level, onsets_s
from tests.pulse import PulseServer

from callwatch.audio.backend import DeviceKind
from callwatch.audio.devices import open_live
from callwatch.audio.portaudio import PortAudioBackend
from callwatch.core.channels import Channel
from callwatch.core.spans import total_s

pytestmark = pytest.mark.pulse

_CONFIG = """
pcm.{name} {{
  type pulse
  device "{source}"
  hint {{ show on  description "{name}" }}
}}
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    """A server whose two monitors are ALSA devices of their own, by ALSA_CONFIG_PATH."""
    config = tmp_path / "asound.conf"
    config.write_text(
        "</usr/share/alsa/alsa.conf>\n"
        + _CONFIG.format(name="headset", source="null1.monitor")
        + _CONFIG.format(name="line", source="null2.monitor")
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    with PulseServer() as server, server.entered():
        sounddevice._terminate()
        sounddevice._initialize()
        yield server
    # The next test finds the devices of this machine, and not those of this one.
    monkeypatch.delenv("ALSA_CONFIG_PATH")
    sounddevice._terminate()
    sounddevice._initialize()


def test_inputs_are_listed_with_their_channels_and_rate(server: PulseServer) -> None:
    devices = {device.name: device for device in PortAudioBackend().devices()}
    assert devices["headset"].kind is DeviceKind.INPUT
    assert devices["headset"].channels >= 2
    assert devices["headset"].rate_hz >= 8_000
    assert devices["headset"].backend == "portaudio"


def test_two_inputs_are_a_call(server: PulseServer) -> None:
    sound = beeps([0.5, 1.5], 0.4, 2.5)
    with open_live("headset", "line", drivers=[PortAudioBackend()]) as live:
        heard = Heard(
            live,
            5.0,
            t0_1=lambda: server.play("null1", sound),
            t1_1=lambda: server.play("null2", sound // 2),
        )
        assert live.warnings() == ()
    for channel, amplitude in ((Channel.AGENT, 8000), (Channel.CUSTOMER, 4000)):
        row = heard.samples[channel.index]
        at_s = onsets_s(row)
        assert len(at_s) == 2 or heard.gaps(channel)
        assert level(row, at_s[0] + 0.1, at_s[0] + 0.3) == pytest.approx(
            amplitude / 2**0.5, rel=0.02
        )
    agent, customer = (onsets_s(row)[0] for row in heard.samples)
    assert agent < customer


def test_a_microphone_and_a_loopback_are_a_call(server: PulseServer) -> None:
    sound = beeps([0.3], 0.4, 1.0)
    with open_live("headset", "null2.monitor") as live:
        assert live.name == "headset + Monitor of null2"
        heard = Heard(
            live,
            3.0,
            t0_1=lambda: server.play("null1", sound),
            t1_1=lambda: server.play("null2", sound),
        )
    assert [len(onsets_s(row)) for row in heard.samples] == [1, 1]


def test_a_moved_portaudio_stream_counts_as_lost(server: PulseServer) -> None:
    def move() -> None:
        recordings = server.recordings()
        (index,) = (key for key, source in recordings.items() if source == "null1.monitor")
        server.pactl("move-source-output", index, "null2.monitor")

    with open_live("headset", "null2.monitor") as live:
        heard = Heard(live, 0.5, then=lambda block: is_lost(block, Channel.AGENT), t0_5=move)
        heard.go_on(then=lambda block: live.delivers(Channel.AGENT) and not block.dropped)
        told = live.warnings()
        now = sorted(server.recordings().values())
    assert [note.key for note in told[:2]] == ["source.device_moved", "source.device_back"]
    assert told[0].params["to"] == "null2.monitor"
    assert heard.gaps(Channel.AGENT)
    assert total_s(heard.gaps(Channel.CUSTOMER)) < total_s(heard.gaps(Channel.AGENT))
    assert now == ["null1.monitor", "null2.monitor"]
