"""Acted speech for the benchmarks of effort and pitch: clips, lines, and calls built of clips.

FOLDER/SPEAKER/EMOTION_INTENSITY_*.flac: angry_strong is raised, neutral and calm_normal are usual.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.frames import HOP_S, VoiceFrames

RAISED, USUAL = ("angry_strong",), ("neutral_normal", "calm_normal")
BANDS = ("wide", "wide, level removed", "telephone", "telephone, level removed")
LEVEL_DBFS = -27.0
# Clips in a row that make a stretch, and the usual speech that comes before the first one.
IN_A_ROW = 3
LEAD_S = 8.0


def load(path: Path) -> DoubleArray:
    """(channels, n) at the call's rate."""
    audio, rate = soundfile.read(path, always_2d=True)
    return np.asarray(soxr.resample(audio, rate, CALL_RATE_HZ).T, np.float64)


def on_line(clip: DoubleArray, band: str) -> DoubleArray:
    """One clip (n,) as it comes out of the line: 300-3400 Hz and mu-law, level removed or not."""
    out = clip
    if "telephone" in band:
        spectrum, hz = np.fft.rfft(out), np.fft.rfftfreq(len(out), 1 / CALL_RATE_HZ)
        safe = np.maximum(hz, 1e-3)
        fall = 1 / np.sqrt((1 + (300 / safe) ** 8) * (1 + (hz / 3400) ** 8))
        out = np.fft.irfft(spectrum * fall, len(out))
    if "removed" in band:
        frames = out[: len(out) // 160 * 160].reshape(-1, 160)
        power = (frames**2).mean(axis=1)
        out = out * 10 ** (LEVEL_DBFS / 20) / np.sqrt(power[power > power.max() / 1000].mean())
    if "telephone" in band:
        small = np.log1p(255 * np.minimum(np.abs(out), 1)) / np.log(256)
        out = np.sign(out) * (256 ** (np.round(127 * small) / 127) - 1) / 255
    return out


def kind_of(path: Path) -> str:
    """EMOTION_INTENSITY of a clip."""
    return path.stem.rsplit("_s", 1)[0]


def speakers_of(folder: Path) -> dict[str, list[Path]]:
    """The clips of each speaker."""
    return {
        d.name: sorted(d.glob("*.flac")) for d in sorted(folder.glob("*")) if any(d.glob("*.flac"))
    }


def clips_of(paths: list[Path], band: str) -> dict[bool, list[DoubleArray]]:
    """One speaker's raised and usual clips, as they come out of a line, their silences cut off."""
    return {
        raised: [_trimmed(on_line(load(p)[0], band)) for p in paths if kind_of(p) in kinds]
        for raised, kinds in ((True, RAISED), (False, USUAL))
    }


def as_call(customer: DoubleArray) -> npt.NDArray[np.int16]:
    """The customer's channel of a call with a silent agent, int16 (2, n)."""
    both = np.stack([np.zeros_like(customer), customer])
    return np.asarray(np.clip(np.round(both * 32768), -32768, 32767), np.int16)


def loud_frames(samples: npt.NDArray[np.int16]) -> VoiceFrames:
    """Speech of a clean clip by level alone: within 25 dB of its strongest 10 ms."""
    size = round(HOP_S * CALL_RATE_HZ)
    count = samples.shape[1] // size
    frames = samples[:, : count * size].reshape(2, count, size).astype(np.float64) / 32768
    level = 10 * np.log10((frames**2).mean(axis=2) + 1e-12)
    speech = level > np.maximum(level.max(axis=1, keepdims=True) - 25, -60)
    return VoiceFrames(0.0, speech, speech.astype(np.float32), level.astype(np.float32), 0.03)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some clips of one kind in a row."""

    raised: bool
    start_s: float
    end_s: float


def stretch_call(
    clips: Mapping[bool, list[DoubleArray]], seed: int
) -> tuple[DoubleArray, list[Stretch]]:
    """A call of one speaker: usual speech, then stretches of three clips, raised and usual, mixed.

    No clip is used twice. Pauses inside a stretch 0.2-0.5 s, between stretches 1.2-2.5 s.
    """
    rng = np.random.default_rng(seed)
    usual, raised = ([clips[r][i] for i in rng.permutation(len(clips[r]))] for r in (False, True))
    lead: list[DoubleArray] = []
    while len(usual) > IN_A_ROW and sum(map(len, lead)) < LEAD_S * CALL_RATE_HZ:
        lead.append(usual.pop())
    rest = [(False, row) for row in _rows(usual)] + [(True, row) for row in _rows(raised)]
    order = [(False, lead), *(rest[i] for i in rng.permutation(len(rest)))]
    parts, truth, at = [np.zeros(CALL_RATE_HZ)], list[Stretch](), CALL_RATE_HZ
    for is_raised, row in order:
        start = end = at
        for clip in row:
            pause = np.zeros(round(rng.uniform(0.2, 0.5) * CALL_RATE_HZ))
            parts += [clip, pause]
            end = at + len(clip)
            at = end + len(pause)
        truth.append(Stretch(is_raised, start / CALL_RATE_HZ, end / CALL_RATE_HZ))
        parts.append(np.zeros(round(rng.uniform(1.2, 2.5) * CALL_RATE_HZ)))
        at += len(parts[-1])
    return np.concatenate(parts), truth


def _rows(clips: list[DoubleArray]) -> list[list[DoubleArray]]:
    return [clips[i : i + IN_A_ROW] for i in range(0, len(clips) - IN_A_ROW + 1, IN_A_ROW)]


def _trimmed(clip: DoubleArray) -> DoubleArray:
    loud = np.flatnonzero(np.abs(clip) > np.abs(clip).max() / 18)
    return clip[loud[0] : loud[-1]]
