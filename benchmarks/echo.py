"""An echo of any delay must change nothing: talk share, overlap and interruptions beside the same call.

    [CALLWATCH_DATA=DIR] python -m benchmarks.echo [CALLS ...] [--delays MS ...] [--levels DB ...]
        [--into agent customer] [--paths telephone room saturated] [--noise DBFS] [--seconds S]

CALLS: folders of two-channel recordings (*.wav, or NAME/call.wav); with CALLWATCH_DATA those in
DIR/audio/calls as well. The other side's voice comes back in one channel, so much later and so much
weaker. A telephone path keeps 300-3400 Hz; a room echoes for some 100 ms more; a saturated path adds
what an overdriven loudspeaker and 7 bits of mu-law add, which no linear filter takes away.

Printed a row: how far the agent's share of talk moves in points (mean and most), overlap that is not in
the call without echo, interruptions that are not there and those that are lost, and calls whose channels
were reported as not separable: their figures are left out, so they count in no other column.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bleed import hear
from benchmarks.scripted import load, match
from benchmarks.table import optional_data_dir, print_table, write_json
from benchmarks.turn_taking import cues_of, speech_of
from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import CueKind
from callwatch.core.spans import intersection, total_s

Row = dict[str, Any]
PATHS = ("telephone", "room", "saturated")
# One sound twice, and one of 10 s.
LEFT_OUT = {"same_audio_both_channels", "quiet_stereo"}


def band(sound: DoubleArray) -> DoubleArray:
    """300-3400 Hz."""
    spectrum, hz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1 / CALL_RATE_HZ)
    spectrum *= 1 / (1 + (300 / np.maximum(hz, 1)) ** 8) / (1 + (hz / 3400) ** 16)
    return np.fft.irfft(spectrum, len(sound))


def room(sound: DoubleArray) -> DoubleArray:
    """A loudspeaker and its echoes, 60 dB down after 0.25 s; as loud as it was."""
    taps = np.random.default_rng(1).normal(0.0, 1.0, 1600) * np.exp(-np.arange(1600) / 300)
    taps[:8] += 6.0 * np.hanning(8)
    taps /= np.sqrt((taps**2).sum())
    size = 1 << (len(sound) + len(taps)).bit_length()
    heard = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(taps, size), size)
    return band(heard[: len(sound)])


def saturated(sound: DoubleArray) -> DoubleArray:
    """Tops pressed down at the usual level of the voice, then 7 bits of mu-law."""
    heard = band(sound)
    usual = 1.2 * np.sqrt(np.mean(heard[np.abs(heard) > 1e-3] ** 2))
    heard = band(np.tanh(heard / usual) * usual)
    steps = np.round(64 * np.log1p(255 * np.abs(heard)) / np.log1p(255)) / 64
    return np.asarray(np.sign(heard) * np.expm1(steps * np.log1p(255)) / 255)


def echoed(samples: Samples, into: int, delay_ms: float, level_db: float, path: str) -> Samples:
    """The call with the other channel's voice coming back in the channel `into`."""
    sound = samples / 32768.0
    voice = {"telephone": band, "room": room, "saturated": saturated}[path](sound[1 - into])
    late = round(delay_ms * CALL_RATE_HZ / 1000)
    sound[into, late:] += voice[: len(voice) - late] * 10 ** (level_db / 20)
    return np.asarray(np.round(np.clip(sound, -1.0, 0.99997) * 32768.0), dtype=np.int16)


def noisy(samples: Samples, dbfs: float | None) -> Samples:
    """White noise on both channels."""
    if dbfs is None:
        return samples
    hiss = np.random.default_rng(1).normal(0.0, 32768 * 10 ** (dbfs / 20), samples.shape)
    return np.asarray(np.round(np.clip(samples + hiss, -32768, 32767)), dtype=np.int16)


def answers(samples: Samples) -> Row:
    """What callwatch says of one call."""
    frames, separable = hear(samples)
    speech = speech_of(frames)
    talk = {channel: total_s(speech[channel]) for channel in CHANNELS}
    cues = cues_of(frames, samples.shape[1] / CALL_RATE_HZ)
    return {
        "separable": separable,
        "share": talk[Channel.AGENT] / max(sum(talk.values()), 1e-9),
        "overlap": total_s(intersection(speech[Channel.AGENT], speech[Channel.CUSTOMER])),
        "interruptions": [cue for cue in cues if cue["kind"] is CueKind.INTERRUPTION],
    }


def compare(pairs: Sequence[tuple[Row, Row]]) -> Row:
    """Figures over (without echo, with echo)."""
    measured = [(clean, heard) for clean, heard in pairs if heard["separable"]]
    moved = [100 * abs(heard["share"] - clean["share"]) for clean, heard in measured] or [0.0]
    matches = [match(clean["interruptions"], heard["interruptions"]) for clean, heard in measured]
    return {
        "calls": len(pairs),
        "share moves, points": sum(moved) / len(moved),
        "most": max(moved),
        "false overlap s": sum(max(0.0, b["overlap"] - a["overlap"]) for a, b in measured),
        "false interruptions": sum(len(false) for _, false in matches),
        "lost": sum(len(a["interruptions"]) for a, _ in measured) - sum(len(f) for f, _ in matches),
        "reported": len(pairs) - len(measured),
    }


def calls_of(folders: Sequence[Path]) -> Iterator[Path]:
    """Recordings in the folders, and the real ones of CALLWATCH_DATA."""
    for folder in folders:
        yield from sorted([*folder.glob("*.wav"), *folder.glob("*/call.wav")])
    data = optional_data_dir()
    if data is not None:
        yield from (p for p in sorted(data.glob("audio/calls/*.flac")) if p.stem not in LEFT_OUT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=Path, nargs="*", help="folders of recordings")
    parser.add_argument("--delays", type=float, nargs="+", default=[60, 120, 250, 400, 600])
    parser.add_argument("--levels", type=float, nargs="+", default=[-15, -25, -40, -45])
    parser.add_argument("--into", nargs="+", default=["customer", "agent"])
    parser.add_argument("--paths", nargs="+", choices=PATHS, default=["telephone"])
    parser.add_argument("--noise", type=float, help="white noise on both channels, dBFS")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each call, from its start")
    parser.add_argument("--limit", type=int, help="so many calls at most")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/echo.json"))
    args = parser.parse_args()
    length = round(args.seconds * CALL_RATE_HZ)
    paths = list(calls_of(args.calls))[: args.limit]
    if not paths:
        print("skipped: give folders of two-channel recordings, or set CALLWATCH_DATA")
        return
    calls = [noisy(load(path)[:, :length], args.noise) for path in paths]
    clean = [answers(call) for call in calls]
    rows: list[Row] = []
    for path in args.paths:
        for into in args.into:
            row = Channel(into).index
            for delay in args.delays:
                for level in args.levels:
                    heard = (answers(echoed(call, row, delay, level, path)) for call in calls)
                    found = compare(list(zip(clean, heard, strict=True)))
                    rows.append({"path": path, "into": into, "ms": delay, "dB": level} | found)
                    print(*(f"{v:.2f}" if isinstance(v, float) else v for v in rows[-1].values()))
    print_table("Echoes beside the same calls without", rows)
    write_json(args.json, rows)


if __name__ == "__main__":
    main()
