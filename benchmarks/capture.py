"""Live capture on a sound server of its own: how late, how even and how whole the sound of a call comes.

    python -m benchmarks.capture [--seconds 20] [--json FILE]

Two null sinks are played into and heard as a call. Beside each time stands what it is of the length of a block of
0.1 s, within the same run: on a busy machine both grow. Needs PulseAudio.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from tests.pulse import PulseServer

from benchmarks.table import print_table, write_json
from callwatch.audio.devices import open_live
from callwatch.audio.live import LiveCall
from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.spans import total_s, union

BLOCK_S = 0.1
EVERY_S = 0.5
BEEP_S = 0.2
AWAY_S = 1.5


def beeps(seconds: float) -> Samples:
    """A tone every half second, int16 (n,)."""
    time_s = np.arange(round(seconds * CALL_RATE_HZ)) / CALL_RATE_HZ
    tone = 8000 * np.sin(2 * np.pi * 600 * time_s) * (time_s % EVERY_S < BEEP_S)
    return tone.astype(np.int16)


def onsets_s(row: Samples) -> np.ndarray[Any, np.dtype[np.float64]]:
    """When tones begin, (n,)."""
    loud = np.flatnonzero(np.abs(row.astype(np.int32)) > 800)
    return loud[np.diff(loud, prepend=-CALL_RATE_HZ) > CALL_RATE_HZ // 20] / CALL_RATE_HZ


def heard(live: LiveCall, until_s: float) -> tuple[list[CallBlock], list[float]]:
    """The blocks up to a call time, and how much later each came than the soonest did."""
    blocks, late_s = [], []
    for block in live.blocks():
        late_s.append(time.monotonic() - block.end_s)
        blocks.append(block)
        if block.end_s >= until_s:
            break
    return blocks, [value - min(late_s) for value in late_s]


def row(what: str, value_s: float) -> dict[str, Any]:
    return {"what": what, "s": value_s, "of a block": value_s / BLOCK_S}


def usual(server: PulseServer, seconds: float) -> list[dict[str, Any]]:
    """A call in which nothing happens but tones."""
    with open_live("null1.monitor", "null2.monitor", block_s=BLOCK_S) as live:
        for sink in ("null1", "null2"):
            server.play(sink, beeps(seconds))
        blocks, late_s = heard(live, seconds)
        begun_s = time.monotonic()
        live.close()
        close_s = time.monotonic() - begun_s
    samples = np.concatenate([block.samples for block in blocks], axis=1)
    uneven = [np.abs(np.diff(onsets_s(samples[c.index])) - EVERY_S) for c in CHANNELS]
    dropped = [
        total_s(union(span for block in blocks for side, span in block.dropped if side is c))
        for c in CHANNELS
    ]
    return [
        row("a block comes later than the soonest, median", median(late_s)),
        row("a block comes later than the soonest, 95 %", float(np.quantile(late_s, 0.95))),
        row("tones apart, off by at most", float(max(part.max() for part in uneven))),
        row("dropped, both sides", sum(dropped)),
        row("close", close_s),
    ]


def replugged(server: PulseServer) -> list[dict[str, Any]]:
    """A device that is away for a while: how long its gap is beyond that."""
    with open_live("null1.monitor", "null2.monitor", block_s=BLOCK_S) as live:
        heard(live, 1.0)
        server.remove(server.module_of("null1"))
        begun_s = time.monotonic()
        time.sleep(AWAY_S)
        server.add_sink("null1")
        away_s, gap_s, was_lost = time.monotonic() - begun_s, 0.0, False
        for block in live.blocks():
            lost_s = total_s(span for side, span in block.dropped if side is Channel.AGENT)
            gap_s, was_lost = gap_s + lost_s, was_lost or lost_s > 0
            if was_lost and not lost_s:
                break
    return [row("a device that is back is heard after", gap_s - away_s)]


def main() -> None:
    """Print the table and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", type=Path, default=Path("benchmarks-out/capture.json"))
    args = parser.parse_args()
    if shutil.which("pulseaudio") is None:
        print("skipped: install pulseaudio")
        sys.exit(0)
    with PulseServer() as server, server.entered():
        rows = usual(server, args.seconds) + replugged(server)
    print_table("Live capture", rows)
    write_json(args.json, rows)


if __name__ == "__main__":
    main()
