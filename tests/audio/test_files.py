"""Recordings: all formats and rates come out aligned; what cannot be used is told."""

import itertools
import os
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.audio.signals import noise, tone, write

from callwatch.audio.files import open_recording
from callwatch.audio.source import CallSource
from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import Channel
from callwatch.core.errors import InputError
from callwatch.texts.facts import english


def read(source: CallSource) -> tuple[Samples, list[CallBlock]]:
    with source:
        blocks = list(source.blocks())
    for before, after in itertools.pairwise(blocks):
        assert after.start_s == pytest.approx(before.end_s, abs=1e-9)
    assert blocks[0].start_s == 0.0
    return np.concatenate([block.samples for block in blocks], axis=1), blocks


@pytest.mark.parametrize(
    ("suffix", "subtype", "tolerance"),
    [
        ("wav", "PCM_16", 1),
        ("wav", "PCM_24", 1),
        ("wav", "PCM_U8", 256),
        ("wav", "FLOAT", 1),
        ("wav", "DOUBLE", 1),
        ("wav", "ULAW", 700),
        ("wav", "ALAW", 700),
        ("flac", "PCM_16", 1),
        ("flac", "PCM_24", 1),
        ("ogg", "VORBIS", 3000),
    ],
)
def test_every_format_gives_the_same_samples(
    tmp_path: Path, suffix: str, subtype: str, tolerance: int
) -> None:
    agent, customer = tone(200, 2.3), tone(700, 2.3, level=0.25)
    path = write(tmp_path / f"call.{suffix}", agent, customer, subtype=subtype)
    samples, _ = read(open_recording(path))
    expected = np.rint(np.stack([agent, customer]) * 32768)
    assert samples.shape == expected.shape
    assert np.abs(samples - expected).max() <= tolerance


def test_sixteen_bits_at_the_calls_rate_come_back_bit_for_bit(tmp_path: Path) -> None:
    path = write(tmp_path / "call.wav", noise(1, level=0.4, seed=1), noise(1, level=0.4, seed=2))
    samples, _ = read(open_recording(path))
    assert np.array_equal(samples.T, soundfile.read(path, dtype="int16")[0])


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_every_rate_is_resampled_without_delay(tmp_path: Path, rate_hz: int) -> None:
    path = write(
        tmp_path / "call.wav", tone(440, 3, rate_hz), tone(1000, 3, rate_hz), rate_hz=rate_hz
    )
    source = open_recording(path)
    assert source.duration_s == pytest.approx(3.0)
    samples, _ = read(source)
    assert samples.shape == (2, 3 * CALL_RATE_HZ)
    for row, hz in zip(samples, (440, 1000), strict=True):
        middle = slice(CALL_RATE_HZ // 2, -CALL_RATE_HZ // 2)
        error = row[middle] / 32768 - tone(hz, 3)[middle]
        assert np.abs(error).max() < 0.002


@pytest.mark.parametrize("block_s", [0.01, 0.0314159, 0.1, 0.5, 60.0])
def test_blocks_have_the_chosen_length_and_the_same_samples(tmp_path: Path, block_s: float) -> None:
    path = write(tmp_path / "call.wav", noise(2.5, seed=1), noise(2.5, seed=2))
    samples, blocks = read(open_recording(path, block_s=block_s))
    assert {block.samples.shape[1] for block in blocks[:-1]} <= {round(block_s * CALL_RATE_HZ)}
    assert np.array_equal(samples, read(open_recording(path, block_s=2.5))[0])


def test_channels_can_be_swapped(tmp_path: Path) -> None:
    path = write(tmp_path / "call.wav", tone(200, 1), np.zeros(16_000, np.float32))
    samples, _ = read(open_recording(path, channels=(Channel.CUSTOMER, Channel.AGENT)))
    assert not samples[0].any()
    assert samples[1].any()
    with pytest.raises(InputError, match="each side once"):
        open_recording(path, channels=(Channel.AGENT, Channel.AGENT))


def test_two_files_of_different_rate_and_length_are_padded_and_told(tmp_path: Path) -> None:
    agent = write(tmp_path / "a.wav", tone(300, 5.0, 8_000), rate_hz=8_000)
    customer = write(tmp_path / "c.flac", tone(500, 3.5, 44_100), rate_hz=44_100)
    source = open_recording(None, agent_file=agent, customer_file=customer)
    assert source.duration_s == pytest.approx(5.0)
    samples, _ = read(source)
    assert samples.shape == (2, 80_000)
    assert np.abs(samples[1, 56_100:]).max() == 0
    assert np.abs(samples[0, 79_000:]).max() > 10_000
    (note,) = source.warnings()
    assert note.key == "source.shorter_file"
    assert note.params["channel"] == "customer"
    assert note.params["shorter_s"] == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize(("shorter_s", "noted"), [(0.09, False), (0.11, True)])
def test_a_tenth_of_a_second_is_rounding(tmp_path: Path, shorter_s: float, noted: bool) -> None:
    agent = write(tmp_path / "a.wav", tone(300, 2.0))
    customer = write(tmp_path / "c.wav", tone(500, 2.0 - shorter_s))
    source = open_recording(None, agent_file=agent, customer_file=customer)
    read(source)
    assert bool(source.warnings()) is noted


def test_a_long_file_is_not_loaded_at_once(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 8_000, 2, subtype="ULAW") as file:
        for _ in range(20):
            file.write(np.zeros((8_000 * 30, 2), np.int16))
    tracemalloc.start()
    total = 0
    with open_recording(path) as source:
        for block in source.blocks():
            total += block.samples.shape[1]
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 600 * CALL_RATE_HZ
    assert peak_bytes < 5_000_000


def test_not_a_number_becomes_silence_and_is_told(tmp_path: Path) -> None:
    agent = tone(300, 1)
    agent[100:200] = np.nan
    agent[300] = np.inf
    customer = tone(500, 1, level=1.5)
    source = open_recording(write(tmp_path / "nan.wav", agent, customer, subtype="FLOAT"))
    samples, _ = read(source)
    assert not samples[0, 100:200].any()
    assert samples[1].max() == 32767
    told = " ".join(map(english, source.warnings()))
    assert "101 of 32000 samples were not numbers" in told
    assert "beyond full scale" in told


def test_a_silent_channel_is_not_refused_here(tmp_path: Path) -> None:
    path = write(tmp_path / "call.wav", tone(200, 1), np.zeros(16_000, np.float32))
    samples, _ = read(open_recording(path))
    assert not samples[1].any()


def test_a_truncated_wav_is_measured_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write(tmp_path / "call.wav", noise(4, seed=1), noise(4, seed=2))
    whole, _ = read(open_recording(path))
    os.truncate(path, path.stat().st_size // 2)
    source = open_recording(path)
    samples, _ = read(source)
    assert samples.shape[1] == pytest.approx(32_000, abs=32)
    assert np.array_equal(samples, whole[:, : samples.shape[1]])
    assert "cut off: 50% of the announced sound is missing" in english(source.warnings()[0])


def test_a_truncated_flac_is_measured_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write(tmp_path / "call.flac", noise(4, seed=1), noise(4, seed=2))
    os.truncate(path, path.stat().st_size // 2)
    source = open_recording(path)
    samples, _ = read(source)
    assert 1.5 < samples.shape[1] / CALL_RATE_HZ <= 2.1
    assert {note.key for note in source.warnings()} & {"source.damaged", "source.ends_early"}


def test_a_wav_written_to_a_pipe_is_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "call.wav", noise(1, seed=1), noise(1, seed=2))
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = data[4:8] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    source = open_recording(path)
    samples, _ = read(source)
    assert samples.shape[1] == 16_000
    assert source.warnings() == ()


def test_a_slow_rate_is_told_and_a_hopeless_one_refused(tmp_path: Path) -> None:
    source = open_recording(write(tmp_path / "a.wav", noise(1, 6000), noise(1, 6000), rate_hz=6000))
    source.close()
    assert source.warnings()[0].params["rate_hz"] == 6000
    with pytest.raises(InputError, match="too low for speech"):
        open_recording(write(tmp_path / "b.wav", noise(1, 500), noise(1, 500), rate_hz=500))


def _bad(tmp_path: Path, what: str) -> Path:
    path = tmp_path / "call.wav"
    if what == "folder":
        path.mkdir()
    elif what == "empty":
        path.touch()
    elif what == "text":
        path.write_text("this is no sound\n" * 200)
    elif what == "header only":
        write(path, noise(1), noise(1))
        os.truncate(path, 44)
    elif what == "no samples":
        write(path, noise(0), noise(0))
    elif what == "mono":
        write(path, noise(1))
    elif what == "three":
        write(path, noise(1), noise(1), noise(1))
    elif what == "all NaN":
        rows = np.full(16_000, np.nan, np.float32)
        write(path, rows, rows, subtype="FLOAT")
    elif what == "pipe":
        os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("missing", "does not exist: check the path"),
        ("folder", "is a folder"),
        ("empty", "is empty"),
        ("text", "is not a sound file that can be read"),
        ("header only", "holds no sound"),
        ("no samples", "holds no sound"),
        ("mono", "--agent-file and --customer-file"),
        ("three", "has 3 channels"),
        ("all NaN", "all NaN"),
        pytest.param("pipe", "is not a regular file", marks=pytest.mark.posix),
    ],
)
def test_bad_input_is_refused_with_one_sentence(tmp_path: Path, what: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        open_recording(_bad(tmp_path, what))
    message = str(refused.value)
    assert sentence in message
    assert "\n" not in message


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "call.wav", noise(1), noise(1))

    def forbidden(self: Path, *args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    # Root may read everything, so the refusal of the system is put in its place.
    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(InputError, match="may not be read"):
        open_recording(path)


def test_two_file_mistakes_are_told(tmp_path: Path) -> None:
    mono = write(tmp_path / "mono.wav", noise(1))
    stereo = write(tmp_path / "stereo.wav", noise(1), noise(1))
    with pytest.raises(InputError, match="both --agent-file and --customer-file"):
        open_recording(None, agent_file=mono)
    with pytest.raises(InputError, match="either one two-channel recording"):
        open_recording(stereo, agent_file=mono)
    with pytest.raises(InputError, match="one side of the call"):
        open_recording(None, agent_file=mono, customer_file=stereo)


def test_close_ends_the_blocks(tmp_path: Path) -> None:
    source = open_recording(write(tmp_path / "call.wav", noise(5), noise(5)), block_s=0.1)
    blocks = source.blocks()
    next(blocks)
    source.close()
    assert list(blocks) == []
    source.close()


def test_a_file_is_closed_by_one_thread_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = open_recording(write(tmp_path / "call.wav", noise(5), noise(5)), block_s=0.1)
    close, inside, most, second = soundfile.SoundFile.close, [0], [0], threading.Event()

    def watched(file: soundfile.SoundFile) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        if inside[0] > 1:
            second.set()
        second.wait(0.2)  # where both may be here, the other comes at once
        inside[0] -= 1
        close(file)

    monkeypatch.setattr(soundfile.SoundFile, "close", watched)
    threads = [threading.Thread(target=source.close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 1
