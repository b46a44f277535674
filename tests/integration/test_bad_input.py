"""Bad input: one sentence that says what to do, status 1, and nothing half-written."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from tests.access import is_owners_alone

from .commands import DEMO, ROOT, callwatch, failed_kindly

RATE_HZ = 16_000


def analyze(path: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return callwatch("analyze", path, "--out", out, "--engine", "none", "--no-history", *more)


def report_of(out: Path, path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((out / path.stem / "report.json").read_text("utf-8"))
    return loaded


def noise(seconds: float, channels: int, rate_hz: int = RATE_HZ) -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).normal(0, 0.01, (round(seconds * rate_hz), channels))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def refused(path: Path, out: Path, *words: str) -> None:
    sentence = failed_kindly(analyze(path, out))
    for word in words:
        assert word in sentence, sentence
    assert not list(out.rglob("*.*")), "something was left behind"


def test_a_missing_file(tmp_path: Path, out: Path) -> None:
    refused(tmp_path / "nowhere.wav", out, "nowhere.wav")


def test_a_directory(tmp_path: Path, out: Path) -> None:
    (tmp_path / "calls").mkdir()
    refused(tmp_path / "calls", out, "calls")


def test_an_empty_file(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "empty.wav"
    path.touch()
    refused(path, out, "empty.wav")


def test_text_renamed_wav(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "letter.wav"
    path.write_text("Dear sir or madam, " * 100)
    refused(path, out, "letter.wav")


def test_mono_without_its_other_side(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "mono.wav"
    sf.write(path, noise(2, 1), RATE_HZ)
    refused(path, out, "--agent-file", "--customer-file")


def test_three_channels(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "three.wav"
    sf.write(path, noise(2, 3), RATE_HZ)
    refused(path, out, "3")


def test_no_samples(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "none.wav"
    sf.write(path, noise(0, 2), RATE_HZ)
    refused(path, out, "none.wav")


def test_a_truncated_recording_is_measured_as_far_as_it_goes(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "cut.wav"
    sf.write(path, noise(4, 2), RATE_HZ, subtype="PCM_16")
    path.write_bytes(path.read_bytes()[: -RATE_HZ * 4])
    assert analyze(path, out).returncode == 0
    report = report_of(out, path)
    assert report["call"]["duration_s"] == pytest.approx(3.0, abs=0.05)
    assert any("cut" in w or "short" in w for w in report["input_quality"]["warnings"])


def test_a_dead_channel_is_told(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "dead.wav"
    audio, rate_hz = sf.read(DEMO)
    audio[:, 1] = 0.0
    sf.write(path, audio[: 30 * rate_hz], rate_hz)
    assert analyze(path, out).returncode == 0
    report = report_of(out, path)
    told = [text for text in report["input_quality"]["warnings"] if "customer" in text]
    assert len(told) == 1, told
    assert report["metrics"]["talk_s"]["agent"] > 5
    assert report["metrics"]["talk_s"]["customer"] is None
    assert report["metrics"]["talk_share"] == {"agent": None, "customer": None}
    assert report["metrics"]["silence_s"] is None
    page = (out / path.stem / "report.html").read_text("utf-8")
    assert "The customer was not heard" in page
    assert "You were not heard" not in page


def test_not_a_number_samples_do_not_spread(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "nan.wav"
    audio, rate_hz = sf.read(DEMO, dtype="float32")
    audio = audio[: 12 * rate_hz]
    audio[rate_hz : rate_hz + 50] = np.nan
    sf.write(path, audio, rate_hz, subtype="FLOAT")
    assert analyze(path, out).returncode == 0
    report = report_of(out, path)
    assert report["metrics"]["talk_s"]["agent"] > 3
    assert report["input_quality"]["warnings"]


def test_192_khz(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "fast.wav"
    sf.write(path, noise(2, 2, 192_000), 192_000)
    assert analyze(path, out).returncode == 0
    assert report_of(out, path)["call"]["duration_s"] == pytest.approx(2.0, abs=0.05)


def test_the_same_audio_on_both_channels_gives_null_not_fiction(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "same.wav"
    audio, rate_hz = sf.read(DEMO)
    mixed = audio.sum(axis=1)
    sf.write(path, np.stack([mixed, mixed], axis=1), rate_hz)
    assert analyze(path, out).returncode == 0
    report = report_of(out, path)
    assert report["metrics"]["overlap_s"] is None
    assert report["metrics"]["talk_share"] == {"agent": None, "customer": None}
    assert len([w for w in report["input_quality"]["warnings"] if "same sound" in w]) == 1
    kinds = {cue["kind"] for cue in report["cues"]}
    assert not kinds & {"interruption", "backchannel", "raised_voice", "monologue"}
    assert "could not be told apart" in (out / path.stem / "report.html").read_text("utf-8")


def test_a_recording_that_was_clipped_and_turned_down(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "flat.wav"
    audio, rate_hz = sf.read(DEMO)
    sf.write(path, 0.6 * np.clip(12.0 * audio[: 40 * rate_hz], -1.0, 1.0), rate_hz)
    assert analyze(path, out).returncode == 0
    quality = report_of(out, path)["input_quality"]
    assert any("clipped" in warning for warning in quality["warnings"])
    assert quality["agent"]["clipped_share"] > 0.001


def test_two_mono_files(tmp_path: Path, out: Path) -> None:
    audio, rate_hz = sf.read(DEMO)
    paths = tmp_path / "a.wav", tmp_path / "c.wav"
    for channel, path in enumerate(paths):
        sf.write(path, audio[: 30 * rate_hz, channel], rate_hz)
    done = callwatch("analyze", "--agent-file", paths[0], "--customer-file", paths[1],
                     "--engine", "none", "--no-history", "--out", out)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert report_of(out, paths[0])["metrics"]["talk_s"]["customer"] > 5


def test_an_unknown_language(out: Path) -> None:
    assert "en, sv, da or nb" in failed_kindly(analyze(DEMO, out, "--language", "klingon"))


def test_a_language_without_model_goes_on_without_words(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "short.wav"
    audio, rate_hz = sf.read(DEMO)
    sf.write(path, audio[: 8 * rate_hz], rate_hz)
    done = callwatch("analyze", path, "--out", out, "--language", "da", "--no-history")
    assert done.returncode == 0, done.stderr
    assert "Danish" in done.stderr
    report = report_of(out, path)
    assert report["call"]["engine"] == "none"
    assert report["metrics"]["speech_rate_wpm"] == {"agent": None, "customer": None}


def test_a_broken_model_directory(tmp_path: Path, out: Path) -> None:
    (tmp_path / "model").mkdir()
    done = callwatch("analyze", DEMO, "--out", out, "--model", tmp_path / "model", "--no-history")
    assert "model" in failed_kindly(done)


@pytest.mark.posix  # devices
def test_an_output_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "--out" in failed_kindly(analyze(DEMO, tmp_path / "file" / "out"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_leaves_no_half_written_report(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "short.wav"
    audio, rate_hz = sf.read(DEMO)
    sf.write(path, audio[: 8 * rate_hz], rate_hz)
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from callwatch.cli.main import main\n"
        f"sys.argv = ['callwatch', 'analyze', {str(path)!r}, '--out', {str(out)!r}]\n"
        "sys.argv += ['--engine', 'none', '--no-history']\n"
        "main()\n"
    )
    env = dict(os.environ, PYTHONPATH=f"{ROOT / 'src'}:{ROOT / 'ui'}")
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, env=env
    )
    failed_kindly(done)
    assert not list(out.rglob("report.*"))


@pytest.mark.posix  # SIGINT
def test_ctrl_c_in_the_middle(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "long.wav"
    sf.write(path, np.tile(sf.read(DEMO)[0], (20, 1)), RATE_HZ)
    env = dict(os.environ, PYTHONPATH=f"{ROOT / 'src'}:{ROOT / 'ui'}")
    command = [sys.executable, "-m", "callwatch.cli.main", "analyze", str(path), "--out", str(out),
               "--engine", "none", "--no-history"]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    )
    assert process.stderr is not None
    first = process.stderr.readline()  # which recogniser: from here on the analysis runs
    while process.poll() is None and not list(out.rglob("*.part")):
        pass
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    done = subprocess.CompletedProcess(command, process.returncode, "", first + rest)
    assert "Stopped" in failed_kindly(done)
    assert not list(out.rglob("*.*"))


def test_wrong_usage_is_status_two(out: Path) -> None:
    assert callwatch("analyze").returncode == 2
    assert callwatch("analyze", DEMO, "--colour", "red").returncode == 2
    assert callwatch("analyze", DEMO, "--out", out, "--channels", "left,right").returncode == 2


def test_a_good_file_is_analysed_beside_a_bad_one(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "short.wav"
    audio, rate_hz = sf.read(DEMO)
    sf.write(path, audio[: 8 * rate_hz], rate_hz)
    done = callwatch(
        "analyze", tmp_path / "nowhere.wav", path, "--out", out, "--engine", "none", "--no-history"
    )
    failed_kindly(done)
    assert (out / "short" / "report.json").is_file()
    assert is_owners_alone(out / "short" / "report.json")
