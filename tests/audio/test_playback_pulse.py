"""Kept sound really played: PortAudio's default output ends in a PulseAudio null sink, whose monitor is recorded."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sounddevice
from tests.keyrings import own_keyring
from tests.pulse import PulseServer
from tests.report.builders import rich_call
from typer.testing import CliRunner

from callwatch.app.kept_audio import audio_folder
from callwatch.audio.playback import play
from callwatch.audio.recording_writer import KeptFile
from callwatch.audio.sealed_recording import SALT_BYTES, SealedFile
from callwatch.cli.calls import calls_app
from callwatch.config import StoreConfig
from callwatch.core.audio import Samples
from callwatch.core.errors import InputError
from callwatch.store.history import CallHistory
from callwatch.store.sealing import new_sound_cipher

pytestmark = pytest.mark.pulse

RATE = 16_000
STEP = RATE // 4
CALL = "call-1"
# One tone after the other, each side its own: 25 a side, so that every one of them is known again.
TONES_HZ = (np.arange(300, 1550, 50), np.arange(1800, 4300, 100))
_CONFIG = """</usr/share/alsa/alsa.conf>
pcm.!default {{
  type {kind}
}}
"""


def steps(tones_hz: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Samples:
    """Tones of a quarter of a second each, one after the other."""
    t = np.arange(STEP) / RATE
    row = np.concatenate([8000 * np.sin(2 * np.pi * hz * t) for hz in tones_hz])
    return row.astype(np.int16)


SOUND: Samples = np.stack([steps(tones) for tones in TONES_HZ])


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    """A server whose sink is what ALSA plays to by default."""
    default_is(tmp_path, monkeypatch, 'pulse\n  device "null1"')
    with PulseServer(("null1",)) as server, server.entered():
        again()
        yield server
    monkeypatch.delenv("ALSA_CONFIG_PATH")
    again()


def default_is(folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """ALSA's default output from now on."""
    (folder / "asound.conf").write_text(_CONFIG.format(kind=kind))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(folder / "asound.conf"))


def again() -> None:
    """PortAudio looks for devices once more."""
    sounddevice._terminate()
    sounddevice._initialize()


class Monitor:
    """Records what the sink plays until `close`."""

    def __init__(self, server: PulseServer) -> None:
        command = ["parec", "--device=null1.monitor", f"--rate={RATE}", "--channels=2"]
        command += ["--format=s16le", "--raw", "--latency-msec=50"]
        self._process = subprocess.Popen(
            command, env={**os.environ, **server.environment}, stdout=subprocess.PIPE
        )
        self._data = bytearray()
        self._sounds = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        server.wait_for_recordings(1)

    def wait_for_sound(self) -> None:
        """Until something is heard."""
        assert self._sounds.wait(60)

    def close(self) -> Samples:
        """All that was heard, int16 (2, n)."""
        self._process.terminate()
        self._process.wait(60)
        self._reader.join(60)
        whole = bytes(self._data[: len(self._data) // 4 * 4])
        return np.frombuffer(whole, "<i2").reshape(-1, 2).T

    def _read(self) -> None:
        assert self._process.stdout is not None
        while data := os.read(self._process.stdout.fileno(), 1 << 14):
            self._data += data
            if any(data):
                self._sounds.set()
        self._process.stdout.close()


def heard_tones(row: Samples, tones_hz: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[int]:
    """The tones of a side in the order in which they sounded."""
    size = STEP // 4
    out: list[int] = []
    for at in range(0, len(row) - size, size):
        piece = row[at : at + size].astype(float)
        if np.abs(piece).max() < 4000:
            continue
        power = np.abs(np.fft.rfft(piece * np.hanning(size), 8 * size))
        hz = np.argmax(power) * RATE / (8 * size)
        nearest = int(tones_hz[np.argmin(np.abs(tones_hz - hz))])
        if not out or out[-1] != nearest:
            out.append(nearest)
    return out


def is_in_order(heard: list[int], tones_hz: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bool:
    """Whether each was heard after the one before it, from the first on."""
    wanted: list[int] = tones_hz[: len(heard)].tolist()
    return heard == wanted


def keep(*, sealed: bool) -> None:
    """A stored call with SOUND."""
    folder = audio_folder(StoreConfig())
    salt = bytes(SALT_BYTES)
    file = (
        SealedFile(folder / f"{CALL}.flac.sealed", salt, new_sound_cipher(CALL, salt))
        if sealed
        else KeptFile(folder / f"{CALL}.flac")
    )
    with CallHistory() as history:
        file.write(SOUND)
        file.close()
        history.add(rich_call(CALL), [file.publish()])


@pytest.mark.parametrize("sealed", [True, False])
def test_both_sides_are_heard_to_the_end_and_in_order(server: PulseServer, sealed: bool) -> None:
    with own_keyring():
        keep(sealed=sealed)
        monitor = Monitor(server)
        result = CliRunner().invoke(calls_app, ["listen", CALL])
    heard = monitor.close()
    assert result.exit_code == 0
    for row, tones in zip(heard, TONES_HZ, strict=True):
        assert heard_tones(row, tones) == tones.tolist()


def test_a_stop_is_heard_while_there_is_more_to_play(server: PulseServer) -> None:
    monitor, stop = Monitor(server), threading.Event()

    def blocks() -> Iterator[Samples]:
        for at in range(0, SOUND.shape[1], STEP):
            if at == 8 * STEP:
                stop.set()
            yield SOUND[:, at : at + STEP]

    play(blocks(), stop)
    for row, tones in zip(monitor.close(), TONES_HZ, strict=True):
        heard = heard_tones(row, tones)
        assert 1 <= len(heard) <= 8
        assert is_in_order(heard, tones)


def test_ctrl_c_ends_the_command(server: PulseServer) -> None:
    keep(sealed=False)
    monitor = Monitor(server)
    command = [sys.executable, "-c", "from callwatch.cli.main import main; main()"]
    listening = subprocess.Popen([*command, "calls", "listen", CALL], stderr=subprocess.PIPE)
    monitor.wait_for_sound()
    listening.send_signal(signal.SIGINT)
    _, said = listening.communicate(timeout=60)
    heard = monitor.close()
    assert listening.returncode == 130
    assert b"Traceback" not in said
    assert len(heard_tones(heard[0], TONES_HZ[0])) < len(TONES_HZ[0])


def test_without_an_output_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default_is(tmp_path, monkeypatch, "hw\n  card 31")
    again()
    with pytest.raises(InputError, match="choose one in the system's sound settings"):
        play([SOUND], threading.Event())
    monkeypatch.delenv("ALSA_CONFIG_PATH")
    again()


def test_an_output_that_goes_while_it_plays_is_told(server: PulseServer) -> None:
    def blocks() -> Iterator[Samples]:
        yield SOUND[:, :STEP]
        server.stop()
        while True:
            yield SOUND[:, :STEP]

    with pytest.raises(InputError, match="no output plays sound"):
        play(blocks(), threading.Event())
