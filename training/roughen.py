"""The same conversations on bad lines, for training: `python -m training.roughen FROM TO [--seed N] [--count N]`.

FROM: a folder of training/conversations.py. Added are loud leaks of each side into the other (2-600 ms late, half of
them 6-15 dB below own speech), noise of the line or of many voices, other levels and automatic gain, and the
telephone, with or without mu-law. Each comes alone as well as with others. The truth stays.
"""

import argparse
import shutil
from pathlib import Path
from typing import Final

import numpy as np
import soundfile as sf
import soxr
from benchmarks.scripted import load
from benchmarks.synthesis import RATE, automatic_gain, mu_law, telephone

from callwatch.core.arrays import DoubleArray

# Of a leak, beside own speech.
STRONG_DB: Final = (-15.0, -6.0)
WEAK_DB: Final = (-34.0, -15.0)
VOICES: Final = 4  # calls, of two voices each, that sound at once in a room full of people


def strong_level(row: DoubleArray) -> float:
    """Amplitude of the louder speech of one side (n,)."""
    rms = np.sqrt(np.mean(row[: len(row) // 160 * 160].reshape(-1, 160) ** 2, axis=1))
    return float(np.quantile(rms, 0.9)) + 1e-6


def leaked(sound: DoubleArray, rng: np.random.Generator) -> DoubleArray:
    """Each side's voice in the other's channel; (2, n) as `sound`."""
    out = sound.copy()
    levels = [strong_level(row) for row in sound]
    level_db = rng.uniform(*(STRONG_DB if rng.random() < 0.5 else WEAK_DB))
    delay_s = rng.choice([rng.uniform(0.002, 0.06), rng.uniform(0.06, 0.6)], p=[0.65, 0.35])
    for row in range(2):
        if rng.random() < 0.85:
            shift = round(delay_s * rng.uniform(0.8, 1.25) * RATE)
            gain = levels[row] / levels[1 - row] * 10 ** ((level_db + rng.normal(0, 1.5)) / 20)
            out[row, shift:] += min(gain, 1.0) * sound[1 - row, :-shift]
    return out


def babble(paths: list[Path], size: int, rng: np.random.Generator) -> DoubleArray:
    """Many voices at once (size,), of power 1."""
    out = np.zeros(size)
    for k in rng.choice(len(paths), VOICES, replace=False):
        talk = load(paths[int(k)]).astype(np.float64).sum(axis=0)
        out += np.resize(np.roll(talk, int(rng.integers(len(talk)))), size) / talk.std()
    return np.asarray(out / out.std())


def roughen(path: Path, out: Path, others: list[Path], rng: np.random.Generator) -> None:
    """One call."""
    sound = load(path) / 32768.0
    if rng.random() < 0.65:
        sound = leaked(sound, rng)
    if rng.random() < 0.55:
        noise = rng.normal(0, 1, sound.shape)
        if rng.random() < 0.4:
            noise = np.stack([babble(others, sound.shape[1], rng) for _ in range(2)])
        # 12 to 35 dB below speech, on each side.
        floor_db = rng.uniform(-35, -12, 2)
        for row in range(2):
            sound[row] += strong_level(sound[row]) * 10 ** (floor_db[row] / 20) * noise[row]
    sound *= 10 ** (rng.uniform(-12, 6) / 20)
    if rng.random() < 0.25:
        sound = automatic_gain(sound)
    rate = RATE
    if rng.random() < 0.6:
        rate = 8000
        sound = soxr.resample(telephone(sound).T, RATE, rate).T
        sound = mu_law(sound) if rng.random() < 0.6 else sound
    sf.write(out, np.clip(sound.T, -0.999, 0.999), rate, subtype="PCM_16")
    shutil.copyfile(path.with_suffix(".json"), out.with_suffix(".json"))


def main() -> None:
    """Write a folder of conversations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, metavar="FROM")
    parser.add_argument("target", type=Path, metavar="TO")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    args = parser.parse_args()
    args.target.mkdir(parents=True, exist_ok=True)
    paths = sorted(args.source.glob("call_*.wav"))
    for index, path in enumerate(paths[: args.count]):
        rng = np.random.default_rng([args.seed, index])
        roughen(path, args.target / path.name, [p for p in paths if p != path], rng)


if __name__ == "__main__":
    main()
