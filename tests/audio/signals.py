"""Test sounds, made in code."""

from pathlib import Path

import numpy as np
import soundfile

from callwatch.core.arrays import FloatArray


def tone(hz: float, seconds: float, rate_hz: int = 16_000, level: float = 0.5) -> FloatArray:
    """A sine, float32 (n,)."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def noise(seconds: float, rate_hz: int = 16_000, level: float = 0.1, seed: int = 1) -> FloatArray:
    """White noise, float32 (n,)."""
    generator = np.random.default_rng(seed)
    return (level * generator.standard_normal(round(seconds * rate_hz))).astype(np.float32)


def write(path: Path, *rows: FloatArray, rate_hz: int = 16_000, subtype: str | None = None) -> Path:
    """A sound file with one channel a row; returns its path."""
    soundfile.write(path, np.stack(rows, axis=1), rate_hz, subtype=subtype)
    return path
