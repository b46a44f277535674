"""The same call through several channels must give the same answer.

    python -m benchmarks.conditions CALLS ... [--limit N] [--json FILE]

CALLS: folders of scripted call_*.wav with call_*.json (see README.md); only clean calls are used.
Each is heard as it is and through each channel. Printed: how far the interruptions agree with those
of the clean call (not with the truth), and how far talk share and silence move.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

from benchmarks.scripted import calls_in, hear, load, match
from benchmarks.synthesis import SPEECH_DBFS, mu_law, telephone
from benchmarks.table import print_table, write_json
from benchmarks.turn_taking import Speech, cues_of, speech_of
from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import CueKind
from callwatch.core.spans import TimeSpan, gaps, total_s

Row = dict[str, Any]
FRAME: Final = 160


def narrow(sound: DoubleArray) -> DoubleArray:
    """300-3400 Hz at 8 kHz, 8 bits of mu-law."""
    low = soxr.resample(telephone(sound).T, CALL_RATE_HZ, 8000)
    back = soxr.resample(mu_law(low), 8000, CALL_RATE_HZ).T
    out = np.zeros_like(sound)
    count = min(out.shape[1], back.shape[1])
    out[:, :count] = back[:, :count]
    return out


def noisy(sound: DoubleArray) -> DoubleArray:
    """White noise 15 dB below the usual level of scripted speech, on both channels."""
    level = 10 ** ((SPEECH_DBFS - 15) / 20)
    return sound + np.random.default_rng(1).normal(0.0, level, sound.shape)


def quiet(sound: DoubleArray) -> DoubleArray:
    """20 dB weaker."""
    return sound * 0.1


def uneven(sound: DoubleArray) -> DoubleArray:
    """The customer 15 dB weaker than the agent."""
    return np.asarray(sound * np.array([[1.0], [10 ** (-15 / 20)]]), dtype=np.float64)


def levelled(sound: DoubleArray) -> DoubleArray:
    """A headset's automatic gain: towards -20 dBFS, quick to lower, slow to raise, +-15 dB."""
    out = sound.copy()
    count = sound.shape[1] // FRAME
    for row in out:
        pieces = row[: count * FRAME].reshape(count, FRAME)
        levels = 10 * np.log10(np.mean(pieces**2, axis=1) + 1e-12)
        gains, gain = np.zeros(count + 1), 0.0
        for k, level in enumerate(levels.tolist()):
            if level > -50.0:
                wanted = min(max(-20.0 - level, -15.0), 15.0)
                gain += (0.1 if wanted < gain else 0.01) * (wanted - gain)
            gains[k + 1] = gain
        at = np.arange(len(row)) / FRAME
        row[:] *= 10 ** (np.interp(at, np.arange(count + 1), gains) / 20)
    return out


CONDITIONS: Final[dict[str, Callable[[DoubleArray], DoubleArray]]] = {
    "clean": lambda sound: sound,
    "telephone, mu-law": narrow,
    "noise 15 dB": noisy,
    "20 dB weaker": quiet,
    "customer 15 dB weaker": uneven,
    "automatic gain": levelled,
}


def talk_of(speech: Speech, duration_s: float) -> tuple[float, float]:
    """The agent's share of talk, and silence in seconds a minute."""
    talk = {channel: total_s(speech[channel]) for channel in CHANNELS}
    whole = TimeSpan(0.0, duration_s)
    silence = total_s(gaps([s for c in CHANNELS for s in speech[c]], whole))
    return talk[Channel.AGENT] / max(1e-9, sum(talk.values())), silence / duration_s * 60


def answers(samples: Samples) -> Row:
    """What callwatch says of one call."""
    duration_s = samples.shape[1] / CALL_RATE_HZ
    frames = hear(samples)
    share, silence = talk_of(speech_of(frames), duration_s)
    return {"cues": cues_of(frames, duration_s), "share": share, "silence": silence}


def compare(pairs: list[tuple[Row, Row]]) -> Row:
    """Agreement of (clean, other) answers."""
    row: Row = {}
    for name, kind in (
        ("interruption", CueKind.INTERRUPTION),
        ("listening", CueKind.BACKCHANNEL),
    ):
        hits = found = wanted = 0
        for clean, other in pairs:
            mine, theirs = (
                [cue for cue in answer["cues"] if cue["kind"] is kind] for answer in (clean, other)
            )
            hits += len(match(mine, theirs)[0])
            wanted, found = wanted + len(mine), found + len(theirs)
        row |= {
            f"{name}s clean": wanted,
            f"{name} precision": hits / max(1, found),
            f"{name} recall": hits / max(1, wanted),
        }
    moved = [100 * abs(other["share"] - clean["share"]) for clean, other in pairs]
    still = [abs(other["silence"] - clean["silence"]) for clean, other in pairs]
    return row | {
        "talk share moves, points": sum(moved) / len(moved),
        "at most": max(moved),
        "silence moves s/min": sum(still) / len(still),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=Path, nargs="*", help="folders of scripted calls")
    parser.add_argument("--limit", type=int, help="so many clean calls at most")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/conditions.json"))
    args = parser.parse_args()
    paths = [p for p, truth in calls_in(args.calls) if truth["conditions"]["groups"] == ["clean"]]
    pairs: dict[str, list[tuple[Row, Row]]] = {name: [] for name in CONDITIONS}
    for path in paths[: args.limit]:
        sound = load(path) / 32768.0
        clean: Row | None = None
        for name, channel in CONDITIONS.items():
            heard = np.round(np.clip(channel(sound), -1.0, 0.99997) * 32768.0).astype(np.int16)
            answer = answers(heard)
            clean = clean or answer
            pairs[name].append((clean, answer))
    if not pairs["clean"]:
        print("skipped: give folders of scripted calls with clean ones (see README.md)")
        return
    rows = [{"channel": name, "calls": len(both)} | compare(both) for name, both in pairs.items()]
    print_table("The same calls through several channels, beside the clean ones", rows)
    write_json(args.json, rows)


if __name__ == "__main__":
    main()
