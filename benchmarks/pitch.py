"""Pitch methods compared: accuracy on known pitch, power to tell shouts, cost.

    [CALLWATCH_DATA=DIR] python -m benchmarks.pitch [--seconds N] [--json FILE]

callwatch's own autocorrelation (numpy) against Praat's (praat-parselmouth, GPL: here only, callwatch
itself does not need it) and WORLD's DIO and Harvest (pyworld, MIT). A library that is not installed
is left out with a sentence: pip install "callwatch[bench]".

Known pitch: glottal pulses through vowels, made in code, voiced and silent by turns. Gross errors are
windows that both sides call voiced and that lie more than 20 % off; octave errors those of them
within a semitone of an octave. DIR/audio/effort: see acted.py; ROC-AUC of each clip's median pitch
above the speaker's own neutral clips.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.acted import RAISED, USUAL, kind_of, load, on_line, speakers_of
from benchmarks.effort import auc
from benchmarks.table import optional_data_dir, print_table, write_json
from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.voice.effort.f0 import WINDOW_SAMPLES, F0Estimator, is_voiced, power_spectra

Method = Callable[[DoubleArray], DoubleArray]
Row = dict[str, Any]
HOP = CALL_RATE_HZ // 50
FLOOR_HZ, CEILING_HZ = 60.0, 640.0
# Formants and bandwidths (Hz) of an adult's a, i, u (G. Peterson & H. Barney 1952, J. Acoust. Soc. Am. 24).
VOWELS = (
    ((730, 80), (1090, 90), (2440, 120)),
    ((270, 60), (2290, 100), (3010, 120)),
    ((300, 60), (870, 80), (2240, 120)),
)
# Men, women, and shouting ones (H. Traunmüller & A. Eriksson 2000).
RANGES_HZ = ((80, 150), (150, 260), (240, 420), (380, 560))
LINES = ("wide", "telephone mu-law", "noise 15 dB", "noise 5 dB", "telephone, noise 15 dB")


def centres(samples: int) -> npt.NDArray[np.int_]:
    """Middles of the windows that are compared, in samples."""
    return np.arange((samples - WINDOW_SAMPLES) // HOP) * HOP + WINDOW_SAMPLES // 2


def own(audio: DoubleArray) -> DoubleArray:
    """F0 at each centre, NaN where unvoiced."""
    starts = centres(len(audio)) - WINDOW_SAMPLES // 2
    windows = audio[starts[:, None] + np.arange(WINDOW_SAMPLES)].astype(np.float32)
    finder = F0Estimator()
    found = finder.find(power_spectra(windows))
    return np.where(is_voiced(found, finder.config), found.f0_hz, np.nan).astype(np.float64)


def praat(audio: DoubleArray) -> DoubleArray:
    """Praat's autocorrelation with its own path search."""
    sound = importlib.import_module("parselmouth").Sound(audio, CALL_RATE_HZ)
    pitch = sound.to_pitch_ac(
        time_step=HOP / CALL_RATE_HZ, pitch_floor=FLOOR_HZ, pitch_ceiling=CEILING_HZ
    )
    hz = pitch.selected_array["frequency"]
    return at_centres(np.asarray(pitch.xs()), np.where(hz > 0, hz, np.nan), len(audio))


def world(name: str) -> Method:
    """One of pyworld's methods."""

    def find(audio: DoubleArray) -> DoubleArray:
        library = importlib.import_module("pyworld")
        given = {"f0_floor": FLOOR_HZ, "f0_ceil": CEILING_HZ, "frame_period": 20.0}
        hz, times = getattr(library, name)(np.ascontiguousarray(audio), CALL_RATE_HZ, **given)
        return at_centres(times, np.where(hz > 0, hz, np.nan), len(audio))

    return find


def at_centres(times_s: DoubleArray, hz: DoubleArray, samples: int) -> DoubleArray:
    """The nearest frame of each centre."""
    wanted = centres(samples) / CALL_RATE_HZ
    nearest = np.abs(times_s[None, :] - wanted[:, None]).argmin(axis=1)
    out = np.asarray(hz[nearest], np.float64)
    out[np.abs(times_s[nearest] - wanted) > HOP / CALL_RATE_HZ] = np.nan
    return out


def methods() -> dict[str, Method]:
    """Those that are installed."""
    out: dict[str, Method] = {"own autocorrelation": own}
    libraries: tuple[tuple[str, str, dict[str, Method]], ...] = (
        ("parselmouth", "praat-parselmouth", {"Praat autocorrelation": praat}),
        ("pyworld", "pyworld", {"WORLD DIO": world("dio"), "WORLD Harvest": world("harvest")}),
    )
    for module, package, found in libraries:
        try:
            importlib.import_module(module)
        except ImportError:
            print(f"left out: {package} is not installed (pip install {package})")
        else:
            out |= found
    return out


def voices(seconds: float, seed: int = 3) -> tuple[DoubleArray, DoubleArray]:
    """Sound (n,) and its true pitch (n,), NaN where silent: vowels with gliding, trembling pitch."""
    rng = np.random.default_rng(seed)
    sound, truth, made = list[DoubleArray](), list[DoubleArray](), 0
    while made < seconds * CALL_RATE_HZ:
        low, high = RANGES_HZ[len(sound) // 2 % len(RANGES_HZ)]
        size = round(rng.uniform(0.25, 0.6) * CALL_RATE_HZ)
        first, last = np.log(rng.uniform(low, high, 2))
        glide = np.linspace(first, last, size)
        wave = 0.02 * np.sin(2 * np.pi * rng.uniform(4, 6) * np.arange(size) / CALL_RATE_HZ)
        hz = np.exp(glide + wave)
        formants = VOWELS[int(rng.integers(len(VOWELS)))]
        vowel = spoken(hz, formants, rng)
        rest = round(rng.uniform(0.15, 0.3) * CALL_RATE_HZ)
        sound += [vowel, np.zeros(rest)]
        truth += [hz, np.full(rest, np.nan)]
        made += size + rest
    return np.concatenate(sound), np.concatenate(truth)


def spoken(
    hz: DoubleArray, formants: tuple[tuple[int, int], ...], rng: np.random.Generator
) -> DoubleArray:
    """Glottal pulses, 12 dB an octave down and 6 dB up at the lips, through the formants."""
    cycle = np.cumsum(hz) / CALL_RATE_HZ
    # Between two samples: pulses on whole samples would make a pitch of their own.
    at = np.interp(np.arange(1, int(cycle[-1]) + 1), cycle, np.arange(len(hz)))
    before, part = at.astype(int), at % 1
    height = 1 + 0.03 * rng.normal(size=len(at))
    pulses = np.zeros(len(hz) + 1)
    np.add.at(pulses, before, height * (1 - part))
    np.add.at(pulses, before + 1, height * part)
    pulses = pulses[:-1]
    spectrum, at_hz = np.fft.rfft(pulses), np.fft.rfftfreq(len(hz), 1 / CALL_RATE_HZ)
    shape = 1 / np.maximum(at_hz, 60.0) + 0j
    for centre, width in formants:
        pole = np.complex128(complex(-np.pi * width, 2 * np.pi * centre))
        s = 2j * np.pi * at_hz
        shape = shape * abs(pole) ** 2 / ((s - pole) * (s - pole.conj()))
    vowel = np.fft.irfft(spectrum * shape, len(hz))
    edge = np.minimum(1, np.minimum(np.arange(len(hz)), np.arange(len(hz))[::-1]) / 160)
    return np.asarray(vowel / np.sqrt(np.mean(vowel**2)) * 0.05 * edge)


def over(audio: DoubleArray, line: str) -> DoubleArray:
    """The sound as it comes out of the line."""
    out = on_line(audio, "telephone") if "telephone" in line else audio
    if "noise" in line:
        ratio_db = float(line.split()[-2])
        power = float(np.mean(out[out != 0] ** 2)) if "telephone" not in line else 0.05**2
        noise = np.random.default_rng(5).normal(size=len(out))
        out = out + noise * np.sqrt(power) * 10 ** (-ratio_db / 20)
    return np.asarray(out)


def accuracy(name: str, find: Method, audio: DoubleArray, truth: DoubleArray, line: str) -> Row:
    """Errors and CPU of one method on one line."""
    heard = over(audio, line)
    began = time.process_time()
    hz = find(heard)
    cpu_s = time.process_time() - began
    at = centres(len(audio))
    # Windows across an edge are neither voiced nor silent.
    same = np.isnan(truth[at - HOP]) == np.isnan(truth[np.minimum(at + HOP, len(truth) - 1)])
    voiced, said = ~np.isnan(truth[at]) & same, ~np.isnan(hz)
    both = voiced & said
    off = 12 * np.log2(hz[both] / truth[at][both])
    gross = np.abs(off) > 12 * np.log2(1.2)
    octave = gross & (np.abs(np.abs(off) - 12) < 1)
    silent = np.isnan(truth[at]) & same
    return {
        "line": line,
        "method": name,
        "gross errors": float(gross.mean()),
        "octave errors": float(octave.mean()),
        "fine error, cents": float(np.median(np.abs(off[~gross])) * 100),
        "voiced found": float(said[voiced].mean()),
        "silence called voiced": float(said[silent].mean()),
        "CPU s an hour": cpu_s / len(audio) * CALL_RATE_HZ * 3600,
    }


def telling(name: str, find: Method, folder: Path, band: str) -> Row:
    """ROC-AUC of median pitch, shouted against usual clips."""
    scores: dict[bool, list[float]] = {True: [], False: []}
    for paths in speakers_of(folder).values():
        clips = [p for p in paths if kind_of(p) in RAISED + USUAL]
        pitch = {p: middle(find(on_line(load(p)[0], band))) for p in clips}
        neutral = [p for p in clips if kind_of(p) == "neutral_normal"]
        for path, value in pitch.items():
            others = np.mean([pitch[p] for p in neutral if p != path])
            scores[kind_of(path) in RAISED].append(float(value - others))
    return {"band": band, "method": name, "ROC-AUC": auc(scores[True], scores[False])}


def middle(hz: DoubleArray) -> float:
    """Median in semitones above 100 Hz; 0 without any voice."""
    semitones = 12 * np.log2(hz[~np.isnan(hz)] / 100)
    return float(np.median(semitones)) if len(semitones) else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="sound with known pitch")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    args = parser.parse_args()
    found = methods()
    audio, truth = voices(args.seconds)
    rows = [accuracy(n, m, audio, truth, line) for line in LINES for n, m in found.items()]
    print_table("Known pitch", rows)
    folder = optional_data_dir()
    if folder is None or not speakers_of(folder / "audio" / "effort"):
        print("clips left out: CALLWATCH_DATA names no folder with audio/effort", file=sys.stderr)
    else:
        clips = folder / "audio" / "effort"
        bands = ("wide, level removed", "telephone, level removed")
        separation = [telling(n, m, clips, band) for band in bands for n, m in found.items()]
        print_table("Shouted against calm by median pitch alone", separation)
        rows += separation
    if args.json:
        write_json(args.json, rows)


if __name__ == "__main__":
    main()
