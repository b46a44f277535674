"""A voice that is too quiet, and clocks: each bound just inside and just outside."""

import numpy as np
import pytest

from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.voice.quality.channel_stats import CallStats
from callwatch.voice.quality.faults import FaultConfig, InputFaults
from callwatch.voice.quality.monitor import QualityConfig
from callwatch.voice.quality.sound_checks import (
    ClippingCheck,
    DeviceCheck,
    QuietCheck,
    QuietConfig,
)

CONFIG = QuietConfig()
BLOCK = CallBlock(np.zeros((2, 0), np.int16), 0.0)
EMPTY = np.zeros((2, 0), dtype=np.float32)
NO_FRAMES = VoiceFrames(0.0, EMPTY.astype(np.bool_), EMPTY, EMPTY, 0.03)


def quiet(seconds: float, dbfs: float) -> tuple[list[str], list[str]]:
    """Codes noted and warned of when the customer speaks for so long at this level."""
    count = round(seconds / HOP_S)
    speech = np.zeros((2, count), dtype=np.bool_)
    speech[1] = True
    level = np.full((2, count), dbfs, np.float32)
    frames = VoiceFrames(0.0, speech, speech.astype(np.float32), level, 0.03)
    stats = CallStats()
    stats.process(frames)
    check = QuietCheck(CONFIG, stats, InputFaults())
    notes = [note.fact.code for note in check.process(BLOCK, frames)]
    return notes, [fact.code for fact in check.warnings(seconds)]


@pytest.mark.parametrize(("off_db", "found"), [(-0.2, True), (0.2, False)])
def test_a_quiet_voice(off_db: float, *, found: bool) -> None:
    codes = ["too_quiet"] if found else []
    assert quiet(10.0, -42.0 + off_db) == (codes, codes)


@pytest.mark.parametrize(("off_s", "noted"), [(0.1, True), (-0.1, False)])
def test_speech_that_is_needed_during_the_call(off_s: float, *, noted: bool) -> None:
    assert bool(quiet(5.0 + off_s, -60.0)[0]) is noted


@pytest.mark.parametrize(("off_s", "warned"), [(0.1, True), (-0.1, False)])
def test_speech_that_is_needed_for_the_report(off_s: float, *, warned: bool) -> None:
    assert bool(quiet(1.0 + off_s, -60.0)[1]) is warned


@pytest.mark.parametrize(("off_ppm", "warned"), [(1.0, True), (-1.0, False)])
def test_a_clock_that_drifts(off_ppm: float, *, warned: bool) -> None:
    limit, stats = QualityConfig().drift_ppm, CallStats()
    stats[Channel.AGENT].drift_ppm = -limit - off_ppm
    facts = DeviceCheck(limit, stats, InputFaults()).warnings(10.0)
    assert [fact.code for fact in facts] == (["drift"] if warned else [])
    assert not facts or facts[0].params["pace"] == "slow"


@pytest.mark.parametrize(("off", "noted"), [(0.001, True), (-0.001, False)])
def test_a_constant_offset(off: float, *, noted: bool) -> None:
    config = FaultConfig()
    level = round((config.dc_share + off) * 32768)
    check = ClippingCheck(config, InputFaults(config))
    block = CallBlock(np.full((2, 16_000), level, np.int16), 0.0)
    assert bool(check.process(block, NO_FRAMES)) is noted
