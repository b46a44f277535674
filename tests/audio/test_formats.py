"""What call archives hold: every coding of WAV, lengths that no header knows, other containers."""

import os
import struct
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from tests.audio.signals import noise, tone, write

from callwatch.audio.files import open_recording
from callwatch.audio.recorded_at import recorded_at, rfc3339
from callwatch.audio.soundfiles import MIN_LENGTH_S, SoundFile
from callwatch.audio.wavsize import wav_length
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.errors import InputError, MissingPartError

RATE_HZ = 8_000
MONO_ONLY = ("GSM610", "G721_32", "NMS_ADPCM_16", "NMS_ADPCM_24", "NMS_ADPCM_32")
CODINGS = [
    *("PCM_16", "PCM_24", "PCM_32", "PCM_U8", "FLOAT", "DOUBLE", "ULAW", "ALAW"),
    *("IMA_ADPCM", "MS_ADPCM", *MONO_ONLY),
]
# As a recorder leaves it that cannot go back: nothing, all ones, the sign bit, sox's and others'.
PLACEHOLDERS = [0, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0x7FFFF000, 0xFFFFFFFF - 36]


def recording(path: Path, coding: str, seconds: float = 2.0) -> Path:
    sides = [tone(300, seconds, RATE_HZ, level=0.3), tone(700, seconds, RATE_HZ, level=0.3)]
    if coding in MONO_ONLY:
        sf.write(path, sides[0], RATE_HZ, subtype=coding, format="WAV")
    else:
        write(path, *sides, rate_hz=RATE_HZ, subtype=coding)
    return path


def announce(path: Path, length: int) -> None:
    """Write another length of the sample data into the header."""
    wav = wav_length(path)
    assert wav is not None
    raw = bytearray(path.read_bytes())
    raw[wav.start - 4 : wav.start] = struct.pack("<I", length)
    path.write_bytes(raw)


def seconds_and_notes(path: Path) -> tuple[float, list[Any]]:
    file = SoundFile(path)
    count = sum(piece.shape[1] for piece in file.samples())
    file.close()
    return count / CALL_RATE_HZ, [note.params["what"] for note in file.notes]


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("length", [None, *PLACEHOLDERS])
def test_every_coding_is_measured_to_the_end_whatever_its_header_says(
    tmp_path: Path, coding: str, length: int | None
) -> None:
    path = recording(tmp_path / "call.wav", coding)
    if length is not None:
        announce(path, length)
    seconds, notes = seconds_and_notes(path)
    assert seconds == pytest.approx(2.0, abs=0.05)  # whole blocks of a codec
    assert not notes


def test_a_real_cut_is_noted(tmp_path: Path) -> None:
    path = recording(tmp_path / "call.wav", "PCM_16")
    path.write_bytes(path.read_bytes()[:-RATE_HZ])
    assert "cut_off" in seconds_and_notes(path)[1]


@pytest.mark.parametrize(("full_scale", "is_taken"), [
    (2.0**15, True), (2.0**23, True), (2.0**31, True), (40.0, True), (2.0**33, False),
])  # fmt: skip
def test_floats_in_the_scale_of_integers_are_scaled_or_refused(
    tmp_path: Path, full_scale: float, is_taken: bool
) -> None:
    path = tmp_path / "call.wav"
    sound = np.stack([tone(300, 1, level=0.5), tone(700, 1, level=0.5)], axis=1)
    sf.write(path, sound * full_scale, CALL_RATE_HZ, subtype="FLOAT")
    if not is_taken:
        with pytest.raises(InputError, match="export the recording again"):
            SoundFile(path)
        return
    with open_recording(path) as source:
        peak = max(int(np.abs(block.samples.astype(int)).max()) for block in source.blocks())
    expected = 0.5 * 32768 if full_scale > 100 else 0.5 * 40
    assert peak == pytest.approx(expected, rel=0.01)


def test_a_float_file_that_is_merely_too_loud_keeps_its_scale(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    write(path, tone(300, 1, level=0.5) * 30, tone(300, 1, level=0.5), subtype="FLOAT")
    with open_recording(path) as source:
        quiet = max(int(np.abs(block.samples[1].astype(int)).max()) for block in source.blocks())
    assert quiet == pytest.approx(0.5 * 32768, rel=0.01)


@pytest.mark.parametrize("frames", [0, 1, round(MIN_LENGTH_S * RATE_HZ) - 1])
def test_what_holds_nothing_to_measure_is_refused(tmp_path: Path, frames: int) -> None:
    path = tmp_path / "call.wav"
    sf.write(path, np.zeros((frames, 2)), RATE_HZ)
    with pytest.raises(InputError, match="no sound that can be measured"):
        SoundFile(path)


def test_a_tenth_of_a_second_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    sf.write(path, np.zeros((RATE_HZ // 10, 2)), RATE_HZ)
    assert seconds_and_notes(path)[0] == pytest.approx(0.1)


def test_the_mp3_decoder_writes_nothing_to_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "call.mp3"
    sf.write(path, np.stack([noise(3, seed=1), noise(3, seed=2)], axis=1), CALL_RATE_HZ)
    raw = bytearray(path.read_bytes())
    for at in range(len(raw) // 3, len(raw) // 2):
        raw[at] = 0x55
    path.write_bytes(raw)
    program = (
        "import sys; from pathlib import Path; from callwatch.audio.files import open_recording\n"
        "print(sum(b.samples.shape[1] for b in open_recording(Path(sys.argv[1])).blocks()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert int(done.stdout) > 0


def encoded(path: Path, codec: str, rate_hz: int, layout: str = "stereo") -> Path:
    import av

    sound = np.stack([tone(300, 2, rate_hz, level=0.3), tone(700, 2, rate_hz, level=0.3)])
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate_hz, layout=layout)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound, dtype=np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate = rate_hz
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path


@pytest.mark.parametrize(("name", "codec", "rate_hz"), [
    ("call.m4a", "aac", 16_000), ("call.webm", "libopus", 48_000),
])  # fmt: skip
def test_other_containers_give_the_same_sound(
    tmp_path: Path, name: str, codec: str, rate_hz: int
) -> None:
    path = encoded(tmp_path / os.fsdecode(name), codec, rate_hz)
    with open_recording(path) as source:
        samples = np.concatenate([block.samples for block in source.blocks()], axis=1)
    assert samples.shape[1] / CALL_RATE_HZ == pytest.approx(2.0, abs=0.15)
    for row, hz in zip(samples, (300, 700), strict=True):
        spectrum = np.abs(np.fft.rfft(row[8000:24000]))
        assert abs(int(spectrum.argmax()) - hz) <= 2


def test_a_container_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "call.m4a"
    path.write_bytes(b"\0\0\0\x18ftypM4A " + bytes(100))
    with pytest.raises(InputError, match="not a sound file"):
        open_recording(path)


def test_without_the_library_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    (tmp_path / "call.amr").write_bytes(b"#!AMR\n")
    with pytest.raises(MissingPartError, match=r"callwatch\[av\]"):
        open_recording(tmp_path / "call.amr")


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-01-31T09:15:00+01:00", "2026-01-31T08:15:00Z"), ("2026", None), ("no date at all", None),
])  # fmt: skip
def test_a_tag_says_when_the_call_was(tmp_path: Path, text: str, expected: str | None) -> None:
    path = tmp_path / "call.flac"
    with sf.SoundFile(path, "w", RATE_HZ, 2) as file:
        file.date = text
        file.write(np.zeros((RATE_HZ, 2)))
    found = recorded_at(path)
    assert (None if found is None else rfc3339(found)) == expected


def test_broadcast_wave_says_when_the_call_was(tmp_path: Path) -> None:
    path = recording(tmp_path / "call.wav", "PCM_16")
    raw = path.read_bytes()
    chunk = bytes(320) + b"2026-01-3109-15-30" + bytes(264)
    path.write_bytes(raw[:12] + b"bext" + struct.pack("<I", len(chunk)) + chunk + raw[12:])
    found = recorded_at(path)
    assert found is not None
    assert found.replace(tzinfo=None) == datetime(2026, 1, 31, 9, 15, 30)
    assert recorded_at(tmp_path / "nowhere.wav") is None
