"""Voices made in code, and the way through the effort estimator."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import Channel
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.voice.effort.baseline import EffortBaseline
from callwatch.voice.effort.estimator import STEP_S, EffortEstimator, EffortFrames

COLUMNS = (
    "effort",
    "raised",
    "pitch_delta_st",
    "balance_delta_db",
    "level_delta_db",
    "voiced_s",
    "new_voiced_s",
)


def voice(
    f0_hz: float, seconds: float, tilt_db: float = -12.0, level_dbfs: float = -26.0
) -> DoubleArray:
    """Harmonics that fall by `tilt_db` an octave, with a little vibrato; float64 (n,)."""
    t = np.arange(round(seconds * CALL_RATE_HZ)) / CALL_RATE_HZ
    phase = 2 * np.pi * f0_hz * t + 0.8 * np.sin(2 * np.pi * 3.1 * t)
    out = np.zeros_like(t)
    for k in range(1, int(3800 / f0_hz)):
        out += 10 ** (tilt_db * np.log2(k) / 20) * np.sin(k * phase + k)
    return at_level(out, level_dbfs)


def at_level(audio: DoubleArray, level_dbfs: float) -> DoubleArray:
    return np.asarray(audio / np.sqrt(np.mean(audio**2)) * 10 ** (level_dbfs / 20))


def noise(seconds: float, level_dbfs: float, seed: int = 1) -> DoubleArray:
    size = round(seconds * CALL_RATE_HZ)
    return at_level(np.random.default_rng(seed).normal(size=size), level_dbfs)


def telephone(audio: DoubleArray) -> DoubleArray:
    """300-3400 Hz, steep."""
    spectrum, hz = np.fft.rfft(audio), np.fft.rfftfreq(len(audio), 1 / CALL_RATE_HZ)
    spectrum[(hz < 300) | (hz > 3400)] = 0
    return np.fft.irfft(spectrum, len(audio))


def silence(seconds: float) -> DoubleArray:
    return np.zeros(round(seconds * CALL_RATE_HZ))


def run(
    customer: DoubleArray,
    block_s: float = 0.37,
    known: Mapping[Channel, EffortBaseline] | None = None,
    speech: npt.NDArray[np.bool_] | None = None,
    behind: npt.NDArray[np.bool_] | None = None,
    unsure: float = 0.0,
    agent_from_s: float = float("inf"),
) -> tuple[EffortEstimator, EffortFrames]:
    """The customer's voice; speech is what is above -60 dBFS, or `speech` (frames,); `behind`: of it.

    `unsure`: how probable voice activity finds what is not speech. The agent's channel is silent
    but taken for speech after `agent_from_s`.
    """
    samples = np.stack([np.zeros_like(customer), customer])
    samples = np.round(np.clip(samples, -0.999, 0.999) * 32767).astype(np.int16)
    estimator, size = EffortEstimator(baselines=known), round(block_s * CALL_RATE_HZ)
    parts, done = [], 0
    for start in range(0, samples.shape[1], size):
        block = CallBlock(samples[:, start : start + size], start / CALL_RATE_HZ)
        count = (start + block.samples.shape[1]) // 160 - done
        piece = customer[done * 160 : (done + count) * 160].reshape(-1, 160)
        level = np.zeros((2, count), np.float32) - 120
        level[1] = 10 * np.log10((piece**2).mean(axis=1) + 1e-12)
        flags = level > -60
        if speech is not None:
            flags[1] = speech[done : done + count]
        flags[0] = (done + np.arange(count)) * HOP_S >= agent_from_s
        probability = np.maximum(flags, unsure).astype(np.float32)
        frames = VoiceFrames(done * HOP_S, flags, probability, level, 0.1)
        if behind is not None:
            frames.behind[1] = behind[done : done + count]
        done += count
        parts.append(estimator.process(block, frames))
    parts.append(estimator.finish())
    effort, raised, pitch, tone, level, voiced, new = (
        np.concatenate([getattr(part, name) for part in parts], axis=1) for name in COLUMNS
    )
    frames_out = EffortFrames(
        0.0, STEP_S, effort, raised, pitch, tone, level, voiced, new, parts[0].delay_s
    )
    return estimator, frames_out
