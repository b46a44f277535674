"""Effort on voices made in code."""

import numpy as np
import pytest

from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import Channel
from callwatch.voice.effort import STEP_S, EffortEstimator, EffortFrames
from callwatch.voice.frames import HOP_S, VoiceFrames

COLUMNS = (
    "effort",
    "sustained",
    "pitch_delta_st",
    "balance_delta_db",
    "level_delta_db",
    "voiced_s",
    "new_voiced_s",
)


def voice(
    f0_hz: float, seconds: float, tilt_db: float = -12.0, level_dbfs: float = -26.0
) -> np.ndarray:
    """Harmonics that fall by `tilt_db` an octave, with a little vibrato; float64 (n,)."""
    t = np.arange(round(seconds * CALL_RATE_HZ)) / CALL_RATE_HZ
    phase = 2 * np.pi * f0_hz * t + 0.8 * np.sin(2 * np.pi * 3.1 * t)
    out = np.zeros_like(t)
    for k in range(1, int(3800 / f0_hz)):
        out += 10 ** (tilt_db * np.log2(k) / 20) * np.sin(k * phase + k)
    return np.asarray(out / np.sqrt(np.mean(out**2)) * 10 ** (level_dbfs / 20))


def run(audio: np.ndarray, block_s: float = 0.37) -> tuple[EffortEstimator, EffortFrames]:
    """Both channels (2, n) through the estimator, all of it speech."""
    samples = np.round(audio * 32767).astype(np.int16)
    estimator, size = EffortEstimator(), round(block_s * CALL_RATE_HZ)
    parts, done = [], 0
    for start in range(0, samples.shape[1], size):
        block = CallBlock(samples[:, start : start + size], start / CALL_RATE_HZ)
        count = (start + block.samples.shape[1]) // 160 - done
        flags = np.ones((2, count), bool)
        level = np.full((2, count), -26, np.float32)
        frames = VoiceFrames(done * HOP_S, flags, level * 0, level, 0.1)
        done += count
        parts.append(estimator.process(block, frames))
    parts.append(estimator.finish())
    effort, sustained, pitch, tone, level, voiced, new = (
        np.concatenate([getattr(part, name) for part in parts], axis=1) for name in COLUMNS
    )
    out = EffortFrames(0.0, STEP_S, effort, sustained, pitch, tone, level, voiced, new, 0.1)
    return estimator, out


@pytest.fixture(scope="module")
def call() -> np.ndarray:
    usual, raised = voice(120, 10.0), voice(180, 3.0, tilt_db=-6.0)
    customer = np.concatenate([usual, raised, usual])
    return np.stack([np.concatenate([voice(200, 10.0)] * 3)[: len(customer)], customer])


def test_a_raised_voice_stands_out_and_only_there(call: np.ndarray) -> None:
    _, frames = run(call)
    assert np.nanmax(frames.effort[1, 20:98]) < 1.5
    assert np.nanmin(frames.effort[1, 112:128]) > 3.0
    assert np.nanmax(frames.effort[0, 20:]) < 1.5
    assert frames.pitch_delta_st[1, 120] == pytest.approx(7.0, abs=0.6)


def test_the_block_size_does_not_matter(call: np.ndarray) -> None:
    _, small = run(call, 0.013)
    _, large = run(call, 5.0)
    np.testing.assert_array_equal(small.effort, large.effort)


def test_the_baseline_is_that_of_the_usual_voice(call: np.ndarray) -> None:
    estimator, _ = run(call)
    usual = estimator.baseline(Channel.CUSTOMER)
    assert usual is not None
    assert 100 * 2 ** (usual.pitch_st / 12) == pytest.approx(120, rel=0.03)
