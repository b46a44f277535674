"""A television behind the customer: raised voices that are the television's, and the customer's own.

    CALLWATCH_DATA=DIR python -m benchmarks.television CALLS [--shows FOLDER] [--limit N] [--json FILE]

CALLS: a folder of scripted calls (call_*.wav with call_*.json). DIR/audio/effort, or --shows: a corpus
of acted clips (see acted.py) that go on behind the customer for the whole call, calm and shouted, at
some levels below the customer's speech. The customer's true raised voices are to be found all the
same; every other one is false.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.acted import RAISED, USUAL, kind_of, load, on_line, speakers_of
from benchmarks.effort import as_samples, cues_of
from benchmarks.table import data_dir, print_table, write_json
from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import Channel

LEVELS_DB = (None, -8.0, -12.0, -16.0, -20.0)
PAUSE_S = (0.05, 0.6)


def speech_power(sound: DoubleArray) -> float:
    """Mean power of the 10 ms within 30 dB of the strongest."""
    power = (sound[: len(sound) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1)
    return float(power[power > power.max() / 1000].mean())


def television(clips: list[DoubleArray], length: int, seed: int) -> DoubleArray:
    """Clips in random order, of mean power 1."""
    rng, out, at = np.random.default_rng(seed), np.zeros(length), 0
    while at < length:
        clip = clips[rng.integers(len(clips))][: length - at]
        out[at : at + len(clip)] = clip / np.sqrt(speech_power(clip))
        at += len(clip) + round(rng.uniform(*PAUSE_S) * CALL_RATE_HZ)
    return out


def trimmed(clip: DoubleArray) -> DoubleArray:
    """Without the silence before and after."""
    loud = np.flatnonzero(np.abs(clip) > np.abs(clip).max() / 18)
    return clip[loud[0] : loud[-1]]


def measure(paths: list[Path], clips: list[DoubleArray], level_db: float | None) -> dict[str, Any]:
    """True raised voices found, and false ones, beside a television at this level."""
    wanted = found = false = 0
    seconds = 0.0
    for seed, path in enumerate(paths):
        sound, truth = load(path.with_suffix(".wav")), json.loads(path.read_text("utf-8"))
        customer = Channel.CUSTOMER.index
        if level_db is not None:
            gain = np.sqrt(speech_power(sound[customer])) * 10 ** (level_db / 20)
            sound[customer] += gain * television(clips, sound.shape[1], seed)
        cues, _ = cues_of(as_samples(sound))
        events = [e for e in truth["events"] if e["kind"] == "raised_voice"]
        met = [
            (i, j)
            for i, event in enumerate(events)
            for j, cue in enumerate(cues)
            if cue.channel == event["channel"]
            and cue.span.start_s < event["end_s"]
            and event["start_s"] < cue.span.end_s
        ]
        wanted, found = wanted + len(events), found + len({i for i, _ in met})
        false += len(cues) - len({j for _, j in met})
        seconds += truth["duration_s"]
    return {
        "television": "none" if level_db is None else f"{level_db:.0f} dB",
        "calls": len(paths),
        "raised": wanted,
        "recall": found / max(1, wanted),
        "false": false,
        "false / h": false / seconds * 3600 if seconds else None,
    }


def rows(calls: Path, shows: Path, limit: int) -> Iterator[dict[str, Any]]:
    """One a level."""
    clips = [
        trimmed(on_line(load(path)[0], "wide"))
        for paths in speakers_of(shows).values()
        for path in paths
        if kind_of(path) in RAISED + USUAL
    ]
    if not clips:
        raise SystemExit(f"no acted clips in {shows}: set CALLWATCH_DATA or --shows")
    paths = sorted(calls.glob("call_*.json"))[:limit]
    for level_db in LEVELS_DB:
        yield measure(paths, clips, level_db)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=Path, help="a folder of scripted calls")
    parser.add_argument("--shows", type=Path, help="clips of the television")
    parser.add_argument("--limit", type=int, default=12, help="calls at most")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    args = parser.parse_args()
    shows = args.shows or data_dir() / "audio" / "effort"
    found = list(rows(args.calls, shows, args.limit))
    print_table("Raised voices beside a television", found)
    if args.json:
        write_json(args.json, found)


if __name__ == "__main__":
    main()
