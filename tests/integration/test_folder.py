"""`callwatch analyze FOLDER`: everything below it, whatever is wrong with some of it."""

import csv
import os
from pathlib import Path
from shutil import copy

import pytest
import soundfile as sf

from callwatch.app.archive.folder import distinct_names

from .commands import DEMO, callwatch, failed_kindly


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    audio, rate_hz = sf.read(DEMO)
    top = tmp_path / "calls"
    (top / "sub").mkdir(parents=True)
    sf.write(top / "20260131-091500.wav", audio[: 12 * rate_hz], rate_hz)
    odd = Path(os.fsdecode(os.fsencode(top / "sub") + b"/caf\xe9.flac"))
    with odd.open("wb") as file:
        sf.write(file, audio[: 3 * rate_hz], rate_hz, format="FLAC")
    (top / "sub" / "bad.wav").write_text("no sound")
    (top / "sub" / "index.html.wav").write_bytes(
        (top / "20260131-091500.wav").read_bytes()[: 44 + 4 * rate_hz * 2]
    )
    (top / "sub" / "loop").symlink_to(top)
    return top


def test_a_folder_is_measured_to_its_end(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = callwatch("analyze", folder, "--out", out, "--engine", "none", "--no-history")
    assert done.returncode == 1
    assert done.stderr.count("callwatch: ") == 1
    assert "bad.wav is not a sound file" in done.stderr
    assert os.fsencode(out) + b"/caf\xe9" in [
        os.fsencode(path) for path in out.iterdir() if path.is_dir()
    ]
    rows = list(csv.DictReader((out / "calls.csv").read_text("utf-8").splitlines()))
    assert [row["source"] for row in rows] == [
        "20260131-091500.wav", "caf\\xe9.flac", "index.html.wav",
    ]  # fmt: skip
    assert [row["report"] for row in rows] == [
        "20260131-091500/report.html", "caf%E9/report.html", "index.html-2/report.html",
    ]  # fmt: skip
    page = (out / "index.html").read_text("utf-8")
    for row in rows:
        assert f'href="{row["report"]}"' in page
    assert "bad.wav is not a sound file" in page
    for line in ("calls   3", "faults  1", "index.html"):
        assert line in done.stdout, done.stdout


def test_files_of_one_name_are_told_apart_by_their_folders(folder: Path, tmp_path: Path) -> None:
    for part in ("jan", "feb"):
        (folder / part).mkdir()
        copy(folder / "20260131-091500.wav", folder / part / "call.wav")
    out = tmp_path / "out"
    callwatch(
        "analyze", folder / "jan", folder / "feb", "--out", out, "--engine", "none", "--no-history"
    )
    page = (out / "index.html").read_text("utf-8")
    assert ">jan/call.wav</a>" in page
    assert ">feb/call.wav</a>" in page


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a/call.wav"], ["call.wav"]),
        (["a/call.wav", "b/call.wav", "b/x.wav"], ["a/call.wav", "b/call.wav", "x.wav"]),
        (["a/b/call.wav", "c/b/call.wav"], ["a/b/call.wav", "c/b/call.wav"]),
        (["call.wav", "b/call.wav"], ["call.wav", "b/call.wav"]),
        (["call.wav", "call.wav"], ["call.wav", "call.wav"]),
        ([], []),
    ],
)
def test_a_name_is_as_long_as_it_must_be(paths: list[str], names: list[str]) -> None:
    assert distinct_names([Path(path) for path in paths]) == names


def test_an_empty_folder_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    done = callwatch("analyze", tmp_path / "none", "--out", tmp_path / "out", "--engine", "none")
    assert done.returncode == 1
    assert "holds no recording" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_folder_is_said_once(folder: Path, tmp_path: Path) -> None:
    taken = tmp_path / "out"
    taken.write_text("mine")
    done = callwatch("analyze", folder, "--out", taken, "--engine", "none", "--no-history")
    assert failed_kindly(done) == f"callwatch: {taken} is a file: choose a folder with --out."
    assert taken.read_text() == "mine"
