"""Closed, full and narrow streams: one sentence at most, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .commands import ROOT, callwatch

pytestmark = pytest.mark.posix  # a shell


def shell(line: str) -> subprocess.CompletedProcess[str]:
    command = f'cw() {{ "{sys.executable}" -m callwatch.cli.main "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", command], check=False, capture_output=True, text=True, timeout=120, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "src:ui"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "line", ["cw phrases match -l en <&-", "cw models list >&-", "cw models list 2>&-"]
)
def test_a_closed_stream_is_an_empty_one(line: str) -> None:
    done = shell(line)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_a_reader_that_leaves_is_no_fault() -> None:
    done = shell("yes 'I call my lawyer' | head -500 | cw phrases match -l en | head -1")
    assert "Traceback" not in done.stderr
    assert "callwatch:" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_one_sentence() -> None:
    done = shell("cw models list --json > /dev/full")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "disk is full" in done.stderr


def test_output_is_utf_8_whatever_the_locale() -> None:
    done = callwatch(
        "phrases", "match", "--language", "sv", stdin="jag går till er konkurrent – å ä ö\n",
        PYTHONIOENCODING="ascii", LC_ALL="C",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "å ä ö" in done.stdout
