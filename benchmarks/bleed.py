"""What a leak of the far voice costs: interruptions and talk time with and without it.

    python -m benchmarks.bleed CALLS ... [--levels DB ...] [--delays MS ...] [--ways both agent
                               customer] [--paths direct room] [--groups clean] [--json FILE]

CALLS: folders of scripted call_*.wav with call_*.json (see README.md). The leak is added to the
calls of the groups, relative to the channel that it comes from. A direct path is a delayed copy; a
room colours it (300-3400 Hz loudspeaker) and echoes for some 40 ms more.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scripted import Truth, calls_in, load, true_speech
from benchmarks.table import print_table, write_json
from benchmarks.turn_taking import cues_of, figures, speech_of, talk_row
from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import CHANNELS
from callwatch.core.cues import CueKind
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.voice.quality.monitor import QualityMonitor
from callwatch.voice.vad.activity import VoiceActivity

Row = dict[str, Any]
# Channels that the far voice leaks into.
WAYS = {"both": (0, 1), "agent": (0,), "customer": (1,)}
# Own speech, its breath and its room end so long after the truth says so.
GUARD_S = 0.3


def path_of(kind: str, level_db: float, delay_ms: float, seed: int) -> DoubleArray:
    """The filter between the channels; its gain is that of white sound in the telephone band."""
    delay = round(delay_ms * CALL_RATE_HZ / 1000)
    if kind == "direct":
        return np.concatenate((np.zeros(delay), [10 ** (level_db / 20)]))
    rng = np.random.default_rng(seed)
    echoes = rng.normal(0.0, 1.0, 640) * np.exp(-np.arange(640) / 130)
    echoes[:8] += 6.0 * np.hanning(8)
    spectrum, hz = np.fft.rfft(echoes, 2048), np.fft.rfftfreq(2048, 1 / CALL_RATE_HZ)
    slope = 1 / (1 + (300 / np.maximum(hz, 1)) ** 4) / (1 + (hz / 3400) ** 4)
    heard = np.fft.irfft(spectrum * slope, 2048)[:1024]
    inside = (hz > 300) & (hz < 3400)
    power = np.mean(np.abs(np.fft.rfft(heard, 2048)[inside]) ** 2)
    return np.concatenate((np.zeros(delay), heard / np.sqrt(power) * 10 ** (level_db / 20)))


def leaky(samples: Samples, path: DoubleArray, into: Sequence[int]) -> Samples:
    """The call with the other channel's sound added to the channels `into`."""
    sound = samples.astype(np.float64)
    size = sound.shape[1]
    if np.count_nonzero(path) == 1:
        at = int(np.flatnonzero(path)[0])
        leak = np.pad(sound * path[at], ((0, 0), (at, 0)))[:, :size]
    else:
        length = 1 << (size + len(path)).bit_length()
        product = np.fft.rfft(sound, length) * np.fft.rfft(path, length)
        leak = np.fft.irfft(product, length)[:, :size]
    for row in into:
        sound[row] += leak[1 - row]
    return np.asarray(np.round(np.clip(sound, -32768, 32767)), dtype=np.int16)


def hear(samples: Samples) -> tuple[list[VoiceFrames], bool]:
    """The voice frames of a call, and whether its channels could be told apart."""
    voice, quality, frames = VoiceActivity(), QualityMonitor(), []
    for at in range(0, samples.shape[1], CALL_RATE_HZ):
        block = CallBlock(samples[:, at : at + CALL_RATE_HZ], at / CALL_RATE_HZ)
        frames.append(voice.process(block))
        quality.process(block, frames[-1])
    return [*frames, voice.finish()], quality.separable


def leaked_speech(truth: Truth, frames: list[VoiceFrames]) -> tuple[float, float]:
    """Seconds in which the far side alone speaks, and those of them that count as near speech."""
    speech = np.concatenate([part.speech for part in frames], axis=1)
    said = np.zeros((2, 2, speech.shape[1]), dtype=np.bool_)  # as it is, and with the guard
    for channel, spans in true_speech(truth).items():
        for span in spans:
            for k, guard_s in enumerate((0.0, GUARD_S)):
                said[k, channel.index, _frames(span, guard_s)] = True
    far_alone = np.stack([said[0, 1 - c.index] & ~said[1, c.index] for c in CHANNELS])
    return float(far_alone.sum() * HOP_S), float((far_alone & speech).sum() * HOP_S)


def _frames(span: TimeSpan, guard_s: float) -> slice:
    return slice(
        max(0, round((span.start_s - guard_s) / HOP_S)), round((span.end_s + guard_s) / HOP_S)
    )


def measure(calls: list[tuple[Truth, Samples]], path: DoubleArray, into: Sequence[int]) -> Row:
    """All figures of the calls with one leak."""
    pairs: list[tuple[Truth, list[Truth]]] = []
    talk: list[Row] = []
    alone_s = wrong_s = cpu_s = audio_s = 0.0
    refused = 0
    for truth, samples in calls:
        sound = leaky(samples, path, into)
        before = time.process_time()
        frames, separable = hear(sound)
        pairs.append((truth, cues_of(frames, sound.shape[1] / CALL_RATE_HZ)))
        cpu_s += time.process_time() - before
        audio_s += sound.shape[1] / CALL_RATE_HZ
        talk.append(talk_row(truth, speech_of(frames)))
        heard_s, taken_s = leaked_speech(truth, frames)
        alone_s, wrong_s, refused = alone_s + heard_s, wrong_s + taken_s, refused + (not separable)
    found = figures(pairs, CueKind.INTERRUPTION)
    return {
        "P": found["precision"],
        "R": found["recall"],
        "F1": found["f1"],
        "latency": found["latency median s"],
        "p95": found["latency p95 s"],
        "talk error %": sum(row["talk error %"] for row in talk) / len(talk),
        "leak as speech %": 100 * wrong_s / max(alone_s, 1e-9),
        "refused": refused,
        "CPU %": 100 * cpu_s / audio_s,
    }


def table(calls: list[tuple[Truth, Samples]], args: argparse.Namespace) -> list[Row]:
    """One row a leak, the calls as they are in front."""
    nothing: Row = {"path": "none", "into": "-", "level dB": None, "delay ms": None}
    clean = measure(calls, np.zeros(1), ())
    rows: list[Row] = [{**nothing, "worst drop": 0.0, **clean}]
    for kind in args.paths:
        for way in args.ways:
            for level_db in args.levels:
                for delay_ms in args.delays:
                    path = path_of(kind, level_db, delay_ms, seed=round(delay_ms))
                    found = measure(calls, path, WAYS[way])
                    drop = max(100 * (clean[key] - found[key]) for key in ("P", "R", "F1"))
                    row: Row = {"path": kind, "into": way, "level dB": level_db}
                    rows.append({**row, "delay ms": delay_ms, "worst drop": drop, **found})
                    print(_line(rows[-1]), flush=True)
    return rows


def _line(row: Row) -> str:
    shown = (f"{v:.3f}" if isinstance(v, float) else str(v) for v in row.values())
    return "  ".join(shown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=Path, nargs="*", help="folders of scripted calls")
    parser.add_argument("--levels", type=float, nargs="+", default=[-6, -10, -15, -20, -30])
    parser.add_argument("--delays", type=float, nargs="+", default=[0, 20, 60])
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=["both", "agent"])
    parser.add_argument("--paths", nargs="+", choices=["direct", "room"], default=["direct"])
    parser.add_argument("--groups", nargs="+", default=["clean"], help="which calls, by group")
    parser.add_argument("--limit", type=int, default=None, help="so many calls at most")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/bleed.json"))
    args = parser.parse_args()
    wanted = [
        (path, truth)
        for path, truth in calls_in(args.calls)
        if set(args.groups) & set(truth["conditions"]["groups"])
    ]
    if not wanted:
        print("skipped: give folders of scripted calls (see benchmarks/README.md)")
        return
    rows = table([(truth, load(path)) for path, truth in wanted[: args.limit]], args)
    print_table(f"Leaks in {len(wanted[: args.limit])} calls", rows)
    write_json(args.json, rows)


if __name__ == "__main__":
    main()
